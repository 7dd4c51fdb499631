"""Market impact: Σ c·A^1.5 over securities and sides, A the dollars the household's orders trade.

The square-root law (Almgren, Thum, Hauptmann and Li, 2005; Tóth et al., 2011): trading a part p of
a day's volume costs Y·σ·√p of every dollar, σ the security's daily volatility. So c = Y·σ/√v, v the
dollars that the market trades on an average day. Orders of one security and side meet one market,
whichever accounts they are for: counted apart, four accounts would pay half.

A^1.5 is stated by tangents, which are never above it: the bound stays one, and the judge counts the
power itself. They stand closer where it is more curved, so that all miss alike; their number
follows from what they may miss. A power cone was refused: of the solvers that prove most here only
one knows it, and the nightly path takes quadratic programs.

Funds that trade at their net asset value have no market to move.
"""

from __future__ import annotations

import math

import numpy as np

from models.arrays import Floats, Ints
from models.market import AT_NET_ASSET_VALUE
from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.program.language import Maximum, Part
from optimizer.settings import IMPACT_MISSED_BPS, MOST_TANGENTS

WEIGHT = "trading_cost"
"""The policy's weight that the term is multiplied by."""

DAYS_A_YEAR = 252.0
"""Trading days of a year: volatilities are annual, volumes are a day's."""


def state(frame: Frame) -> Part:
    """J = w·Σ max over tangents of c·A^1.5 in bps, where it can come to anything."""
    weight = BPS_PER_PERCENT * frame.policy.weights.trading_cost
    sales, buys = frame.sales, frame.buys
    maxima: list[Maximum] = []
    if weight and frame.policy.trades.impact > 0.0:
        price = _price(frame)
        for block, security, most in (
            ("sale", sales.security, np.where(sales.disallowed, 0.0, sales.value)),
            ("buy", buys.security, buys.most),
        ):
            for each in np.unique(security[price[security] > 0.0]).tolist():
                own = np.flatnonzero(security == each)
                tangents = tangents_of(float(price[each]), float(most[own].sum()))
                maxima += _maximum(block, own, weight, tangents)
    return Part("market_impact", weight=WEIGHT, maxima=tuple(maxima))


def tangents_of(price: float, most: float) -> tuple[Floats, Floats]:
    """Slopes and intercepts of tangents to price·z^1.5 over 0 to `most`; none where it is nothing.

    With tangents at most·(j/n)^(4/3) every one misses price·most^1.5/(6n²) at most, halfway to the
    next: the nodes lie as dense as the root of the second derivative, z^(-1/4).
    """
    whole = price * most**1.5
    if BPS_PER_PERCENT * whole <= IMPACT_MISSED_BPS:
        return np.zeros(0), np.zeros(0)
    count = math.ceil(math.sqrt(BPS_PER_PERCENT * whole / (6.0 * IMPACT_MISSED_BPS)))
    count = min(count, MOST_TANGENTS)
    nodes = most * (np.arange(count + 1) / count) ** (4.0 / 3.0)
    return 1.5 * price * np.sqrt(nodes), -0.5 * price * nodes**1.5


def _price(frame: Frame) -> Floats:
    """C of each security, units of cost by units traded^1.5; 0 where no market is moved."""
    securities, risk = frame.household.market.securities, frame.household.market.risk
    price: Floats = np.zeros(len(securities.adv_shares))
    of = np.flatnonzero(np.isfinite(securities.adv_shares))
    of = of[[kind not in AT_NET_ASSET_VALUE for kind in securities.instrument[of]]]
    if not len(of):
        return price
    exposures = risk.exposures[of]
    factors = np.asarray((exposures @ risk.covariance * exposures.toarray()).sum(axis=1))
    daily = np.sqrt((factors + securities.specific_vol[of] ** 2) / DAYS_A_YEAR)
    volume = securities.adv_shares[of] * securities.price[of] / frame.percent_usd
    price[of] = frame.policy.trades.impact * daily / np.sqrt(volume)
    return price


def _maximum(
    block: str, own: Ints, weight: float, tangents: tuple[Floats, Floats]
) -> tuple[Maximum, ...]:
    slopes, intercepts = tangents
    if not len(slopes):
        return ()
    argument = tuple((block, place, 1.0) for place in own.tolist())
    return (Maximum(weight, slopes, intercepts, argument),)
