"""The oracles state the problem by themselves: nothing of the optimizer, nor of its judge."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ORACLES = ROOT / "benchmarks" / "oracles"

KNOWN = ("models", "benchmarks.oracles")
"""What of the house they may import: facts of household, policy and law, and each other."""

HOUSE = ("models", "optimizer", "scenarios", "nightly", "workbench", "benchmarks", "tests")


def imports_of(path: Path) -> set[str]:
    """Return every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_oracles_import_nothing_of_what_they_doubt() -> None:
    """What shared a frame, a rule or a rate with the optimizer would share its mistakes."""
    files = sorted(ORACLES.rglob("*.py"))
    foreign = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imports_of(path)
        if name.partition(".")[0] in HOUSE
        and not any(name == own or name.startswith(f"{own}.") for own in KNOWN)
    }
    assert foreign == set()
    assert len(files) > 10
