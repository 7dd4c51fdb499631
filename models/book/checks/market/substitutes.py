"""Faults of substitutes, which only widen what may be bought.

A row that names an unknown security counts for nothing, so it touches no household: the list may
well be of a whole market, of which a book prices a part. It is told all the same, for it may be a
slip of the pen. A row of two securities that are substantially identical is a contradiction: it
would promise a way around wash sales that is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.arrays import Bools, Ints
from models.book.checks.check import Check, Finding, rows_where, stated
from models.book.checks.evidence import Evidence
from models.book.checks.reach import NOBODY
from models.book.tables.table import Table


def _codes(evidence: Evidence) -> tuple[Ints, Ints]:
    """Return the security and the substitute that each row names, −1 where unknown."""
    other = evidence.tables["substitutes"].text("substitute_id")
    return evidence.links.security_of["substitutes"], evidence.links.securities.codes(other)


def _unknown(evidence: Evidence) -> Iterator[Finding]:
    table = evidence.tables["substitutes"]
    columns = ("security_id", "substitute_id")
    for column, code in zip(columns, _codes(evidence), strict=True):
        for row in np.flatnonzero(stated(table, column) & (code < 0)).tolist():
            what = f"security {table.shown(column, row)} is not in securities"
            yield Finding("substitutes", row, column, what, NOBODY)


def _identical(table: Table, evidence: Evidence) -> Bools:
    """Whether both are known, and one security or two of one identical group."""
    first, second = _codes(evidence)
    securities = evidence.tables["securities"]
    identical = np.append(
        securities.texts("identical_group")[evidence.links.securities.first_row], [None]
    )
    same = (first == second) | (
        (identical[first] == identical[second]) & (identical[first] != np.array(None))
    )
    return np.asarray((first >= 0) & (second >= 0) & same, bool)


CHECKS: Final = (
    Check(
        "unknown_security_of_substitutes",
        "add the security's row, or leave the substitute out: its row counts for nothing",
        _unknown,
    ),
    rows_where(
        "identical_substitute",
        "substitutes.substitute_id",
        "{cell} is substantially identical to the security that it stands in for",
        "name a security of another identical group: this one is no way around a wash sale",
        _identical,
    ),
)
