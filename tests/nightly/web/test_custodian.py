"""What a custodian shows beside what is expected after fills: one page, as the commands say it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nightly.main import main
from nightly.register.register import NAME, Register
from tests.nightly.export.test_money import night, withdrawing
from tests.nightly.web.opened import digest_of, opened, parsed
from tests.nightly.web.test_pages import wrong

MONDAY = "2026-11-23"


def changed(place: Path, table: str, column: str, value: str, row: int | None = None) -> None:
    """Write another value into a column of a table, of one row or of all."""
    with (place / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, cells in enumerate(rows):
        if row in (None, number):
            cells[column] = value
    with (place / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_dollar_that_the_custodian_does_not_show_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After fills are booked into what is expected; nothing is written; as the commands say."""
    book = withdrawing(tmp_path)
    run = night(book)
    assert main(["export", str(run)]) == 0
    now = Register(run.parent / NAME).read()
    rows = [
        f"{name},{k},{each.ticket.shares},{each.ticket.price},{MONDAY}"
        for k, (name, each) in enumerate(sorted(now.tickets.items()))
    ]
    (tmp_path / "f.csv").write_text("\n".join(["ticket_id,fill_id,shares,price,trade_date", *rows]))
    assert main(["fills", str(tmp_path / "f.csv"), "--register", str(run.parent)]) == 0
    settled, shown = tmp_path / "settled", tmp_path / "shown"
    asked = ["--asof", MONDAY, "--register", str(run.parent), "--out", str(settled)]
    assert main(["settle", str(book), *asked]) == 0
    shutil.copytree(settled, shown)
    changed(shown, "securities", "price_date", MONDAY)
    with (shown / "accounts.csv").open(encoding="utf-8", newline="") as file:
        cash = float(next(csv.DictReader(file))["cash"])
    changed(shown, "accounts", "cash", repr(cash - 7.0), 0)
    capsys.readouterr()
    assert main(["reconcile", str(settled), str(shown), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    before = digest_of(tmp_path)
    with opened(book, run.parent, tmp_path / "scratch", custodian=shown) as ann:
        assert "Compare with what the custodian shows" in ann.get(f"/runs/{run.name}/send").text
        record: dict[str, Any] = ann.get(f"/runs/{run.name}/custodian.json").json()
        page = parsed(ann.get(f"/runs/{run.name}/custodian").text)
    assert digest_of(tmp_path) == before
    assert {name: record[name] for name in said if name in record} == {
        name: said[name] for name in said if name in record
    }
    assert record["settled"]["fills"] == len(rows)
    assert wrong(page, record) == []
    (difference,) = record["differences"]
    assert (difference["household_id"], difference["kind"], difference["usd"]) == (
        "h1",
        "cash",
        "-7",
    )
    assert ("differences.0.usd", "'-7'", "−$7.00") in page.figures
    with opened(book, run.parent, tmp_path / "scratch", custodian=book) as ann:
        same = ann.get(f"/runs/{run.name}/custodian").text
        assert "Both books are of one day" in same and "shows what is expected" in same
    with opened(book, run.parent, tmp_path / "scratch") as ann:
        assert ann.get(f"/runs/{run.name}/custodian").status_code == 404
