"""What tests of books share: the tiny book, read once a file."""

from __future__ import annotations

import pytest

from models.book import Book, read_book
from tests.books import ASOF, tiny_book, write


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return the tiny book, read from CSV."""
    return read_book(write(tiny_book(), tmp_path_factory.mktemp("tiny")), ASOF)
