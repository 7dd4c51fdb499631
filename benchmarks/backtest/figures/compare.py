"""What one method earned over another, per year, and how sure that is.

The measure is the difference of yearly log growth of wealth after tax, in basis points a year, of
the same household in the same year on the same path. On one past households share their markets,
so years are drawn in blocks (circular block bootstrap over calendar years) and, inside each draw,
households with replacement. On drawn markets paths are drawn with replacement, each with its mirror
and every life on it. A t-test over household-years was refused: it would count one bull market
dozens of times.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from models.arrays import Floats, Ints

BLOCK_YEARS: Final = 3
"""A harvest or a location swap pays back over a few years, and markets trend about as long."""

DRAWS: Final = 2000
COVERAGE: Final = 0.90
BPS: Final = 1e4


class Difference(NamedTuple):
    """Mean in bps a year, its 90% interval, and the share of lives that ended richer."""

    mean: float
    low: float
    high: float
    wins: float
    lives: int


def yearly_growth(table: pd.DataFrame, measure: str) -> pd.Series:
    """Return ln(end/beginning) of a wealth measure by method, path, household, start and year."""
    ratio = table[f"{measure}_usd"] / table[f"before_{measure}_usd"]
    return by_life_and_year(table, pd.Series(np.log(ratio.to_numpy(float))))


def by_life_and_year(table: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Return a row's value by method, path, household, start and year."""
    key = ["method", "path", "household", "start", "year"]
    return pd.Series(values.to_numpy(float), index=pd.MultiIndex.from_frame(table[key]))


def difference(
    growth: pd.Series, method: str, other: str, seed: int = 7, draws: int = DRAWS
) -> Difference:
    """Return what `method` earned over `other`.

    Raises
    ------
    ValueError
        If they lived no life in common.
    """
    apart = (growth.loc[method] - growth.loc[other]).dropna() * BPS
    if apart.empty:
        raise ValueError(f"{method!r} and {other!r} lived no year in common")
    table = apart.unstack("year").sort_index(axis=1)
    cells, paths = table.to_numpy(float), table.index.get_level_values("path")
    rng = np.random.default_rng(seed)
    if paths.nunique() > 1:
        spread = means_by_path(cells, pd.factorize(paths)[0], rng, draws)
    else:
        spread = bootstrap_means(cells, rng, draws)
    tail = (1.0 - COVERAGE) / 2.0
    by_life = np.nansum(cells, axis=1)
    return Difference(
        mean=float(np.nanmean(cells)),
        low=float(np.quantile(spread, tail)),
        high=float(np.quantile(spread, 1.0 - tail)),
        wins=float((by_life > 0).mean()),
        lives=len(cells),
    )


def bootstrap_means(cells: Floats, rng: np.random.Generator, draws: int) -> Floats:
    """Return means of resampled tables; rows are lives, columns consecutive years, NaN unlived."""
    lives, years = cells.shape
    block = min(BLOCK_YEARS, years)
    blocks = -(-years // block)
    means: Floats = np.empty(draws)
    for k in range(draws):
        starts = rng.integers(years, size=blocks)
        columns = (starts[:, None] + np.arange(block)).ravel()[:years] % years
        drawn = cells[rng.integers(lives, size=lives)][:, columns]
        known = np.isfinite(drawn)
        means[k] = drawn[known].mean() if known.any() else np.nan
    kept: Floats = means[np.isfinite(means)]
    return kept


def means_by_path(cells: Floats, path: Ints, rng: np.random.Generator, draws: int) -> Floats:
    """Return means over resampled paths; rows are lives, `path` numbers them from 0 on."""
    count = int(path.max()) + 1
    sums = np.bincount(path, np.nansum(cells, axis=1), count)
    lived = np.bincount(path, np.isfinite(cells).sum(axis=1), count)
    drawn = rng.integers(count, size=(draws, count))
    means: Floats = sums[drawn].sum(axis=1) / lived[drawn].sum(axis=1)
    return means


def yearly_figures(table: pd.DataFrame) -> pd.DataFrame:
    """Return means over household-years by method: bps of wealth a year, counts a year.

    Taxes and costs are over the wealth before tax at the year's end; returns are the household's
    less its target's, before tax and costs.
    """
    worth = table["pre_tax_usd"]
    cells = pd.DataFrame(
        {
            "method": table["method"],
            "te": BPS * table["te_realized"],
            "ahead": BPS * table["te_ahead"],
            "active": BPS * (table["pre_tax_return"] - table["target_return"]),
            "tax_dividends": BPS * table["tax_dividends_usd"] / worth,
            "tax_gains": BPS * table["tax_gains_usd"] / worth,
            "tax_distributions": BPS * table["tax_distributions_usd"] / worth,
            "cost": BPS * table["cost_usd"] / worth,
            "losses": BPS * table["losses_taken_usd"] / worth,
            "turnover": 100.0 * table["turnover"],
            "tickets": table["orders"],
            "rebalances": table["rebalances"],
            "drift": 100.0 * table["drift"],
            "cash": 100.0 * table["cash"],
            "tilt": BPS * table["equity_tilt"],
            "tilt_after_tax": BPS * table["equity_tilt_after_tax"],
            "disallowed": table["disallowed_usd"],
            "breaches": table["breaches"],
            "refused": table["refused"],
            "ms": 1e3 * table["seconds"] / table["looks"],
        }
    )
    means: pd.DataFrame = cells.groupby("method", sort=False).mean()
    return means


def final_wealth(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean terminal wealth by method in dollars, over lives."""
    last = table.sort_values("year").groupby(["method", "household", "start"], sort=False).tail(1)
    columns = ["pre_tax_usd", "after_tax_usd", "liquidated_usd", "step_up_usd", "unrealized_usd"]
    means: pd.DataFrame = last.groupby("method", sort=False)[columns].mean()
    return means
