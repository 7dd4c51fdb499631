"""A parcel leaves whole and once, wherever a crash or a full disk comes in between."""

from __future__ import annotations

import csv
import errno
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from models.errors import RunFolderError
from nightly.export.files import order_files
from nightly.export.outbox import finish, leave, must_be_as_they_left
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.records import Parcel, data_of
from nightly.register.register import NAME, Held, beside
from nightly.register.whole import LEFT, must_be_whole
from nightly.results.run_folder import RunFolder
from tests.nightly.life.crashes import STEPS, Crash, crash_at
from tests.nightly.register import orders

RUN = "2026-11-20-0001"


def ready(place: Path) -> RunFolder:
    """Return a run with two plans that may leave."""
    (place / RUN).mkdir(parents=True)
    folder = RunFolder(place / RUN)
    with beside(folder.path).held() as held:
        orders.propose(held, RUN, ["h1", "h2"])
    return folder


def export(held: Held, folder: RunFolder) -> Parcel:
    """Let both plans leave if they have not."""
    tickets = [orders.ticket(RUN, name) for name in ("h1", "h2")]
    if tickets[0].ticket_id in held.registered.tickets:
        return held.registered.parcels[3]
    content = order_files(tickets, "csv", orders.MOMENT)
    told = {"tickets": [data_of(each) for each in tickets], "lockouts": []}
    leaves = orders.parcel(folder, tickets)
    return leave(held, folder.path.parent, leaves, content, {}, ("Ann", "exported", told))


def delivered(folder: RunFolder) -> Counter[tuple[str, str]]:
    """Count (ticket, mark) in every file that stands under its name."""
    return Counter(
        (row["ticket_id"], row["possible_duplicate"])
        for path in (folder.path / "exports").glob("[0-9]*/tickets.csv")
        for row in csv.DictReader(path.open(newline="", encoding="utf-8"))
    )


@pytest.mark.parametrize("step", range(STEPS))
def test_a_crash_at_any_step_is_mended_by_the_next(tmp_path: Path, step: int) -> None:
    """Every ticket is delivered once and unmarked, and the register knows it."""
    folder = ready(tmp_path)
    with suppress(Crash), crash_at(step), beside(folder.path).held() as held:
        export(held, folder)
        assert step > STEPS // 2
    seen = delivered(folder)
    assert not seen or any((folder.path / LEFT).iterdir())
    with beside(folder.path).held() as held:
        finish(held, tmp_path)
        parcel = export(held, folder)
        assert held.registered.unwritten() == []
        must_be_whole(held.registered, tmp_path / NAME)
    with pytest.raises(RegisterError, match="put back"):
        must_be_whole(Registered(), tmp_path / NAME)
    names = [orders.ticket(RUN, name).ticket_id for name in ("h1", "h2")]
    assert delivered(folder) == Counter({(name, ""): 1 for name in names})
    assert not seen or seen == delivered(folder)
    assert parcel.tickets == tuple(names)


def test_files_that_were_taken_away_come_again_as_possible_duplicates(tmp_path: Path) -> None:
    """Sent, in place, fetched by somebody, and then the crash: nobody knows, so it is marked."""
    folder = ready(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        put = Path.rename

        def put_and_fetched(path: Path, target: Path) -> Path:
            there = put(path, target)
            if there.is_file():  # the mark, which nobody fetches
                return there
            shutil.rmtree(there)
            raise Crash

        patch.setattr(Path, "rename", put_and_fetched)
        with pytest.raises(Crash), beside(folder.path).held() as held:
            export(held, folder)
    with beside(folder.path).held() as held:
        assert [what for _, what in finish(held, tmp_path)] == [
            "written again, marked as possible duplicates"
        ]
        assert finish(held, tmp_path) == []
        must_be_as_they_left(held, folder.path)
        (changed,) = (folder.path / "exports").glob("[0-9]*/tickets.csv")
        changed.write_text(changed.read_text().replace("100", "800"))
        with pytest.raises(RegisterError, match="not as it left"):
            must_be_as_they_left(held, folder.path)
    assert {mark for _, mark in delivered(folder)} == {"yes"}


def test_a_full_disk_before_the_register_leaves_nothing_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files cannot be written: the orders are where they were, and leave later."""
    folder = ready(tmp_path)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunFolderError), beside(folder.path).held() as held:
            export(held, folder)
    assert beside(folder.path).read().tickets == {}
    with beside(folder.path).held() as held:
        export(held, folder)
    assert len(delivered(folder)) == 2


def test_a_full_disk_after_the_register_is_said_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The orders count as sent; the next export puts the same bytes in place."""
    folder = ready(tmp_path)

    def refused(path: Path, target: Path) -> Path:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refused)
        with pytest.raises(RunFolderError, match="as sent"), beside(folder.path).held() as held:
            export(held, folder)
    assert len(beside(folder.path).read().tickets) == 2
    with beside(folder.path).held() as held:
        assert [what for _, what in finish(held, tmp_path)] == ["put in place"]
    assert {mark for _, mark in delivered(folder)} == {""}
