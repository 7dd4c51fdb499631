"""The fills of the register that a book does not show yet.

A fill is shown by trades of its account, security, side and trade date, whoever wrote them: what
the custodian books under names of its own is not booked twice, nor under a day nearby (`same`). A
row of `open_orders` shows nothing: it may still fill. A fill that is told after its shares were
split is booked in new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np

from models.book.tables.table import Table
from models.ledger.exact import ZERO, exact
from models.tax.corporate_actions import Action
from nightly.fills.days import why_not
from nightly.register.corrections import day_told_again
from nightly.register.fold import Registered
from nightly.register.records import Fill
from nightly.register.standing import Standing
from nightly.settle.acts import Actions, symbols
from nightly.settle.same import NEAR, shown_near

WINDOW: Final = timedelta(days=61) - NEAR
"""How far back fills are looked for, older ones are taken as shown: the trades of a book reach back
61 days, and a fill may be of a day after its trade."""


CORRECT_IT: Final = "a row of hearth fills with corrects = its fill_id says of which day it is"
"""What would do: the day of a fill that was corrected is not doubted."""

A_CENT: Final = Decimal("0.01")
"""Dollars that a row's amount may be from its shares at their price: cents are rounded."""

Place: TypeAlias = tuple[str, str, str]
"""Account, security and side of trades."""


@dataclass(frozen=True, slots=True)
class DueFill:
    """A fill, or the rest of one, that a book does not show; `lots` are those it sells.

    `night` is its order's; a day that was `corrected` is the day of its trade; `before` are the
    prices at which it was told before it was corrected.
    """

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
    night: date
    corrected: bool
    before: tuple[Decimal, ...]

    @property
    def name(self) -> str:
        """What the trade, and a lot that is bought, is called."""
        return f"{self.order_id}/{self.fill_id}"


@dataclass(slots=True)
class Written:
    """What trades that settling wrote say of a fill: dollars, shares, rows, and the last day."""

    usd: Decimal = ZERO
    shares: Decimal = ZERO
    rows: int = 0
    day: date = date.min

    def add(self, usd: Decimal, shares: Decimal, day: date) -> None:
        """Count one more row."""
        self.usd, self.shares = self.usd + usd, self.shares + shares
        self.rows, self.day = self.rows + 1, day

    def at(self, price: Decimal) -> bool:
        """Whether it was written at a price: its shares were not split since, then."""
        return abs(self.usd - self.shares * price) <= A_CENT * self.rows

    def of(self, fill: DueFill) -> Decimal:
        """Return how many shares of a fill it is; where they were split, as its dollars say."""
        known = any(self.at(price) for price in (fill.price, *fill.before))
        return self.shares if known else self.usd / fill.price


@dataclass(frozen=True, slots=True)
class Due:
    """The fills that a book does not show, oldest first; and by household what is unclear.

    `stale` are fills that were corrected after they were written, each with what would do.
    """

    fills: list[DueFill]
    unclear: dict[str, str]
    stale: dict[str, str]


def fills_due(
    registered: Registered, trades: Table, days: tuple[date, date, date], acts: Actions
) -> Due:
    """Return the fills through the second of three days that a book as of the first does not show.

    Oldest first, then as the market told them. A fill that settling wrote is shown as a whole. One
    of a day before its night or after the third, today, is unclear.
    """
    since, asof, today = days
    renamed = symbols((*acts.shown, *acts.due), asof)
    every = list(_all(registered))
    shown, own = _shown(trades, renamed, {fill.name for fill in every})
    fills, unclear = [], {}
    for fill in every:
        why = why_not("trade_date", fill.trade_date, fill.night, today)
        if why and fill.name not in own and fill.night >= since - WINDOW:
            unclear[fill.household_id] = f"{fill.name}: {why}: {CORRECT_IT}"
        elif not why and since - WINDOW <= fill.trade_date <= asof:
            fills.append(fill)
    rests: dict[Place, list[tuple[DueFill, Decimal]]] = {}
    for fill in sorted(fills, key=lambda each: each.name not in own):
        place = (*_place(fill, renamed), fill.side)
        traded = shown.get(place, {})
        written = own[fill.name].of(fill) if fill.name in own else ZERO
        left = max(ZERO, fill.shares - written)
        used = min(traded.get(fill.trade_date, ZERO), left)
        if used:
            traded[fill.trade_date] -= used
        if left > used and fill.name not in own:
            rests.setdefault(place, []).append((fill, used))
    due = []
    for place, mine in rests.items():
        told = [
            (fill.name, fill.trade_date, fill.shares - used)
            for fill, used in mine
            if not fill.corrected
        ]
        near, whys = shown_near(told, shown.get(place, {}))
        for fill, used in mine:
            if fill.name in whys:
                unclear[fill.household_id] = _unclear(fill, whys[fill.name])
            if fill.name not in near:
                due.append(_rest(fill, used, _ratio(fill, acts.shown, renamed)))
    booked = ((fill, own[fill.name]) for fill in every if fill.name in own)
    stale = {fill.name: why for fill, written in booked if (why := _stale(fill, written))}
    return Due(sorted(due, key=lambda fill: fill.trade_date), unclear, stale)


