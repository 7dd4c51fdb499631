"""A wrong book as data: what is changed in the tiny book, and what must be said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.books import Tables

NOBODY: tuple[str, ...] = ()
ALL = ("007", "H1", "H2")


@dataclass(frozen=True)
class Case:
    """A change to the tiny book and the fault it makes: kind, place, households touched.

    `follows` says that the change makes other faults too, which may touch more households.
    """

    kind: str
    table: str
    row: int | None
    column: str | None
    households: tuple[str, ...]
    change: Callable[[Tables], None]
    follows: bool = False


def cell(table: str, row: int, column: str, value: Any) -> Callable[[Tables], None]:
    """Put a value into one cell."""

    def change(tables: Tables) -> None:
        tables[table][row][column] = value

    return change


def cells(*values: tuple[str, int, str, Any]) -> Callable[[Tables], None]:
    """Put values into several cells."""

    def change(tables: Tables) -> None:
        for table, row, column, value in values:
            tables[table][row][column] = value

    return change


def again(table: str, row: int, **changes: Any) -> Callable[[Tables], None]:
    """Append a copy of a row, with some cells changed."""

    def change(tables: Tables) -> None:
        tables[table].append(tables[table][row] | changes)

    return change


def both(*changes: Callable[[Tables], None]) -> Callable[[Tables], None]:
    """Make several changes."""

    def change(tables: Tables) -> None:
        for one in changes:
            one(tables)

    return change


def without(table: str, column: str, value: Any) -> Callable[[Tables], None]:
    """Drop the rows of a table whose cell has a value."""

    def change(tables: Tables) -> None:
        tables[table] = [row for row in tables[table] if row[column] != value]

    return change


def wrong(
    kind: str,
    place: str,
    value: Any,
    *households: str,
    follows: bool = False,
) -> Case:
    """Return the case of one wrong cell; `place` is `table.row.column`."""
    table, row, column = place.split(".")
    change = cell(table, int(row), column, value)
    return Case(kind, table, int(row), column, households, change, follows)
