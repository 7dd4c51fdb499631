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
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Ints
from models.book.checks.evidence import Evidence
from models.book.rows.near import bare
from models.book.tables.table import Table


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a check found something.

    `households` holds the codes of those touched; None leaves it to the row's table.
    `remedy` replaces the check's own where the place calls for other words.
    """

    table: str
    row: int | None
    column: str | None
    what: str
    households: Ints | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Maybe:
    """Whose a row of nobody may be: the household's code `(1,)`, and what would do."""

    household: Ints
    remedy: str


MaybeOf: TypeAlias = Callable[[Table, Evidence, Ints], Mapping[int, Maybe]]
"""Whose the flagged rows of a table may be, by row; rows that nobody can place are absent."""


def nobody(table: Table, evidence: Evidence, rows: Ints) -> Mapping[int, Maybe]:
    """Place no row: the household of a faulty row follows from its table."""
    return {}


def near_account(table_name: str) -> MaybeOf:
    """Return what places rows whose account is that of a household, retyped in another way."""

    def find(table: Table, evidence: Evidence, rows: Ints) -> Mapping[int, Maybe]:
        links = evidence.links
        rows = rows[links.household_of[table_name][rows] < 0]
        if not rows.size:
            return {}
        accounts = links.accounts
        order = np.argsort(accounts.first_row, kind="stable")  # of two alike the first row counts
        known = bare(accounts.arrow.take(pa.array(order)))
        wanted = bare(table.text("account_id").take(pa.array(rows)))
        place = pc.fill_null(pc.index_in(wanted, value_set=known), -1)
        found = {}
        for row, at in zip(rows.tolist(), place.to_pylist(), strict=True):
            if at < 0:
                continue
            code = order[at]
            household = int(links.household_of["accounts"][accounts.first_row[code]])
            if household >= 0:
                found[row] = Maybe(
                    np.array([household], dtype=np.int64),
                    f"it may mean {accounts.texts[code]!r} of household "
                    f"{links.households.texts[household]!r}, which waits: correct the id, or "
                    "leave the row out",
                )
        return found

    return find


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of fault and how it is found."""

    kind: str
    remedy: str
    find: Callable[[Evidence], Iterable[Finding]]


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
                yield Finding(table_name, row, column, said, owner.household, owner.remedy)
            else:
                yield Finding(table_name, row, column, said)

    return Check(kind, remedy, find)


def stated(table: Table, column: str) -> Bools:
    """Where a text cell says something."""
    return ~table.null(column)
