"""Tables of an older version brought to what is written now: columns that came later are added.

A database outlives the version that made it. A column that is only told is added, empty for the
rows before; a key cannot be, and then nothing is written. Refused: migrations by number, where the
difference itself says what is missing.
"""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn

from nightly.sql.tables import DatabaseError


def make_or_bring_up(connection: Connection, metadata: MetaData) -> list[str]:
    """Make the tables that are missing, add the columns that are; return these by their names.

    Raises
    ------
    DatabaseError
        If a table has not the key that it has now: it is another one, or a much older one.
    """
    metadata.create_all(connection)
    looked = inspect(connection)
    added: list[str] = []
    for table in metadata.sorted_tables:
        there = {column["name"] for column in looked.get_columns(table.name)}
        missing = [column for column in table.columns if column.name not in there]
        keys = sorted(column.name for column in missing if column.primary_key)
        if keys:
            raise DatabaseError(
                f"table {table.name} of the database has no {', '.join(keys)}: it was made by "
                "something else, or by a version too old to be added to; rename it (a new one is "
                "made), or name another database"
            )
        for column in missing:
            _add(connection, table, column.name)
            added.append(f"{table.name}.{column.name}")
    return added


def _add(connection: Connection, table: Table, name: str) -> None:
    """Add one column; two processes may do so at once, where the database can tell."""
    dialect = connection.dialect
    unless = "IF NOT EXISTS " if dialect.name == "postgresql" else ""
    column = str(CreateColumn(table.columns[name]).compile(dialect=dialect)).strip()
    where = dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(
        f"ALTER TABLE {where} ADD COLUMN {unless}{column.removesuffix(' NOT NULL')}"
    )
