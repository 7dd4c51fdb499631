"""The two formats of a table's file: its column names, and its known columns as an Arrow table.

CSV is read as text throughout, so that `007` stays an id and a word in a number's cell is a fault
of that cell. A file whose header repeats a name gives no columns: the caller says so.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

UNREADABLE = (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException)
"""What reading a damaged file may raise."""


def read_csv(path: Path, wanted: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """Return the header and the `wanted` columns as text, an empty cell being null."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        names = tuple(next(csv.reader(stream), ()))
    known = [name for name in dict.fromkeys(names) if name in wanted]
    if not known or len(set(names)) < len(names):
        return names, pa.table({})
    options = pacsv.ConvertOptions(
        column_types=dict.fromkeys(known, pa.large_string()),
        include_columns=known,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    parsing = pacsv.ParseOptions(newlines_in_values=True)
    return names, pacsv.read_csv(path, parse_options=parsing, convert_options=options)


def read_parquet(path: Path, wanted: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """Return all column names and the `wanted` columns in their stored types."""
    with pq.ParquetFile(path) as file:
        names = tuple(file.schema_arrow.names)
        known = [name for name in dict.fromkeys(names) if name in wanted]
        if len(set(names)) < len(names):
            return names, pa.table({})
        return names, file.read(columns=known)
