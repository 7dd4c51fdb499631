"""What cites a section of law: dated figures, and every part of the code that says so.

Docstrings and data are where the sections stand; they are read as they are shipped, so that what is
told is what holds. Refused: an index beside them, which would be one more thing to keep true.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import models
import optimizer
from models.errors import HearthError

PLACES: Final = (models, optimizer)
"""Packages whose texts cite law."""

SECTION: Final = re.compile(
    r"(?:26 (?:U\.S\.C\.|C\.F\.R\.)\s*)?([0-9][0-9A-Z.\-]*(?:\([0-9A-Za-z]+\))*)"
)
"""A section of the code or of its regulations, with or without the title before it."""


class SectionError(HearthError):
    """What was asked is no section of law: write it as 1091 or 1091(a)."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a section is cited: a file's path, the name of what cites it, and the words."""

    place: str
    name: str
    words: str


def citing(section: str) -> list[Citation]:
    """Return what cites a section, such as 1091 or 401(a)(9); a section covers what is inside it.

    Raises
    ------
    SectionError
        If it is no section.
    """
    asked = SECTION.fullmatch(section.strip())
    if asked is None:
        raise SectionError(f"{section[:50]!r} is no section of law: write 1091 or 401(a)(9)")
    wanted = re.compile(rf"(?<![\w.(]){re.escape(asked[1])}(?![0-9A-Z])")
    return [each for each in _all() if wanted.search(each.words)]


def _all() -> Iterator[Citation]:
    for package in PLACES:
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*")):
            place = str(path.relative_to(root.parent))
            if path.suffix == ".toml":
                yield from _data(place, path.read_text("utf-8"))
            elif path.suffix == ".py":
                yield from _code(place, path.read_text("utf-8"))


def _data(place: str, text: str) -> Iterator[Citation]:
    for number, line in enumerate(text.splitlines(), start=1):
        if "U.S.C." in line or "C.F.R." in line or line.lstrip().startswith("citation"):
            yield Citation(place, f"line {number}", line.strip())


def _code(place: str, text: str) -> Iterator[Citation]:
    if "U.S.C." not in text and "C.F.R." not in text:
        return
    tree = ast.parse(text)
    name = "module"
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            name = "module" if isinstance(node, ast.Module) else node.name
            said = ast.get_docstring(node) or ""
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            said, name = str(node.value.value), f"line {node.lineno}"
            if ast.get_docstring(tree) == said:
                continue
        else:
            continue
        if "U.S.C." in said or "C.F.R." in said:
            yield Citation(place, name, " ".join(said.split()))
