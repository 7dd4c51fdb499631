"""The register's file: whole at every byte, changed by nobody, written by one at a time."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from models.errors import RunFolderError
from nightly.register.fold import Registered
from nightly.register.folded import Folded
from nightly.register.lines import RegisterError
from nightly.register.records import Answer, Entry, Fill, data_of, record_of
from nightly.register.register import NAME, Register, beside, entries_in
from nightly.register.states import State, TransitionError
from nightly.register.whole import HEAD
from nightly.results.run_folder import RunFolder
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
ROOT = Path(__file__).resolve().parents[3]

ADDS = """
import sys
from pathlib import Path
from nightly.register.register import Register
for _ in range(int(sys.argv[2])):
    with Register(Path(sys.argv[1])).held() as held:
        held.add("mended", sys.argv[3], "", {"torn_bytes": 0})
"""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Return a run's folder beside an empty register."""
    (tmp_path / RUN).mkdir()
    return RunFolder(tmp_path / RUN)


@pytest.fixture
def register(folder: RunFolder) -> Register:
    """Return a register in which a plan was proposed, approved, and sent."""
    found = beside(folder.path)
    with found.held() as held:
        orders.propose(held, RUN, ["h1", "h2"], "needs_approval")
        orders.decide(held, RUN, "h1", "approved")
        orders.send(held, folder, [orders.ticket(RUN, "h1", approved_by="Ann")])
    return found


def test_a_line_that_is_torn_at_any_byte_is_left_out_and_told(register: Register) -> None:
    """Whatever was written of the last line, what was before holds, and the file goes on.

    The head does not know of it: it is written once the line is on disk.
    """
    whole = register.path.read_bytes()
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(start, len(whole)):
        register.path.write_bytes(whole[:cut])
        register.path.with_suffix(HEAD).unlink()
        assert register.read().tickets == {}
        with register.held() as held:
            orders.propose(held, "2026-11-20-0002", ["h3"])
        told = [entry for _, entry in entries_in(register.path) if entry.kind == "mended"]
        assert [entry.data["torn_bytes"] for entry in told] == (
            [cut - start] if cut > start else []
        )
    register.path.write_bytes(whole[:-9] + b"\0" * 8 + b"\n")  # a page that was never written
    assert register.read().tickets == {}


def test_a_byte_changed_in_any_line_before_the_last_stops_every_reader(register: Register) -> None:
    """One byte at a time, and a line taken out."""
    whole = register.path.read_bytes()
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    for place in range(0, start, 7):
        register.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(RegisterError, match="line"):
            register.read()
    lines = whole.splitlines(keepends=True)
    register.path.write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(RegisterError, match="line 3"), register.held():
        pass


