"""One table of a book as read: columns of cells, and where they came from.

It holds what the file says, faults and all; nothing is filled in, sorted or dropped here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from models.arrays import Bools, Days, Floats, Ints, Texts
from models.book.tables.arrow import flags_of, texts_of
from models.book.tables.cells import Cells, null_cells
from models.book.tables.column import CellKind, TableFacts
from models.book.tables.schema import SCHEMA


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read, for the manifest; `path` is relative to the book's folder."""

    table: str
    path: str
    sha256: str
    rows: int | None
    other_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells by column name, all of `rows` rows; every column of the schema is there.

    `numbered` gives the row numbers to tell, where the table carries them (`ROW_COLUMN`).
    """

    facts: TableFacts
    rows: int
    cells: Mapping[str, Cells]
    numbered: Ints | None = None

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.facts.name

    def text(self, column: str) -> Any:
        """Arrow large_string array of a text column, null where null."""
        return self.cells[column].values

    def texts(self, column: str) -> Texts:
        """Return a text column as Python strings, None where null."""
        return texts_of(self.cells[column].values)

    def number(self, column: str) -> Floats:
        """Float64 of a number column, NaN where null or unread."""
        values: Floats = self.cells[column].values
        return values

    def date(self, column: str) -> Days:
        """datetime64[D] of a date column, NaT where null or unread."""
        values: Days = self.cells[column].values
        return values

    def flag(self, column: str, default: Bools | bool) -> Bools:
        """Return a flag column with its nulls replaced by `default`."""
        values = self.cells[column].values
        flags: Bools = np.where(np.isnan(values), default, values == 1.0)
        return flags

    def filled(self, column: str) -> Floats:
        """Return a number column with its nulls replaced by the schema's default."""
        values = self.number(column)
        default = self.facts.column(column).default
        if default is None:
            return values
        return np.where(np.isnan(values), default, values)

    def null(self, column: str) -> Bools:
        """Where a column is null; an unread cell is not null, it is unread."""
        cells = self.cells[column]
        if cells.kind is CellKind.TEXT:
            null = flags_of(pc.is_null(cells.values))
        elif cells.kind is CellKind.DATE:
            null = np.isnat(cells.values)
        else:
            null = np.isnan(cells.values)
        if cells.unread:
            null = null.copy()
            null[list(cells.unread)] = False
        return null

    def told_row(self, row: int) -> int:
        """Return the number by which a fault names a row."""
        return row if self.numbered is None else int(self.numbered[row])

    def shown(self, column: str, row: int) -> str:
        """Return a cell as a reader of the file would know it."""
        cells = self.cells[column]
        if row in cells.unread:
            return repr(cells.unread[row])
        if cells.kind is CellKind.TEXT:
            return repr(cells.values[row].as_py())
        value = cells.values[row]
        return str(value) if cells.kind is CellKind.DATE else f"{value:.15g}"


def empty_table(name: str) -> Table:
    """Return a table without rows."""
    facts = SCHEMA[name]
    return Table(facts, 0, {c.name: null_cells(c.kind, 0) for c in facts.columns})
