"""Faults any cell can have, found from the schema alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.book.checks.check import Check, Finding
from models.book.checks.evidence import Evidence
from models.book.rows.links import repeated
from models.book.tables.arrow import encoded
from models.book.tables.column import CellKind, Column
from models.book.tables.table import Table


def _columns(evidence: Evidence, kind: CellKind) -> Iterator[tuple[Table, Column]]:
    for table in evidence.tables.values():
        for column in table.facts.columns:
            if column.kind is kind:
                yield table, column


def _unread(evidence: Evidence, kind: CellKind, words: str) -> Iterator[Finding]:
    for table, column in _columns(evidence, kind):
        for row in sorted(table.cells[column.name].unread):
            what = f"{table.shown(column.name, row)} is not {words}"
            yield Finding(table.name, row, column.name, what)


def _null(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.tables.values():
        for column in table.facts.columns:
            if not column.nullable:
                what = "is empty" + " or NaN" * (column.kind is CellKind.NUMBER)
                for row in np.flatnonzero(table.null(column.name)).tolist():
                    yield Finding(table.name, row, column.name, what)


def _infinite(evidence: Evidence) -> Iterator[Finding]:
    for table, column in _columns(evidence, CellKind.NUMBER):
        for row in np.flatnonzero(np.isinf(table.number(column.name))).tolist():
            yield Finding(table.name, row, column.name, "is infinite")


def _unknown_word(evidence: Evidence) -> Iterator[Finding]:
    for table, column in _columns(evidence, CellKind.TEXT):
        if column.choices:
            yield from _not_among(table, column)


def _not_among(table: Table, column: Column) -> Iterator[Finding]:
    words, codes = encoded(table.text(column.name))
    wrong = [word not in column.choices for word in words.to_pylist()]
    if any(wrong):
        for row in np.flatnonzero(np.array([*wrong, False])[codes]).tolist():
            what = f"{table.shown(column.name, row)} is unknown"
            remedy = f"give one of {', '.join(column.choices)}"
            yield Finding(table.name, row, column.name, what, remedy=remedy)


def _doubles(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.tables.values():
        key = table.facts.key
        for row in np.flatnonzero(repeated(table, key)).tolist():
            what = f"{table.shown(key[0], row)} is there more than once"
            if len(key) > 1:
                same = ", ".join(key)
                what = f"another row has the same {same}"
            yield Finding(table.name, row, key[0], what)


CHECKS: Final = (
    Check(
        "text_in_number",
        "give a plain number, such as 1234.5",
        lambda e: _unread(e, CellKind.NUMBER, "a number"),
    ),
    Check(
        "impossible_date",
        "give a day of the calendar as YYYY-MM-DD",
        lambda e: _unread(e, CellKind.DATE, "a date"),
    ),
    Check(
        "not_a_flag",
        "give true or false, or leave it empty",
        lambda e: _unread(e, CellKind.FLAG, "true or false"),
    ),
    Check("null_cell", "fill it in: a value is needed there", _null),
    Check("infinite_number", "give a finite number", _infinite),
    Check("unknown_word", "give one of the words of the contract", _unknown_word),
    Check("duplicate_row", "keep one of them, or give each its own id", _doubles),
)
