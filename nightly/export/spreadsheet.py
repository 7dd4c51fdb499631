"""CSV that a person opens in a spreadsheet: text that would run as a formula is made to stay text.

An id or a reason may come from anywhere. A cell that begins with one of ``= + - @``, a tab or a
line break gets an apostrophe in front, which spreadsheets take as "this is text". Numbers are
written as numbers: a negative one is no formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

RUNS_AS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet would run, or that hides what comes after it."""


def neutral(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs; None becomes empty."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(RUNS_AS_FORMULA):
        return f"'{cell}"
    return cell


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a header and rows as lines of CSV, every text cell neutral."""
    yield _line(columns)
    for row in rows:
        yield _line([row.get(name) for name in columns])


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a header, every text cell neutral."""
    return "".join(csv_lines(columns, rows))


def _line(cells: Sequence[Any]) -> str:
    """Return a line of RFC 4180; the library's writer leaves a lone carriage return bare."""
    return ",".join(map(_quoted, map(str, map(neutral, cells)))) + "\n"


def _quoted(text: str) -> str:
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
