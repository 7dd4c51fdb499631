"""Rows of a few households are looked up in a table of millions, and never in an older one."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nightly.results.run_tables import run_columns, run_table
from nightly.results.tables import arrow_table

GROUP = 4


def write(folder: Path, names: list[str]) -> None:
    """Write plans of some households, a few in a row group, as a file of its own."""
    rows = [
        {"household_id": name, "status": "planned", "approval": "", "orders": 1, "reason": name}
        for name in names
    ]
    pq.write_table(arrow_table("plans", rows), folder / "new", row_group_size=GROUP)
    (folder / "new").rename(folder / "plans.parquet")


def test_rows_are_found_in_whatever_group_they_are(tmp_path: Path) -> None:
    """The first, the last, several at once, out of order, twice, and nobody."""
    write(tmp_path, [f"h{n:02d}" for n in range(10)] + ["a", "h05"])
    for asked in (["h00"], ["h09"], ["h07", "h02"], ["a"], ["h05"], ["nobody", "h03"], []):
        found = run_table(tmp_path, "plans", asked)["household_id"].to_pylist()
        wanted = sorted(name for name in asked if name != "nobody")
        assert sorted(found) == sorted(wanted + (["h05"] if asked == ["h05"] else []))
        some = run_columns(tmp_path, "plans", asked, ("household_id", "reason"))
        assert some.column_names == ["household_id", "reason"]
        assert sorted(some["reason"].to_pylist()) == sorted(found)


def test_another_file_under_its_name_is_read_anew(tmp_path: Path) -> None:
    """The footer is kept by what the file is, not by what it is called."""
    write(tmp_path, ["a", "b"])
    assert run_table(tmp_path, "plans", ["c"]).num_rows == 0
    before = (tmp_path / "plans.parquet").stat().st_mtime_ns
    write(tmp_path, ["a", "c"])
    os.utime(tmp_path / "plans.parquet", ns=(before, before))
    assert isinstance(run_table(tmp_path, "plans", ["c"]), pa.Table)
    assert run_table(tmp_path, "plans", ["c"]).num_rows == 1
