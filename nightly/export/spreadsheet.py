"""CSV that a person opens in a spreadsheet: text that would run as a formula is made to stay text.

An id or a reason may come from anywhere. A cell that begins with one of ``= + - @``, a tab or a
line break gets an apostrophe in front, which spreadsheets take as "this is text". Numbers are
written as numbers: a negative one is no formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
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
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    heads: Iterable[Mapping[str, Any]] = [dict(zip(columns, columns, strict=True))]
    for row in chain(heads, rows):
        writer.writerow([neutral(row.get(name)) for name in columns])
        yield stream.getvalue()
        stream.seek(0)
        stream.truncate()


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a header, every text cell neutral."""
    return "".join(csv_lines(columns, rows))
