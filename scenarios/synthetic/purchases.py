"""Purchases of the last weeks: what a purchase leaves behind, and income that buys by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.synthetic.holdings import Lots
from scenarios.synthetic.market import PAST_DAYS, Bools, Floats, Ints, Market

#: Trading days before as-of of the last two monthly distributions, and after it of the next.
DISTRIBUTIONS = (11, 33)
NEXT_DISTRIBUTION = 10

#: Trading days that surely lie within the last 61 calendar days.
REACH = 42


@dataclass(frozen=True, slots=True)
class Planned:
    """Scheduled purchases: where, what, and trading days after as-of."""

    household: Ints
    slot: Ints
    security: Ints
    ahead: Ints


def purchase(
    market: Market, household: Ints, slot: int, security: Ints, dollars: Floats, ago: Ints
) -> Lots:
    """Return the lots of purchases of `dollars`, `ago` trading days before as-of."""
    day = PAST_DAYS - 1 - ago
    paid = market.path[day, security]
    step = 0.001 if not market.slots[slot].taxable else market.lot_step[security]
    shares = np.round(np.maximum(np.floor(dollars / paid / step), 1) * step, 3)
    where = np.full(len(household), slot)
    basis = np.round(shares * paid, 2)
    lots = Lots(household, where, security, shares, basis, day, np.zeros_like(household))
    return lots.take(basis > 0)


def income_reinvested(
    market: Market, reinvests: Bools, slot: int, value: Floats
) -> tuple[list[Lots], Planned]:
    """Bond funds pay monthly; those who reinvest buy fractions of a share, and will again."""
    monthly = (market.yields[1] + market.yields[2] > 0.015) & (market.yields[0] == 0)
    household, security = np.nonzero((value > 0) & monthly & reinvests[:, None])
    income = value[household, security] * market.yields[1:, security].sum(axis=0) / 12
    purchases = []
    for ago in DISTRIBUTIONS:
        day = np.full(len(household), PAST_DAYS - 1 - ago)
        paid = market.path[day, security]
        shares = np.round(income / paid, 3)
        basis = np.round(shares * paid, 2)
        where = np.full(len(household), slot)
        lots = Lots(household, where, security, shares, basis, day, np.zeros_like(household))
        purchases.append(lots.take((shares > 0) & (basis > 0)))
    where, ahead = np.full(len(household), slot), np.full(len(household), NEXT_DISTRIBUTION)
    return purchases, Planned(household, where, security, ahead)


def dividends_reinvested(
    rng: np.random.Generator, market: Market, slot: int, value: Floats
) -> list[Lots]:
    """Some positions put their last quarterly dividend into a few dollars of a share."""
    if not market.dividends_reinvested:
        return []
    paying = (value > 0) & (market.yields[0] > 0)
    household, security = np.nonzero(
        paying & (rng.random(value.shape) < market.dividends_reinvested)
    )
    income = value[household, security] * market.yields[0, security] / 4
    ago = rng.integers(1, REACH, len(household))
    return [purchase(market, household, slot, security, income, ago)]
