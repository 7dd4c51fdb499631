"""What a check is: a kind of fault, where it is looked for, and what would do.

Most checks are one row of data: a condition on a table's rows. The few that are not yield their
own findings. Either way a check only says where something is wrong; whom it touches follows from
the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from models.arrays import Bools, Ints
from models.book.checks.evidence import Evidence
from models.book.tables.table import Table


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a check found something.

    `households` holds the codes of those touched; None leaves it to the row's table.
    `remedy` replaces the check's own where the place calls for other words; `uncertain` says that
    here it may be as it is.
    """

    table: str
    row: int | None
    column: str | None
    what: str
    households: Ints | None = None
    remedy: str = ""
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Maybe:
    """Whose a row of nobody may be: the codes of a few households, and what would do."""

    households: Ints
    remedy: str


MaybeOf: TypeAlias = Callable[[Table, Evidence, Ints], Mapping[int, Maybe]]
"""Whose the flagged rows of a table may be, by row; rows that nobody can place are absent."""


def nobody(table: Table, evidence: Evidence, rows: Ints) -> Mapping[int, Maybe]:
    """Place no row: the household of a faulty row follows from its table."""
    return {}


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of fault and how it is found; `uncertain` where it may be as it is."""

    kind: str
    remedy: str
    find: Callable[[Evidence], Iterable[Finding]]
    uncertain: bool = False


def rows_where(
    kind: str,
    place: str,
    what: str,
    remedy: str,
    where: Callable[[Table, Evidence], Bools],
    maybe: MaybeOf = nobody,
) -> Check:
    """Return the check that finds the rows of a table where a condition holds.

    Parameters
    ----------
    kind, remedy
        Name of the fault, and what would do.
    place
        `table.column`.
    what
        What is wrong; `{cell}` stands for the cell as the file has it.
    where
        Condition on the table's rows, shape `(rows,)`. It need not care about null or unread
        cells of its own column: these have faults of their own.
    maybe
        Whose the rows may be that belong to nobody.
    """
    table_name, column = place.split(".")

    def find(evidence: Evidence) -> Iterator[Finding]:
        table = evidence.tables[table_name]
        if not table.rows:
            return
        with np.errstate(invalid="ignore"):
            flagged = where(table, evidence)
        rows = np.flatnonzero(flagged)
        placed = maybe(table, evidence, rows)
        for row in rows.tolist():
            said = what.format(cell=table.shown(column, row))
            if row in placed:
                owner = placed[row]
                yield Finding(
                    table_name, row, column, said, owner.households, owner.remedy, uncertain=True
                )
            else:
                yield Finding(table_name, row, column, said)

    return Check(kind, remedy, find)


def stated(table: Table, column: str) -> Bools:
    """Where a text cell says something."""
    return ~table.null(column)
