"""Tolerances have names: no small number stands bare in the logic."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SMALL = 1e-3
"""A float below this in logic is a tolerance, not a quantity."""


def parsed(path: Path) -> ast.Module:
    """Return a file as Python reads it; idle where no number in it is written like a small one."""
    text = path.read_text(encoding="utf-8")
    return ast.parse(text if re.search(r"\.000|\d[eE]-\d", text) else "pass")


def is_constant(node: ast.stmt) -> bool:
    """Whether a statement of a module names a constant."""
    target: ast.expr | None = None
    if isinstance(node, ast.Assign):
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    return isinstance(target, ast.Name) and target.id.isupper()


def bare_in(path: Path) -> list[str]:
    """Return the small floats of a file that no constant names."""
    tree = parsed(path)
    named = {id(part) for node in tree.body if is_constant(node) for part in ast.walk(node)}
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and 0.0 < abs(node.value) < SMALL
        and id(node) not in named
    ]


@pytest.mark.parametrize("package", ["models", "optimizer", "nightly", "workbench"])
def test_every_tolerance_has_a_name(package: str) -> None:
    """A number below a thousandth is a module's constant, with its unit and reason."""
    bare = [found for path in sorted((ROOT / package).rglob("*.py")) for found in bare_in(path)]
    assert bare == []


@pytest.mark.parametrize("package", ["models", "optimizer", "nightly", "workbench"])
def test_every_named_tolerance_says_why(package: str) -> None:
    """The constant is followed by a text, which is where unit and reason stand."""
    mute = []
    for path in sorted((ROOT / package).rglob("*.py")):
        body = parsed(path).body
        for node, after in zip(body, [*body[1:], None], strict=True):
            if not is_constant(node) or not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            if _is_small(node.value) and not _is_text(after):
                mute.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert mute == []


def _is_small(node: ast.expr | None) -> bool:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, float):
        return False
    return 0.0 < abs(node.value) < SMALL


def _is_text(node: ast.stmt | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
