"""Rows of a CSV file of answers: what is misnamed or torn is told, not read as if it stood nowhere.

A correction whose column is called `Corrects` would be a fill of its own, and 85,60 in a file with
commas a price of 85. Refused: reading names without regard to case or blanks, which no other table
here does.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from models.book.near import meant

FIRST_ROW: Final = 2
"""Row of a spreadsheet that stands under the header."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row's cells by column, without blanks around them; `fault` says what is wrong with it.

    `so_far` is a digest of the header and of all rows down to this one.
    """

    number: int
    cells: dict[str, str]
    fault: str
    so_far: str


def csv_rows(content: bytes, optional: Collection[str]) -> tuple[set[str], Iterator[CsvRow]]:
    """Return the columns of a file and its rows; without an `optional` one it says something else.

    Raises
    ------
    ValueError
        If it is no text, or a column stands twice or nearly is an optional one.
    """
    told = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = next((row for row in told if row), [])
    for name in header:
        if name and header.count(name) > 1:
            raise ValueError(f"it has the column {name!r} more than once")
        if name not in optional and (near := meant(name, set(optional) - set(header))):
            raise ValueError(
                f"its column {name!r} is nearly {near!r}: rename it to one or the other"
            )
    return set(header), _rows(told, header)


def _rows(told: Iterator[list[str]], header: list[str]) -> Iterator[CsvRow]:
    digest = hashlib.sha256(json.dumps(header).encode())
    for number, row in enumerate((row for row in told if row), start=FIRST_ROW):
        digest.update(b"\n" + json.dumps(row).encode())
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        whole = len(row) >= len(header) and not any(row[len(header) :])
        torn = f"{len(row)} cells where the header has {len(header)}: nobody knows which is whose"
        yield CsvRow(number, cells, "" if whole else torn, digest.hexdigest())
