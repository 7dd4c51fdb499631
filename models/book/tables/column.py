"""What a table of a book is made of: columns that hold a kind of cell, which may be null or not.

The tables themselves are data in `schema`; this is the language in which they are written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    required
        The file must have the column; an absent optional column reads as all null.
    nullable
        Its cells may be null; what null means is `default`, or stands in the contract types.
    default
        Value of a null number (text and flags have none that is the same in every row).
    choices
        The closed list of a text column, empty when any text will do.
    """

    name: str
    kind: CellKind
    required: bool = True
    nullable: bool = False
    default: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table: its columns in order, whether a book needs it, and what names a row.

    `key` columns may not repeat together; empty when repeating a row changes nothing or when the
    table has a rule of its own.
    """

    name: str
    columns: tuple[Column, ...]
    required: bool = True
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the facts of one column; KeyError when the table has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(column.name for column in self.columns)


def text(name: str, *choices: str) -> Column:
    """A column of text, of any or of one of `choices`."""
    return Column(name, CellKind.TEXT, choices=choices)


def text_or_null(name: str, *choices: str) -> Column:
    """A column of text that may be absent or null."""
    return Column(name, CellKind.TEXT, required=False, nullable=True, choices=choices)


def number(name: str) -> Column:
    """A column of numbers."""
    return Column(name, CellKind.NUMBER)


def number_or_null(name: str, default: float | None = None) -> Column:
    """A column of numbers that may be absent or null, which then are `default`."""
    return Column(name, CellKind.NUMBER, required=False, nullable=True, default=default)


def date(name: str) -> Column:
    """A column of dates."""
    return Column(name, CellKind.DATE)


def date_or_null(name: str) -> Column:
    """A column of dates that may be absent or null."""
    return Column(name, CellKind.DATE, required=False, nullable=True)


def flag_or_null(name: str) -> Column:
    """A column of flags that may be absent or null."""
    return Column(name, CellKind.FLAG, required=False, nullable=True)
