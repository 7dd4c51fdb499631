"""Orders from a point of the exact model: whole shares, lots that add up, flows to the cent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, TypeAlias

from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.money import Money
from benchmarks.oracles.exact.trades import Ticket, Trades
from models.ledger import exact
from models.ledger.exact import ZERO
from models.order import Flow, Order, OrderLot, Side, order_id
from models.tolerances import CENT_USD

FINE = Decimal("0.000001")
"""Shares: custodians report six decimals of a lot."""

Value: TypeAlias = Callable[[Any], float]
"""Reads a variable or an expression at a solution."""


def orders_of(
    facts: Facts, trades: Trades, harvested: Mapping[int, Any], value: Value
) -> tuple[Order, ...]:
    """Return the orders of a point."""
    found = []
    for ticket in trades.tickets:
        taken = _lots(facts, trades, ticket, harvested, value)
        shares = sum(taken.values(), ZERO)
        if not shares:
            continue
        household = facts.household
        securities = household.market.securities
        side = Side.SELL if ticket.is_sale else Side.BUY
        names = (
            str(household.accounts.account_id[ticket.account]),
            str(securities.security_id[ticket.security]),
        )
        by_lot = ticket.is_sale and household.taxable[ticket.account]
        lot_id = household.lots.lot_id
        found.append(
            Order(
                order_id=order_id(household.asof, *names, side),
                account_id=names[0],
                security_id=names[1],
                side=side,
                shares=shares,
                price=exact(securities.price[ticket.security]),
                lots=tuple(OrderLot(str(lot_id[lot]), part) for lot, part in taken.items() if part)
                if by_lot
                else (),
            )
        )
    return tuple(found)


def _lots(
    facts: Facts, trades: Trades, ticket: Ticket, harvested: Mapping[int, Any], value: Value
) -> dict[int, Decimal]:
    """Shares of an order by lot; in one heap where lots do not matter."""
    held = {lot: exact(facts.household.lots.shares[lot]) for lot in ticket.lots}
    if ticket.emptied is not None and value(ticket.emptied) > 0.5:
        return held
    steps = 0 if ticket.steps is None else round(value(ticket.steps))
    shares = steps * exact(facts.household.market.securities.share_step[ticket.security])
    if not ticket.is_sale or not facts.household.taxable[ticket.account] or not shares:
        return {-1: shares}
    harvest = harvested.get(facts.identical_of(ticket.security))
    idle = harvest is not None and value(harvest) < 0.5
    wanted = {
        lot: value(trades.sold[lot]) * float(held[lot])
        for lot in ticket.lots
        if not (idle and facts.loss[lot])
    }
    return _adding_up(held, wanted, shares)


def _adding_up(
    held: Mapping[int, Decimal], wanted: Mapping[int, float], shares: Decimal
) -> dict[int, Decimal]:
    """Shares by lot near what a solution sold of each, adding up exactly."""
    left = shares
    taken: dict[int, Decimal] = {}
    for lot in sorted(wanted, key=lambda each: -wanted[each]):
        part = exact(wanted[lot]).quantize(FINE, ROUND_HALF_EVEN)
        taken[lot] = max(ZERO, min(part, held[lot], left))
        left -= taken[lot]
    for lot in taken:
        more = min(left, held[lot] - taken[lot])
        taken[lot] += more
        left -= more
    return taken


def flows_of(facts: Facts, money: Money, value: Value) -> tuple[Flow, ...]:
    """Flows to the cent; the largest one takes what rounding leaves of the household's own flow."""
    moved = [value(into) - value(out) for into, out in zip(money.into, money.out, strict=True)]
    dollars = [exact(amount * facts.percent_usd).quantize(CENT_USD) for amount in moved]
    if not any(dollars):
        return ()
    largest = max(range(len(dollars)), key=lambda account: abs(dollars[account]))
    dollars[largest] += exact(facts.household.net_flow) - sum(dollars, ZERO)
    names = facts.household.accounts.account_id
    return tuple(Flow(str(names[a]), amount) for a, amount in enumerate(dollars) if amount)
