"""Faults are told in one line, what is wrong alike in many rows once."""

from __future__ import annotations

from dataclasses import replace

from models.book.faults import Fault, in_one_line

OLD = Fault("securities", 0, "price_date", "is old", "give a fresh one")


def test_rows_with_the_same_fault_are_told_together() -> None:
    """Rows in order, neighbours as a span, each once; another column or word is another fault."""
    rows = [replace(OLD, row=row) for row in (4, 0, 1, 2, 9, 9)]
    other = replace(OLD, column="price")
    assert in_one_line([*rows, other]) == (
        "securities, rows 2 to 4, 6, 11, column price_date: is old; give a fresh one"
        " | securities, row 2, column price: is old; give a fresh one"
    )


def test_what_has_no_rows_is_told_as_it_is() -> None:
    """A fault of one row, of a whole column and of a whole table read as they always do."""
    for fault in (OLD, replace(OLD, row=None), replace(OLD, row=None, column=None)):
        assert in_one_line([fault]) == str(fault)
        assert in_one_line([fault, fault]) == str(fault)
    assert in_one_line([]) == ""
