"""Orders line by line: what each sells, what it realizes, and what it is worth.

The gain of a lot here is the plain one, shares·price − basis·(shares sold/lot shares), before any
wash sale; what the law allows of it stands in the tax lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from models.household import Household
from models.order import Order, Reason
from models.policy import Policy
from models.tax.holding_period import is_long
from workbench.wording import CENT


@dataclass(frozen=True, slots=True)
class LotLine:
    """Shares of one lot that a sale takes; `gain` in dollars, `term` is short or long."""

    lot_id: str
    shares: float
    acquired: str
    term: str
    proceeds: float
    basis: float
    gain: float


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order with its cost and its lots, in dollars.

    `gain_st` and `gain_lt` add up the lots by term; None in sheltered accounts and for buys.
    """

    order_id: str
    account_id: str
    security_id: str
    side: str
    shares: float
    price: float
    amount: float
    cost: float
    reason: str
    marginal_usd: float | None
    needed_for: str
    gain_st: float | None
    gain_lt: float | None
    lots: tuple[LotLine, ...]

    @property
    def why(self) -> str:
        """The reason as a page says it: a harvest of gains is not what people call a harvest."""
        gain = (self.gain_st or 0.0) + (self.gain_lt or 0.0)
        return "gain harvest" if self.reason == Reason.HARVEST and gain > CENT else self.reason


def order_lines(
    household: Household, policy: Policy, orders: Sequence[Order]
) -> tuple[OrderLine, ...]:
    """Return orders as lines: sales before buys within an account, the largest first.

    cost = (half-spread + commission)·amount + ticket.
    """
    account_place = {str(a): i for i, a in enumerate(household.accounts.account_id)}
    market = household.market.securities
    wanted = {order.security_id for order in orders}
    column = {str(s): i for i, s in enumerate(market.security_id) if s in wanted}
    lot_place = {str(lot): i for i, lot in enumerate(household.lots.lot_id)} if orders else {}

    def line(order: Order) -> OrderLine:
        half_spread = market.half_spread_bps[column[order.security_id]]
        amount = float(order.amount)
        rate = (half_spread + policy.trades.commission_bps) / 1e4
        lots = tuple(
            _lot_line(household, lot_place[lot.lot_id], lot.shares, order.price)
            for lot in order.lots
        )
        by_term = {
            term: sum(lot.gain for lot in lots if lot.term == term) if lots else None
            for term in ("short", "long")
        }
        return OrderLine(
            order_id=order.order_id,
            account_id=order.account_id,
            security_id=order.security_id,
            side=order.side.value,
            shares=float(order.shares),
            price=float(order.price),
            amount=amount,
            cost=float(rate * amount + policy.trades.ticket_usd),
            reason=order.reason,
            marginal_usd=order.marginal_usd,
            needed_for=order.needed_for,
            gain_st=by_term["short"],
            gain_lt=by_term["long"],
            lots=lots,
        )

    ordered = sorted(
        orders,
        key=lambda o: (account_place[o.account_id], o.side != "sell", -o.amount, o.security_id),
    )
    return tuple(line(order) for order in ordered)


def _lot_line(household: Household, place: int, sold: Decimal, price: Decimal) -> LotLine:
    lots = household.lots
    proceeds = float(sold * price)
    basis = float(lots.basis[place]) * (float(sold) / float(lots.shares[place]))
    return LotLine(
        lot_id=str(lots.lot_id[place]),
        shares=float(sold),
        acquired=str(lots.acquired[place]),
        term=_term(household, place),
        proceeds=proceeds,
        basis=basis,
        gain=proceeds - basis,
    )


def _term(household: Household, place: int) -> str:
    start = household.lots.holding_start[place]
    if np.isnat(start):
        return ""
    began: date = start.astype("datetime64[D]").astype(date)
    long = is_long(began, household.asof, str(household.lots.origin[place]))
    return "long" if long else "short"
