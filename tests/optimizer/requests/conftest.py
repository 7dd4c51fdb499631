"""The small book that is asked, and the plan without a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.book.book import Book
from models.book.read import read_book
from models.plan import Plan
from optimizer.rebalance import rebalance
from tests.asked_book import asked_book
from tests.books import ASOF, write


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return the book."""
    folder: Path = write(asked_book(), tmp_path_factory.mktemp("asked") / "book")
    return read_book(folder, ASOF)


@pytest.fixture(scope="session")
def standing(asked: Book) -> Plan:
    """Return the plan of H1 without a request."""
    of = asked.household("H1")
    return rebalance(of, asked.policy(of.policy_id))
