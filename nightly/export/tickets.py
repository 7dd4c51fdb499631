"""Tickets: the approved orders of a run, each with a limit price, its lots, and who approved it.

A limit price lies at most the policy's `tickets.limit_bps` from the book's price, rounded to the
tick on the side that keeps within it: down for buys, up for sells. Funds at net asset value have
none: they are bought for dollars and sold in shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from models.market import AT_NET_ASSET_VALUE
from models.policy import Tickets
from nightly.export.blocks import block_name
from nightly.export.in_force import digest_in_force, in_force
from nightly.export.leaving import Leaving
from nightly.export.routing import Routing
from nightly.register.digests import PlanDigest
from nightly.register.money import Movement, movements_of
from nightly.register.records import Lockout, Ticket
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import lots_by_order, run_table

TICK_USD: Final = Decimal("0.01")
"""Dollars. Smallest step of a quoted price (17 C.F.R. 242.612)."""

FINE_TICK_USD: Final = Decimal("0.0001")
"""Dollars. The same below one dollar a share."""


def tickets_of(
    folder: RunFolder, found: Leaving, asof: date, number: int, routing: Routing
) -> tuple[Ticket, ...]:
    """Return the tickets of the households that may leave, in order of their ids.

    Raises
    ------
    RoutingError
        If it is not said where the orders of a custodian go.
    """
    facts = folder.manifest()
    plans = run_table(folder.path, "plans", found.approved).to_pylist()
    policies = {plan["household_id"]: plan["policy_id"] for plan in plans}
    orders = run_table(folder.path, "orders", found.approved).sort_by("order_id").to_pylist()
    lots = lots_by_order(folder.path, [order["order_id"] for order in orders])
    tickets = (
        _ticket(
            order,
            lots[order["order_id"]],
            found,
            (asof, found.digests[order["household_id"]]),
            _policy(facts, policies[order["household_id"]]),
        )
        for order in orders
    )
    return tuple(leg for ticket in tickets for leg in routed(ticket, routing, number))


def money_of(folder: RunFolder, found: Leaving, asof: date) -> tuple[Movement, ...]:
    """Return the movements of money of the households that may leave, by household."""
    sales = run_table(folder.path, "orders", found.approved).to_pylist()
    selling = {order["account_id"] for order in sales if order["side"] == "sell"}
    flows: dict[str, list[dict[str, Any]]] = {}
    for row in run_table(folder.path, "flows", found.approved).to_pylist():
        flows.setdefault(row["household_id"], []).append(row)
    return tuple(
        movement
        for name in sorted(flows)
        for movement in movements_of(
            found.run_id, asof, name, flows[name], (selling, found.approved[name])
        )
    )


def lockouts_of(folder: RunFolder, found: Leaving, asof: date) -> tuple[Lockout, ...]:
    """Return the lockouts of the households that leave."""
    rows = run_table(folder.path, "lockouts", found.approved).to_pylist()
    return tuple(
        Lockout(found.run_id, asof, row["household_id"], row["identical_group"], row["until"])
        for row in rows
    )


def limit_price(price: Decimal, side: str, limit_bps: Decimal) -> Decimal:
    """Return the limit: price·(1 ± limit_bps/10⁴), rounded to the tick towards the price."""
    tick = TICK_USD if price >= 1 else FINE_TICK_USD
    apart = limit_bps / Decimal(10_000)
    if side == "buy":
        return (price * (1 + apart)).quantize(tick, ROUND_FLOOR)
    return (price * (1 - apart)).quantize(tick, ROUND_CEILING)


def exact(number: float) -> Decimal:
    """Return the decimal of a number's shortest text."""
    return Decimal(repr(float(number)))


def _ticket(
    order: Mapping[str, Any],
    lots: list[dict[str, Any]],
    found: Leaving,
    when: tuple[date, PlanDigest],
    policy: tuple[Decimal, str],
) -> Ticket:
    asof, digest = when
    security, side, name = order["security_id"], order["side"], order["order_id"]
    price, shares = exact(order["price"]), exact(order["shares"])
    fund = order["instrument"] in AT_NET_ASSET_VALUE
    dollars = (shares * price).quantize(TICK_USD, ROUND_FLOOR)
    return Ticket(
        ticket_id=f"{found.run_id}/{name}",
        run_id=found.run_id,
        asof=asof,
        order_id=name,
        household_id=order["household_id"],
        account_id=order["account_id"],
        security_id=security,
        side=side,
        shares=shares,
        limit_price=None if fund else limit_price(price, side, policy[0]),
        price=price,
        share_step=Decimal(1) if order["share_step"] is None else exact(order["share_step"]),
        lots=tuple((lot["lot_id"], exact(lot["shares"])) for lot in lots),
        reason=order["reason"] or "",
        approved_by=found.approved[order["household_id"]],
        block_id="",
        sha256=digest.orders[name],
        policy_sha256=policy[1],
        custodian=order["custodian"] or "",
        instrument=order["instrument"] or "",
        dollars=dollars if fund and side == "buy" else None,
    )


def routed(ticket: Ticket, routing: Routing, number: int) -> Iterator[Ticket]:
    """Yield a ticket with how long it stands and its block; one a way where several are tried."""
    times = routing.of(ticket.custodian).standing_times(ticket.instrument)
    block_id = block_name(ticket.run_id, number, ticket)
    if len(times) == 1:
        yield replace(ticket, time_in_force=times[0], block_id=block_id)
        return
    for time in times:
        yield replace(
            ticket,
            ticket_id=f"{ticket.ticket_id}/{time}",
            time_in_force=time,
            block_id=f"{block_id}/{time}",
            list_id=ticket.ticket_id,
        )


def _policy(facts: Mapping[str, Any], policy_id: str) -> tuple[Decimal, str]:
    """Return how far a limit price may lie from the price under a policy, and its digest."""
    bps = in_force(facts, policy_id, "tickets", "limit_bps", Tickets().limit_bps)
    return exact(bps), digest_in_force(facts, policy_id)
