"""What a fund's past says of it: what it distributes, and how far it strays from its classes.

Prices are not part of what is measured: they belong to whoever supplied them, and age in a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from models.arrays import Floats
from scenarios.market_history import MarketHistory
from scenarios.measured.covariance import MONTHS_A_YEAR

RECENT_MONTHS: Final = 60
"""Months that a fund's basis risk is measured over: its index and its manager are today's."""

LEAST_MONTHS: Final = 24
"""Months under which a fund's basis risk is not measured but taken from its like."""

OWN_RISK: Final = 0.002
"""A year. The basis risk of a class's own proxy, which measured against itself would be none."""


def monthly_returns(history: MarketHistory) -> tuple[list[str], Floats]:
    """Return whole months as YYYY-MM and total returns, `(n_months, n_funds)`, NaN when unlisted.

    A month counts where the fund had a price at the end of the one before; a last month that is
    not over (days follow in it no more than the file knows) is left out.
    """
    growth = np.cumprod(1.0 + history.total_returns(), axis=0)
    growth = np.where(np.isfinite(history.close), growth, np.nan)
    months = history.days.astype("datetime64[M]")
    last = np.flatnonzero(np.append(months[1:] != months[:-1], False))
    returns = growth[last[1:]] / growth[last[:-1]] - 1.0
    return [str(month) for month in months[last[1:]]], returns


def distribution_yields(history: MarketHistory) -> dict[str, float]:
    """Return the dividends of the last 365 days over the last close, by fund with a price."""
    since = history.days[-1] - np.timedelta64(365, "D")
    paid = history.dividends[history.days > since].sum(axis=0)
    close = history.close[-1]
    return {
        fund.security_id: float(paid[k] / close[k])
        for k, fund in enumerate(history.funds)
        if np.isfinite(close[k])
    }


def basis_risk(
    own: Floats, classes: Mapping[str, Floats], exposures: Mapping[str, float]
) -> float | None:
    """Return the yearly standard deviation of own − Σ exposure·class over recent months.

    None where fewer than `LEAST_MONTHS` months are known to all of them.
    """
    stray = own - sum(weight * classes[name] for name, weight in exposures.items())
    known = stray[np.isfinite(stray)][-RECENT_MONTHS:]
    if len(known) < LEAST_MONTHS:
        return None
    return max(OWN_RISK, float(np.std(known, ddof=1) * np.sqrt(MONTHS_A_YEAR)))


def last_day(history: MarketHistory) -> date:
    """Return the day of the last prices."""
    day: date = history.days[-1].item()
    return day
