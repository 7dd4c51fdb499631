"""Tests doubt from outside: none replaces what is private, none skips itself half way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


@cache
def calls() -> tuple[tuple[Path, ast.Call, str], ...]:
    """Return every call of a method in a test file, with the file and the method's name."""
    found = []
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="setattr" | "skip" as method)):
                    found.append((path, node, method))
    return tuple(found)


def called(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Yield every call of one of the methods that tests are asked about, with the file."""
    for path, node, method in calls():
        if method == name:
            yield path, node


def test_no_test_replaces_a_private_name() -> None:
    """A private function may be renamed by its file alone: what tests need is an argument."""
    private = [
        f"{path.relative_to(TESTS)}:{node.lineno} replaces {text.value}"
        for path, node in called("setattr")
        for text in node.args[:2]
        if isinstance(text, ast.Constant)
        and isinstance(text.value, str)
        and any(re.match(r"_[^_]", part) for part in text.value.split("."))
    ]
    assert private == []


def test_no_test_skips_itself() -> None:
    """What a test needs is there, or said by a mark that everybody sees; else it has failed."""
    skipping = [f"{path.relative_to(TESTS)}:{node.lineno}" for path, node in called("skip")]
    assert skipping == []
