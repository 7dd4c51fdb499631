"""What files import and call, read once for all tests that ask."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def imports_of(path: Path) -> tuple[tuple[int, str], ...]:
    """Return line and absolute name of everything a file imports, wherever in the file."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            found.append((node.lineno, node.module or ""))
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return tuple(found)
