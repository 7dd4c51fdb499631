"""A slip in a book or a policy stops who it touches, and is told with table, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.book.read import read_book
from nightly.main import main
from tests.books import ASOF, tiny_book, write
from tests.nightly.tampering.book_cases import POLICIES, SLIPS, WHOLE, Policy, Slip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_slip_in_a_table_is_told_where_it_is(slip: Slip, tmp_path: Path) -> None:
    """The household is not planned; the row is as a spreadsheet shows it."""
    tables = tiny_book()
    tables[slip.table][slip.row][slip.column] = slip.written
    book = read_book(write(tables, tmp_path), ASOF)
    told = [str(fault) for fault in book.faults_of(slip.household)]
    where = f"{slip.table}, row {slip.row + 2}, column "
    assert any(each.startswith(where) and slip.says in each for each in told), told


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.says)
def test_a_slip_in_a_policy_stops_who_it_is_for(policy: Policy, tmp_path: Path) -> None:
    """No household is planned under a policy of which a key is not understood."""
    folder = write(tiny_book(), tmp_path)
    (folder / "policies" / "careful.toml").write_text(policy.text)
    (told,) = {str(fault) for fault in read_book(folder, ASOF).faults_of("H2")}
    assert "careful" in told and policy.says in told


@pytest.mark.parametrize("case", WHOLE)
def test_a_book_that_cannot_be_used_starts_no_night(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, one message, no run."""
    folder = write(tiny_book(), tmp_path / "book")
    WHOLE[case].damage(folder)
    runs = tmp_path / "runs"
    assert main(["run", str(folder), "--asof", ASOF.isoformat(), "--out", str(runs)]) == 2
    told = capsys.readouterr().err
    assert WHOLE[case].says in told and "Traceback" not in told
    assert not any(runs.glob("2*"))
