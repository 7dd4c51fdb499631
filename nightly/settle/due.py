"""What a book does not show yet: fills of the register, and corporate actions since its prices.

A fill is shown by trades of its account, security, side and trade date, whoever wrote them: what
the custodian books under names of its own is not booked twice. A row of `open_orders` shows
nothing: it may still fill. An action is shown by a book whose prices are of its day or later, or by
the date in `booked` that settling leaves behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np

from models.book.tables.table import Table
from models.ledger.exact import ZERO, exact
from models.tax.corporate_actions import Action, faults_of
from nightly.register.fold import Registered
from nightly.register.records import Fill
from nightly.register.standing import Standing
from nightly.settle.errors import SettleError

WINDOW: Final = timedelta(days=61)
"""How far back a book's trades must reach; older fills are taken as shown."""


@dataclass(frozen=True, slots=True)
class DueFill:
    """A fill, or the rest of one, that a book does not show; `lots` are those it sells."""

    order_id: str
    household_id: str
    account_id: str
    security_id: str
    side: str
    shares: Decimal
    price: Decimal
    trade_date: date
    fill_id: str
    lots: tuple[tuple[str, Decimal], ...]

    @property
    def name(self) -> str:
        """What the trade, and a lot that is bought, is called."""
        return f"{self.order_id}/{self.fill_id}"


def fills_due(
    registered: Registered, trades: Table, since: date, asof: date, renamed: Mapping[str, str]
) -> list[DueFill]:
    """Return the fills through `asof` that the trades of a book as of `since` do not show.

    Oldest first, then as the market told them; `renamed` holds symbols that changed.
    """
    shown = _shown(trades, renamed)
    due = []
    for fill in _all(registered):
        if not since - WINDOW <= fill.trade_date <= asof:
            continue
        key = fill.account_id, renamed.get(fill.security_id, fill.security_id)
        place = (*key, fill.side, fill.trade_date)
        used = min(shown.get(place, ZERO), fill.shares)
        if used:
            shown[place] -= used
        if fill.shares > used:
            due.append(
                replace(fill, shares=fill.shares - used, lots=_between(fill.lots, used, None))
            )
    return sorted(due, key=lambda fill: fill.trade_date)


def actions_due(table: Table, since: date, asof: date) -> list[Action]:
    """Return the actions after `since` and through `asof` that were not booked, oldest first.

    Raises
    ------
    SettleError
        If one of them cannot be applied: all that is wrong, by row.
    """
    found, faults = [], []
    for row in range(table.rows):
        day = table.date("date")[row]
        if np.isnat(day) or not np.isnat(table.date("booked")[row]):
            continue
        if not since < day.item() <= asof:
            continue
        action = action_of(table, row)
        faults += [f"corporate_actions, row {row}: {what}" for what in faults_of(action)]
        found.append(action)
    if faults:
        raise SettleError("; ".join(faults))
    return sorted(found, key=lambda action: (action.date, action.action_id))


def action_of(table: Table, row: int) -> Action:
    """Return one row of the table of corporate actions."""

    def figure(name: str) -> Decimal | None:
        value = table.number(name)[row]
        return None if np.isnan(value) else exact(value)

    return Action(
        str(table.texts("action_id")[row]),
        str(table.texts("security_id")[row]),
        table.date("date")[row].item(),
        str(table.texts("kind")[row]),
        figure("ratio"),
        figure("cash_per_share"),
        table.texts("new_security_id")[row],
        figure("basis_fraction"),
        figure("new_price"),
    )


def _all(registered: Registered) -> Iterator[DueFill]:
    for _, standing in sorted(registered.tickets.items()):
        yield from _of_ticket(standing)


def _of_ticket(standing: Standing) -> Iterator[DueFill]:
    """Yield a ticket's fills: they take its lots in the order in which it names them."""
    ticket, before = standing.ticket, ZERO
    fills: Sequence[Fill] = standing.fills
    for fill in fills:
        yield DueFill(
            ticket.order_id,
            ticket.household_id,
            ticket.account_id,
            ticket.security_id,
            ticket.side,
            fill.shares,
            fill.price,
            fill.trade_date,
            fill.fill_id,
            _between(ticket.lots, before, before + fill.shares),
        )
        before += fill.shares


def _between(
    lots: Sequence[tuple[str, Decimal]], start: Decimal, stop: Decimal | None
) -> tuple[tuple[str, Decimal], ...]:
    """Return the part of lots between two counts of shares, laid end to end."""
    found, at = [], ZERO
    for lot_id, shares in lots:
        first, last = max(at, start), at + shares if stop is None else min(at + shares, stop)
        if last > first:
            found.append((lot_id, last - first))
        at += shares
    return tuple(found)


def _shown(trades: Table, renamed: Mapping[str, str]) -> dict[tuple[Any, ...], Decimal]:
    columns = (trades.texts(name) for name in ("account_id", "security_id", "side"))
    places = zip(*columns, trades.date("trade_date"), trades.number("shares"), strict=True)
    shown: dict[tuple[Any, ...], Decimal] = {}
    for account, security, side, day, shares in places:
        if not np.isnat(day) and shares > 0:
            key = account, renamed.get(security, security), side, day.item()
            shown[key] = shown.get(key, ZERO) + exact(shares)
    return shown
