"""What the market's volume leaves room for: plans of many households meet one market.

Each household's own orders keep to `[trades] participation` of a day's volume (a rule of its plan).
Here all that leaves of a security and side on one date does. Plans leave whole, in the order of the
households' ids; one that finds no room waits, nothing of it is under way, and the next night plans
it again. Refused: cutting orders, which would leave accounts overdrawn and losses without gains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from nightly.register.fold import Registered
from nightly.register.records import ZERO

Place: TypeAlias = tuple[str, str]
"""Security and side."""

ROUNDING: Final = Decimal("1e-6")
"""Shares: limits are products of doubles."""


def crowded_out(
    registered: Registered, asof: date, orders: Iterable[Mapping[str, Any]], names: Iterable[str]
) -> dict[str, str]:
    """Return which households find no room in the market of a date, each with the reason.

    `orders` are rows of their orders, with `night_shares` where their policy sets a limit.
    """
    mine: dict[str, list[Mapping[str, Any]]] = {}
    for order in orders:
        mine.setdefault(order["household_id"], []).append(order)
    if not any(order["night_shares"] is not None for rows in mine.values() for order in rows):
        return {}
    taken = _taken(registered, asof)
    waiting: dict[str, str] = {}
    for name in sorted(names):
        added = _by_place(mine.get(name, ()))
        whys = [why for order in mine.get(name, ()) if (why := _over(order, taken, added))]
        if whys:
            waiting[name] = whys[0]
            continue
        for place, shares in added.items():
            taken[place] = taken.get(place, ZERO) + shares
    return waiting


def _taken(registered: Registered, asof: date) -> dict[Place, Decimal]:
    """Return what left already on a date, by security and side."""
    taken: dict[Place, Decimal] = {}
    for standing in registered.tickets.values():
        ticket = standing.ticket
        if ticket.asof == asof:
            place = ticket.security_id, ticket.side
            taken[place] = taken.get(place, ZERO) + standing.counts
    return taken


def _by_place(orders: Sequence[Mapping[str, Any]]) -> dict[Place, Decimal]:
    found: dict[Place, Decimal] = {}
    for order in orders:
        place = order["security_id"], order["side"]
        found[place] = found.get(place, ZERO) + Decimal(repr(float(order["shares"])))
    return found


def _over(
    order: Mapping[str, Any], taken: Mapping[Place, Decimal], added: Mapping[Place, Decimal]
) -> str:
    """Return why an order finds no room, or nothing."""
    if order["night_shares"] is None:
        return ""
    place = order["security_id"], order["side"]
    most, before = Decimal(repr(float(order["night_shares"]))), taken.get(place, ZERO)
    if before + added[place] <= most + ROUNDING:
        return ""
    return (
        f"to {place[1]} {added[place]:,f} {place[0]} waits for the next night: {before:,f} of the "
        f"{most:,f} shares that its policy lets a day's market take leave already"
    )
