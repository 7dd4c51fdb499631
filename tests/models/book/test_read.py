"""Reading a book: where it is, what makes it unusable, and what is said all the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.book import FaultyBookError, read_book
from models.book.faults import UNUSABLE_KINDS
from models.errors import UnusableBookError
from models.law import known_years, year_to_come
from tests.books import ASOF, tiny_book, write


def test_a_band_of_a_class_that_nobody_has_is_a_warning(tmp_path: Path) -> None:
    """A misspelt class in a policy's bands is told; a class of the book is not."""
    folder = write(tiny_book(), tmp_path / "book")
    known = read_book(folder, ASOF).market.securities.asset_class[0]
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "standard.toml").write_text(
        f"[bands]\nclasses = {{ {known} = 0.05, {known}s = 0.05 }}\n"
    )
    said = f"policy standard: bands.classes names '{known}s', which no security or target"
    assert [said in warning for warning in read_book(folder, ASOF).warnings] == [True]


def test_a_year_without_law_is_a_warning_of_the_book_before_it_comes(tmp_path: Path) -> None:
    """In its last December, before the book's other warnings: a night says it among its notes."""
    folder, last = write(tiny_book(), tmp_path / "book"), known_years()[-1]
    ends = year_to_come(date(last, 12, 1))
    before, then = (read_book(folder, date(last, *day)).warnings for day in ((11, 30), (12, 1)))
    assert ends and then == (ends, *before)


def kinds_of(folder: Path, asof: date = ASOF) -> list[tuple[str, str, str | None]]:
    """Return kind, table and column of each fault that makes the book unusable."""
    with pytest.raises(FaultyBookError) as caught:
        read_book(folder, asof)
    assert isinstance(caught.value, UnusableBookError)
    assert {fault.kind for fault in caught.value.faults} <= set(UNUSABLE_KINDS)
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return [(fault.kind, fault.table, fault.column) for fault in caught.value.faults]


def test_a_place_that_is_no_folder_is_no_book(tmp_path: Path) -> None:
    """Nor is a file."""
    (tmp_path / "book").write_text("x")
    for path in (tmp_path / "book", tmp_path / "nowhere"):
        with pytest.raises(UnusableBookError, match="is not a folder"):
            read_book(path, ASOF)


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    """A missing table, a missing column, an indefinite covariance and a year without law."""
    tables = tiny_book()
    tables["covariance"][3]["covariance"] = 0.09
    del tables["accounts"]
    for row in tables["lots"]:
        del row["shares"]
    assert {kind for kind, _, _ in kinds_of(write(tables, tmp_path), date(1999, 6, 1))} == {
        "missing_table",
        "missing_column",
        "covariance_not_psd",
        "year_without_law",
    }


def test_an_empty_book_is_a_book(tmp_path: Path) -> None:
    """Headers without rows: no household, no fault."""
    folder = write(tiny_book(), tmp_path)
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text().splitlines()[0] + "\n")
    book = read_book(folder, ASOF)
    assert (len(book), book.faults) == (0, ())
