"""A register that lost lines is written by nobody and believed by nobody; the night goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nightly.alerts.events import events_of
from nightly.main import main
from nightly.register.lines import RegisterError
from nightly.register.register import NAME, Register, beside
from nightly.register.states import State, TransitionError
from nightly.register.whole import HEAD, lost
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import run_table
from nightly.run.fail_on import CUT_BACK
from tests.nightly.export.exported import ASOF, decide, exported
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
SAID = ("--by", "Ann", "--why", "as agreed")
AUTO, ASKS = "drifted-60-40", "single-account"
"""A household whose policy lets its plan leave, and one whose plan waits for a person."""


@pytest.fixture
def put_back(run: Path, tmp_path: Path) -> Callable[[], None]:
    """Return what puts the register back as the night left it; since then one was rejected."""
    kept = shutil.copy(run.parent / NAME, tmp_path / "kept")
    assert decide(run, "reject", AUTO, why="client called") == 0
    assert decide(run, "approve", ASKS) == 0
    return lambda: shutil.copy(kept, run.parent / NAME) and None


@pytest.fixture
def cut(run: Path, put_back: Callable[[], None]) -> Path:
    """Return the run beside a register that lost what people decided; nothing had left."""
    put_back()
    return run


def answers(run: Path) -> str:
    """Return a file of the market's answers."""
    file = run.parent.parent / "answers.csv"
    file.write_text("ticket_id,fill_id,shares,price\nx,f1,1,300\n")
    return str(file)


