"""Whatever stands in a cell, reading ends in a book or in a list of faults, never in a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.book import SCHEMA, FaultyBookError, read_book
from models.book.tables.column import CellKind
from tests.books import ASOF, tiny_book, write

KIND_OF_FAULT = {
    CellKind.NUMBER: "text_in_number",
    CellKind.DATE: "impossible_date",
    CellKind.FLAG: "not_a_flag",
}
PLACES = [
    (name, row, column)
    for name, rows in tiny_book().items()
    for row in range(len(rows))
    for column in rows[row]
]
ODD = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "-", "0", "-0", "1e999", "nan", "-inf", "0x1", "H1", "VTI", "true"]),
    st.sampled_from(["2026-02-30", "2026-13-01", "9999-12-31", "us_equity", "sell", "standard"]),
    st.floats(),
    st.text(max_size=5).filter(lambda text: "\0" not in text),
)


@pytest.mark.parametrize(
    ("name", "column", "kind"),
    [
        (name, column.name, column.kind)
        for name, facts in SCHEMA.items()
        for column in facts.columns
        if name in tiny_book() and column.kind in KIND_OF_FAULT
    ],
)
def test_a_word_where_none_belongs_is_a_fault_of_that_cell(
    name: str, column: str, kind: CellKind, tmp_path: Path
) -> None:
    """In every column of numbers, dates and flags."""
    tables = tiny_book()
    tables[name][0][column] = "word"
    found = {
        (f.kind, f.table, f.row, f.column) for f in read_book(write(tables, tmp_path), ASOF).faults
    }
    assert (KIND_OF_FAULT[kind], name, 0, column) in found


@settings(deadline=None, max_examples=60)
@given(
    changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=6),
)
def test_no_cell_crashes_the_reading(changes: list[Any], tmp_path_factory: Any) -> None:
    """A valid household can be had, an invalid one has faults, and every fault has its place."""
    tables = tiny_book()
    for (name, row, column), value in changes:
        tables[name][row][column] = value
    try:
        book = read_book(write(tables, tmp_path_factory.mktemp("odd")), ASOF)
    except FaultyBookError as error:
        assert error.faults
        return
    for fault in book.faults:
        assert fault.row is None or 0 <= fault.row < book.rows[fault.table]
        assert set(fault.households) <= set(book.household_ids)
    for household_id in book.household_ids:
        if not book.faults_of(household_id):
            household = book.household(household_id)
            assert (household.lots.security >= 0).all() and (household.lots.account >= 0).all()
            assert (household.lots.shares > 0).all()
