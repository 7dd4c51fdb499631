"""Decisions are added, the last one holds, and what cannot be decided is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightly.register.register import NAME, entries_in
from tests.nightly.export.exported import decide, exported


def test_the_last_decision_holds_and_all_are_kept(run: Path, tmp_path: Path) -> None:
    """Approved, then rejected: it stays; the log and the folder tell both."""
    assert decide(run, "approve", "single-account") == 0
    assert decide(run, "reject", "single-account", "Bob", "client called") == 0
    assert decide(run, "reject", "drifted-60-40") == 0
    facts = exported(run, tmp_path / "a")
    assert facts["left_out"]["single-account"] == "rejected by Bob: client called"
    assert set(facts["left_out"]) == {"single-account", "drifted-60-40"}
    kept = [entry.by for _, entry in entries_in(run.parent / NAME) if entry.kind == "decision"]
    assert kept == ["Ann", "Bob", "Ann"]
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert [e["by"] for e in events if e["event"] == "decision"] == ["Ann", "Bob", "Ann"]


@pytest.mark.parametrize(
    ("household", "by", "why"),
    [
        ("nobody", "Ann", "yes"),
        ("faulty-data", "Ann", "yes"),
        ("inside-bands", "Ann", "yes"),
        ("single-account", " ", "yes"),
        ("single-account", "Ann", ""),
        ("single-account", "Ann\x1b[31m", "yes"),
        ("single-account", "Ann", "yes\x1b[2K"),
        ("single-account", "\u202ennA", "yes"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    run: Path, household: str, by: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown households, answers without orders, nobody's decisions: exit code 2, no file."""
    assert decide(run, "approve", household, by, why) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not any(entry.kind == "decision" for _, entry in entries_in(run.parent / NAME))
