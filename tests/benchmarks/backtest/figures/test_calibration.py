"""The slope of what arrives on what was promised, worked by hand, and its interval by path."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.backtest.figures.calibration import slope


def _nights(promised: list[float], arrived: list[float], twins: int = 1) -> pd.DataFrame:
    rows = [
        {"path": f"path-{k}", "promised_a_year": p, "arrived_a_year": r}
        for k, (p, r) in enumerate(zip(promised, arrived, strict=True))
        for _ in range(twins)
    ]
    return pd.DataFrame(rows)


def test_slopes_by_hand() -> None:
    """P = 1, 2, 3 and R = 2, 2, 5.

    Through the origin: (2 + 4 + 15)/(1 + 4 + 9) = 1.5. With an intercept: (−1·−1 + 0 + 1·2)/2 = 1.5
    around means 2 and 3, so 3 − 1.5·2 = 0.
    """
    found = slope(_nights([1, 2, 3], [2, 2, 5]))
    assert found.through_origin.mean == pytest.approx(1.5)
    assert found.with_intercept.mean == pytest.approx(1.5)
    assert found.intercept.mean == pytest.approx(0.0)
    assert (found.promised, found.arrived.mean, found.nights) == (2.0, pytest.approx(3.0), 3)


def test_a_promise_kept_to_the_cent_has_slope_one_and_no_width() -> None:
    """And half of it, one half: an intercept tells a constant loss apart."""
    promised = [1.0, 4.0, 9.0, 16.0, 3.0, 7.0]
    kept = slope(_nights(promised, promised))
    assert list(kept.through_origin) == pytest.approx([1.0, 1.0, 1.0])
    less = slope(_nights(promised, [p / 2 - 1 for p in promised]))
    assert list(less.with_intercept) == pytest.approx([0.5, 0.5, 0.5])
    assert list(less.intercept) == pytest.approx([-1.0, -1.0, -1.0])


def test_intervals_count_a_path_once() -> None:
    """Three nights on each path that say the same are no more evidence than one."""
    rng = np.random.default_rng(1)
    promised = rng.uniform(5, 15, 20).tolist()
    arrived = [p + noise for p, noise in zip(promised, rng.normal(0, 5, 20), strict=True)]
    one, three = (slope(_nights(promised, arrived, twins)) for twins in (1, 3))
    assert list(three.through_origin) == pytest.approx(list(one.through_origin))
    assert one.through_origin.low < one.through_origin.mean < one.through_origin.high


def test_no_promise_has_no_slope() -> None:
    """Says so instead of dividing by zero."""
    with pytest.raises(ValueError, match="there is no slope"):
        slope(_nights([2.0, 2.0], [1.0, 3.0]))
