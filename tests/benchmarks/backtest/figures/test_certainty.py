"""Certainty equivalents worked by hand, and intervals that count a path once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.backtest.figures.certainty import yearly_certainty, yearly_money
from benchmarks.backtest.figures.compare import difference
from benchmarks.backtest.lives.diary import YearRecord

PATHS, TWINS = 12, 4


def _row(method: str, path: str, household: str, growth: float, te: float) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(YearRecord.columns(), 0.0)
    for measure in ("liquidated", "step_up"):
        row |= {f"before_{measure}_usd": 1e6, f"{measure}_usd": 1e6 * (1 + growth)}
    found = {"method": method, "path": path, "household": household, "start": 2008, "year": 2009}
    return row | found | {"te_realized": te}


def test_a_life_by_hand() -> None:
    """800,000 to 840,000 at 2% tracking error, 840,000 to 823,200 at 1%, γ 10.

    Money: (5% − 2%)/2 = 1.5%. Fines: 5·0.0004 = 0.2% and 5·0.0001 = 0.05%, 0.125% on average.
    Certain: 1.375%.
    """
    table = pd.DataFrame([_row("a", "p", "h", 0.0, te) for te in (0.02, 0.01)])
    table["year"] = [2009, 2010]
    table["before_liquidated_usd"] = [800_000.0, 840_000.0]
    table["liquidated_usd"] = [840_000.0, 823_200.0]
    assert yearly_money(table, "liquidated").mean() == pytest.approx(0.015)
    assert yearly_certainty(table, "liquidated", 10.0).mean() == pytest.approx(0.01375)
    assert yearly_certainty(table, "liquidated", 0.0).mean() == pytest.approx(0.015)


def _lives(twins: int) -> pd.DataFrame:
    """One gain a path, the same for all households on it; `b` gains nothing."""
    rng = np.random.default_rng(4)
    rows = []
    for path, gain in enumerate(rng.normal(0.001, 0.002, PATHS)):
        for k in range(twins):
            name, household = f"path-{path}", f"h{path}-{k}"
            rows += [_row("a", name, household, gain, 0.0), _row("b", name, household, 0.0, 0.0)]
    return pd.DataFrame(rows)


def test_intervals_count_a_path_once() -> None:
    """Four households on each path say no more than one: the interval does not shrink."""
    one, four = (
        difference(yearly_certainty(_lives(twins), "liquidated"), "a", "b") for twins in (1, TWINS)
    )
    assert (one.mean, one.lives, four.lives) == (pytest.approx(four.mean), PATHS, PATHS * TWINS)
    assert [four.low, four.high] == pytest.approx([one.low, one.high])
    assert one.high - one.low > 10.0


def test_only_the_same_household_on_the_same_path_is_compared() -> None:
    """A life that the other method did not live does not count, however rich it was."""
    table = _lives(1)
    rich = pd.DataFrame([_row("a", "path-99", "h0-0", 9.0, 0.0)])
    more = pd.concat([table, rich], ignore_index=True)
    found = [difference(yearly_money(each, "liquidated"), "a", "b") for each in (table, more)]
    assert found[0] == found[1]
