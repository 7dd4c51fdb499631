"""A run's answers written back to the database its book came from, beside its folder.

The folder is written first and is what a run lives by; the database follows chunk by chunk, each
in one transaction with a note of the chunk, so that it holds a chunk whole or not at all. Writing
a chunk again writes nothing: a resumed run hands over whatever the database lacks, and keeps its
run_id. Refused: writing households as they come, whose half a reader could see.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.exc import IntegrityError

from nightly.results.tables import TABLES
from nightly.sql.book import refusing
from nightly.sql.tables import KEYS, ROW, DatabaseError, connect, run_tables, shown
from nightly.sql.upgrade import make_or_bring_up


class DatabaseResults:
    """The tables of runs in one database; a class because it holds the connections' pool."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine, self._metadata = connect(url), run_tables()

    def knows(self, run_id: str) -> bool:
        """Whether a run of that id was begun here; its tables are made where they are missing."""
        runs = self._metadata.tables["runs"]
        with refusing(self.url), self._engine.begin() as connection:
            make_or_bring_up(connection, self._metadata)
            found = connection.execute(select(runs.c.run_id).where(runs.c.run_id == run_id))
            return found.first() is not None

    def begin(self, run_id: str, identity: str, asof: date) -> None:
        """Take a run's id; `identity` says which run of that name it is.

        Raises
        ------
        DatabaseError
            If another run of that id was begun in this database.
        """
        runs = self._metadata.tables["runs"]
        row = {"run_id": run_id, "identity": identity, "asof": asof, "complete": False}
        with refusing(self.url):
            try:
                with self._engine.begin() as connection:
                    make_or_bring_up(connection, self._metadata)
                    connection.execute(runs.insert(), row)
            except IntegrityError as error:
                with self._engine.begin() as connection:
                    own = select(runs.c.identity).where(runs.c.run_id == run_id)
                    if connection.execute(own).scalar() != identity:
                        raise DatabaseError(
                            f"{shown(self.url)} has another run {run_id}; name another --out"
                        ) from error

    def chunks(self, run_id: str) -> frozenset[int]:
        """Return the chunks that the database has."""
        table = self._metadata.tables["run_chunks"]
        with refusing(self.url), self._engine.begin() as connection:
            rows = connection.execute(select(table.c.chunk).where(table.c.run_id == run_id))
            return frozenset(rows.scalars())

    def write(self, run_id: str, chunk: int, tables: Mapping[str, Any]) -> None:
        """Write one chunk in one transaction; a chunk or a row that is there stays as it is."""
        with refusing(self.url), self._engine.begin() as connection:
            note = {"run_id": run_id, "chunk": chunk}
            if not _insert(connection, self._metadata.tables["run_chunks"], [note]):
                return
            for name in TABLES:
                rows = [{"run_id": run_id, **row} for row in tables[name].to_pylist()]
                _insert(connection, self._metadata.tables[name], _counted(name, rows))

    def finish(self, run_id: str, manifest: Mapping[str, Any]) -> None:
        """Say that a run is complete, with its manifest."""
        runs = self._metadata.tables["runs"]
        text = json.dumps(manifest, ensure_ascii=False)
        with refusing(self.url), self._engine.begin() as connection:
            done = update(runs).where(runs.c.run_id == run_id)
            connection.execute(done.values(complete=True, manifest=text))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _counted(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number the rows of each household where a table has no key of its own."""
    if name in KEYS:
        return rows
    seen: Counter[str] = Counter()
    for row in rows:
        row[ROW] = seen[row["household_id"]]
        seen[row["household_id"]] += 1
    return rows


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows that are not there; return how many, as far as the driver knows."""
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql as dialect
    elif connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite as dialect  # type: ignore[no-redef]
    else:
        raise DatabaseError(
            f"{connection.dialect.name}: results are written to PostgreSQL and SQLite only"
        )
    return connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows).rowcount
