"""A register that was put back lets nothing leave, of any run beside it, until it is reconciled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nightly.main import main
from nightly.register.register import NAME, beside
from nightly.register.whole import LEFT
from tests.nightly.export.exported import ASOF, decide, exported

ASK = ("--by", "Ann", "--why", "client called")


@pytest.fixture
def put_back(run: Path, tmp_path: Path) -> Callable[[], None]:
    """Return what puts the register back as it was before anything left."""
    kept = shutil.copy(run.parent / NAME, tmp_path / "kept")
    return lambda: shutil.copy(kept, run.parent / NAME) and None


def refused(run: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Export, which must not be possible, and return why."""
    before = (run.parent / NAME).read_bytes()
    capsys.readouterr()
    assert main(["export", str(run), *more]) == 2
    assert (run.parent / NAME).read_bytes() == before
    return capsys.readouterr().err


@pytest.mark.parametrize("elsewhere", [True, False])
def test_nothing_leaves_beside_a_register_that_was_put_back(
    run: Path,
    tmp_path: Path,
    put_back: Callable[[], None],
    elsewhere: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not the same run, not another run of the day, wherever the files went, even if taken away."""
    book = json.loads((run / "manifest.json").read_text())["inputs"]["path"]
    place = tmp_path / "a" if elsewhere else run / "exports" / "0001"
    exported(run, place)
    shutil.rmtree(place)
    put_back()
    (tmp_path / "ids").write_text("drifted-60-40\n")
    again = ["run", book, "--asof", ASOF, "--out", str(run.parent), "--workers", "0"]
    assert main([*again, "--households", str(tmp_path / "ids")]) == 1
    for other in (run, run.with_name(f"{ASOF}-0002")):
        said = refused(other, capsys, "--out", str(tmp_path / "b"))
        assert str(run / LEFT) in said
        assert "--book-again" in said
    assert main(["cancel", str(run), *ASK]) == 2
    assert main(["export", str(run), "--book-again"]) == 0
    assert "1 export booked again" in capsys.readouterr().out
    assert decide(run.with_name(f"{ASOF}-0002"), "approve", "drifted-60-40") == 0
    capsys.readouterr()
    found = main(["export", str(run.with_name(f"{ASOF}-0002")), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (found, told["folder"]) == (0, None)
    assert "does not know of it" in told["left_out"]["drifted-60-40"]


def test_what_is_booked_again_stands_as_it_stood(
    run: Path, tmp_path: Path, put_back: Callable[[], None]
) -> None:
    """Tickets, lockouts, what was asked back; later exports number on, and nothing leaves twice."""
    exported(run, tmp_path / "a")
    assert decide(run, "approve", "single-account") == 0
    exported(run, tmp_path / "b", "--format", "fix")
    exported(run, tmp_path / "c", "--again")
    assert main(["cancel", str(run), "single-account", *ASK]) == 0
    before = beside(run).read()
    put_back()
    assert main(["export", str(run), "--book-again", "--by", "Eve"]) == 0
    after = beside(run).read()
    assert {n: s.ticket for n, s in after.tickets.items()} == {
        n: s.ticket for n, s in before.tickets.items()
    }
    assert [s.cancel_asked for s in after.tickets.values()] == [
        s.cancel_asked for s in before.tickets.values()
    ]
    assert after.lockouts == before.lockouts
    assert [p.kind for p in after.parcels.values()] == ["sent", "sent", "again", "cancel"]
    assert after.unwritten() == []
    assert main(["export", str(run), "--out", str(tmp_path / "d")]) == 0
    assert not (tmp_path / "d").exists()
    assert main(["export", str(run), "--book-again"]) == 0
    assert beside(run).read().entries == after.entries


def test_a_mark_that_cannot_be_read_is_named(
    run: Path, tmp_path: Path, put_back: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody guesses at what left."""
    exported(run, tmp_path / "a")
    put_back()
    (mark,) = (run / LEFT).iterdir()
    mark.write_text(mark.read_text()[:-9])
    assert str(mark) in refused(run, capsys, "--book-again")
