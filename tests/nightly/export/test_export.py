"""What is approved leaves, whole and once; what is not stays and is told why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from nightly.main import main
from nightly.register.register import beside
from tests.nightly.export.exported import ASOF, decide, exported, messages, rows


def test_what_needs_approval_says_so_in_the_plans(night: Path) -> None:
    """Beyond a pre-approved limit a plan needs approval, and its reason has the figure."""
    plans = pd.read_parquet(night / "plans.parquet").set_index("household_id")
    assert plans.loc["single-account", "approval"] == "needs_approval"
    assert "pre-approved 0" in plans.loc["single-account", "reason"]
    assert plans.loc["drifted-60-40", "approval"] == "auto"


def test_only_what_is_approved_leaves(run: Path, tmp_path: Path) -> None:
    """Before the approval it stays behind; after it, it leaves with who approved it."""
    facts = exported(run, tmp_path / "a")
    assert set(facts["left_out"]) == {"single-account"}
    assert facts["households"] == 2
    assert decide(run, "approve", "single-account") == 0
    assert exported(run, tmp_path / "b")["left_out"] == {}
    tickets = [row for name in "ab" for row in rows(tmp_path / name / "tickets.csv")]
    orders = pd.read_parquet(run / "orders.parquet")
    assert sorted(t["order_id"] for t in tickets) == sorted(orders["order_id"])
    by = {t["household_id"]: t["approved_by"] for t in tickets}
    assert by == {"single-account": "Ann", "drifted-60-40": "policy", "year-end-harvest": "policy"}


def test_what_left_does_not_leave_again(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second export has nothing new and says so; --again repeats ids, marked as duplicates."""
    first = exported(run, tmp_path / "a")
    capsys.readouterr()
    assert main(["export", str(run), "--out", str(tmp_path / "b")]) == 0
    assert f"nothing new: {first['tickets']} tickets" in capsys.readouterr().out
    assert not (tmp_path / "b").exists()
    again = exported(run, tmp_path / "c", "--again")
    ids = [[t["ticket_id"] for t in rows(tmp_path / name / "tickets.csv")] for name in ("a", "c")]
    assert ids[0] == ids[1]
    assert again["possible_duplicates"]
    assert {t["possible_duplicate"] for t in rows(tmp_path / "a" / "tickets.csv")} == {""}
    assert {t["possible_duplicate"] for t in rows(tmp_path / "c" / "tickets.csv")} == {"yes"}
    exported(run, tmp_path / "d", "--again", "--format", "fix")
    for message in messages(tmp_path / "d" / "tickets.fix"):
        assert (message.get(43), message.get(97)) == (b"Y", b"Y")
        assert message.get(122) is not None


def test_two_runs_of_one_day_send_one_ticket_for_an_intention(run: Path, tmp_path: Path) -> None:
    """The second run takes the place of the first: only whom it did not answer leaves with that."""
    book = json.loads((run / "manifest.json").read_text())["inputs"]["path"]
    command = ["run", book, "--asof", ASOF, "--out", str(run.parent), "--workers", "0"]
    (tmp_path / "ids").write_text("drifted-60-40\nsingle-account\n")
    assert main([*command, "--households", str(tmp_path / "ids")]) == 0
    second = run.with_name(f"{ASOF}-0002")
    first = exported(run, tmp_path / "a")
    assert f"{second.name} answered it since" in first["left_out"]["drifted-60-40"]
    assert first["households"] == 1
    assert decide(second, "approve", "single-account") == 0
    assert exported(second, tmp_path / "b")["households"] == 2
    assert decide(run, "approve", "single-account") == 2
    assert main(["export", str(run), "--out", str(tmp_path / "c")]) == 0
    assert not (tmp_path / "c").exists()


def test_what_was_sent_is_not_rejected_but_asked_back(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The refusal says what would do; a cancel writes requests and changes no state."""
    exported(run, tmp_path / "a")
    assert decide(run, "reject", "drifted-60-40") == 2
    assert "hearth cancel" in capsys.readouterr().err
    command = ["cancel", str(run), "drifted-60-40", "--by", "Ann", "--why", "client called"]
    assert main([*command, "--out", str(tmp_path / "b")]) == 2
    assert "--sent tickets" in capsys.readouterr().err
    command += ["--sent", "tickets"]
    assert main([*command, "--format", "fix", "--out", str(tmp_path / "b")]) == 0
    sent = [t for t in rows(tmp_path / "a" / "tickets.csv") if t["household_id"] == "drifted-60-40"]
    told = messages(tmp_path / "b" / "cancels.fix")
    assert [m.get(41).decode() for m in told] == [t["ticket_id"] for t in sent]
    assert {m.get(35) for m in told} == {b"F"}
    assert {m.get(11) for m in told}.isdisjoint({m.get(41) for m in told})
    standing = beside(run).read().tickets[sent[0]["ticket_id"]]
    assert (standing.state, standing.cancel_asked) == ("sent", True)
    assert main([*command[:2], "single-account", *command[3:]]) == 2


def test_a_run_that_no_register_has_is_taken_in(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that was made before there was a register leaves once all the same."""
    run = Path(shutil.copytree(night, tmp_path / night.name))
    exported(run, tmp_path / "a")
    assert "taken in as it stands" in capsys.readouterr().out
    assert main(["export", str(run), "--out", str(tmp_path / "b")]) == 0
    assert not (tmp_path / "b").exists()


def test_an_export_is_written_once(run: Path) -> None:
    """Each export has a folder of its own; a folder that is there is left as it is."""
    assert main(["export", str(run)]) == 0
    before = (run / "exports" / "0001" / "tickets.csv").read_bytes()
    assert decide(run, "approve", "single-account") == 0
    taken = str(run / "exports" / "0001")
    assert main(["export", str(run), "--format", "fix", "--out", taken]) == 2
    assert main(["export", str(run), "--format", "fix"]) == 0
    assert sorted(path.name for path in (run / "exports").iterdir()) == ["0001", "0002"]
    assert (run / "exports" / "0001" / "tickets.csv").read_bytes() == before
    blocks = messages(run / "exports" / "0002" / "blocks.fix")
    first = {row["block_id"] for row in rows(run / "exports" / "0001" / "blocks.csv")}
    assert first.isdisjoint({message.get(11).decode() for message in blocks})


def test_a_run_that_is_not_complete_gives_nothing(run: Path, tmp_path: Path) -> None:
    """Without a manifest neither a decision nor an export is possible."""
    (run / "manifest.json").unlink()
    assert decide(run, "approve", "single-account") == 2
    assert main(["export", str(run), "--out", str(tmp_path / "a")]) == 2
    assert main(["export", str(run), "--format", "xml"]) == 2
