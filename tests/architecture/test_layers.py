"""The house: imports run downward, nothing imports tests, solvers stay in the optimizer.

Layers and their order are the design's; a package that is new here must be given its place.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from tests.architecture.reading import imports_of

ROOT = Path(__file__).resolve().parents[2]

ORDER = ("models", "optimizer", "scenarios", "nightly", "workbench", "benchmarks")
"""Lowest first; nightly and workbench stand side by side."""

LEVEL = {"models": 0, "optimizer": 1, "scenarios": 2, "nightly": 3, "workbench": 3, "benchmarks": 4}

SOLVERS = ("cvxpy", "piqp", "clarabel", "osqp", "ecos", "scs", "highspy", "pyscipopt", "qpsolvers")
"""Packages that decide; a module of the truth or of the judge knows none of them."""

BESIDE = {("nightly", "workbench")}
"""Packages of one level that one may import from the other: the command line shows plans."""


def files_of(package: str) -> list[Path]:
    """Return every Python file of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def top(name: str) -> str:
    """Return the package a module is in."""
    return name.partition(".")[0]


def may_import(package: str, other: str) -> bool:
    """Whether a package of one layer may import one of another."""
    if package == other or (package, other) in BESIDE:
        return True
    return LEVEL[other] < LEVEL[package]


def test_every_package_has_its_place() -> None:
    """What is shipped is what is ordered here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = {top(name) for name in project["tool"]["setuptools"]["packages"]}
    assert shipped == set(ORDER) == set(LEVEL)


@pytest.mark.parametrize("package", ORDER)
def test_every_subpackage_is_shipped(package: str) -> None:
    """A folder with Python files is named among the packages, or it would not be installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = set(project["tool"]["setuptools"]["packages"])
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in files_of(package)}
    assert found <= shipped


@pytest.mark.parametrize("package", ORDER)
def test_imports_run_downward(package: str) -> None:
    """Models import nobody, the optimizer models alone, and so on up."""
    upward = {
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files_of(package)
        for line, name in imports_of(path)
        if top(name) in LEVEL and not may_import(package, top(name))
    }
    assert upward == set()


ROOMS = {
    "optimizer": (
        "judge",
        "inputs",
        "program",
        "solvers",
        "search",
        "rounding",
        "explain",
        "mip",
        "requests",
    ),
    "nightly": (
        "schemas",
        "results",
        "register",
        "partition",
        "triage",
        "sql",
        "workers",
        "run",
        "proof",
        "export",
        "fills",
        "settle",
        "reconcile",
        "custodian",
        "intake",
        "alerts",
        "tuning",
        "web",
        "rules",
        "door",
        "cli",
    ),
}
"""Package → its rooms, lowest first; what stands flat beside them may use them all."""


@pytest.mark.parametrize("package", ROOMS)
def test_every_room_has_its_place(package: str) -> None:
    """A folder that is new is given its floor here; few files stand flat."""
    folders = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert folders == set(ROOMS[package])
    flat = {path.name for path in (ROOT / package).glob("*.py")} - {"__init__.py"}
    assert len(flat) <= 3, flat


@pytest.mark.parametrize("package", ROOMS)
def test_a_room_says_what_it_is(package: str) -> None:
    """Its `__init__` tells what stands in it."""
    for room in ROOMS[package]:
        told = ast.parse((ROOT / package / room / "__init__.py").read_text("utf-8"))
        assert ast.get_docstring(told), room


@pytest.mark.parametrize("package", ROOMS)
def test_imports_run_downward_between_rooms(package: str) -> None:
    """A room takes from itself and from rooms below it, and heuristic numbers from `settings`.

    The judge, lowest of the optimizer's, has none of those; who answers requests, highest, asks the
    whole way.
    """
    upward = set()
    rooms = ROOMS[package]
    for room in rooms:
        below = {f"{package}.{other}" for other in rooms[: rooms.index(room) + 1]}
        if room != "judge":
            below.add(f"{package}.settings")
        if room == "requests":
            below.add(f"{package}.rebalance")
        upward |= {
            f"{path.relative_to(ROOT)}:{line} imports {name}"
            for path in files_of(f"{package}/{room}")
            for line, name in imports_of(path)
            if top(name) == package and ".".join(name.split(".")[:2]) not in below
        }
    assert upward == set()


def test_no_setting_is_named_twice() -> None:
    """The second of two would be the first's too, in silence."""
    named = [
        target.id
        for statement in ast.parse((ROOT / "optimizer/settings.py").read_text("utf-8")).body
        if isinstance(statement, ast.Assign)
        for target in ast.walk(statement)
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    ]
    assert len(named) > 100
    assert [name for name in set(named) if named.count(name) > 1] == []


@pytest.mark.parametrize("package", ORDER)
def test_nothing_imports_tests(package: str) -> None:
    """What is shipped stands without its tests, and without what only they need."""
    foreign = {
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files_of(package)
        for line, name in imports_of(path)
        if top(name) in ("tests", "conftest", "pytest", "hypothesis")
    }
    assert foreign == set()


def of_the_truth() -> list[Path]:
    """Return the files of models and of the judge."""
    return [*files_of("models"), *files_of("optimizer/judge")]


def test_the_truth_and_the_judge_know_no_solver() -> None:
    """Neither cvxpy nor any solver, nor HiGHS through scipy."""
    found = {
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in of_the_truth()
        for line, name in imports_of(path)
        if top(name) in SOLVERS or name.startswith("scipy.optimize")
    }
    assert found == set()
    assert len(of_the_truth()) > 60


def test_only_its_compiler_and_adapters_name_a_solver() -> None:
    """Its adapters, linear and whole programs one; and a term of one's own is cvxpy's."""
    doors = {"compile_cvxpy.py", "through_cvxpy.py", "adapters.py", "highs.py", "own_term.py"}
    found = {
        path.name
        for path in files_of("optimizer")
        for _, name in imports_of(path)
        if top(name) in SOLVERS or name.startswith("scipy.optimize")
    }
    assert found <= doors


def test_scenarios_and_below_need_no_screen() -> None:
    """Nothing under nightly prints with rich or parses a command line."""
    found = {
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for package in ("models", "optimizer", "scenarios")
        for path in files_of(package)
        for line, name in imports_of(path)
        if top(name) in ("rich", "typer", "matplotlib")
    }
    assert found == set()
