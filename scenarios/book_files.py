"""How a made book reaches a disk: the columns of every table, and one writer for CSV and Parquet.

Books are made by builders and generators; both end here, so that a table cannot leave with a
misspelt column (the contract's own schema says which there are), and the same tables give the same
bytes. Refused: a writer per format with its own idea of dates and nulls (here a date is ISO text
or ``date32``, a null an empty cell or a null, a flag ``true`` or ``false``), and compression
settings left to a default that may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.book.tables.column import CellKind
from models.book.tables.schema import SCHEMA

#: Every table of a book and its columns, in the order they are written.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: facts.column_names for name, facts in SCHEMA.items()
}

ARROW_TYPE: Mapping[CellKind, pa.DataType] = {
    CellKind.TEXT: pa.string(),
    CellKind.NUMBER: pa.float64(),
    CellKind.DATE: pa.date32(),
    CellKind.FLAG: pa.bool_(),
}


def cell_kind(table: str, column: str) -> CellKind:
    """Return what a column's cells hold; a column beside the contract's holds text."""
    for fact in SCHEMA[table].columns:
        if fact.name == column:
            return fact.kind
    return CellKind.TEXT


def check_columns(name: str, columns: tuple[str, ...]) -> None:
    """Refuse a table that is not part of a book, or that lacks one of its columns.

    Raises
    ------
    ValueError
        If `name` is no table of a book or `columns` misses some of its columns.
    """
    if name not in COLUMNS:
        raise ValueError(f"{name!r} is not a table of a book; known: {', '.join(COLUMNS)}")
    missing = [column for column in COLUMNS[name] if column not in columns]
    if missing:
        raise ValueError(f"table {name!r} lacks the columns {', '.join(missing)}; add them")


def write_book(
    tables: Mapping[str, pd.DataFrame],
    policies: Mapping[str, str],
    out: Path,
    format: str = "parquet",
) -> None:
    """Write one file a table and one TOML file a policy into the folder `out`.

    Parameters
    ----------
    tables
        Table name to frame; empty frames are written too (a header says that nothing is there).
    policies
        Policy id to the text of its TOML file.
    out
        Folder to create; files of the same name are replaced.
    format
        ``"parquet"`` or ``"csv"``.

    Raises
    ------
    ValueError
        If a table or its columns are unknown, or `format` is neither of the two.
    """
    if format not in {"parquet", "csv"}:
        raise ValueError(f"format {format!r} is neither 'parquet' nor 'csv'")
    for name, frame in tables.items():
        check_columns(name, tuple(frame.columns))
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        if format == "csv":
            write_csv(name, frame, out / f"{name}.csv")
        else:
            write_parquet(arrow_table(name, frame), out / f"{name}.parquet")
    write_policies(policies, out)


def write_policies(policies: Mapping[str, str], out: Path) -> None:
    """Write each policy's text to ``policies/<policy_id>.toml`` under `out`."""
    if not policies:
        return
    folder = out / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    for policy_id, text in policies.items():
        (folder / f"{policy_id}.toml").write_text(text, encoding="utf-8")


def write_csv(name: str, frame: pd.DataFrame, path: Path, append: bool = False) -> None:
    """Write a frame as the CSV table `name`: ISO dates, shortest decimal text, empty cell for null.

    With `append`, its rows follow those that the file holds already.
    """
    shown = frame.copy()
    for column in shown.columns:
        kind = cell_kind(name, str(column))
        if kind is CellKind.DATE:
            shown[column] = [None if pd.isna(v) else pd.Timestamp(v).date() for v in frame[column]]
        elif kind is CellKind.FLAG:
            shown[column] = [None if pd.isna(v) else str(bool(v)).lower() for v in frame[column]]
    with path.open("a" if append else "w", encoding="utf-8", newline="") as file:
        shown.to_csv(file, index=False, header=not append, lineterminator="\n")


def typed_table(name: str, columns: Mapping[str, Iterable[object]], rows: int) -> pa.Table:
    """Return the Arrow table `name` of `rows` rows; contract columns not given are null.

    A NaN or NaT is a null. Types depend on the column alone, so parts of one table always agree.
    """
    order = [*COLUMNS[name], *(column for column in columns if column not in COLUMNS[name])]
    arrays = []
    for column in order:
        kind = ARROW_TYPE[cell_kind(name, column)]
        values = columns.get(column)
        if values is None:
            arrays.append(pa.nulls(rows, kind))
        elif isinstance(values, pa.Array):
            arrays.append(values.cast(kind))
        else:
            arrays.append(pa.array(values, type=kind, from_pandas=True))
    return pa.table(arrays, names=order)


def arrow_table(name: str, frame: pd.DataFrame) -> pa.Table:
    """Return a frame as the Arrow table `name`, with true dates and true nulls."""
    columns = {str(column): frame[column].to_numpy(dtype=object) for column in frame.columns}
    for column in columns:
        if cell_kind(name, column) is CellKind.DATE:
            columns[column] = pd.to_datetime(frame[column]).dt.date.to_numpy(dtype=object)
    return typed_table(name, columns, len(frame))


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write an Arrow table with fixed settings, so that equal tables are equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", compression_level=3, version="2.6")