def _stale(fill: DueFill, written: Written) -> str:
    """Say what of a fill was corrected after it was written; empty where nothing was."""
    then = next((price for price in fill.before if written.at(price)), None)
    said = []
    if then is not None and not written.at(fill.price):
        said.append(f"at {then} a share, corrected to {fill.price}")
    if fill.corrected and written.day != fill.trade_date:
        said.append(f"on {written.day}, corrected to {fill.trade_date}")
    return f"written {' and '.join(said)}: mend its trades and what they moved" if said else ""


def _rest(fill: DueFill, used: Decimal, ratio: Decimal) -> DueFill:
    """Return what of a fill is due beside shares that are shown, in shares of today."""
    rest = _between(fill.lots, used, None)
    return replace(
        fill,
        shares=(fill.shares - used) * ratio,
        price=fill.price if ratio == 1 else fill.price / ratio,
        lots=tuple((name, shares * ratio) for name, shares in rest),
    )


def _unclear(fill: DueFill, why: str) -> str:
    what = f"{fill.name}: a {fill.side} of {fill.security_id}, {why}"
    return f"is it the same trade? {what}. {CORRECT_IT}"


def _all(registered: Registered) -> Iterator[DueFill]:
    for _, standing in sorted(registered.tickets.items()):
        yield from _of_ticket(standing, registered.fills_before)


def _of_ticket(standing: Standing, told: Mapping[str, Sequence[Fill]]) -> Iterator[DueFill]:
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
            ticket.asof,
            day_told_again(fill),
            tuple(earlier.price for earlier in told.get(fill.fill_id, ())),
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


def _place(fill: DueFill, renamed: Mapping[str, str]) -> tuple[str, str]:
    return fill.account_id, renamed.get(fill.security_id, fill.security_id)


def _ratio(fill: DueFill, shown: Sequence[Action], renamed: Mapping[str, str]) -> Decimal:
    """Return new shares for an old one of a fill whose shares a book holds split already."""
    ratio = Decimal(1)
    names = {fill.security_id, renamed.get(fill.security_id)}
    for action in shown:
        split = action.kind == "split" and action.security_id in names
        if split and fill.trade_date < action.date and action.ratio is not None:
            ratio *= action.ratio
    return ratio


def _shown(
    trades: Table, renamed: Mapping[str, str], names: Collection[str]
) -> tuple[dict[Place, dict[date, Decimal]], dict[str, Written]]:
    """Return shares of trades by place and day, and by fill what settling wrote."""
    shown: dict[Place, dict[date, Decimal]] = {}
    own: dict[str, Written] = {}
    columns = (trades.texts(name) for name in ("trade_id", "account_id", "security_id", "side"))
    rows = zip(*columns, trades.texts("lot_id"), trades.date("trade_date"), strict=True)
    for (name, account, security, side, lot_id, day), shares, usd in zip(
        rows, trades.number("shares"), trades.number("amount"), strict=True
    ):
        if np.isnat(day) or not shares > 0:
            continue
        fill = str(name).removesuffix(f"/{lot_id}") if lot_id is not None else str(name)
        if fill in names:
            own.setdefault(fill, Written()).add(exact(usd), exact(shares), day.item())
            continue
        traded = shown.setdefault((account, renamed.get(security, security), side), {})
        traded[day.item()] = traded.get(day.item(), ZERO) + exact(shares)
    return shown, own
