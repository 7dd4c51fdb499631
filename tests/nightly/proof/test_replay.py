"""A plan is made again byte for byte, a changed input is told, and an order has a trail."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nightly.main import main

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ASOF = "2026-11-20"
PLANNED = "year-end-harvest"
INVALID = "faulty-data"
HERE = ("--workers", "0")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the sample book, run for a few households, in two formats."""
    folder = tmp_path_factory.mktemp("night")
    shutil.copytree(SAMPLE, folder / "book")
    (folder / "ids.txt").write_text(f"{PLANNED}\n{INVALID}\nsingle-account\n")
    command = ["run", str(folder / "book"), "--asof", ASOF, "--out", str(folder / "runs")]
    for table_format in ("parquet", "csv"):
        asked = ["--households", str(folder / "ids.txt"), "--format", table_format, *HERE]
        assert main([*command, *asked]) == 0
    return folder


def document(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, dict[str, Any]]:
    """Run a command with --json and return its exit code and its document."""
    capsys.readouterr()
    code = main([*command, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


@pytest.mark.parametrize("run", ["2026-11-20-0001", "2026-11-20-0002"])
@pytest.mark.parametrize("household", [PLANNED, INVALID])
def test_a_plan_is_made_again(
    place: Path, run: str, household: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Orders, lots, flows and plan have the same bytes, from Parquet and from CSV."""
    before = {p: p.stat().st_mtime_ns for p in (place / "runs" / run).rglob("*")}
    code, found = document(capsys, "replay", str(place / "runs" / run), household)
    assert (code, found["identical"], found["changed_inputs"]) == (0, True, [])
    assert found["changed_versions"] == {}
    rows = {name: table["rows"] for name, table in found["tables"].items()}
    assert rows["plans"] == 1
    assert (rows["orders"] > 0) == (household == PLANNED)
    assert before == {p: p.stat().st_mtime_ns for p in (place / "runs" / run).rglob("*")}


def test_a_replay_finds_what_was_tampered_with(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cent in one order: that table differs, the others do not."""
    run = shutil.copytree(place / "runs" / "2026-11-20-0002", tmp_path / "2026-11-20-0002")
    orders = pd.read_csv(run / "orders.csv")
    orders.loc[orders["household_id"] == PLANNED, "amount"] += 0.01
    orders.to_csv(run / "orders.csv", index=False)
    code, found = document(capsys, "replay", str(run), PLANNED)
    assert (code, found["identical"]) == (1, False)
    differ = [n for n, t in found["tables"].items() if t["sha256_then"] != t["sha256_now"]]
    assert differ == ["orders"]
    assert main(["replay", str(run), PLANNED]) == 1
    assert "differs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("lots.csv", lambda text: text + "\n"),
        ("policies/standard.toml", lambda text: "# a comment\n" + text),
        ("securities.csv", lambda text: text.replace("\n", "\r\n")),
    ],
)
def test_a_changed_input_is_named(
    place: Path, tmp_path: Path, file: str, change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which file, its hash then and now; nothing is made again from another book."""
    book = shutil.copytree(place / "book", tmp_path / "book")
    (book / file).write_text(change((book / file).read_text("utf-8")), "utf-8")
    run = str(place / "runs" / "2026-11-20-0001")
    code, found = document(capsys, "replay", run, PLANNED, "--book", str(book))
    assert (code, found["identical"], found["tables"]) == (1, False, {})
    (changed,) = (c for c in found["changed_inputs"] if c["what"] == "input")
    assert changed["where"] == file
    assert changed["stored"] != changed["judged"]
    assert main(["replay", run, PLANNED, "--book", str(book)]) == 1
    assert "changed since" in capsys.readouterr().out


def test_a_household_that_was_not_asked_for(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is in the book and not in the run: one clear error."""
    run = str(place / "runs" / "2026-11-20-0001")
    assert main(["replay", run, "inside-bands"]) == 2
    assert "no plan of household 'inside-bands'" in capsys.readouterr().err


def test_an_order_has_a_trail(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Inputs by hash, rule, policy and its version, law, solver, bound, and who approved."""
    run = place / "runs" / "2026-11-20-0001"
    orders = pd.read_parquet(run / "orders.parquet").set_index("household_id")
    order = orders.loc[[PLANNED]].iloc[0]
    plan = pd.read_parquet(run / "plans.parquet").set_index("household_id").loc[PLANNED]
    code, trail = document(capsys, "trace", str(run), order["order_id"])
    assert code == 0
    assert trail["order"]["security_id"] == order["security_id"]
    assert trail["why"]["order"] == order["reason"]
    files = {p.relative_to(place / "book").as_posix() for p in (place / "book").rglob("*.csv")}
    assert files <= set(trail["inputs"]["files"])
    assert all(len(digest) == 64 for digest in trail["inputs"]["files"].values())
    assert trail["policy"]["policy_id"] == plan["policy_id"]
    assert len(trail["policy"]["sha256"]) == 64
    assert trail["law"]["year"] == 2026
    assert trail["solver"] == plan["solver"]
    assert trail["bound_bps"] == plan["bound_bps"]
    nobody = {"decision": None, "decisions": [], "approvers": [], "overridden": []}
    approval = {"by_policy": plan["approval"], **nobody}
    assert trail["approval"] == approval
    assert trail["ticket"] is None
    assert trail["log"]["policy"] == {
        "policy_id": plan["policy_id"],
        "sha256": trail["policy"]["sha256"],
    }
    assert main(["reject", str(run), PLANNED, "--by", "ann", "--why", "agreed by phone"]) == 0
    _, trail = document(capsys, "trace", str(run), order["order_id"])
    assert trail["approval"]["decision"]["by"] == "ann"
    assert main(["trace", str(run), order["order_id"]]) == 0
    assert "decision by: ann" in capsys.readouterr().out
    assert main(["trace", str(run), "no such order"]) == 2


def test_the_commands_take_a_database_for_a_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied to SQLite, a book is checked, run, verified and replayed by its URL."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    code, copied = document(capsys, "book", "copy", str(SAMPLE), url)
    assert code == 0 and copied["rows"]["lots"] > 0
    (tmp_path / "ids.txt").write_text(f"{PLANNED}\n{INVALID}\n")
    ids = ["--households", str(tmp_path / "ids.txt"), *HERE]
    command = ["run", "--book", url, "--asof", ASOF, "--out", str(tmp_path / "runs"), *ids]
    code, facts = document(capsys, *command)
    assert (code, facts["counts"]) == (0, {"planned": 1, "invalid": 1})
    assert document(capsys, "verify", url, facts["folder"])[1]["agree"]
    for household in (PLANNED, INVALID):
        code, found = document(capsys, "replay", facts["folder"], household)
        assert (code, found["identical"]) == (0, True), found
    code, found = document(capsys, "check", url, "--asof", ASOF)
    assert found["invalid_households"] == [INVALID]
    assert main(["run", str(SAMPLE), "--book", url, "--asof", ASOF]) == 2
    assert "two books" in capsys.readouterr().err