@pytest.mark.parametrize("word", ["approve", "reject", "export", "cancel", "fills", "settle"])
def test_nobody_writes_to_it_or_settles_by_it(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    """Neither a decision nor an answer: the message says what is known, and what would do."""
    book = json.loads((cut / "manifest.json").read_text())["inputs"]["path"]
    register = ("--register", str(cut.parent))
    more = {
        "fills": [answers(cut), *register],
        "settle": [book, *register, "--out", str(tmp_path / "next")],
        "export": [str(cut)],
    }
    before = (cut.parent / NAME).read_bytes()
    capsys.readouterr()
    assert main([word, *more.get(word, [str(cut), ASKS, *SAID])]) == 2
    said = capsys.readouterr().err
    assert "orders.head knows of 4 lines" in said and "which has 2" in said
    assert "Fetch the newest copy" in said and f"hearth export {cut} --book-again" in said
    assert (cut.parent / NAME).read_bytes() == before
    assert not (tmp_path / "next").exists()


@pytest.mark.parametrize(
    "word",
    [
        ["pending"],
        ["show"],
        ["show", ASKS],
        ["orders"],
        ["trace"],
        ["report", AUTO],
        ["fills", "--preview"],
    ],
)
def test_whoever_looks_is_warned(
    cut: Path, capsys: pytest.CaptureFixture[str], word: list[str]
) -> None:
    """On standard error, with exit code 1: what is shown may have been decided otherwise."""
    name = str(run_table(cut, "orders")["order_id"][0])
    more = {
        "orders": ["--register", str(cut.parent)],
        "trace": [str(cut), name],
        "fills": [answers(cut), "--register", str(cut.parent), *word[1:]],
    }
    capsys.readouterr()
    form = ["--format", "json"] if word[0] == "report" else ["--json"]
    assert main([word[0], *more.get(word[0], [str(cut), *word[1:]]), *form]) == 1
    told = capsys.readouterr()
    json.loads(told.out)
    assert "orders.head knows of 4 lines" in told.err and "--book-again" in told.err


def test_a_night_goes_on_and_says_so(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On its page, in its manifest, as an alert, by its exit code; and so does the next one.

    That it wrote its proposals makes nobody forget what was lost.
    """
    book = json.loads((cut / "manifest.json").read_text())["inputs"]["path"]
    command = ["run", book, "--asof", ASOF, "--out", str(cut.parent), "--workers", "0"]
    (cut.parent.parent / "ids").write_text(f"{AUTO}\n")
    command += ["--households", str(cut.parent.parent / "ids")]
    for number in (2, 3):
        capsys.readouterr()
        assert main(command) == 1
        assert "orders.head knows of 4 lines" in capsys.readouterr().out
        night = RunFolder(cut.with_name(f"{ASOF}-000{number}"))
        assert "orders.head knows of 4 lines" in night.manifest()["register_lost"]
        assert (night.run_id, AUTO) in beside(night.path).read().plans
        (event,) = events_of(night, (CUT_BACK,))
        assert "orders.head knows of 4 lines" in event.text and "--book-again" in event.text
    assert main([*command, "--fail-on", "failed"]) == 0
    assert events_of(RunFolder(cut), (CUT_BACK,)) != [], "an older run says so too, by now"
    assert decide(cut, "approve", ASKS) == 2


def test_once_the_newest_copy_is_back_all_goes_on(run: Path, tmp_path: Path) -> None:
    """Nothing else was written: nobody is warned any more."""
    assert decide(run, "approve", ASKS) == 0
    newest = shutil.copy(run.parent / NAME, tmp_path / "newest")
    (run.parent / NAME).write_bytes(b"")
    assert main(["pending", str(run)]) == 1
    shutil.copy(newest, run.parent / NAME)
    assert main(["pending", str(run)]) == 0
    assert decide(run, "reject", ASKS) == 0


def test_a_register_that_goes_on_without_asks_again_for_each_word(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan that was rejected in a lost line does not leave, though its policy would let it."""
    assert main(["export", str(cut), "--book-again", *SAID[:2]]) == 0
    said = capsys.readouterr().out
    assert "decide anew; plans that wait for that: 3" in said and "0 exports booked" in said
    now = beside(cut).read()
    assert [plan.state for plan in now.plans.values()] == [State.PROPOSED] * 3
    facts = sent(cut, capsys)
    assert (facts["folder"], set(facts["left_out"])) == (None, {AUTO, ASKS, "year-end-harvest"})
    assert "decide on it anew" in facts["left_out"][AUTO]
    main(["pending", str(cut), "--json"])
    assert json.loads(capsys.readouterr().out)["waiting"] == 3
    assert decide(cut, "approve", AUTO) == 0
    assert exported(cut, tmp_path / "a")["households"] == 1
    assert beside(cut).read().plans[cut.name, AUTO].steps[1].why.startswith("goes on without")
    assert main(["export", str(cut), "--book-again"]) == 0, "nothing more is lost"
    assert beside(cut).read().plans[cut.name, AUTO].state is State.APPROVED


def sent(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Export and return what is said as data."""
    capsys.readouterr()
    assert main(["export", str(run), "--json"]) == 0
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return facts


def test_of_two_who_approved_before_both_approve_anew(tmp_path: Path) -> None:
    """One of them may have taken their word back in a line that was lost."""
    with Register(tmp_path / NAME).held() as held:
        orders.propose(held, RUN, ["h1"], "needs_approval")
        for by in ("Ann", "Bob"):
            orders.decide(held, RUN, "h1", "approved", by=by, needed=2)
        held.add("mended", "Eve", "goes on without", {"gone": ["x" * 64]})
        orders.decide(held, RUN, "h1", "approved", by="Bob", needed=2)
        plan = held.registered.plans[RUN, "h1"]
        assert (plan.state, plan.approvers, plan.waits) == (State.PROPOSED, ("Bob",), True)
        orders.decide(held, RUN, "h1", "approved", by="Ann", needed=2)
        assert (plan.state, plan.waits) == (State.APPROVED, False)


@pytest.mark.parametrize("kept", range(1, 5))
def test_the_head_is_the_last_line_on_disk(tmp_path: Path, kept: int) -> None:
    """Cut after any line, the register lacks it; a line that was refused is none."""
    register = Register(tmp_path / NAME)
    for k in range(4):
        with register.held() as held:
            orders.propose(held, f"2026-11-2{k}-0001", ["h1"])
    with pytest.raises(TransitionError), register.held() as held:
        orders.propose(held, "2026-11-20-0001", ["h1"])
    assert lost(register.read(), register.path) == ""
    lines = register.path.read_bytes().splitlines(keepends=True)
    register.path.write_bytes(b"".join(lines[:kept]))
    assert f"knows of 5 lines of {register.path}" in lost(register.read(), register.path)
    with pytest.raises(RegisterError, match="put back"), register.held():
        pass
    register.path.with_suffix(HEAD).unlink()
    with register.held() as held:
        orders.propose(held, "2026-11-30-0001", ["h1"])
    assert lost(register.read(), register.path) == ""


def test_a_head_that_cannot_be_read_or_written_stops_nobody(tmp_path: Path) -> None:
    """It is evidence, and no part of the register."""
    register = Register(tmp_path / NAME)
    register.path.with_suffix(HEAD).write_text("{torn")
    with register.held() as held:
        orders.propose(held, RUN, ["h1"])
    assert json.loads(register.path.with_suffix(HEAD).read_text())["known"] == 2
    register.path.with_suffix(HEAD).unlink()
    register.path.with_suffix(HEAD).mkdir()
    with register.held() as held:
        orders.decide(held, RUN, "h1", "approved")
    assert register.read().entries == 3


def test_without_its_head_the_newest_run_says_what_it_knew(cut: Path, run: Path) -> None:
    """A run that was made beside more lines than there are."""
    (cut.parent / NAME).with_suffix(HEAD).unlink()
    assert main(["pending", str(cut)]) == 0, "nobody is left who knows"
    facts = json.loads((cut / "manifest.json").read_text())
    facts["register"] = {"known": 7, "known_sha256": "d" * 64}
    (cut / "manifest.json").write_text(json.dumps(facts))
    said = lost(beside(cut).read(), cut.parent / NAME)
    assert said.startswith(f"{cut}, unless it came from elsewhere (then move it away), knows of 7")


def test_what_left_in_spite_of_an_earlier_no_is_booked_again(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The copy has the rejection, and neither the approval after it nor what left: it has left."""
    assert decide(run, "reject", ASKS) == 0
    kept = shutil.copy(run.parent / NAME, tmp_path / "kept")
    assert decide(run, "approve", ASKS) == 0
    exported(run, tmp_path / "a")
    tickets = beside(run).read().tickets
    shutil.copy(kept, run.parent / NAME)
    assert main(["export", str(run), "--book-again"]) == 0, capsys.readouterr().err
    now = beside(run).read()
    assert now.tickets.keys() == tickets.keys()
    assert [step.why for step in now.plans[run.name, ASKS].steps][-1] == "it had left"
    assert sent(run, capsys)["folder"] is None


def test_a_run_that_is_taken_in_after_lines_were_lost_waits_for_a_word(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line that proposed its plans is lost too, and with it that one was rejected."""
    assert decide(run, "reject", AUTO) == 0
    (run.parent / NAME).write_bytes(b"")
    assert main(["export", str(run), "--book-again"]) == 0
    facts = sent(run, capsys)
    assert facts["folder"] is None and "decide on it anew" in facts["left_out"][AUTO]
    assert decide(run, "approve", AUTO) == 0
    assert exported(run, tmp_path / "a")["households"] == 1


def test_what_is_booked_again_twice_keeps_one_mark(run: Path, tmp_path: Path) -> None:
    """Its line has another number then; lost once more, it is booked once."""
    kept = shutil.copy(run.parent / NAME, tmp_path / "kept")
    exported(run, tmp_path / "a")
    for _ in range(2):
        shutil.copy(kept, run.parent / NAME)
        assert main(["export", str(run), "--book-again"]) == 0
        lines = (run.parent / NAME).read_bytes().splitlines(keepends=True)
        place = next(k for k, line in enumerate(lines) if b'"kind":"written"' in line)
        (run.parent / NAME).write_bytes(b"".join(lines[:place]))
        assert main(["export", str(run), "--book-again"]) == 0
        assert main(["export", str(run)]) == 0
    assert len(list((run / "left").iterdir())) == 1
