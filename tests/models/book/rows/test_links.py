"""Rows are the same where every cell of the key is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from models.book.rows.links import repeated
from models.book.tables.cells import Cells
from models.book.tables.column import CellKind
from models.book.tables.schema import SCHEMA
from models.book.tables.table import Table


@pytest.mark.parametrize(
    ("key", "rows", "same"),
    [
        (("lot_id",), [("L1",), ("L2",), ("L1",), (None,), (None,)], [0, 2]),
        (("lot_id", "account_id"), [("L1", "A"), ("L1", "B"), ("L1", "A")], [0, 2]),
        (("lot_id", "account_id"), [("L1", None), ("L1", None), (None, "A"), (None, "A")], [0, 1]),
        (("lot_id", "acquired"), [("L1", "2020-01-02"), ("L1", "2020-01-03"), ("L1", "NaT")], []),
        (("lot_id", "acquired"), [("L1", "NaT"), ("L1", "NaT")], [0, 1]),
        (("lot_id", "shares"), [("L1", 1.0), ("L1", 1.5), ("L1", 1.0)], [0, 2]),
        (("lot_id", "shares"), [("L1", np.nan), ("L1", np.nan)], []),
        ((), [(), ()], []),
    ],
)
def test_rows_of_the_same_key_are_found(
    key: tuple[str, ...], rows: list[tuple[object, ...]], same: list[int]
) -> None:
    """A null is a cell like others but the first; what is no number is no other's."""
    facts = SCHEMA["lots"]
    cells = {}
    for name, column in zip(key, zip(*rows, strict=True), strict=True):
        kind = facts.column(name).kind
        if kind is CellKind.TEXT:
            cells[name] = Cells(kind, pa.array(column, pa.large_string()))
        else:
            dates = kind is CellKind.DATE
            cells[name] = Cells(kind, np.array(column, "datetime64[D]" if dates else float))
    assert np.flatnonzero(repeated(Table(facts, len(rows), cells), key)).tolist() == same
