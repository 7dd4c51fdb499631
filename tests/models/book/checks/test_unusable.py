"""What makes a whole book unusable: a year without law, an indefinite covariance; and what not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.book import FaultyBookError, read_book
from models.book.faults import UNUSABLE_KINDS
from models.errors import UnusableBookError
from models.market import CASH
from tests.books import ASOF, Tables, tiny_book, write


def kinds_of(folder: Path, asof: date = ASOF) -> list[tuple[str, str, str | None]]:
    """Return kind, table and column of each fault that makes the book unusable."""
    with pytest.raises(FaultyBookError) as caught:
        read_book(folder, asof)
    assert isinstance(caught.value, UnusableBookError)
    assert {fault.kind for fault in caught.value.faults} <= set(UNUSABLE_KINDS)
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return [(fault.kind, fault.table, fault.column) for fault in caught.value.faults]


def test_a_year_without_law_makes_the_book_unusable(tmp_path: Path) -> None:
    """As of 1999 nobody's tax is known."""
    folder = write(tiny_book(), tmp_path)
    assert kinds_of(folder, date(1999, 6, 1))[0] == ("year_without_law", "law", None)


@pytest.mark.parametrize(("row", "value"), [(3, 0.09), (3, -0.0289), (0, -0.01), (2, 0.0)])
def test_an_indefinite_covariance_makes_the_book_unusable(
    row: int, value: float, tmp_path: Path
) -> None:
    """A correlation above 1 or below −1, a negative variance, a zero one with covariances."""
    tables = tiny_book()
    tables["covariance"][row]["covariance"] = value
    assert kinds_of(write(tables, tmp_path)) == [("covariance_not_psd", "covariance", "covariance")]


def test_a_covariance_of_low_rank_is_fine(tmp_path: Path) -> None:
    """Perfect correlation, rounded to ten digits: 0.16·0.18 = 0.0288."""
    tables = tiny_book()
    tables["covariance"][3]["covariance"] = 0.0288
    tables["covariance"][5]["covariance"] = 0.0018
    tables["covariance"][4]["covariance"] = 0.0016
    assert read_book(write(tables, tmp_path), ASOF).faults == ()


def test_a_hole_in_the_covariance_is_not_an_indefinite_one(tmp_path: Path) -> None:
    """Three classes correlated 0.9, one pair unknown: with 0 there Ω would be indefinite."""
    tables = tiny_book()
    for row, value in ((0, 1.0), (1, 1.0), (2, 1.0), (3, 0.9), (4, 0.9), (5, None)):
        tables["covariance"][row]["covariance"] = value
    book = read_book(write(tables, tmp_path), ASOF)
    assert [f.kind for f in book.faults].count("covariance_with_a_hole") == 1
    valid = [name for name in book.household_ids if not book.faults_of(name)]
    assert valid == ["H2"]  # it uses us_equity and developed, and their covariance is known
    risk = book.household("H2").market.risk
    at = [risk.factors.index(name) for name in ("us_equity", "developed")]
    assert risk.covariance[at[0], at[1]] == 0.9


def test_an_indefinite_block_is_found_beside_an_unknown_one(tmp_path: Path) -> None:
    """The factors' own block condemns the book, whatever is unknown across."""
    tables = tiny_book()
    tables["factor_covariance"] = [
        {"factor_a": a, "factor_b": b, "covariance": c}
        for a, b, c in (("F1", "F1", 1.0), ("F2", "F2", 1.0), ("F1", "F2", 1.5))
    ]
    found = kinds_of(write(tables, tmp_path))
    assert found == [("covariance_not_psd", "factor_covariance", "covariance")]


def test_cash_may_be_a_target_without_a_covariance(tmp_path: Path) -> None:
    """Cash has no risk unless the covariance has a class of that name."""
    tables: Tables = tiny_book()
    tables["targets"][0]["weight"] = 0.3
    tables["targets"].append(tables["targets"][0] | {"asset_class": CASH, "weight": 0.1})
    book = read_book(write(tables, tmp_path), ASOF)
    assert book.faults == ()
    assert CASH in book.market.risk.classes and CASH not in book.market.risk.class_exposures
