"""Reading only some columns of a large table, piece by piece, with ids turned into codes at once.

A million households have twelve million lots; their ids as text would be most of the memory, so no
more than one piece of them is held. Cells that cannot be read become nulls here: what is wrong in a
book is for `models.book` to say, and who is doubtful gets looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.book.cells import Cells, UnreadableColumnError, null_cells, read_cells
from models.book.files import table_paths
from models.book.formats import UNREADABLE, read_batches
from models.book.schema import SCHEMA
from models.errors import UnusableBookError

PIECE_ROWS: Final = 4_000_000
"""Rows of a piece: some hundred megabytes of ids; each piece costs one hashing of all ids."""


def pieces(folder: Path, table: str, columns: Sequence[str]) -> Iterator[dict[str, Cells]]:
    """Yield the cells of some columns of a table, a piece of its rows at a time.

    Raises
    ------
    UnusableBookError
        If a file cannot be read.
    """
    for path in table_paths(folder, table):
        try:
            waiting: list[Any] = []
            rows = 0
            for batch in read_batches(path, columns):
                waiting.append(batch)
                rows += batch.num_rows
                if rows >= PIECE_ROWS:
                    yield _piece(waiting, table, columns)
                    waiting, rows = [], 0
            if waiting:
                yield _piece(waiting, table, columns)
        except UNREADABLE as error:
            raise UnusableBookError(f"{path} cannot be read: {error}") from error


def joined(parts: Sequence[np.ndarray], dtype: Any) -> np.ndarray:
    """Return pieces of a column as one."""
    return np.concatenate([np.empty(0, dtype), *parts])


def _piece(batches: Sequence[Any], table: str, columns: Sequence[str]) -> dict[str, Cells]:
    part = pa.Table.from_batches(batches)
    return {name: _cells(part, table, name) for name in columns}


def _cells(part: Any, table: str, name: str) -> Cells:
    kind = SCHEMA[table].column(name).kind
    if name not in part.column_names:
        return null_cells(kind, part.num_rows)
    try:
        return read_cells(part.column(name), kind)
    except (UnreadableColumnError, pa.ArrowException):
        return null_cells(kind, part.num_rows)
