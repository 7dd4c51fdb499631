"""Paired differences and their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.backtest.figures.compare import (
    bootstrap_means,
    difference,
    final_wealth,
    yearly_figures,
    yearly_growth,
)
from benchmarks.backtest.lives.diary import YearRecord

YEARS = range(2001, 2011)


def _table(growths: dict[str, float], noise: float = 0.0) -> pd.DataFrame:
    """Five lives of ten years; every year grows by the method's rate and a shared market."""
    rng = np.random.default_rng(1)
    market = dict(zip(YEARS, rng.normal(0.05, 0.2, 10), strict=True))
    rows = []
    for method, rate in growths.items():
        for life in range(5):
            wealth = 1e6
            for year in YEARS:
                end = wealth * np.exp(market[year] + rate + noise * rng.normal())
                row: dict[str, Any] = dict.fromkeys(YearRecord.columns(), 0.0)
                row |= {"method": method, "household": f"h{life}", "start": 2000, "year": year}
                for measure in ("after_tax", "liquidated", "step_up"):
                    row[f"before_{measure}_usd"], row[f"{measure}_usd"] = wealth, end
                row |= {"pre_tax_usd": end, "looks": 4, "tax_gains_usd": 0.001 * end}
                rows.append(row)
                wealth = end
    return pd.DataFrame(rows)


def test_a_steady_difference_is_certain() -> None:
    """Ten basis points every year, whatever the market: no width, and every life richer."""
    growth = yearly_growth(_table({"a": 0.001, "b": 0.0}), "liquidated")
    found = difference(growth, "a", "b")
    assert found.mean == pytest.approx(10.0)
    assert [found.low, found.high] == pytest.approx([10.0, 10.0])
    assert (found.wins, found.lives) == (1.0, 5)


def test_noise_widens_the_interval_and_the_seed_fixes_it() -> None:
    """The interval holds the mean; the same draw twice."""
    growth = yearly_growth(_table({"a": 0.0, "b": 0.0}, noise=0.01), "step_up")
    found = difference(growth, "a", "b")
    assert found.low < found.mean < found.high
    assert found.high - found.low > 10
    assert difference(growth, "a", "b") == found
    swapped = difference(growth, "b", "a")
    assert swapped.mean == pytest.approx(-found.mean)


def test_blocks_keep_years_together() -> None:
    """Alternating years cancel in pairs: blocks of three leave at most one of them over."""
    cells = np.tile([1.0, -1.0], (4, 6))
    means = bootstrap_means(cells, np.random.default_rng(1), 400)
    independent = 12**-0.5
    assert means.std() < 0.7 * independent


def test_years_unlived_do_not_count() -> None:
    """A life that began later has fewer years; the mean is over what was lived."""
    cells = np.array([[np.nan, 2.0], [2.0, 2.0]])
    means = bootstrap_means(cells, np.random.default_rng(1), 50)
    assert set(means.tolist()) == {2.0}


def test_methods_without_a_common_life_are_refused() -> None:
    """They cannot be compared."""
    table = _table({"a": 0.0, "b": 0.0})
    apart = table[(table["method"] == "a") != (table["household"] == "h0")]
    with pytest.raises(ValueError, match="no year in common"):
        difference(yearly_growth(apart, "liquidated"), "a", "b")


def test_figures_are_of_wealth_and_finals_of_the_last_year() -> None:
    """0.1% of wealth is 10 bps; terminal wealth is where growth compounds to."""
    table = _table({"a": 0.001})
    assert yearly_figures(table).loc["a", "tax_gains"] == pytest.approx(10.0)
    last = table[table["year"] == 2010]["liquidated_usd"].mean()
    assert final_wealth(table).loc["a", "liquidated_usd"] == pytest.approx(last)
