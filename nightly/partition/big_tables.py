"""Reading only some columns of a large table, piece by piece, with ids turned into codes at once.

A million households have twelve million lots; their ids as text would be most of the memory and of
the time, so they stay in the dictionaries in which Parquet stores them, and each distinct id of a
piece is looked up once. Cells that cannot be read become nulls here: what is wrong in a book is for
`models.book` to say, and who is doubtful gets looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Ints
from models.book.rows.links import Ids
from models.book.tables.cells import (
    Cells,
    UnreadableColumnError,
    join_cells,
    null_cells,
    read_cells,
)
from models.book.tables.column import CellKind
from models.book.tables.files import table_paths
from models.book.tables.formats import UNREADABLE, read_batches
from models.book.tables.schema import SCHEMA
from models.errors import UnusableBookError

PIECE_ROWS: Final = 4_000_000
"""Rows of a piece: some hundred megabytes of ids; each piece costs one hashing of all ids."""

ENCODED_ROWS: Final = 1 << 20
"""Rows of a batch whose ids stay encoded: as many as a writer puts under one dictionary."""


def pieces(
    folder: Path, table: str, columns: Sequence[str], coded: Mapping[str, Ids] | None = None
) -> Iterator[dict[str, Cells]]:
    """Yield the cells of some columns of a table, a piece of its rows at a time.

    `coded` columns come as codes of known ids, −1 where null or unknown.

    Raises
    ------
    UnusableBookError
        If a file cannot be read.
    """
    known = coded or {}
    kinds = {name: SCHEMA[table].column(name).kind for name in columns}
    waiting: list[dict[str, Any]] = []
    rows = 0
    for path in table_paths(folder, table):
        try:
            for part in _whole_pieces(path, columns, tuple(known)):
                waiting.append(
                    {
                        name: _words(part, name) if name in known else _cells(part, name, kind)
                        for name, kind in kinds.items()
                    }
                )
                rows += part.num_rows
                if rows >= PIECE_ROWS:
                    yield _together(waiting, kinds, known)
                    waiting, rows = [], 0
        except UNREADABLE as error:
            raise UnusableBookError(f"{path} cannot be read: {error}") from error
    if waiting:
        yield _together(waiting, kinds, known)


def joined(parts: Sequence[np.ndarray], dtype: Any) -> np.ndarray:
    """Return pieces of a column as one."""
    return np.concatenate([np.empty(0, dtype), *parts])


def _whole_pieces(path: Path, columns: Sequence[str], encoded: Sequence[str]) -> Iterator[Any]:
    """Yield a file's columns in tables of at most about a piece."""
    waiting: list[Any] = []
    rows = 0
    size = {"rows": ENCODED_ROWS} if encoded else {}
    for batch in read_batches(path, columns, encoded=encoded, **size):
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= PIECE_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _together(
    parts: list[dict[str, Any]], kinds: Mapping[str, CellKind], coded: Mapping[str, Ids]
) -> dict[str, Cells]:
    found = {}
    for name, kind in kinds.items():
        mine = [part[name] for part in parts]
        found[name] = _codes(mine, coded[name]) if name in coded else join_cells(mine, kind)
    return found


Words: TypeAlias = list[tuple[Any, Ints]]
"""Chunks of a text column: distinct words of each, and which of them every row has, −1 for null."""


def _words(part: Any, name: str) -> Words:
    """A text column as its distinct words."""
    if name not in part.column_names:
        return [(pa.nulls(0, pa.large_string()), np.full(part.num_rows, -1))]
    found = []
    for chunk in part.column(name).chunks:
        own = chunk
        if not pa.types.is_dictionary(own.type):
            try:
                own = read_cells(pa.chunked_array([own]), CellKind.TEXT).values.dictionary_encode()
            except (UnreadableColumnError, pa.ArrowException):
                own = pa.nulls(len(own), pa.large_string()).dictionary_encode()
        words = read_cells(pa.chunked_array([own.dictionary]), CellKind.TEXT).values
        found.append((words, pc.fill_null(own.indices, -1).to_numpy(zero_copy_only=False)))
    return found


def _codes(parts: list[Words], ids: Ids) -> Cells:
    """Look each distinct word up once, and give every row the code of its own."""
    chunks = [chunk for words in parts for chunk in words]
    known = ids.codes(pa.concat_arrays([words for words, _ in chunks])).astype(np.int32)
    codes, start = [], 0
    for words, places in chunks:
        own = np.append(known[start : start + len(words)], np.int32(-1))
        codes.append(own[places])
        start += len(words)
    return Cells(CellKind.TEXT, np.concatenate(codes))


def _cells(part: Any, name: str, kind: CellKind) -> Cells:
    if name not in part.column_names:
        return null_cells(kind, part.num_rows)
    try:
        return read_cells(part.column(name), kind)
    except (UnreadableColumnError, pa.ArrowException):
        return null_cells(kind, part.num_rows)
