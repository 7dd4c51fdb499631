"""A book in a database: copied there from a folder, and copied out of it for a run.

A run does not read a database household by household: it copies the tables once, in one
transaction, in an order that the rows themselves give, to Parquet files in its own folder. From
there on a book is a book: it is cut, hashed and replayed like any other, and faults name rows by
their place in that order. Memory is bounded by a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from models.book.faults import sheet_row
from models.book.near import meant
from models.book.read import check_folder
from models.book.tables.batches import Batch, table_batches
from models.book.tables.column import CellKind
from models.book.tables.schema import POLICY_FOLDER, SCHEMA
from nightly.sql.tables import POLICIES, DatabaseError, book_tables, connect, shown

ROWS: Final = 20_000
"""Rows that travel at a time, either way."""


def copy_to_database(book: Path, url: str) -> dict[str, int]:
    """Write the tables of a book folder into a database in one transaction; return their rows.

    Raises
    ------
    DatabaseError
        If the database cannot be written, has a table of the book already, or a cell of the book
        cannot be a value of its column.
    FaultyBookError
        If a file of the book cannot be read.
    """
    check_folder(book)
    metadata = book_tables()
    counted: dict[str, int] = {}
    with refusing(url), connect(url, new=True).begin() as connection:
        _begin(connection)
        there = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
        if there:
            raise DatabaseError(
                f"{shown(url)} has a table {there[0]!r} already; name an empty database or schema"
            )
        metadata.create_all(connection)
        for name in SCHEMA:
            for batch in table_batches(book, name):
                for start in range(0, len(batch), ROWS):
                    rows = _rows(batch, start, start + ROWS)
                    connection.execute(metadata.tables[name].insert(), rows)
                counted[name] = counted.get(name, 0) + len(batch)
        for path in sorted((book / POLICY_FOLDER).glob("*.toml")):
            text = {"policy_id": path.stem, "toml": _policy_text(path)}
            connection.execute(metadata.tables[POLICIES].insert(), text)
    return counted


def copy_from_database(url: str, to: Path) -> None:
    """Write the tables of a database as a new book folder.

    Raises
    ------
    DatabaseError
        If the database cannot be read, or a policy's id cannot be the name of a file.
    OSError
        If the folder cannot be written.
    """
    to.mkdir(parents=True)
    with refusing(url), _snapshot(connect(url)) as connection:
        there = set(inspect(connection).get_table_names())
        for name in SCHEMA:
            if name in there:
                _write_table(connection, name, to / name)
        for name in sorted(there - set(SCHEMA)):
            if meant(name, set(SCHEMA) - there):  # the reading of the folder says so
                pq.write_table(pa.table({}), to / f"{name}.parquet")
        if POLICIES in there:
            _write_policies(connection, to / POLICY_FOLDER)


def _rows(batch: Batch, start: int, stop: int) -> list[dict[str, Any]]:
    """Return rows of a batch as a database takes them; a cell that is no value is an error."""
    columns: dict[str, list[Any]] = {}
    for column in SCHEMA[batch.table].columns:
        cells = batch.cells(column.name)
        for row, text in cells.unread.items():
            raise DatabaseError(
                f"{batch.table}, row {sheet_row(batch.first_row + row)}, column {column.name}: "
                f"{text!r} is no {column.kind.value}, and a database's columns hold nothing else; "
                "mend the book"
            )
        columns[column.name] = _values(cells.values[start:stop], column.kind)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(cells: Any, kind: CellKind) -> list[Any]:
    if kind is CellKind.TEXT:
        texts: list[Any] = cells.to_pylist()
        return texts
    if kind is CellKind.DATE:
        return [None if np.isnat(day) else day.item() for day in cells]
    known = [None if np.isnan(number) else float(number) for number in cells]
    return [None if n is None else n == 1.0 for n in known] if kind is CellKind.FLAG else known


def _policy_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        place = f"{POLICY_FOLDER}/{path.name}"
        raise DatabaseError(f"{place} cannot be read ({why}); mend it, or take it away") from error


def _write_table(connection: Connection, name: str, folder: Path) -> None:
    """Write one table as Parquet parts: a new part begins where a column's type changes."""
    table = Table(name, MetaData(), autoload_with=connection)
    kinds = {c.name: c.kind for c in SCHEMA[name].columns if c.name in table.c}
    others = [column.name for column in table.c if column.name not in kinds]
    keys = [key for key in SCHEMA[name].key if key in kinds] or list(kinds)
    rest = [column for column in kinds if column not in keys]
    # as the database has them: SQLite keeps any text in any column, and a faulty cell is no error
    query = select(*(type_coerce(table.c[column], NullType()) for column in kinds)).order_by(
        *(table.c[column] for column in (*keys, *rest))
    )
    folder.mkdir()
    writer: Any = None
    part = 0
    streamed = connection.execute(
        query, execution_options={"stream_results": True, "yield_per": ROWS}
    )
    for rows in streamed.partitions():
        arrow = _arrow(rows, kinds, others)
        if writer is not None and writer.schema != arrow.schema:
            writer.close()
            writer = None
        if writer is None:
            writer = pq.ParquetWriter(folder / f"part-{part:05d}.parquet", arrow.schema)
            part += 1
        writer.write_table(arrow)
    if writer is None:
        empty = pa.schema([(column, pa.null()) for column in (*kinds, *others)])
        writer = pq.ParquetWriter(folder / "part-00000.parquet", empty)
    writer.close()


