"""The hunt knows the judge and asks the optimizer as a black box; nothing else of it."""

from __future__ import annotations

import ast
from pathlib import Path

HUNT = Path(__file__).resolve().parents[2] / "benchmarks" / "hunt"

ASKED = {"optimizer.rebalance", "optimizer.judge.verify", "optimizer.judge.bench"}
"""What the hunt may know of the optimizer."""

PROOFS = {"exact_bound.py"}
"""Files that look at a proof itself, and so at the program that it is about."""


def test_the_hunt_imports_nothing_of_the_optimizer_but_plan_and_judge() -> None:
    """A hunter that shared the program's algebra would share its mistakes."""
    files = [path for path in sorted(HUNT.rglob("*.py")) if path.name not in PROOFS]
    foreign = {
        f"{path.relative_to(HUNT)} imports {node.module}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith("optimizer")
        and node.module not in ASKED
    }
    assert foreign == set()
    assert len(files) > 10
