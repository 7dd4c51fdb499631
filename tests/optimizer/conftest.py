"""Synthetic books that the optimizer's tests share, made once a session."""

from __future__ import annotations

from datetime import date

import pytest

from models.book import Book, read_book
from models.household import Household
from scenarios.extreme import plain_of
from scenarios.synthetic import generate_book

SEED = 20_261_120
ASOF = date(2026, 11, 20)


@pytest.fixture(scope="session")
def etf_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return 60 small households, as a user's folder would be read."""
    folder = tmp_path_factory.mktemp("etf") / "book"
    generate_book(folder, 60, "etf", SEED)
    return read_book(folder, ASOF)


@pytest.fixture(scope="session")
def plain_households(etf_book: Book) -> tuple[Household, ...]:
    """Return the households of a taxable account, a traditional IRA and a Roth IRA."""
    return plain_of(etf_book)
