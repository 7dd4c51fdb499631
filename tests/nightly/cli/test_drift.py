"""`hearth drift`: findings in order of priority, the same in every format, orders when asked."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from nightly.main import main
from tests.books import tiny_book, write

SAMPLE = str(Path(__file__).resolve().parents[3] / "scenarios" / "sample")


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Return the document of `hearth drift --json`."""
    assert main(["drift", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def banded(tmp_path: Path) -> Path:
    """Return a book of three households with bands of five points under one policy."""
    tables = tiny_book()
    tables["households"][1]["policy_id"] = "banded"
    tables["households"][0]["policy_id"] = "banded"
    folder = write(tables, tmp_path / "book")
    (folder / "policies" / "banded.toml").write_text("[bands]\nabsolute = 0.05\n")
    return folder


def test_findings_have_account_row_and_figure(
    capsys: pytest.CaptureFixture[str], banded: Path
) -> None:
    """H1 by hand: $45,000 + $20,000 of stocks, $36,500 of bonds, $3,000 of cash, target 60/40."""
    facts = found(capsys, str(banded))
    assert (facts["households"], facts["asof"]) == (3, "2026-11-20")
    assert facts["findings"][0]["household_id"] == "007"  # it withdraws: cash needs come first
    assert facts["findings"][0]["trigger"] == "cash"
    assert facts["findings"][0]["amount_usd"] == 500.0
    for finding in facts["findings"]:
        if finding["trigger"] == "drift" and finding["low"] is not None:
            outside = max(finding["low"] - finding["weight"], finding["weight"] - finding["high"])
            assert finding["beyond"] == pytest.approx(outside)
            assert finding["beyond"] > 0.0
    priorities = [finding["priority"] for finding in facts["findings"]]
    assert priorities == sorted(priorities)


def test_every_format_says_the_same(
    capsys: pytest.CaptureFixture[str], banded: Path, tmp_path: Path
) -> None:
    """CSV and Parquet hold the findings of the JSON document, row by row."""
    findings = found(capsys, str(banded))["findings"]
    for form in ("csv", "parquet"):
        out = tmp_path / f"drift.{form}"
        assert main(["drift", str(banded), "--format", form, "--out", str(out)]) == 0
    assert pq.read_table(tmp_path / "drift.parquet").to_pylist() == findings
    with (tmp_path / "drift.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["household_id"] for row in rows] == [f["household_id"] for f in findings]
    assert [row["beyond"] for row in rows] == [
        "" if f["beyond"] is None else repr(f["beyond"]) for f in findings
    ]
    assert main(["drift", str(banded), "--format", "csv", "--out", str(tmp_path / "drift.csv")])


def test_proposed_orders_come_with_the_findings(
    capsys: pytest.CaptureFixture[str], banded: Path
) -> None:
    """The orders of a run, household by household; who has none has an answer with its reason."""
    facts = found(capsys, str(banded), "--propose")
    needed = {finding["household_id"] for finding in facts["findings"]}
    assert {row["household_id"] for row in facts["proposed"]} == needed
    assert any(row["row"] == "order" and row["shares"] > 0 for row in facts["proposed"])
    assert main(["drift", str(banded), "--propose", "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("row,priority,household_id,account_id,trigger")
    assert len(lines) == 1 + len(facts["findings"]) + len(facts["proposed"])


def test_the_page_is_a_page(capsys: pytest.CaptureFixture[str], banded: Path) -> None:
    """It is as wide as its ids need, which are whole, and ends with how many need an answer."""
    assert main(["drift", SAMPLE]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 125
    assert "…" not in out
    assert "weights are of what is held now" in out  # the first has $15,000 to raise
    assert "of 44 households need an answer as of 2026-11-20" in out
    assert main(["drift", str(banded), "--propose"]) == 0
    assert "proposed orders" in capsys.readouterr().out


def test_ids_that_a_spreadsheet_would_run_stay_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A household named =1+1 is told as '=1+1 in CSV and as itself in JSON."""
    tables = tiny_book()
    for rows in tables.values():
        for row in rows:
            if row.get("household_id") == "H1":
                row["household_id"] = "=1+1"
    folder = str(write(tables, tmp_path))
    assert main(["drift", folder, "--format", "csv"]) == 0
    assert "'=1+1" in capsys.readouterr().out
    assert "=1+1" in {f["household_id"] for f in found(capsys, folder)["findings"]}


@pytest.mark.parametrize("arguments", [["no/such/book"], [SAMPLE, "--format", "xlsx"]])
def test_what_cannot_be_used_leaves_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A missing book and an unknown format."""
    assert main(["drift", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err
