"""What is changed between a night and its export stops the export, which says what and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightly.main import main
from nightly.register.register import NAME, Register
from nightly.register.roles import NAME as ROLES_FILE
from tests.nightly.tampering.book_cases import POLICIES, SLIPS, WHOLE
from tests.nightly.tampering.fill_cases import FILES, ROWS
from tests.nightly.tampering.run_cases import MANIFEST, REGISTER, ROLES, TABLES, Tampering

CHANGES = {**TABLES, **MANIFEST, **REGISTER}
LEAST_CASES = 60


def stopped(run: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Return what an export says that must not let anything leave."""
    before = (run.parent / NAME).read_bytes()
    capsys.readouterr()
    assert main(["export", str(run), "--by", "Ann", *more]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told and not any(run.glob("exports/[0-9]*"))
    assert (run.parent / NAME).read_bytes() == before
    return told


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_changed_byte_stops_the_export_and_is_named(
    change: Tampering, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the run leaves, the register is as it was, and the message names the place."""
    change.change(run)
    assert change.says in stopped(run, capsys)


@pytest.mark.parametrize("case", ROLES)
def test_a_file_of_roles_that_is_none_lets_nobody_do_anything(
    case: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong in it: the file and the fault are named."""
    text, says = ROLES[case]
    (run.parent / ROLES_FILE).write_text(text)
    assert says in stopped(run, capsys)


def test_a_book_that_changed_since_stops_the_export(
    run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Another place is no other book: the file is named."""
    assert "nowhere" in stopped(run, capsys, "--book", str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["tickets.csv", "blocks.csv", "allocations.csv"])
def test_files_that_left_and_are_not_as_they_left_are_named(
    name: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything more leaves the run: somebody may be about to send what nobody approved."""
    assert main(["export", str(run), "--by", "Ann"]) == 0
    place = run / "exports" / "0001" / name
    place.write_text(place.read_text().replace("1", "7", 1))
    capsys.readouterr()
    assert main(["export", str(run), "--by", "Ann"]) == 2
    told = capsys.readouterr().err
    assert str(place) in told and "not as it left" in told


def test_a_folder_of_files_that_the_register_does_not_know_is_named(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied there by hand: nothing leaves beside it."""
    stranger = run / "exports" / "0007"
    stranger.mkdir(parents=True)
    (stranger / "export.json").write_text("{}")
    assert main(["export", str(run), "--by", "Ann"]) == 2
    assert "0007" in capsys.readouterr().err
    assert Register(run.parent / NAME).read().tickets == {}


def test_there_are_sixty_cases_and_more() -> None:
    """Tables, policies, books, runs, manifests, registers, roles, answers."""
    cases = (SLIPS, POLICIES, WHOLE, CHANGES, ROLES, ROWS, FILES)
    assert sum(map(len, cases)) >= LEAST_CASES
