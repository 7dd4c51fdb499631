"""Orders from a point of the exact model: whole shares, lots that add up, flows to the cent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from benchmarks.oracles.exact_tickets import WHOLE, Whole
from benchmarks.oracles.mip import Mip
from models.arrays import Bools, Floats, Ints
from models.order import Flow, Order, OrderLot, Side, order_id
from models.tolerances import CENT_USD
from optimizer.inputs.frame import Frame
from optimizer.rounding.tickets import tickets_of

ZERO = Decimal(0)

FINE = Decimal("0.000001")
"""Shares: custodians report six decimals of a lot."""


@dataclass(frozen=True, slots=True)
class Point:
    """Values of one solution: tickets `(n_tickets,)`, amounts in units by column or account."""

    steps: Ints
    emptied: Bools
    harvested: dict[int, bool]
    sale: Floats
    moved: Floats

    @classmethod
    def of(cls, frame: Frame, mip: Mip, whole: Whole, value: Callable[[Any], float]) -> Point:
        """Read a solution; `moved` is what flows bring to each account, in units."""

        def block(name: str) -> Floats:
            return np.array([value(v) for v in mip.blocks[name]], float)

        moved = block("contribution") + block("receipt") - block("withdrawal") - block("transfer")
        return cls(
            np.array([0 if v is None else round(value(v)) for v in whole.steps], np.int64),
            np.array([v is not None and value(v) > 0.5 for v in whole.emptied], bool),
            {group: value(v) > 0.5 for group, v in whole.harvested.items()},
            block("sale"),
            moved,
        )


def orders_of(frame: Frame, point: Point) -> tuple[tuple[Order, ...], tuple[Flow, ...]]:
    """Return the orders and flows of a point."""
    household, tickets = frame.household, tickets_of(frame)
    securities, lots = household.market.securities, household.lots
    orders = []
    for ticket in range(tickets.size):
        account, security = int(tickets.account[ticket]), int(tickets.security[ticket])
        taken: list[tuple[int, Decimal]] = []
        if point.emptied[ticket]:
            held = np.flatnonzero((lots.account == account) & (lots.security == security))
            taken = [(int(lot), _exact(lots.shares[lot])) for lot in held]
            shares = sum((part for _, part in taken), ZERO)
        else:
            shares = int(point.steps[ticket]) * _exact(securities.share_step[security])
            if tickets.is_sale[ticket] and frame.accounts.taxable[account] and shares:
                columns = np.flatnonzero(tickets.of_sale == ticket)
                taken = _taken(frame, point, columns, shares)
        if not shares:
            continue
        side = Side.SELL if tickets.is_sale[ticket] else Side.BUY
        names = str(household.accounts.account_id[account]), str(securities.security_id[security])
        named = (OrderLot(str(lots.lot_id[lot]), part) for lot, part in taken if part)
        orders.append(
            Order(
                order_id=order_id(household.asof, *names, side),
                account_id=names[0],
                security_id=names[1],
                side=side,
                shares=shares,
                price=_exact(securities.price[security]),
                lots=tuple(named) if frame.accounts.taxable[account] else (),
            )
        )
    return tuple(orders), _flows(frame, point)


def tickets_in(frame: Frame, orders: Sequence[Order]) -> tuple[Ints, Bools]:
    """Return the steps of each ticket that orders stand for, and which positions they empty."""
    household, tickets = frame.household, tickets_of(frame)
    securities = household.market.securities
    keys = {
        (
            str(household.accounts.account_id[tickets.account[ticket]]),
            str(securities.security_id[tickets.security[ticket]]),
            Side.SELL if tickets.is_sale[ticket] else Side.BUY,
        ): ticket
        for ticket in range(tickets.size)
    }
    steps, emptied = np.zeros(tickets.size, np.int64), np.zeros(tickets.size, bool)
    for order in orders:
        ticket = keys[order.account_id, order.security_id, order.side]
        amount = float(order.shares) * float(tickets.price[ticket])
        out = bool(tickets.is_sale[ticket] and amount >= tickets.held[ticket] * (1.0 - WHOLE))
        emptied[ticket] = out
        steps[ticket] = 0 if out else round(amount / float(tickets.step[ticket]))
    return steps, emptied


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _taken(frame: Frame, point: Point, columns: Ints, shares: Decimal) -> list[tuple[int, Decimal]]:
    """Shares by lot, as the solution sold them, adding up exactly."""
    sales, lots = frame.sales, frame.household.lots
    wanted: dict[int, float] = {}
    for column in columns.tolist():
        idle = sales.loss[column] and not point.harvested.get(int(sales.group[column]), True)
        if not idle:
            lot = int(sales.lot[column])
            part = point.sale[column] / sales.value[column] * lots.shares[lot]
            wanted[lot] = wanted.get(lot, 0.0) + float(part)
    left = shares
    taken: dict[int, Decimal] = {}
    for lot in sorted(wanted, key=lambda each: -wanted[each]):
        part = Decimal(repr(wanted[lot])).quantize(FINE, ROUND_HALF_EVEN)
        taken[lot] = max(ZERO, min(part, _exact(lots.shares[lot]), left))
        left -= taken[lot]
    for lot in taken:
        more = min(left, _exact(lots.shares[lot]) - taken[lot])
        taken[lot] += more
        left -= more
    return [(lot, part) for lot, part in taken.items() if part > ZERO]


def _flows(frame: Frame, point: Point) -> tuple[Flow, ...]:
    """Flows to the cent; the largest one takes what rounding leaves of the household's own flow."""
    dollars = [Decimal(repr(float(m * frame.unit_usd))).quantize(CENT_USD) for m in point.moved]
    if not any(dollars):
        return ()
    due = _exact(frame.household.net_flow)
    largest = max(range(len(dollars)), key=lambda a: abs(dollars[a]))
    dollars[largest] += due - sum(dollars, ZERO)
    names = frame.labels
    return tuple(Flow(str(names[a]), d) for a, d in enumerate(dollars) if d)
