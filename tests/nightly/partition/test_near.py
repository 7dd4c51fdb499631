"""A lot whose account is retyped in another way makes the household it may belong to invalid."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from models.book.faults import in_one_line
from models.book.read import read_book
from nightly.main import main
from tests.books import ASOF, tiny_book, write


@pytest.mark.parametrize("table", ["lots", "trades"])
@pytest.mark.parametrize("typed", [str.lower, lambda i: f"{i} ", lambda i: f"{i[0]}-{i[1:]}"])
def test_its_household_waits_in_book_and_run(
    table: str, typed: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole book and the run's partitions say the same, and whose the row may be."""
    tables = tiny_book()
    row = tables[table][0]
    account = row["account_id"]
    owner = next(a["household_id"] for a in tables["accounts"] if a["account_id"] == account)
    row["account_id"] = typed(account)  # type: ignore[operator]
    book = read_book(write(tables, tmp_path / "book"), ASOF)
    assert {n for n in book.household_ids if book.faults_of(n)} == {owner}
    (fault,) = (f for f in book.faults_of(owner) if f.kind.startswith("unknown_account"))
    assert (fault.table, fault.row, fault.column) == (table, 0, "account_id")
    assert repr(account) in fault.remedy
    where = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "runs"), "--workers", "0"]
    assert main(["run", str(tmp_path / "book"), *where, "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["orphan_rows"] == {table: 1}
    plans = pd.read_parquet(Path(facts["folder"]) / "plans.parquet").set_index("household_id")
    assert set(plans.index[plans["status"] == "invalid"]) == {owner}
    assert plans.loc[owner, "reason"] == in_one_line(book.faults_of(owner))
