"""What a row of nobody, or of another household, says about whose it is makes that household wait.

A household that is planned without an account of its own looks like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from models.book.faults import in_one_line
from models.book.read import read_book
from nightly.main import main
from tests.books import ASOF, Tables, tiny_book, write
from tests.models.book.checks.fault_case import cell

CASES = {
    "an account of no household": (cell("accounts", 1, "household_id", "H-lost"), {"H1"}),
    "an account of another household": (cell("accounts", 1, "household_id", "007"), {"H1", "007"}),
    "a unit of no household": (cell("filing_units", 3, "household_id", "H-lost"), {"007"}),
    "an order of no account": (cell("open_orders", 0, "account_id", "lost"), {"H1"}),
    "a lot in another's account": (cell("lots", 0, "account_id", "A2-TAX"), {"H1", "H2"}),
}


@pytest.mark.parametrize("case", CASES)
def test_whoever_the_book_says_it_is_waits_in_book_and_run(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole book and the run's partitions say the same; everybody else is answered."""
    change, owners = CASES[case]
    book = write(_changed(change), tmp_path / "book")
    read = read_book(book, ASOF)
    assert {str(name) for name in read.faults_by_household} == owners
    where = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "runs"), "--workers", "0"]
    main(["run", str(book), *where, "--json"])
    facts = json.loads(capsys.readouterr().out)
    plans = pd.read_parquet(Path(facts["folder"]) / "plans.parquet").set_index("household_id")
    assert set(plans.index[plans["status"] == "invalid"]) == owners
    for name in owners:
        assert plans.loc[name, "reason"] == in_one_line(read.faults_of(name))


def test_the_account_and_both_households_are_named(tmp_path: Path) -> None:
    """The row, whose the filing unit is, to whom the account is given, and what would do."""
    change, _ = CASES["an account of another household"]
    read = read_book(write(_changed(change), tmp_path), ASOF)
    (fault,) = read.faults_of("H1")
    assert str(fault) == (
        "accounts, row 3, column filing_unit_id: filing unit 'U1' belongs to another household, "
        "'H1', and the account is given to '007'; correct household_id where the account is the "
        "filing unit's household's, or name a filing unit of the account's own household"
    )


def _changed(change: Callable[[Tables], None]) -> Tables:
    tables = tiny_book()
    change(tables)
    return tables
