"""The truth has floors too: rooms of `models` import downward only, and so do the rooms in them.

A room that is new must be given its place; a folder that outgrows a dozen files lacks a room.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.reading import imports_of

ROOT = Path(__file__).resolve().parents[2]

FLOORS = {
    "models": (
        ("arrays", "earlier_no", "errors", "finite", "tolerances"),
        ("law", "market", "market_data", "policy", "room_prices"),
        ("request",),
        ("household", "order"),
        ("asked", "drift", "expected_flow", "law_year", "plan", "tax"),
        ("drag_reference",),
        ("answer", "ledger", "triggers", "tax_cases"),
        ("book",),
    ),
    "models.book": (
        ("before", "faults", "near"),
        ("tables",),
        ("policies", "rows"),
        ("market",),
        ("checks",),
        ("book",),
        ("read",),
    ),
    "models.tax": (
        ("federal", "holding_period", "netting", "niit"),
        ("corporate_actions", "custodian", "filing", "wash"),
        ("cases", "marginal"),
    ),
}
"""Package → its floors, lowest first; what stands on one floor knows nothing of its neighbours."""

ROOMY = 13
"""Files or rooms a folder may hold, its `__init__` apart: about a dozen."""


def room_of(package: str, name: str) -> str | None:
    """Return the room of a package that a module is in; None for what is elsewhere."""
    inside = name.removeprefix(f"{package}.")
    return None if inside == name else inside.partition(".")[0]


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Yield room and path of every file of a package, its own front door apart."""
    folder = ROOT.joinpath(*package.split("."))
    for path in sorted(folder.rglob("*.py")):
        if path != folder / "__init__.py":
            yield path.relative_to(folder).parts[0].removesuffix(".py"), path


def imported(path: Path) -> set[str]:
    """Return the modules a file imports from, wherever in the file."""
    return {name for _, name in imports_of(path)}


@pytest.mark.parametrize("package", FLOORS)
def test_every_room_has_its_floor(package: str) -> None:
    """Each file and folder of a package stands on exactly one floor."""
    named = [room for floor in FLOORS[package] for room in floor]
    assert sorted(named) == sorted({room for room, _ in modules(package)})


@pytest.mark.parametrize("package", FLOORS)
def test_imports_run_downward_between_rooms(package: str) -> None:
    """A room knows only what stands under it, and nobody goes in by the front door."""
    level = {room: floor for floor, rooms in enumerate(FLOORS[package]) for room in rooms}
    upward = {
        f"{path.relative_to(ROOT)} imports {name}"
        for room, path in modules(package)
        for name in imported(path)
        if (other := room_of(package, name)) in level
        and other != room
        and level[other] >= level[room]
    }
    assert upward == set()


def test_a_door_is_for_those_outside() -> None:
    """Nothing in the book imports the book's own front door: it would hang in a circle."""
    through = {path.name for _, path in modules("models.book") if "models.book" in imported(path)}
    assert through == set()


def test_no_folder_outgrows_its_room() -> None:
    """A folder of the truth holds about a dozen files or rooms; `models` itself its nouns too."""
    inside = {
        door.parent.name: [
            path
            for path in door.parent.iterdir()
            if path != door and (path.suffix == ".py" or (path / "__init__.py").exists())
        ]
        for door in (ROOT / "models").rglob("__init__.py")
    }
    crowded = {name for name, held in inside.items() if len(held) > ROOMY}
    assert crowded <= {"models"}
