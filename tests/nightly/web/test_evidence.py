from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from nightly.main import main
from nightly.proof.evidence import DRAWN, WIDEST, ComparisonError, evidence_of
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table
from tests.nightly.web.opened import INLINE, SAMPLE, digest_of, opened, parsed
from tests.nightly.web.test_pages import wrong

HOSTILE = '"><script>alert(1)</script>'


def evidence(run_id: str, what: str = "evidence") -> str:
    """Return an address of the page."""
    return f"/runs/{run_id}/{what}"


def compared(rows: list[dict[str, Any]], path: Path) -> Path:
    """Write a comparison's table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        columns = ["kind", "household_id", "method", "kept", "objective_bps", "tracking_error"]
        writer = csv.DictWriter(file, columns, restval="0")
        writer.writeheader()
        writer.writerows([{"kind": "method", **row} for row in rows])
    return path


def test_every_figure_is_the_records_and_the_record_the_tables(
    ann: TestClient, run_id: str, sample_runs: Path
) -> None:
    """Gaps and what binds, worked out once more from the plain rows."""
    text = ann.get(evidence(run_id)).text
    page, record = parsed(text), ann.get(evidence(run_id, "evidence.json")).json()
    assert wrong(page, record) == [] and not INLINE.search(text)
    assert "No comparison is at hand" in page.text
    plans = run_table(sample_runs / run_id, "plans").to_pylist()
    gaps = {p["household_id"]: p["gap_bps"] for p in plans if p["gap_bps"] is not None}
    assert record["gaps"]["certified"] == len(gaps) > 2
    assert record["gaps"]["gap_bps"]["median"] == pytest.approx(np.median(list(gaps.values())))
    assert {row["household_id"] for row in record["gaps"]["drawn"]} == set(gaps)
    dots = [told for tag, told in page.tags if tag == "a" and "aria-label" in told]
    assert len(dots) == len(gaps)
    assert all(f"id={dot['aria-label'].partition(':')[0]}" in dot["href"] for dot in dots)
    rows = run_table(sample_runs / run_id, "binding").to_pylist()
    assert {row["rule"] for row in record["binding"]} == {row["rule"] for row in rows}
    for told in record["binding"]:
        mine = [row for row in rows if row["rule"] == told["rule"]]
        assert told["households"] == len({row["household_id"] for row in mine})
        assert told["median_price"] == np.median([abs(row["shadow_price"]) for row in mine])
        assert told["dearest_price"] == max(abs(row["shadow_price"]) for row in mine)


def test_a_comparison_is_held_against_the_run(
    sample_runs: Path, run_id: str, tmp_path: Path
) -> None:
    """Only households of the run; rows of ours that are not its plans are counted; all is text."""
    plans = run_table(sample_runs / run_id, "plans").to_pylist()
    mine = {p["household_id"]: p["objective_after_bps"] for p in plans if p["value_usd"]}
    one, two = [name for name, value in mine.items() if value is not None][:2]
    rows = [
        {"household_id": one, "method": "Hearth", "kept": "True", "objective_bps": mine[one]},
        {"household_id": two, "method": "Hearth", "kept": "True", "objective_bps": mine[two] + 9},
        {"household_id": one, "method": HOSTILE, "kept": "True", "objective_bps": mine[one] + 4},
        {"household_id": two, "method": HOSTILE, "kept": "False", "objective_bps": 1},
        {"household_id": "elsewhere", "method": HOSTILE, "kept": "True", "objective_bps": 1},
        {"household_id": one, "method": "better", "kept": "True", "objective_bps": mine[one] - 2},
    ]
    table = compared(rows, tmp_path / "table.csv")
    beside = evidence_of(RunFolder(sample_runs / run_id), table)["beside"]
    assert (beside["households"], beside["ours"], beside["ours_same"]) == (2, 2, 1)
    by_name = {each["method"]: each for each in beside["methods"]}
    assert by_name[HOSTILE]["median_above_bps"] == pytest.approx(4.0)
    assert (by_name[HOSTILE]["households"], by_name[HOSTILE]["kept"]) == (2, 1)
    assert (by_name[HOSTILE]["ahead"], by_name["better"]["ahead"]) == (0, 1)
    with opened(SAMPLE, sample_runs, tmp_path / "scratch", compared=table) as client:
        text = client.get(evidence(run_id)).text
        page = parsed(text)
        assert wrong(page, client.get(evidence(run_id, "evidence.json")).json()) == []
    assert "<script>alert" not in text and HOSTILE in page.text
    assert "made of another book or by another version" in page.text


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\xff\xfe", "kind,household_id\nmethod"])
def test_a_file_that_is_no_comparison_is_told(
    sample_runs: Path, run_id: str, tmp_path: Path, text: str
) -> None:
    """With what would make one."""
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ComparisonError, match="comparison"):
        evidence_of(RunFolder(sample_runs / run_id), path)


def test_a_run_is_judged_and_made_again_as_the_command_line_does(
    ann: TestClient, run_id: str, sample_runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the same functions; nothing changes."""
    before = digest_of(sample_runs)
    capsys.readouterr()
    main(["verify", str(SAMPLE), str(sample_runs / run_id), "--json"])
    said = json.loads(capsys.readouterr().out)
    page = parsed(ann.get(evidence(run_id, "verify")).text)
    shown = {place: value for place, value, _ in page.figures}
    assert shown["verified.households"] == str(said["households"])
    assert ("The judge finds every figure again" in page.text) == said["agree"]
    page = parsed(ann.get(evidence(run_id, "replay"), params={"id": "hard-bands"}).text)
    assert "hard-bands: made again, byte for byte the same" in page.text
    assert digest_of(sample_runs) == before


@pytest.mark.parametrize(
    ("name", "code"), [("", 400), ("nobody", 404), ("../../etc/passwd", 404), (HOSTILE, 404)]
)
def test_only_a_household_of_the_run_is_made_again(
    ann: TestClient, run_id: str, name: str, code: int
) -> None:
    """What was asked for is text where it is told at all."""
    answer = ann.get(evidence(run_id, "replay"), params={"id": name})
    assert answer.status_code == code
    assert "<script>alert" not in answer.text


def test_of_many_households_the_widest_gaps_are_drawn_and_some_of_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many as a picture holds, each once, the very widest first."""
    import pyarrow as pa

    count = 5_000
    plans = pa.table(
        {
            "household_id": [f"h{n}" for n in range(count)],
            "status": ["planned"] * count,
            "gap_bps": [float(n) for n in range(count)],
            "value_usd": [1e6] * count,
            "objective_after_bps": [1.0] * count,
        }
    )
    blank = pa.table({"rule": pa.array([], pa.string())})
    tables = {"plans": plans, "binding": blank}
    monkeypatch.setattr("nightly.proof.evidence.run_table", lambda _, name: tables[name])
    gaps = evidence_of(RunFolder(Path("a-run")))["gaps"]
    names = [row["household_id"] for row in gaps["drawn"]]
    assert len(names) == len(set(names)) <= DRAWN
    assert names[:WIDEST] == [f"h{n}" for n in range(count - 1, count - 1 - WIDEST, -1)]
    assert names[-1] == "h0"
    assert gaps["gap_bps"]["most"] == count - 1
