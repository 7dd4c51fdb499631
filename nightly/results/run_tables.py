"""The tables of a complete run as Arrow, whatever their format: whole, in part, or in pieces."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from models.errors import RunFolderError
from nightly.results.tables import LATER, TABLES

BATCH_ROWS: Final = 65_536
"""Rows read at a time: what a run's tables are written in."""

CSV_BLOCK_BYTES: Final = 4 << 20
"""Bytes of a CSV table read at a time."""

FILES_KNOWN: Final = 64
"""Files of which the footer is kept: the tables of a few runs that somebody looks at."""

FEW: Final = 64
"""Households or orders of which rows are looked up rather than the table read through."""


def run_batches(folder: Path, name: str, only: Sequence[str] | None = None) -> Iterator[Any]:
    """Yield a table of a run piece by piece, with the types of `nightly.results.tables`.

    `only` names the columns to read; None reads all.

    Raises
    ------
    RunFolderError
        If the folder has no such table, or it cannot be read.
    """
    schema = _part_of(TABLES[name], only)
    parquet, text = folder / f"{name}.parquet", folder / f"{name}.csv"
    try:
        if parquet.exists():
            with pq.ParquetFile(parquet) as file:
                columns = _there(file.schema_arrow.names, schema)
                for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                    yield _whole(pa.Table.from_batches([batch]), schema)
        elif text.exists():
            reading = pacsv.ReadOptions(block_size=CSV_BLOCK_BYTES)
            parsing = pacsv.ParseOptions(newlines_in_values=True)
            with pacsv.open_csv(text, reading, parsing, _as_typed(schema, text)) as batches:
                for batch in batches:
                    yield _whole(pa.Table.from_batches([batch]), schema)
        else:
            raise RunFolderError(f"{folder} has no table {name}; it is not a complete run")
    except (OSError, pa.ArrowException, KeyError) as error:
        raise RunFolderError(f"{folder}/{name} cannot be read: {error}") from error


def run_table(folder: Path, name: str, households: Collection[str] | None = None) -> Any:
    """Return a table of a run; `households` keeps their rows only, where a table names them.

    Raises
    ------
    RunFolderError
        If the folder has no such table, or it cannot be read.
    """
    if households is not None and len(households) <= FEW:
        found = _pruned(folder, name, "household_id", households)
        if found is not None:
            return found
    kept = [TABLES[name].empty_table()]
    wanted = None if households is None else pa.array(sorted(households), pa.string())
    for batch in run_batches(folder, name):
        mine = batch
        if wanted is not None:
            mine = batch.filter(pc.is_in(batch["household_id"], value_set=wanted))
        kept.append(mine)
    return pa.concat_tables(kept)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is kept of a file of Parquet: a million rows have a footer that takes 30 ms to read.

    `ranges` has the least and the greatest key of each row group, None where it does not say.
    """

    metadata: Any
    columns: tuple[str, ...]
    ranges: tuple[tuple[str, str] | None, ...]

    def groups_of(self, keys: Sequence[str]) -> list[int]:
        """Return the row groups that may hold some keys, which are in order."""
        found = []
        for number, known in enumerate(self.ranges):
            place = 0 if known is None else bisect_left(keys, known[0])
            if known is None or (place < len(keys) and keys[place] <= known[1]):
                found.append(number)
        return found


@lru_cache(maxsize=FILES_KNOWN)
def _facts(path: Path, stamp: tuple[int, int, int], column: str) -> _Facts:
    """Return what is kept of a file as it is by inode, bytes and time: another one is read anew."""
    with pq.ParquetFile(path) as file:
        metadata, names = file.metadata, tuple(file.schema_arrow.names)
    place = [metadata.schema.column(k).path for k in range(metadata.num_columns)].index(column)
    ranges: list[tuple[str, str] | None] = []
    for group in range(metadata.num_row_groups):
        said = metadata.row_group(group).column(place).statistics
        whole = said is not None and said.has_min_max and isinstance(said.min, str)
        ranges.append((said.min, said.max) if whole else None)
    return _Facts(metadata, names, tuple(ranges))


def run_columns(
    folder: Path, name: str, households: Collection[str], columns: Sequence[str]
) -> Any:
    """Return some columns of the rows of households that lie far apart in a table of a run.

    Raises
    ------
    RunFolderError
        If the folder has no such table, or it cannot be read.
    """
    found = None
    if len(households) <= FEW:
        found = _pruned(folder, name, "household_id", households, columns)
    return found if found is not None else run_table(folder, name, households).select(columns)


def _pruned(
    folder: Path,
    name: str,
    column: str,
    keys: Collection[str],
    only: Sequence[str] | None = None,
) -> Any | None:
    """Return the rows of a few keys, reading only row groups whose range may hold them.

    None where the table is not in Parquet.
    """
    path = folder / f"{name}.parquet"
    if not path.exists():
        return None
    schema = _part_of(TABLES[name], only)
    if not keys:
        return schema.empty_table()
    try:
        stat = path.stat()
        facts = _facts(path, (stat.st_ino, stat.st_size, stat.st_mtime_ns), column)
        columns = _there(facts.columns, schema)
        with pq.ParquetFile(path, metadata=facts.metadata) as file:
            found = file.read_row_groups(facts.groups_of(sorted(keys)), columns=columns)
        wanted = pa.array(sorted(keys), pa.string())
        return _whole(found.filter(pc.is_in(found[column], value_set=wanted)), schema)
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise RunFolderError(f"{folder}/{name} cannot be read: {error}") from error


def _part_of(schema: Any, only: Sequence[str] | None) -> Any:
    return schema if only is None else pa.schema([schema.field(each) for each in only])


def _there(columns: Collection[str], schema: Any) -> list[str]:
    """Return the columns to read: all of a schema but those of a later version that are absent."""
    return [name for name in schema.names if name in columns or name not in LATER]


def _whole(table: Any, schema: Any) -> Any:
    """Return a table with every column of a schema: those of a later version are null."""
    for place, name in enumerate(schema.names):
        if name in LATER and name not in table.column_names:
            table = table.add_column(place, name, pa.nulls(table.num_rows, schema.field(name).type))
    return table.cast(schema)


def _as_typed(schema: Any, path: Path) -> Any:
    with path.open(encoding="utf-8", newline="") as file:
        there = next(csv.reader(file), [])
    return pacsv.ConvertOptions(
        column_types=schema,
        include_columns=_there(there, schema),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )


def lots_by_order(folder: Path, order_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the lots that orders name, each with its shares, by order and sorted by lot."""
    kept = None
    if len(order_ids) <= FEW:
        kept = _pruned(folder, "order_lots", "order_id", order_ids)
    if kept is None:
        table = run_table(folder, "order_lots")
        wanted = pa.array(sorted(order_ids), pa.string())
        kept = table.filter(pc.is_in(table["order_id"], value_set=wanted))
    kept = kept.sort_by("lot_id")
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in order_ids}
    for row in kept.to_pylist():
        found[row["order_id"]].append(row)
    return found
