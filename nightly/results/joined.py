"""Chunks of a run put together as its public tables, so that chunks leave no trace in the bytes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from nightly.results.tables import TABLES

GROUP_ROWS: Final = 8_192
"""Rows of a row group in a finished Parquet table: what is put together at a time."""


def chunk_table(chunk: Path, name: str) -> Any:
    """Return one table of a chunk; one without rows has no file."""
    path = chunk / f"{name}.parquet"
    if not path.exists():
        return TABLES[name].empty_table()
    with pq.ParquetFile(path) as file:
        return file.read().cast(TABLES[name])


def join_parquet(name: str, chunks: list[Path], target: Path) -> None:
    """Join chunks into row groups of `GROUP_ROWS`, whatever the chunks were."""
    with pq.ParquetWriter(target, TABLES[name]) as writer:
        waiting = [TABLES[name].empty_table()]
        rows = written = 0
        for chunk in chunks:
            part = chunk_table(chunk, name)
            waiting.append(part)
            rows += part.num_rows
            while rows >= GROUP_ROWS:
                together = pa.concat_tables(waiting)
                writer.write_table(together.slice(0, GROUP_ROWS).combine_chunks())
                waiting = [together.slice(GROUP_ROWS)]
                rows -= GROUP_ROWS
                written += GROUP_ROWS
        if rows or not written:
            writer.write_table(pa.concat_tables(waiting).combine_chunks())


def join_csv(name: str, chunks: list[Path], target: Path) -> None:
    """Join chunks as text; a null is an empty cell."""
    columns = TABLES[name].names
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for chunk in chunks:
            for row in chunk_table(chunk, name).to_pylist():
                writer.writerow([row[column] for column in columns])
