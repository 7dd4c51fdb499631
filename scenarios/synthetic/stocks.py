"""Invented large companies for the kinds of books that hold single stocks.

Sector counts follow the S&P 500's; beta, sector and specific volatility are sample figures of its
members' monthly returns, January 2010 to November 2020 (440 survivors): market beta 1.03 on
average with a standard deviation of 0.45 before shrinking, residual volatility 10% to 60%, median
19%. Capitalisations fall off as rank^-0.75, which gives the largest a weight near 6%.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.sample_market import Fund
from scenarios.synthetic.market import Floats

#: Sector: share of companies in percent, mean beta, sector volatility, specific volatility.
SECTORS: Mapping[str, tuple[int, float, float, float]] = {
    "technology": (14, 1.14, 0.064, 0.21),
    "health": (13, 0.82, 0.077, 0.19),
    "financials": (14, 1.19, 0.082, 0.17),
    "discretionary": (11, 1.18, 0.080, 0.24),
    "communication": (5, 1.08, 0.089, 0.25),
    "industrials": (15, 1.17, 0.064, 0.18),
    "staples": (7, 0.56, 0.080, 0.17),
    "energy": (5, 1.50, 0.206, 0.29),
    "utilities": (6, 0.35, 0.118, 0.15),
    "property": (6, 0.80, 0.116, 0.18),
    "materials": (4, 1.18, 0.086, 0.19),
}

#: Style factors and their annual volatilities (plausible round figures of such models).
STYLES: Mapping[str, float] = {
    "size": 0.045,
    "value": 0.055,
    "momentum": 0.070,
    "quality": 0.030,
    "low_volatility": 0.060,
    "dividend": 0.025,
    "liquidity": 0.020,
}

#: How far single betas are drawn toward one, as usual when betas are estimated.
BETA_SHRINKAGE = 0.6

#: Index weights fall off as rank to minus this, as capitalisations do.
WEIGHT_FALL = 0.75


@dataclass(frozen=True, slots=True)
class Stocks:
    """Invented stocks: their rows, sector index, beta, styles `(n, n_styles)` and index weight."""

    funds: tuple[Fund, ...]
    sector: tuple[str, ...]
    beta: Floats
    styles: Floats
    weight: Floats


def invent_stocks(
    rng: np.random.Generator, count: int, twins: int, share_step: float, fall: float = WEIGHT_FALL
) -> Stocks:
    """Return `count` stocks, the last `twins` of them second share classes of the first ones."""
    names = list(SECTORS)
    shares = np.array([SECTORS[name][0] for name in names], dtype=float)
    sector = rng.choice(len(names), size=count, p=shares / shares.sum())
    sector[: len(names)] = np.arange(len(names))
    sector[count - twins :] = sector[:twins]
    figures = np.array([SECTORS[name] for name in names])[sector]
    beta = 1 + BETA_SHRINKAGE * (figures[:, 1] - 1) + rng.normal(0, 0.15, count)
    specific = np.clip(figures[:, 3] * np.exp(rng.normal(0, 0.28, count)), 0.10, 0.60)
    styles = np.round(rng.normal(0, 1, (count, len(STYLES))).clip(-2.5, 2.5), 4)
    weight = np.arange(1, count + 1, dtype=float) ** -fall
    weight[count - twins :] = weight[:twins] * 0.6
    weight /= weight.sum()
    price = np.round(np.exp(rng.normal(4.7, 0.7, count)).clip(12, 900), 2)
    dividend = np.where(
        rng.random(count) < 0.8, np.round(rng.gamma(3.0, 0.007, count).clip(0, 0.06), 4), 0.0
    )
    spread = np.round(0.7 + 1.3 * np.arange(count) / count, 2)
    funds = []
    for i in range(count):
        twin = i - (count - twins)
        issuer = twin if twin >= 0 else i if i < twins else None
        funds.append(
            Fund(
                security_id=f"STK{i + 1:03d}",
                asset_class="us_equity",
                price=float(price[i]),
                half_spread_bps=float(spread[i]),
                qualified=float(dividend[i]),
                specific_vol=round(float(specific[i]), 4),
                identical_group=None if issuer is None else f"issuer-{issuer + 1:03d}",
                share_step=share_step,
            )
        )
    return Stocks(tuple(funds), tuple(names[i] for i in sector), beta, styles, weight)
