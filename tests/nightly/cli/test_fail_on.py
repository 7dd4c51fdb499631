"""A night that lost rows, or to which nearly nobody's data was sound, does not look fine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightly.main import main
from nightly.run.choices import CommandError
from nightly.run.fail_on import DEFAULT, MOSTLY_INVALID, ORPHANS, found_of, kinds_of
from tests.books import ASOF, tiny_book, write


def night(place: Path, mistyped: bool, *options: str, name: str = "runs") -> list[str]:
    """Return the command for a tiny book's night, the account of its first lot mistyped or not."""
    tables = tiny_book()
    if mistyped:
        tables["lots"][0]["account_id"] += "x"
    folder = place / "book"
    if not folder.exists():
        write(tables, folder)
    where = ["--asof", ASOF.isoformat(), "--out", str(place / name), "--workers", "0"]
    return ["run", str(folder), *where, *options]


def test_a_lot_with_a_mistyped_account_is_told_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default, on the page's last line and in the document; `none` leaves the code at 0."""
    assert main(night(tmp_path, True)) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert "not a sound night" in last and "1 of lots" in last
    assert main(night(tmp_path, True, "--json", "--fail-on", "none", name="again")) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["orphan_rows"] == {"lots": 1} and facts["failed_on"] == []
    assert ORPHANS in facts["found"]


def test_the_same_book_without_the_mistake_is_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No row is lost and the code is 0."""
    assert main(night(tmp_path, False, "--json")) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["orphan_rows"] == {} and facts["failed_on"] == []


def test_a_misspelt_kind_is_told_before_the_night(tmp_path: Path) -> None:
    """Exit code 2 and no run."""
    assert main(night(tmp_path, False, "--fail-on", "orphan")) == 2
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("invalid", "speaks"), [(44, True), (23, True), (22, False), (0, False)])
def test_most_of_the_households_speak_against_the_inputs(invalid: int, speaks: bool) -> None:
    """44 of 44 invalid is no night's work; 22 of 44 are answers."""
    counts = {"planned": 44 - invalid, "invalid": invalid}
    found = found_of({"households": 44, "counts": counts})
    assert (MOSTLY_INVALID in found) is speaks
    assert bool(kinds_of(DEFAULT) & set(found)) is speaks


def test_an_empty_night_speaks_against_nothing() -> None:
    """No household, nothing found."""
    assert found_of({"households": 0, "inputs": {"orphan_rows": {"lots": 0}}}) == {}


@pytest.mark.parametrize("said", ["", "none,failed", "Failed", "failed;refused"])
def test_what_is_no_kind_is_refused(said: str) -> None:
    """With the kinds there are."""
    with pytest.raises(CommandError, match="mostly-invalid, orphans"):
        kinds_of(said)


def test_a_check_tells_the_row_of_a_spreadsheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first row of a table is the second of a sheet, whose first is the header."""
    tables = tiny_book()
    tables["lots"][0]["account_id"] = "nobody"
    assert main(["check", str(write(tables, tmp_path / "book"))]) == 1
    (line,) = (
        x for x in capsys.readouterr().out.splitlines() if "lots " in x and "account_id" in x
    )
    assert line.split()[:3] == ["lots", "2", "account_id"]