def test_a_full_disk_leaves_the_register_as_it_was(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a line is cut off again; the line is not in force."""
    before, write = register.path.read_bytes(), os.pwrite

    def full(handle: int, line: bytes, place: int) -> int:
        write(handle, line[: len(line) // 2], place)
        raise OSError(errno.ENOSPC, "No space left on device")

    with register.held() as held:
        with monkeypatch.context() as patch:
            patch.setattr("os.pwrite", full)
            with pytest.raises(RunFolderError, match="No space left"):
                orders.decide(held, RUN, "h2", "approved")
        with pytest.raises(RegisterError, match="read the register again"):
            orders.decide(held, RUN, "h2", "approved")
    assert register.path.read_bytes() == before
    assert register.read().plans[RUN, "h2"].state is State.PROPOSED


def test_processes_write_one_after_the_other(tmp_path: Path) -> None:
    """Three at once, ten lines each: every line is there and the digests hold."""
    path = tmp_path / NAME
    command = [sys.executable, "-c", ADDS, str(path), "10"]
    started = [subprocess.Popen([*command, name], cwd=ROOT) for name in "abc"]
    assert [process.wait(timeout=120) for process in started] == [0, 0, 0]
    written = [entry.by for _, entry in entries_in(path)]
    assert sorted(written) == ["a"] * 10 + ["b"] * 10 + ["c"] * 10 + ["hearth"]


def test_a_line_that_the_table_does_not_allow_is_never_written(
    register: Register, folder: RunFolder
) -> None:
    """Sent is not decided on, nor sent again by another run, nor filled beyond what was ordered."""
    before = register.path.read_bytes()

    def fill(shares: int, state: State) -> dict[str, object]:
        name = orders.ticket(RUN, "h1").ticket_id
        found = Fill(f"f{shares}", name, Decimal(shares), Decimal(300), orders.ASOF)
        return {"sha256": "s", "answers": [data_of(Answer(name, state, found))]}

    with register.held() as held, pytest.raises(TransitionError, match="hearth cancel"):
        orders.decide(held, RUN, "h1", "rejected")
    with register.held() as held, pytest.raises(TransitionError, match="was sent already"):
        orders.send(held, folder, [orders.ticket(RUN, "h1")])
    with register.held() as held, pytest.raises(TransitionError, match="cannot be sent"):
        orders.decide(held, RUN, "h2", "rejected")
        before = register.path.read_bytes()
        orders.send(held, folder, [orders.ticket(RUN, "h2")])
    for shares, state in (
        (101, State.PARTLY_FILLED),
        (100, State.PARTLY_FILLED),
        (9, State.FILLED),
    ):
        with register.held() as held, pytest.raises(TransitionError):
            held.add("answers", "Ann", "", fill(shares, state))
    with register.held() as held, pytest.raises(RegisterError, match="no line before it names"):
        orders.decide(held, RUN, "h9", "approved")
    assert register.path.read_bytes() == before


def test_every_step_has_time_who_why_and_digest(register: Register) -> None:
    """From the proposal on, as the lines say."""
    (standing,) = register.read().tickets.values()
    said = [(s.state.value, s.by, s.why, s.sha256[:9]) for s in standing.steps]
    assert said == [
        ("proposed", "hearth", "", "h1-digest"),
        ("approved", "Ann", "as agreed", "h1-digest"),
        ("sent", "Ann", "exported", "ddddddddd"),
    ]
    assert all(step.clock for step in standing.steps)


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_collected_while_lines_are_folded(
    register: Register, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """Nor when what is there already is read on; afterwards the collector works as before."""
    still, folded = [], Registered.take

    def take(now: Registered, entry: Entry, head: str) -> None:
        still.append(not gc.isenabled())
        if fails:
            raise RegisterError("of no use")
        folded(now, entry, head)

    monkeypatch.setattr(Registered, "take", take)
    for read in (register.read, lambda: register.read_on(Folded())):
        with suppress(RegisterError):
            read()
        assert gc.isenabled()
    assert len(still) == (2 if fails else 8) and all(still)


def test_two_people_are_two_people(register: Register) -> None:
    """One who approves twice is one; a rejection in between starts anew."""

    def state(*decisions: tuple[str, str]) -> State:
        with register.held() as held:
            orders.decide(held, RUN, "h2", "rejected", needed=2)
            for by, decision in decisions:
                orders.decide(held, RUN, "h2", decision, by=by, needed=2)
            return held.registered.plans[RUN, "h2"].state

    ann, bob = ("Ann", "approved"), ("Bob", "approved")
    assert state(ann, ann) is State.REJECTED
    assert state(ann, ("Cleo", "rejected"), bob) is State.REJECTED
    assert state(ann, bob) is State.APPROVED


def test_records_read_back_as_they_were() -> None:
    """Decimals keep their text, dates and lots their types."""
    ticket = orders.ticket(RUN, "h1", shares=Decimal("100.2500"))
    assert record_of(type(ticket), data_of(ticket)) == ticket
    fill = Fill("f", "t", Decimal("0.1"), Decimal("3.00"), orders.ASOF, "b")
    answer = Answer("t", State.PARTLY_FILLED, fill, "x")
    assert record_of(Answer, data_of(answer)) == answer
