"""Two runs whose tables are the same."""

from __future__ import annotations

import pandas as pd

from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES


def assert_same_tables(folder: RunFolder, other: RunFolder) -> None:
    """Every table has the same bytes, `seconds` aside."""
    for name in TABLES:
        if name != "plans":
            ours, theirs = (run.path / f"{name}.parquet" for run in (folder, other))
            assert ours.read_bytes() == theirs.read_bytes(), name
    plans = [pd.read_parquet(run.path / "plans.parquet") for run in (folder, other)]
    pd.testing.assert_frame_equal(*(plan.drop(columns="seconds") for plan in plans))
