"""A risk model without risk, or of another unit, is told; the calmest honest ones are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.book.book import Book
from models.book.read import read_book
from scenarios.synthetic import KINDS, generate_book
from tests.books import ASOF, Tables, tiny_book, write

SAMPLE = Path(__file__).resolve().parents[4] / "scenarios" / "sample"
OF_RISK = {
    *("no_volatility", "volatility_beyond_belief"),
    *("specific_vol_beyond_belief", "daily_covariance"),
}


def kinds(book: Book) -> set[str]:
    """Return the kinds of fault of volatilities that a book has."""
    return {fault.kind for fault in book.faults} & OF_RISK


def scaled(tables: Tables, *factors: float) -> Tables:
    """Return the tables with the volatility of each class times a factor: us, developed, bonds."""
    of = dict(zip(("us_equity", "developed", "us_bond"), factors, strict=True))
    for row in tables["covariance"]:
        row["covariance"] *= of[row["asset_class_a"]] * of[row["asset_class_b"]]
    return tables


def test_a_covariance_of_zeros_stops_everybody(tmp_path: Path) -> None:
    """Each class is named in the row of its variance, and nobody is planned."""
    book = read_book(write(scaled(tiny_book(), 0.0, 0.0, 0.0), tmp_path), ASOF)
    assert {(f.row, f.kind) for f in book.faults} == {(row, "no_volatility") for row in range(3)}
    assert set(book.faults_by_household) == set(book.household_ids)


@pytest.mark.parametrize(
    ("factors", "found"),
    [
        ((1.0, 1.0, 0.02), set()),  # bonds of 0.1% a year: bills
        ((1.0, 1.0, 0.0), set()),  # stable value, or bills
        ((1e-4, 1e-4, 1e-4), {"no_volatility"}),  # a fifth of a basis point
        ((7.0, 1.0, 1.0), set()),  # 112% a year: a coin
        ((100.0, 100.0, 100.0), {"volatility_beyond_belief"}),  # percent squared
        ((0.063, 0.063, 0.063), {"daily_covariance"}),
        ((0.2, 0.2, 0.2), set()),
    ],
)
def test_bounds_leave_honest_markets_alone(
    factors: tuple[float, ...], found: set[str], tmp_path: Path
) -> None:
    """From bills to coins all is sound; the units that people mix up are not."""
    assert kinds(read_book(write(scaled(tiny_book(), *factors), tmp_path), ASOF)) == found


def test_money_market_funds_and_cash_may_have_none(tmp_path: Path) -> None:
    """Classes of which every security is held as cash is."""
    tables = scaled(tiny_book(), 0.0, 0.0, 0.0)
    for row in tables["securities"]:
        row["instrument"] = "money_market"
    assert kinds(read_book(write(tables, tmp_path / "funds"), ASOF)) == set()
    tables["securities"][0]["instrument"] = None
    assert kinds(read_book(write(tables, tmp_path / "other"), ASOF)) == {"no_volatility"}


@pytest.mark.parametrize("kind", [*KINDS, "sample"])
def test_shipped_and_synthetic_books_are_sound(kind: str, tmp_path: Path) -> None:
    """No false alarm where nothing is wrong."""
    place = SAMPLE
    if kind != "sample":
        generate_book(place := tmp_path / "book", 20, kind, 3)
    assert kinds(read_book(place, ASOF)) == set()