def _arrow(rows: Sequence[Any], kinds: dict[str, CellKind], others: Sequence[str]) -> Any:
    """Return rows as a table; of `others`, which no book has, it has the names alone."""
    columns = zip(zip(*rows, strict=True), kinds.items(), strict=True)
    known = {name: _column(cells, kind) for cells, (name, kind) in columns}
    return pa.table(known | {name: pa.nulls(len(rows)) for name in others})


def _column(values: Sequence[Any], kind: CellKind) -> Any:
    """Return a column in the type of its kind; a cell of another makes all of them text."""
    cell, stored = {
        CellKind.TEXT: (_text, pa.large_string()),
        CellKind.NUMBER: (_number, pa.float64()),
        CellKind.FLAG: (_number, pa.float64()),
        CellKind.DATE: (_day, pa.date32()),
    }[kind]
    try:
        return pa.array([None if v is None else cell(v) for v in values], stored)
    except (TypeError, ValueError):
        return pa.array([None if v is None else _text(v) for v in values], pa.large_string())


def _number(value: Any) -> float:
    """Return a number; a text is none, even where Python would read one (`1_000`)."""
    if isinstance(value, str):
        raise TypeError(value)
    return float(value)


def _day(value: Any) -> date:
    """Return a day, which SQLite keeps as text."""
    day = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(day, date):
        raise TypeError(value)
    return day.date() if isinstance(day, datetime) else day


def _text(value: Any) -> str:
    """Return an id as text: whole numbers without a fraction, dates in ISO."""
    if isinstance(value, float | Decimal) and value == int(value):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_policies(connection: Connection, folder: Path) -> None:
    folder.mkdir()
    table = Table(POLICIES, MetaData(), autoload_with=connection)
    for policy_id, toml in connection.execute(select(table.c["policy_id"], table.c["toml"])):
        if not policy_id or Path(policy_id).name != policy_id or policy_id.startswith("."):
            raise DatabaseError(f"policies: {policy_id!r} cannot be the name of a file; rename it")
        (folder / f"{policy_id}.toml").write_text(toml or "", "utf-8")


def _begin(connection: Connection) -> None:
    """Begin a transaction where the driver waits for a change of rows: SQLite's."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the database, and streams its rows."""
    with engine.connect() as plain:
        connection = plain
        if engine.dialect.name != "sqlite":
            connection = plain.execution_options(isolation_level="REPEATABLE READ")
        _begin(connection)
        yield connection
        connection.rollback()


@contextmanager
def refusing(url: str) -> Iterator[None]:
    """Turn what a database refuses into one clear error."""
    try:
        yield
    except SQLAlchemyError as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise DatabaseError(f"{shown(url)}: {said}") from error
