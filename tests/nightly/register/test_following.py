"""The register that is followed: what holds is what is in the file, folded once, whoever wrote."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.errors import RunFolderError
from nightly.register.following import Following
from nightly.register.lines import RegisterError
from nightly.register.register import NAME, Held, Register, entries_in
from nightly.register.states import TransitionError
from nightly.register.whole import HEAD
from tests.nightly.register import orders
from tests.nightly.register.folding import lines_folded

RUN = "2026-11-20-0001"

WAITS_AT_MOST = 60
"""Seconds after which somebody who looks has been shut out for good."""


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Return a register in which two plans were proposed, and one approved."""
    found = Register(tmp_path / NAME)
    with found.held() as held:
        orders.propose(held, RUN, ["h1", "h2"], "needs_approval")
        orders.decide(held, RUN, "h1", "approved")
    return found


@pytest.fixture
def following(register: Register) -> Following:
    """Return it followed, and looked at already."""
    found = Following(register)
    same(found)
    return found


def same(following: Following) -> None:
    """Assert that what is followed is what a reader of the whole file finds."""
    whole = following.register.read()
    with following.now() as now:
        assert (now.entries, now.heads) == (whole.entries, whole.heads)
        assert (now.plans, now.moved) == (whole.plans, whole.moved)


def decide(held: Held, decision: str, by: str = "Ann") -> None:
    """Write one person's word on a plan."""
    orders.decide(held, RUN, "h2", decision, by=by)


def test_what_is_followed_is_what_is_read(register: Register, tmp_path: Path) -> None:
    """Line by line, torn ones left out, and anew when the file is another."""
    content = register.path.read_bytes()
    other = Register(tmp_path / "other")
    following = Following(other)
    same(following)
    first = content.index(b"\n") + 1
    for length in (0, 5, first, first + 7, len(content)):
        with other.path.open("wb" if not length else "r+b") as file:
            file.write(content[:length])
        same(following)
    other.path.unlink()
    same(following)
    other.path.write_bytes(content)
    same(following)


def test_two_who_write_in_turn_fold_each_line_once(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reads on what the other wrote; a line of one's own is not read again."""
    servers = [Following(register), Following(register)]
    for server in servers:
        same(server)
    for place in range(6):
        with lines_folded(monkeypatch) as taken, servers[place % 2].held() as held:
            decide(held, "rejected" if place % 2 else "approved", f"person {place}")
        assert taken == [*([held.registered.entries - 1] if place else []), held.registered.entries]
    for server in servers:
        same(server)


def rewritten(path: Path, content: bytes) -> None:
    """Change a file in place, at the times that it had."""
    stat = path.stat()
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_byte_changed_since_it_was_read_stops_who_writes(following: Following) -> None:
    """Though size and times are as they were, nothing is written; restored, it goes on."""
    path = following.path
    whole = path.read_bytes()
    for place in range(0, len(whole) - 1, 97):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        rewritten(path, changed)
        with pytest.raises(RegisterError, match="line"), following.held() as held:
            decide(held, "approved")
        assert path.read_bytes() == changed
    rewritten(path, whole)
    with following.held() as held:
        decide(held, "approved")
    same(following)


@pytest.mark.parametrize("people", [["Bob"], ["Bob", "Cleo", "Dan"]])
def test_another_register_under_the_same_name_is_read_anew(
    following: Following, people: list[str], tmp_path: Path
) -> None:
    """A copy that was put back, shorter or longer, of the same file or another: its word holds.

    Nothing beside it knows more: the head is gone too.
    """
    other = Register(tmp_path / "other")
    with other.held() as held:
        orders.propose(held, RUN, ["h2"], "needs_approval")
        for by in people:
            decide(held, "rejected", by)
    rewritten(following.path, other.path.read_bytes())
    following.path.with_suffix(HEAD).unlink()
    with following.held() as held:
        assert [each.by for each in held.registered.plans[RUN, "h2"].decisions] == people
        assert (RUN, "h1") not in held.registered.plans
        decide(held, "approved")
    same(following)
    rewritten(following.path, other.path.read_bytes() + following.path.read_bytes()[:9])
    same(following)


def test_a_torn_line_is_cut_off_and_told(following: Following) -> None:
    """It was read to its beginning already."""
    with following.path.open("ab") as file:
        file.write(b"0123456789")
    same(following)
    with following.held() as held:
        decide(held, "approved")
    kinds = [entry.kind for _, entry in entries_in(following.path)]
    assert kinds[-2:] == ["mended", "decision"]
    same(following)


def test_what_is_refused_is_forgotten(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transition that is not allowed, or a full disk: what was half folded holds for nobody."""
    before = following.path.read_bytes()
    with pytest.raises(TransitionError), following.held() as held:
        orders.propose(held, "2026-11-20-0002", ["h3"])
        orders.propose(held, RUN, ["h4"])
    same(following)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.pwrite", full)
        with pytest.raises(RunFolderError), following.held() as held:
            decide(held, "approved")
    same(following)
    assert following.path.read_bytes().startswith(before)


def test_whoever_looks_is_not_shut_out_while_somebody_sends(following: Following) -> None:
    """A sender holds the register as long as orders are judged; pages show what is on disk."""

    def look() -> int:
        with following.now() as now:
            return now.entries

    with following.held() as held, ThreadPoolExecutor(1) as pool:
        before = pool.submit(look).result(WAITS_AT_MOST)
        decide(held, "approved")
        after = pool.submit(look).result(WAITS_AT_MOST)
    assert (before, after) == (held.registered.entries - 1, held.registered.entries)
