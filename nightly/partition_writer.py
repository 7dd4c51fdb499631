"""Rows to their partitions: a table is read once more, batch by batch, and dealt out to files.

Rows wait in memory until there are enough for a row group in most files; the batch's own order and
cells stay as they are, faulty ones included, and every row carries its number in the book. Where a
book has more partitions than files may be open, it is read again for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.arrays import Ints
from models.book.batches import Batch, table_batches
from models.book.schema import ROW_COLUMN
from nightly.run_folder import force

OPEN_FILES: Final = 100
"""Partition files written at the same time; each takes half a megabyte while it is open."""

WAITING_ROWS: Final = 65_536
"""Rows that wait in memory for their files, all partitions together."""


class TableWriter:
    """The files of one table in partitions `first` to `first + OPEN_FILES`.

    A partition's table is a folder of parts: a new part begins where the book's own files change
    the type of a column.
    """

    def __init__(self, root: Path, table: str) -> None:
        self.root, self.table = root, table
        self._writers: dict[int, tuple[Any, Any]] = {}
        self._parts: dict[int, int] = {}
        self._waiting: dict[int, list[Any]] = {}
        self._rows = 0

    def add(self, rows: Any, parts: Ints) -> None:
        """Deal out the rows of a batch; `parts` says where each goes, -1 nowhere."""
        order = np.argsort(parts, kind="stable")
        placed = parts[order]
        here, starts = np.unique(placed, return_index=True)
        stops = np.append(starts[1:], len(placed))
        for part, start, stop in zip(here.tolist(), starts, stops, strict=True):
            if part >= 0:
                self._waiting.setdefault(part, []).append(rows.take(pa.array(order[start:stop])))
                self._rows += int(stop - start)
        if self._rows >= WAITING_ROWS:
            self._write()

    def close(self) -> None:
        """Write what waits, and force every file to disk."""
        self._write()
        for part in list(self._writers):
            self._end(part)

    def _write(self) -> None:
        for part, waiting in sorted(self._waiting.items()):
            for rows in _by_schema(waiting):
                self._writer(part, rows.schema).write_table(rows)
        self._waiting.clear()
        self._rows = 0
        pa.default_memory_pool().release_unused()

    def _writer(self, part: int, schema: Any) -> Any:
        if part in self._writers and self._writers[part][1].schema != schema:
            self._end(part)
        if part not in self._writers:
            number = self._parts[part] = self._parts.get(part, -1) + 1
            path = self.root / f"{part:05d}" / self.table / f"part-{number:05d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            # an open writer keeps its dictionaries, ten times what it takes without
            self._writers[part] = (path, pq.ParquetWriter(path, schema, use_dictionary=False))
        return self._writers[part][1]

    def _end(self, part: int) -> None:
        path, writer = self._writers.pop(part)
        writer.close()
        force(path)


def deal_out(
    book: Path, table: str, root: Path, parts_of: Callable[[Batch], Ints], parts: int
) -> None:
    """Write a table's rows into the partitions that `parts_of` names for the rows of a batch."""
    for first in range(0, max(parts, 1), OPEN_FILES):
        writer = TableWriter(root, table)
        for batch in table_batches(book, table):
            to = parts_of(batch)
            to = np.where((to >= first) & (to < first + OPEN_FILES), to, -1)
            if (to >= 0).any():
                writer.add(_numbered(batch), to)
        writer.close()


def _numbered(batch: Batch) -> Any:
    """Return a batch's rows in plain types, with their numbers in the book."""
    names, columns = [], []
    for name, column in zip(batch.rows.schema.names, batch.rows.columns, strict=True):
        if name != ROW_COLUMN:
            if pa.types.is_floating(column.type):
                batch.cells(name)  # ids as fractions end the book, not one of its partitions
            names.append(name)
            columns.append(_plain(column))
    numbers = pa.array(batch.row_numbers())
    return pa.table([*columns, numbers], names=[*names, ROW_COLUMN])


def _plain(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.large_string()) if pa.types.is_string(column.type) else column


def _by_schema(tables: list[Any]) -> Iterator[Any]:
    """Join neighbours of one schema."""
    run: list[Any] = []
    for table in tables:
        if run and run[-1].schema != table.schema:
            yield pa.concat_tables(run).combine_chunks()
            run = []
        run.append(table)
    if run:
        yield pa.concat_tables(run).combine_chunks()
