"""The two formats of a table's file: its column names, and its known columns, whole or in batches.

CSV is read as text throughout, so that `007` stays an id and a word in a number's cell is a fault
of that cell. A file whose header repeats a name gives no columns: the caller says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

UNREADABLE = (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException)
"""What reading a damaged file may raise."""


BLOCK_BYTES: Final = 2 << 20
"""Bytes of a CSV file read at a time where a file is read in batches; no row may be longer."""

BATCH_ROWS: Final = 32_768
"""Rows of a Parquet file read at a time where a file is read in batches."""


def read_csv(path: Path, wanted: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """Return the header and the `wanted` columns as text, an empty cell being null."""
    names = _header(path)
    known = _known(names, wanted)
    if not known or len(set(names)) < len(names):
        return names, pa.table({})
    return names, pacsv.read_csv(path, parse_options=_PARSING, convert_options=_as_text(known))


def read_parquet(path: Path, wanted: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """Return all column names and the `wanted` columns in their stored types."""
    with pq.ParquetFile(path) as file:
        names = tuple(file.schema_arrow.names)
        if len(set(names)) < len(names):
            return names, pa.table({})
        return names, file.read(columns=_known(names, wanted))


def read_head(path: Path, wanted: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """Return all column names and the `wanted` columns without any row."""
    if path.suffix == ".csv":
        names = _header(path)
        schema = pa.schema([(name, pa.large_string()) for name in dict.fromkeys(names)])
    else:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            names = tuple(schema.names)
    if len(set(names)) < len(names):
        return names, pa.table({})
    return names, schema.empty_table().select(_known(names, wanted))


def read_batches(
    path: Path, wanted: Sequence[str], rows: int = BATCH_ROWS, encoded: Sequence[str] = ()
) -> Iterator[Any]:
    """Yield the `wanted` columns batch by batch, as the whole file would give them.

    Text of `encoded` columns stays in the dictionaries in which Parquet stores it, each distinct
    word once; a batch of Parquet has `rows`.
    """
    if path.suffix == ".csv":
        known = _known(_header(path), wanted)
        reading = pacsv.ReadOptions(block_size=BLOCK_BYTES)
        with pacsv.open_csv(path, reading, _PARSING, _as_text(known)) as batches:
            yield from batches
        return
    with pq.ParquetFile(path, read_dictionary=list(encoded)) as file:
        known = _known(tuple(file.schema_arrow.names), wanted)
        yield from file.iter_batches(rows, columns=known)


def _header(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return tuple(next(csv.reader(stream), ()))


def _known(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in wanted]


def _as_text(columns: Sequence[str]) -> Any:
    return pacsv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.large_string()),
        include_columns=columns,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )


_PARSING: Final = pacsv.ParseOptions(newlines_in_values=True)
