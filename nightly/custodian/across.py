"""Whether files of one account agree with each other: lots, positions, trades and closed lots.

A file that states no total is caught by its neighbours: a lot that is missing by the position, a
purchase by the lot, a sale by the closed lot, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from nightly.custodian.account_keys import account_key
from nightly.custodian.agreement import HALF_CENT, SHARES
from nightly.custodian.statement import (
    Difference,
    Gain,
    Holding,
    Lot,
    Place,
    Position,
    Side,
    Transaction,
)

ZERO: Final = Decimal(0)

ONE_DOLLAR: Final = Decimal(1)
"""What a share of a money-market fund costs: nobody lists its lots."""

WINDOW_DAYS: Final = 61
"""Days of trades that wash sales look back on: thirty each side of a sale, and its day."""


def between(positions: Sequence[Position], lots: Sequence[Lot]) -> Iterator[Difference]:
    """Yield where lots and positions of one day disagree, of positions that have lots."""
    held: dict[tuple[str, str], list[Position]] = {}
    for each in positions:
        held.setdefault((account_key(each.account), each.symbol), []).append(each)
    open_: dict[tuple[str, str], list[Lot]] = {}
    for lot in lots:
        open_.setdefault((account_key(lot.account), lot.symbol), []).append(lot)
    for key, rows in sorted(open_.items()):
        counted = sum((lot.shares for lot in rows), ZERO)
        if key not in held:
            what = f"lots of {counted} {key[1]} in {rows[0].account}, of which there is no position"
            yield Difference(rows[0].place, what)
            continue
        position = held[key]
        shares = sum((each.shares or ZERO for each in position), ZERO)
        if abs(shares - counted) > SHARES:
            what = f"{shares} {key[1]} in {rows[0].account}, but lots of {counted}"
            yield Difference(position[0].place, what)
        known = [lot.basis for lot in rows if lot.basis is not None]
        basis = [each.basis for each in position]
        if len(known) == len(rows) and all(each is not None for each in basis):
            stated = sum((each or ZERO for each in basis), ZERO)
            total = sum(known, ZERO)
            if abs(stated - total) > HALF_CENT * (len(rows) + len(position)):
                what = f"basis of {key[1]} is {stated}, but its lots have {total}"
                yield Difference(position[0].place, what)


def without_lots(positions: Sequence[Position], lots: Sequence[Lot]) -> Iterator[Difference]:
    """Yield positions of which no lot is listed, in accounts of which some are."""
    listed = {(account_key(lot.account), lot.symbol) for lot in lots}
    accounts = {account for account, _ in listed}
    for each in positions:
        key = account_key(each.account)
        held = each.holding in (Holding.SECURITY, Holding.STOCK) and each.price != ONE_DOLLAR
        if held and key in accounts and (key, each.symbol) not in listed:
            what = f"{each.shares} {each.symbol} in {each.account} have no lots; others there have"
            yield Difference(each.place, what)


def traded(
    lots: Mapping[str, Sequence[Lot]],
    gains: Sequence[Gain],
    transactions: Sequence[Transaction],
    asof: date | None,
) -> Iterator[Difference]:
    """Yield lots and closed lots of the wash-sale window without their trade, and sales without.

    Asked only where a file lists transactions, and of sales only where one lists closed lots.
    """
    if not transactions or asof is None:
        return
    since = asof - timedelta(days=WINDOW_DAYS)
    moved = [row for row in transactions if row.side is not Side.NONE]
    bought = _shares((x.symbol, x.day, x.shares) for x in transactions if x.side is Side.BUY)
    sold = _shares((x.symbol, x.day, x.shares) for x in transactions if x.side is Side.SELL)
    placed = {(x.symbol, x.day): x.place for x in transactions}
    opened = [lot for rows in lots.values() for lot in rows if lot.acquired is not None]
    held = _shares((lot.symbol, lot.acquired or asof, lot.shares) for lot in opened)
    for (name, day), shares in sorted(held.items()):
        if since <= day <= asof and bought.get((name, day), ZERO) < shares - SHARES:
            place = next(lot.place for lot in opened if (lot.symbol, lot.acquired) == (name, day))
            yield _lacks(place, f"{shares} {name} were acquired on {day}", "purchase")
    known = _shares((gain.symbol, gain.acquired or asof, gain.shares) for gain in gains)
    unknown = {row.symbol for row in moved if row.side is Side.SELL} if not gains else set()
    for (name, day), shares in sorted(bought.items()):
        lots_of = held.get((name, day), ZERO) + known.get((name, day), ZERO)
        asked = since <= day <= asof and name in lots and name not in unknown
        if asked and shares > lots_of + SHARES:
            yield _lacks(placed[name, day], f"{shares} {name} were bought on {day}", "lot")
    if not gains:
        return
    closed = _shares((gain.symbol, gain.closed, gain.shares) for gain in gains)
    for (name, day), shares in sorted(closed.items()):
        if since <= day <= asof and abs(sold.get((name, day), ZERO) - shares) > SHARES:
            place = next(gain.place for gain in gains if (gain.symbol, gain.closed) == (name, day))
            yield _lacks(place, f"{shares} {name} were closed on {day}", "sale")
    for (name, day), shares in sorted(sold.items()):
        if since <= day <= asof and (name, day) not in closed:
            yield _lacks(placed[name, day], f"{shares} {name} were sold on {day}", "closed lot")


def _shares(
    rows: Iterable[tuple[str, date, Decimal | None]],
) -> dict[tuple[str, date], Decimal]:
    found: dict[tuple[str, date], Decimal] = {}
    for name, day, shares in rows:
        found[name, day] = found.get((name, day), ZERO) + (shares or ZERO)
    return found


def _lacks(place: Place, what: str, lacking: str) -> Difference:
    return Difference(place, f"{what}, and no file lists such a {lacking}")
