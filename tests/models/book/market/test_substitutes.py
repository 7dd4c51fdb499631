"""What may stand in for a security: known rows both ways they are written, and no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from models.book.read import read_book
from tests.books import Tables, tiny_book, write

ASOF = date(2026, 11, 20)


def read(tables: Tables, folder: Path) -> dict[str, list[str]]:
    """Return substitutes by name, as the book's market has them."""
    market = read_book(write(tables, folder), ASOF).market
    names = market.securities.security_id
    return {names[of]: names[others].tolist() for of, others in market.substitutes.items()}


def test_a_row_goes_one_way_and_unknown_securities_count_for_nothing(tmp_path: Path) -> None:
    """ITOT stands in for VTI and not VTI for ITOT; a stranger stands in for nothing."""
    tables = tiny_book()
    pairs = [("VTI", "ITOT"), ("VTI", "GONE"), ("GONE", "VTI"), ("BND", "SPARE"), ("VTI", "VEA")]
    tables["substitutes"] = [{"security_id": a, "substitute_id": b} for a, b in pairs]
    assert read(tables, tmp_path) == {"BND": ["SPARE"], "VTI": ["ITOT", "VEA"]}


def test_a_book_may_have_none(tmp_path: Path) -> None:
    """The table is optional."""
    tables = tiny_book()
    del tables["substitutes"]
    assert read(tables, tmp_path) == {}
