"""What orders cost by moving the market: the square-root law, order by order and exactly.

Shares Q of a security that all orders of the household trade on one side, of V that the market
trades on an average day, cost Y·σ·√(Q/V) of each dollar; σ is the volatility of a day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from models.arrays import Floats
from models.household import Household
from models.ledger import BookedOrder
from models.market import MONEY_MARKET, MUTUAL_FUND
from models.policy import Policy

TRADING_DAYS: Final = 252
"""Of a year."""

Place: TypeAlias = tuple[int, bool]
"""A security, and whether it is bought."""


def traded_shares(orders: Sequence[BookedOrder]) -> dict[Place, float]:
    """Return the shares that all orders together trade of each security, by side."""
    found: dict[Place, float] = {}
    for order in orders:
        place = order.security, order.is_buy
        found[place] = found.get(place, 0.0) + float(order.shares)
    return found


def impact_usd(
    household: Household,
    policy: Policy,
    traded: Mapping[Place, float],
    volatility: Callable[[int], float],
) -> float:
    """Return what trading so many shares by security and side costs, dollars.

    `volatility` gives the yearly volatility of a security.
    """
    securities, whole_day = household.market.securities, policy.trades.impact
    cost = 0.0
    if not whole_day:
        return cost
    for (security, _), shares in traded.items():
        volume = float(securities.adv_shares[security])
        fund = securities.instrument[security] in (MONEY_MARKET, MUTUAL_FUND)
        if math.isnan(volume) or fund:
            continue
        day = volatility(security) / math.sqrt(TRADING_DAYS)
        part = max(shares, 0.0) / volume
        cost += whole_day * day * math.sqrt(part) * shares * float(securities.price[security])
    return cost


def saved_by_each(
    household: Household,
    policy: Policy,
    orders: Sequence[BookedOrder],
    part: Floats,
    volatility: Callable[[int], float],
) -> Floats:
    """Return what is saved without each order, and without a part of all its account buys."""
    saved = np.zeros(len(orders))
    whole = traded_shares(orders)
    known = household.market.securities.adv_shares[[security for security, _ in whole]]
    if not policy.trades.impact or np.isnan(known).all():
        return saved
    for place, (gone, shrinks) in enumerate(zip(orders, part.tolist(), strict=True)):
        fewer = [(gone, 1.0)]
        if shrinks:
            own = (order for order in orders if order.account == gone.account and order.is_buy)
            fewer += [(order, shrinks) for order in own]
        touched = dict.fromkeys((each.security, each.is_buy) for each, _ in fewer)
        before = {at: whole[at] for at in touched}
        after = dict(before)
        for each, of in fewer:
            after[each.security, each.is_buy] -= of * float(each.shares)
        costs = (impact_usd(household, policy, traded, volatility) for traded in (before, after))
        saved[place] = next(costs) - next(costs)
    return saved
