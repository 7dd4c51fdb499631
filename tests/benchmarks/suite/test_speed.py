"""A smoke size of the speed benchmark: every figure is there; how fast it is is not judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.suite.measure import write_report
from benchmarks.suite.spec import rows_of
from benchmarks.suite.speed import STAGES, Speed


def test_a_smoke_size_measures_everything(tmp_path: Path) -> None:
    """Two small households: raw solves, whole plans, cvxpy, stages and gaps, written to files."""
    spec = Speed(("etf",), 2, seed=3, certify=2, repeats=1)
    timed = rows_of(spec)
    assert len(timed) == 2
    for one in timed:
        assert one.status == "planned"
        assert 0.0 < one.raw_ms < one.whole_ms
        assert one.cvxpy_ms > 0.0 and one.clarabel_ms > 0.0
        assert one.solves >= 3
        assert -1e-4 <= one.gap_bps <= one.root_gap_bps + 1e-6 or one.gap_bps < 50.0
        named = {name for name in STAGES if one.stages.get(name, 0.0) > 0.0}
        assert named >= {"frame", "state", "compile", "roots", "tickets", "shares", "judge"}
        assert np.isfinite(one.ratio)
    told = spec.told(timed)
    write_report(told, tmp_path, "speed")
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert text.index("machine:") < text.index("Limitations") < text.index("| etf |")
    assert len((tmp_path / "speed.csv").read_text(encoding="utf-8").splitlines()) == 3
