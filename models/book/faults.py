"""A fault: where the book is wrong, whom it touches, and what would do.

All faults of a book are collected before anybody is told, because a custodian's file is mended
once a day and not once a fault. Two errors carry them where a result is impossible: the whole book
unusable, or one household asked for in spite of its faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from models.errors import HearthError, UnusableBookError

UNUSABLE_KINDS: Final = (
    "no_book",
    "missing_table",
    "ambiguous_table",
    "unreadable_file",
    "missing_column",
    "misnamed_table",
    "misnamed_column",
    "unreadable_column",
    "covariance_not_psd",
    "year_without_law",
)
"""Kinds of fault after which no household can be answered."""


BETWEEN_FAULTS: Final = " | "
"""What stands between faults that are told in one line."""

FIRST_SHEET_ROW: Final = 2
"""Row of a spreadsheet that shows row 0 of a table: the header is row 1."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a book.

    Attributes
    ----------
    table, row, column
        Where: `row` counts from 0 in the table as read (through its parts in sorted order), None
        for a whole table or column; `column` is None for a whole table or row. People are told
        `sheet_row`.
    what, remedy
        What is wrong there, and what would do.
    households
        Ids of the households that reach the fault, sorted: these are invalid. Empty when nobody
        does.
    kind
        Name of the check that found it, one of `models.book.checks.KINDS` or, where it makes the
        whole book unusable, of `UNUSABLE_KINDS`.
    uncertain
        Whether it may be as it is, and a person should look: a policy may let it pass.
    """

    table: str
    row: int | None
    column: str | None
    what: str
    remedy: str
    households: tuple[str, ...] = ()
    kind: str = ""
    uncertain: bool = False

    @property
    def sheet_row(self) -> int | None:
        """Row as a spreadsheet shows it, whose header is row 1."""
        return None if self.row is None else sheet_row(self.row)

    @property
    def where(self) -> str:
        """Place in words, its row as a spreadsheet shows it: `lots, row 3, column shares`."""
        row = "" if self.row is None else f", row {self.sheet_row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.table}{row}{column}"

    def __str__(self) -> str:
        """Place, what, and what would do, in one line."""
        return f"{self.where}: {self.what}; {self.remedy}"


def sheet_row(row: int) -> int:
    """Return the number that a spreadsheet shows for the row of a table that counts from 0."""
    return row + FIRST_SHEET_ROW


def in_one_line(faults: Iterable[Fault]) -> str:
    """Return faults in one line; what is wrong alike in several rows of a table is said once."""
    alike: dict[tuple[str, str | None, str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.table, fault.column, fault.what, fault.remedy), []).append(fault)
    return BETWEEN_FAULTS.join(map(_said_once, alike.values()))


def _said_once(alike: Sequence[Fault]) -> str:
    first, rows = alike[0], sorted({each.row for each in alike if each.row is not None})
    if len(rows) < 2:
        return str(first)
    column = "" if first.column is None else f", column {first.column}"
    return f"{first.table}, rows {_spans(rows)}{column}: {first.what}; {first.remedy}"


def _spans(rows: Sequence[int]) -> str:
    """Return rows as a spreadsheet shows them: `2 to 9, 12`."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    shown = ((sheet_row(first), sheet_row(last)) for first, last in spans)
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in shown)


def listed(faults: Iterable[Fault]) -> str:
    """Return faults one to a line."""
    return "\n".join(f"  {fault}" for fault in faults)


class FaultyBookError(UnusableBookError):
    """The book cannot be used at all; `faults` holds every reason found."""

    def __init__(self, place: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{place} is not a usable book:\n{listed(self.faults)}")


class FaultyHouseholdError(HearthError):
    """A household's own data is faulty: mend what `faults` name, then read the book again."""

    def __init__(self, household_id: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"household {household_id!r} is invalid:\n{listed(self.faults)}")
