"""What a room of the optimizer shows the others is little: few nouns are known beyond their room.

A class that another room must know is a promise to it; 45 are what one can hold in the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.reading import imports_of

ROOT = Path(__file__).resolve().parents[2]

MOST = 45
"""Classes of the optimizer that a module outside their own room may import by name."""

READERS = ("optimizer", "nightly", "workbench", "scenarios", "benchmarks")
"""Whose imports count; tests may look anywhere."""


def room(module: str) -> str:
    """Return the room of a module: `optimizer.search`, or a whole folder outside `optimizer`."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "optimizer" else names[0]


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the readers by its dotted name."""
    for folder in READERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def test_few_nouns_of_the_optimizer_cross_a_room() -> None:
    """A noun counts once, however many rooms know it; `import module` hides none of them."""
    files = dict(modules())
    own = {
        f"{name}.{noun}"
        for name, path in files.items()
        if name.startswith("optimizer.")
        for noun in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    crossing = {
        told
        for name, path in files.items()
        for _, told in imports_of(path)
        if told in own and room(told) != room(name)
    }
    assert len(own) > MOST, "no class was found: the test looks at nothing"
    assert len(crossing) <= MOST, sorted(crossing)
