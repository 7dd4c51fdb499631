"""The judge stands apart: it imports neither a solver nor anything of the program it judges."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import models
import optimizer

ALLOWED = ("numpy", "scipy.sparse", "models", "optimizer.judge")
"""Beside the standard library: arrays, the truth, and the judge's own files."""

STANDARD = (
    *("__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "functools"),
    *("math", "types", "typing"),
)

LAW = "dated figures of the law with their citation: data, not algebra"


class Doubted(NamedTuple):
    """Why judge and program may quote one function, and the test that recomputes it.

    `calls` is what the test calls, where that is not the function itself.
    """

    why: str
    test: str
    calls: str = ""


SHARED = {
    "drag_reference": Doubted(
        "a constant of the objective: any other figure would move the sum that both measure; "
        "placed again by a linear program",
        "test_shared_drag_reference.py",
    ),
    "cash_like": Doubted(
        "which funds are cash but for their name is a fact of the market; looked up by hand",
        "test_best_cash_yield.py",
        calls="best_cash_yield",
    ),
    "best_cash_yield": Doubted(
        "what the best of cash earns is a fact; looked up by hand",
        "test_best_cash_yield.py",
    ),
    "destinations": Doubted(
        "what the household wishes, worked out before anything is decided; "
        "found again by trying every active set",
        "test_shared_destinations.py",
    ),
    "sides_of": Doubted(
        "a policy's wish as data, of triggers, program and judge alike; read again rule by rule",
        "test_shared_destinations.py",
    ),
    "marginal_rates": Doubted(
        "slopes of the one tax function; a return filled in by hand before and after one cent",
        "test_shared_marginal_rates.py",
    ),
    "tax_at": Doubted(
        "the law's own tax of a year, at a position; an independent program computes it too",
        "test_tax_cross_check.py",
        calls="tax",
    ),
    "read_history": Doubted(
        "which windows the past leaves open is a fact; replayed share by share, day by day",
        "test_shared_history.py",
    ),
    "reserve": Doubted(
        "what orders under way set aside is a fact; set aside again share by share",
        "test_shared_reserve.py",
    ),
    "law_for": Doubted(LAW, "test_law.py"),
    "order_id": Doubted(
        "a name made of date, account, security and side: both must call an order the same",
        "test_verify_sabotage.py",
    ),
}
"""Every function of the truth that judge and program both quote. A wrong one would deceive both
alike, so each is recomputed by a test that shares nothing with it."""


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def inside(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or in one of them."""
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def judge_files() -> list[Path]:
    """Return the files of the judge and of the ledger under it."""
    here = Path(str(optimizer.__file__)).parent
    ledger = Path(str(models.__file__)).parent / "ledger"
    return [*sorted((here / "judge").rglob("*.py")), *ledger.glob("*.py")]


def test_the_judge_imports_only_the_truth_and_itself() -> None:
    """No solver, no cvxpy, no term, rule or frame of the program."""
    foreign = {
        f"{path.name}: {name}"
        for path in judge_files()
        for name in imported(path)
        if not inside(name, (*ALLOWED, *STANDARD))
    }
    assert foreign == set()
    assert len(judge_files()) > 20


def test_the_program_shares_no_algebra_with_the_judge() -> None:
    """The other way round too: terms and rules of the program take nothing from the judge."""
    here = Path(str(optimizer.__file__)).parent
    borrowed = {
        f"{path.parent.name}/{path.name}: {name}"
        for folder in ("terms", "rules")
        for path in (here / "program" / folder).glob("*.py")
        for name in imported(path)
        if inside(name, ("optimizer.judge",))
    }
    assert borrowed == set()


def functions_of_models(paths: list[Path]) -> set[str]:
    """Return the functions of `models` that files import by name; classes and constants apart."""
    return {
        alias.name
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "models"
        for alias in node.names
        if alias.name.islower()
    }


def test_what_judge_and_program_share_is_listed_and_recomputed() -> None:
    """Nothing is quoted by both in silence; each entry names a test that mentions it."""
    here = Path(str(optimizer.__file__)).parent
    program = [path for path in here.rglob("*.py") if path.parts[len(here.parts)] != "judge"]
    judge = sorted((here / "judge").rglob("*.py"))
    assert functions_of_models(judge) & functions_of_models(program) == set(SHARED)
    tests = Path(__file__).resolve().parents[1]
    for name, doubted in SHARED.items():
        (path,) = tests.rglob(doubted.test)
        assert f"{doubted.calls or name}(" in path.read_text(encoding="utf-8"), name
