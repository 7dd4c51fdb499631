"""The tables in a database, written from the same facts as the files: one schema, two stores.

A book's tables have the columns of `models.book.tables.schema` and no constraints: a feed may be
faulty, and that is for the book's own checks to say. A run's tables have the columns of
`nightly.results.tables` under a `run_id`, and keys that make writing a row twice writing it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    make_url,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from models.book.tables.column import CellKind
from models.book.tables.schema import SCHEMA
from models.errors import HearthError
from nightly.results.tables import TABLES

POLICIES: Final = "policies"
"""Table of policies: id and the text of its TOML file."""

OF_KIND: Final[Mapping[CellKind, Any]] = {
    CellKind.TEXT: Text,
    CellKind.NUMBER: Double,
    CellKind.DATE: Date,
    CellKind.FLAG: Boolean,
}
"""Type of a column of a book."""

OF_ARROW: Final[Mapping[Any, Any]] = {
    pa.string(): Text,
    pa.float64(): Double,
    pa.int64(): BigInteger,
    pa.date32(): Date,
    pa.bool_(): Boolean,
}
"""Type of a column of a run."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "plans": ("household_id",),
    "orders": ("order_id",),
    "order_lots": ("order_id", "lot_id"),
    "lockouts": ("household_id", "identical_group", "until"),
    "seen": ("household_id",),
}
"""What names a row of a run's table, beside `run_id`; the others count a household's rows."""

ROW: Final = "row"
"""Column that counts the rows of a household in tables without a key of their own."""


class DatabaseError(HearthError):
    """A database cannot be used: check its URL, its rights and that it runs; nothing is lost."""


def shown(url: str) -> str:
    """Return a URL as it may be shown and kept: without its password."""
    return _url(url).render_as_string(hide_password=True)


def connect(url: str, new: bool = False) -> Engine:
    """Return an engine for a URL; nothing is connected yet.

    Raises
    ------
    DatabaseError
        If the URL is none, its driver is not installed, or its file is not there and is not to be
        `new`: a mistyped path would leave an empty database that looks like a book.
    """
    parts = _url(url)
    file = parts.database if parts.get_backend_name() == "sqlite" else None
    if file and file != ":memory:" and not new and not Path(file).exists():
        raise DatabaseError(f"{shown(url)}: there is no file {file}; nothing was made")
    try:
        return create_engine(_url(url))
    except (ImportError, NoSuchModuleError) as error:
        raise DatabaseError(
            f"{shown(url)}: its driver is not installed ({error}); "
            "pip install -e '.[sql]' brings those for SQLite and PostgreSQL"
        ) from error


def book_tables() -> MetaData:
    """Return the tables of a book."""
    metadata = MetaData()
    for name, facts in SCHEMA.items():
        Table(name, metadata, *(Column(c.name, OF_KIND[c.kind]) for c in facts.columns))
    Table(POLICIES, metadata, Column("policy_id", Text), Column("toml", Text))
    return metadata


def run_tables() -> MetaData:
    """Return the tables of runs: what runs leave behind, and what was written of each."""
    metadata = MetaData()
    Table(
        "runs",
        metadata,
        Column("run_id", Text, primary_key=True),
        Column("identity", Text, nullable=False),
        Column("asof", Date, nullable=False),
        Column("complete", Boolean, nullable=False),
        Column("manifest", Text),
    )
    Table(
        "run_chunks",
        metadata,
        Column("run_id", Text, primary_key=True),
        Column("chunk", Integer, primary_key=True, autoincrement=False),
    )
    for name, schema in TABLES.items():
        keys = ("run_id", *KEYS.get(name, ("household_id", ROW)))
        columns = {"run_id": Text, **{f.name: OF_ARROW[f.type] for f in schema}}
        columns |= {} if name in KEYS else {ROW: Integer}
        Table(
            name,
            metadata,
            *(
                Column(column, kind, primary_key=column in keys, autoincrement=False)
                for column, kind in columns.items()
            ),
        )
    return metadata


def _url(text: str) -> URL:
    try:
        return make_url(text)
    except ArgumentError as error:
        raise DatabaseError(
            "the book's URL is none: write it as sqlite:///FILE or "
            "postgresql+psycopg://USER@HOST/DATABASE"
        ) from error
