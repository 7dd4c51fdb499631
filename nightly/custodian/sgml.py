"""The markup of OFX: aggregates that close, and values that may not; a tree with line numbers.

OFX 1 is SGML whose values have no closing tag, OFX 2 is XML; one small reader does for both,
because the difference is only whether a value's end is written. Every aggregate must close, so a
file that was cut is refused. Refused: a general XML parser (it cannot read OFX 1), and entities.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from nightly.custodian.statement import ImportRefusedError

_TAG: Final = re.compile(r"<(/?)([A-Za-z0-9._]+)\s*(/?)>([^<]*)")


@dataclass(slots=True)
class Node:
    """An aggregate with what is in it, or a value with its text; `line` counts from 1."""

    name: str
    line: int
    text: str = ""
    inside: list[Node] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Node]:
        """Yield every node of one of the names, at any depth, in the order of the file."""
        for node in self.inside:
            if node.name in names:
                yield node
            yield from node.all(*names)

    def first(self, name: str) -> Node | None:
        """Return the first node of a name at any depth."""
        return next(self.all(name), None)

    def value(self, name: str) -> str:
        """Return the text of the first value of a name, empty where there is none."""
        found = self.first(name)
        return "" if found is None else found.text

    def values(self, name: str) -> list[str]:
        """Return the texts of the values of a name that stand directly in it."""
        return [node.text for node in self.inside if node.name == name]


def read_tree(text: str, file: str) -> Node:
    """Return the tree under `<OFX>`.

    Raises
    ------
    ImportRefusedError
        There is no such tag, an aggregate does not close, or closes what is not open.
    """
    begins = text.upper().find("<OFX>")
    if begins < 0:
        raise ImportRefusedError(f"{file}: there is no <OFX> in it")
    root = Node("", 1)
    open_ = [root]
    for tag in _TAG.finditer(text, begins):
        closes, name, empty, said = tag[1], tag[2].upper(), tag[3], html.unescape(tag[4].strip())
        line = text.count("\n", 0, tag.start()) + 1
        if not closes:
            node = Node(name, line, said)
            open_[-1].inside.append(node)
            if not said and not empty:
                open_.append(node)
            continue
        if open_[-1].name == name:
            open_.pop()
            continue
        last = open_[-1].inside[-1] if open_[-1].inside else None
        if last is not None and last.name == name and last.text:
            continue  # a value that is closed, as XML does
        _close(open_, name, file, line)
    if len(open_) > 1:
        raise ImportRefusedError(f"{file}: it ends inside <{open_[-1].name}>: the file is cut")
    return root


def _close(open_: list[Node], name: str, file: str, line: int) -> None:
    """Close an aggregate over values that were left empty and so looked like aggregates."""
    depth = next((k for k in range(len(open_) - 1, 0, -1) if open_[k].name == name), 0)
    unclosed = open_[depth + 1 :]
    if not depth or any(node.inside and node.inside[0].inside for node in unclosed):
        raise ImportRefusedError(f"{file}, row {line}: </{name}> closes what is not open")
    for node in unclosed:
        if any(child.inside for child in node.inside):
            raise ImportRefusedError(f"{file}, row {line}: <{node.name}> is never closed")
    for level in range(len(open_) - 1, depth, -1):  # an empty value's siblings are its parent's
        empty = open_[level]
        open_[level - 1].inside.extend(empty.inside)
        empty.inside = []
    del open_[depth:]
