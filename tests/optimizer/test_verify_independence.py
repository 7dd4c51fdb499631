"""The judge stands apart: it imports neither a solver nor anything of the program it judges."""

from __future__ import annotations

import ast
from pathlib import Path

import models
import optimizer

ALLOWED = ("numpy", "scipy.sparse", "models", "optimizer.judge")
"""Beside the standard library: arrays, the truth, and the judge's own files."""

STANDARD = (
    *("__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "functools"),
    *("math", "types", "typing"),
)


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
