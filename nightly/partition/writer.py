"""Rows to their partitions: a table is read once more, batch by batch, and dealt out on disk.

Rows wait in memory until there are enough, are sorted by partition and spilled to a file; when the
table is over, each partition's rows are gathered from all spills and written as its table. So
memory holds some rows, or one partition, however many there are. A batch's own order and cells stay
as they are, faulty ones included, and every row carries its number in the book. Refused: a file for
each partition open all the while, which costs megabytes each, and another pass for each hundred.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.arrays import Ints
from models.book.tables.batches import Batch, table_batches
from models.book.tables.schema import ROW_COLUMN
from nightly.results.durable import force

WAITING_ROWS: Final = 65_536
"""Rows that wait in memory before they are spilled, at least."""

SPILLS: Final = 400
"""Spills of a table at most, about: a larger table waits for more rows at a time."""

OPEN_SPILLS: Final = 500
"""Spills that stay open while partitions are gathered; beyond, they are opened each time."""


class Spills:
    """Rows of one table sorted by partition in several files; a class because the files gather.

    A file has one record batch for each partition that has rows in it.
    """

    def __init__(self, folder: Path, least_rows: int) -> None:
        folder.mkdir(parents=True)
        self._folder, self._least = folder, least_rows
        self._waiting: list[tuple[Any, Ints]] = []
        self._rows = 0
        self._parts: list[Ints] = []
        self._open: dict[int, Any] = {}
        self._stack = ExitStack()

    def add(self, rows: Any, parts: Ints) -> None:
        """Take the rows of a batch; `parts` says where each goes, -1 nowhere."""
        if self._waiting and self._waiting[0][0].schema != rows.schema:
            self._spill()
        self._waiting.append((rows, parts))
        self._rows += rows.num_rows
        if self._rows >= self._least:
            self._spill()

    def tables(self, parts: int) -> Iterator[tuple[int, list[Any]]]:
        """Yield the number of each partition with its rows, a table for each of their schemas."""
        self._spill()
        starts = [0] * len(self._parts)
        for part in range(parts):
            found = []
            for spill, here in enumerate(self._parts):
                at = starts[spill]
                if at < len(here) and here[at] == part:
                    found.append(self._read(spill, at))
                    starts[spill] += 1
            if found:
                yield part, list(_by_schema(found))

    def close(self) -> None:
        """Remove the files."""
        self._stack.close()
        shutil.rmtree(self._folder)

    def _spill(self) -> None:
        if not self._waiting:
            return
        rows = pa.concat_tables([rows for rows, _ in self._waiting])
        parts = np.concatenate([parts for _, parts in self._waiting])
        self._waiting, self._rows = [], 0
        order = np.argsort(parts, kind="stable")
        order = order[np.searchsorted(parts[order], 0) :]
        if not len(order):
            return
        here, starts = np.unique(parts[order], return_index=True)
        sorted_rows = rows.take(pa.array(order)).combine_chunks()
        with pa.ipc.new_file(self._path(len(self._parts)), rows.schema) as file:
            for start, stop in zip(starts, np.append(starts[1:], len(order)), strict=True):
                file.write_table(sorted_rows.slice(start, stop - start))
        self._parts.append(here)

    def _read(self, spill: int, number: int) -> Any:
        if spill in self._open:
            return pa.Table.from_batches([self._open[spill].get_batch(number)])
        if len(self._open) < OPEN_SPILLS:
            file = self._stack.enter_context(pa.OSFile(str(self._path(spill))))
            self._open[spill] = pa.ipc.open_file(file)
            return self._read(spill, number)
        with pa.OSFile(str(self._path(spill))) as file:
            return pa.Table.from_batches([pa.ipc.open_file(file).get_batch(number)])

    def _path(self, spill: int) -> Path:
        return self._folder / f"{spill:06d}.arrow"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where tables are dealt out to: a folder of so many partitions, and one for the time being."""

    root: Path
    parts: int
    scratch: Path


def deal_out(
    book: Path, table: str, rows: int, parts_of: Callable[[Batch], Ints], into: Destination
) -> None:
    """Write a table's rows into the partitions that `parts_of` names for the rows of a batch.

    `rows` is how many the table has.
    """
    spills = Spills(into.scratch / f"{table}.spills", max(WAITING_ROWS, rows // SPILLS))
    for batch in table_batches(book, table):
        to = parts_of(batch)
        if (to >= 0).any():
            spills.add(_numbered(batch), to)
    for part, tables in spills.tables(into.parts):
        folder = into.root / f"{part:05d}" / table
        folder.mkdir(parents=True, exist_ok=True)
        for number, found in enumerate(tables):
            path = folder / f"part-{number:05d}.parquet"
            pq.write_table(found, path, use_dictionary=False)
            force(path)
    spills.close()


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
