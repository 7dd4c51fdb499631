"""Bands that follow volatility: wider in storms, so that a storm does not trade by itself.

factor = min(most, max(least, σ_recent / σ_long)), per asset class, with σ the standard deviation of
its last `recent_days` and last `long_days` daily returns. Annualizing cancels. A class with fewer
returns than `long_days`, or that never moved, has factor 1: an unknown regime is no regime.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.arrays import Floats
from models.policy import Regime


def band_factor(regime: Regime, returns: Floats) -> float:
    """Return the factor on a class's bands; `returns` are daily, oldest first, fractions."""
    if not regime.follow or len(returns) < regime.long_days:
        return 1.0
    long = float(np.std(returns[-regime.long_days :], ddof=1))
    recent = float(np.std(returns[-regime.recent_days :], ddof=1))
    if not (np.isfinite(long) and np.isfinite(recent)) or long <= 0.0:
        return 1.0
    return min(regime.most, max(regime.least, recent / long))


def band_factors(regime: Regime, returns: Mapping[str, Floats]) -> dict[str, float]:
    """Return the factor of every class that has returns."""
    return {name: band_factor(regime, series) for name, series in returns.items()}
