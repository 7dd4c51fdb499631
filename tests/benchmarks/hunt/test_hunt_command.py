"""The command appends a row a household, and goes on where it was broken off."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hunt.__main__ import main
from benchmarks.hunt.books.kinds import KINDS, book_of
from benchmarks.hunt.finds.page import read_rows


def test_a_hunt_that_was_broken_off_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two households after one: the first is not hunted again, and rows read back as written."""
    usual = ["--plans", "20", "--others", "0", "--seed", "2", "--out", str(tmp_path)]
    main(["etf", "--households", "1", *usual])
    first = read_rows(tmp_path / "rows.csv")
    main(["etf", "--households", "2", *usual])
    both = read_rows(tmp_path / "rows.csv")
    assert len(first) == 1
    assert len(both) == 2
    assert both[0] == first[0]
    assert "| etf | 2 |" in capsys.readouterr().out
    assert (tmp_path / "hunt.md").exists()


def test_a_book_is_hunted_without_a_kind(tmp_path: Path) -> None:
    """One household of a book in a folder; a kind that is none is refused."""
    usual = ["--plans", "5", "--others", "0", "--out", str(tmp_path / "out")]
    with book_of("etf", 2, 0, 2) as (folder, book):
        name = str(book.household_ids[1])
        main(["--book", str(folder), "--household", name, *usual])
    assert [row.household_id for row in read_rows(tmp_path / "out" / "rows.csv")] == [name]
    with pytest.raises(SystemExit):
        main(["funds", *usual])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_book_is_valid(kind: str) -> None:
    """Its households can be planned: none has a fault, and each has a policy."""
    with book_of(kind, 5, 1, 2) as (_, book):
        for name in book.household_ids:
            household = book.household(str(name))
            assert book.policy(household.policy_id) is not None
