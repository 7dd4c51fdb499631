"""What a room of the optimizer shows the others is little: few nouns are known beyond their room.

A class that another room must know is a promise to it; 45 are what one can hold in the head.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MOST = 45
"""Classes of the optimizer that a module outside their own room may import by name."""

READERS = ("optimizer", "nightly", "workbench", "scenarios", "benchmarks")
"""Whose imports count; tests may look anywhere."""


def room(module: str) -> str:
    """Return the room of a module: `optimizer.search`, or a whole folder outside `optimizer`."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "optimizer" else names[0]


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the readers by its dotted name."""
    for folder in READERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_few_nouns_of_the_optimizer_cross_a_room() -> None:
    """A noun counts once, however many rooms know it; `import module` hides none of them."""
    trees = dict(modules())
    own = {
        (name, node.name)
        for name, tree in trees.items()
        if name.startswith("optimizer.")
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    crossing = {
        (node.module, alias.name)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and room(node.module) != room(name)
        for alias in node.names
        if (node.module, alias.name) in own
    }
    assert len(own) > MOST, "no class was found: the test looks at nothing"
    assert len(crossing) <= MOST, sorted(crossing)
