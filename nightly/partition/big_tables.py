"""Reading only some columns of a large table, piece by piece, with ids turned into codes at once.

A million households have twelve million lots; their ids as text would be most of the memory, so no
more than one piece of them is held. Cells that cannot be read become nulls here: what is wrong in a
book is for `models.book` to say, and who is doubtful gets looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.book.tables.cells import (
    Cells,
    UnreadableColumnError,
    join_cells,
    null_cells,
    read_cells,
)
from models.book.tables.files import table_paths
from models.book.tables.formats import UNREADABLE, read_batches
from models.book.tables.schema import SCHEMA, CellKind
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
    kinds = {name: SCHEMA[table].column(name).kind for name in columns}
    waiting: list[dict[str, Cells]] = []
    rows = 0
    for path in table_paths(folder, table):
        try:
            for part in _whole_pieces(path, columns):
                waiting.append({name: _cells(part, name, kind) for name, kind in kinds.items()})
                rows += part.num_rows
                if rows >= PIECE_ROWS:
                    yield _together(waiting, kinds)
                    waiting, rows = [], 0
        except UNREADABLE as error:
            raise UnusableBookError(f"{path} cannot be read: {error}") from error
    if waiting:
        yield _together(waiting, kinds)


def joined(parts: Sequence[np.ndarray], dtype: Any) -> np.ndarray:
    """Return pieces of a column as one."""
    return np.concatenate([np.empty(0, dtype), *parts])


def _whole_pieces(path: Path, columns: Sequence[str]) -> Iterator[Any]:
    """Yield a file's columns in tables of at most about a piece."""
    waiting: list[Any] = []
    rows = 0
    for batch in read_batches(path, columns):
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= PIECE_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _together(parts: list[dict[str, Cells]], kinds: Mapping[str, CellKind]) -> dict[str, Cells]:
    return {name: join_cells([part[name] for part in parts], kind) for name, kind in kinds.items()}


def _cells(part: Any, name: str, kind: CellKind) -> Cells:
    if name not in part.column_names:
        return null_cells(kind, part.num_rows)
    try:
        return read_cells(part.column(name), kind)
    except (UnreadableColumnError, pa.ArrowException):
        return null_cells(kind, part.num_rows)
