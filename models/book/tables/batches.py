"""A table of a book read batch by batch: for books that do not fit in memory.

Every batch comes with the number of its first row in the whole table, through all parts, which is
the number that faults tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from models.arrays import Ints
from models.book.faults import Fault, FaultyBookError
from models.book.tables.cells import Cells, UnreadableColumnError, read_cells
from models.book.tables.column import CellKind
from models.book.tables.files import table_paths
from models.book.tables.formats import UNREADABLE, read_batches
from models.book.tables.schema import ROW_COLUMN, SCHEMA


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table, as stored: `first_row` counts from 0 through all files of the table."""

    table: str
    path: Path
    first_row: int
    rows: Any

    def __len__(self) -> int:
        """Count the rows."""
        return int(self.rows.num_rows)

    def cells(self, column: str) -> Cells:
        """Return one column, null throughout where the file does not have it.

        Raises
        ------
        FaultyBookError
            If the column's values cannot be what the book needs there.
        """
        kind = SCHEMA[self.table].column(column).kind
        if column not in self.rows.schema.names:
            return read_cells(pa.chunked_array([pa.nulls(len(self))]), kind)
        try:
            return read_cells(pa.chunked_array([self.rows.column(column)]), kind)
        except (UnreadableColumnError, pa.ArrowException) as error:
            what = f"the column of {self.path.name} cannot be read: {error}"
            remedy = f"write it as {kind.value}"
            fault = Fault(self.table, None, column, what, remedy, kind="unreadable_column")
            raise FaultyBookError(str(self.path.parent), (fault,)) from error

    def texts(self, column: str) -> Any:
        """Return a text column as an Arrow large_string array."""
        return self.cells(column).values

    def row_numbers(self) -> Ints:
        """Return the numbers by which faults name the rows: the file's own, else as counted."""
        counted: Ints = np.arange(self.first_row, self.first_row + len(self), dtype=np.int64)
        if ROW_COLUMN not in self.rows.schema.names:
            return counted
        stated = pa.chunked_array([self.rows.column(ROW_COLUMN)])
        values = read_cells(stated, CellKind.NUMBER).values
        return np.where(np.isfinite(values), values, counted).astype(np.int64)


def table_batches(folder: Path, name: str, columns: Sequence[str] | None = None) -> Iterator[Batch]:
    """Yield a table's rows in order, with the `columns` of the schema wanted, None for all.

    Raises
    ------
    FaultyBookError
        If a file turns out to be damaged.
    """
    wanted = (*(SCHEMA[name].column_names if columns is None else columns), ROW_COLUMN)
    first_row = 0
    for path in table_paths(folder, name):
        try:
            for rows in read_batches(path, wanted):
                if rows.num_rows:
                    yield Batch(name, path, first_row, rows)
                    first_row += rows.num_rows
        except UNREADABLE as error:
            place = path.relative_to(folder).as_posix()
            what = f"{place} cannot be read: {next(iter(str(error).splitlines()), error)}"
            fault = Fault(name, None, None, what, "write the file again", kind="unreadable_file")
            raise FaultyBookError(str(folder), (fault,)) from error
