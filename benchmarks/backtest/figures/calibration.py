"""How much of a promised basis point arrives: the slope of realized on promised money.

    through the origin  b = Σ P·R / Σ P²        with intercept  R = a + b·P (least squares)

P is −ΔJ without risk over A_H, R the realized yearly gain in wealth, both in bps of value, a row a
night. An honest objective has b = 1. Intervals are from a bootstrap over paths.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.backtest.figures.compare import COVERAGE, DRAWS
from models.arrays import Floats

SEED: Final = 7


class Sure(NamedTuple):
    """A figure with its 90% interval."""

    mean: float
    low: float
    high: float


class Slope(NamedTuple):
    """Of realized on promised money; `promised`, `arrived` and `intercept` in bps a year."""

    through_origin: Sure
    with_intercept: Sure
    intercept: Sure
    arrived: Sure
    promised: float
    nights: int


def slope(
    table: pd.DataFrame, seed: int = SEED, draws: int = DRAWS, arrived_by: str = "arrived_a_year"
) -> Slope:
    """Return the calibration of the nights of a table, all after the same number of years.

    `arrived_by` names the column that says what arrived.

    Raises
    ------
    ValueError
        If no night promised anything, or all the same.
    """
    codes = pd.factorize(table["path"])[0]
    promised = table["promised_a_year"].to_numpy(float)
    arrived = table[arrived_by].to_numpy(float)
    if np.ptp(promised) <= 0.0:
        raise ValueError("every night promised the same: there is no slope")
    count = int(codes.max()) + 1
    cells = (np.ones_like(promised), promised, arrived, promised**2, promised * arrived)
    sums = np.column_stack([np.bincount(codes, cell, count) for cell in cells])
    drawn = np.random.default_rng(seed).integers(count, size=(draws, count))
    spread = _figures(sums[drawn].sum(axis=1))
    found = _figures(sums.sum(axis=0, keepdims=True))[0]
    tail = (1.0 - COVERAGE) / 2.0
    low, high = np.nanquantile(spread, (tail, 1.0 - tail), axis=0)
    figures = (Sure(*map(float, each)) for each in zip(found, low, high, strict=True))
    through, steep, intercept, mean = figures
    return Slope(through, steep, intercept, mean, float(promised.mean()), len(table))


def _figures(sums: Floats) -> Floats:
    """Return slope through the origin, slope, intercept and mean arrived, `(n, 4)`.

    `sums` are n, ΣP, ΣR, ΣP², ΣPR by row; NaN where a draw has one promise only.
    """
    n, p, r, pp, pr = sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        around = pp - p * p / n
        steep = np.where(around > 0.0, (pr - p * r / n) / around, np.nan)
        through = np.where(pp > 0.0, pr / pp, np.nan)
    figures: Floats = np.column_stack([through, steep, (r - steep * p) / n, r / n])
    return figures
