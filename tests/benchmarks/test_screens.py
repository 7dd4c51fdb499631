"""The benchmark of waiting for pages: every click and page answers, and a run is enlarged whole."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.screens import CLICKS, KINDS, PAGES, enlarged_table, main


def test_rows_are_repeated_under_ids_of_their_own() -> None:
    """The first time they keep their own: the book knows those. A night's rows are in order."""
    orders = pa.table(
        {"order_id": ["d/a", "d/b"], "household_id": ["x", "y"], "shares": [1.0, 2.0]}
    )
    told = enlarged_table(orders, 3)
    assert told["household_id"].to_pylist() == ["x", "x~1", "x~2", "y", "y~1", "y~2"]
    assert told["order_id"].to_pylist()[-1] == "d/b~2"
    assert told["shares"].to_pylist() == [1.0] * 3 + [2.0] * 3
    assert told.schema == orders.schema


@pytest.mark.full
def test_every_click_and_page_is_measured(tmp_path: Path) -> None:
    """Four households, ten times over."""
    assert main(["--households", "4", "--rows", "40", "--out", str(tmp_path)]) == 0
    told = (tmp_path / "screens.md").read_text("utf-8")
    for name in (*CLICKS, *PAGES):
        assert f"| {name} |" in told
    assert all(f"| {kind} |" in told for kind in KINDS)
