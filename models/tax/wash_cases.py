"""Wash-sale cases as published: lots and trades told plainly, turned into a replay and back.

A case lists what an investor would: lots, then trades in order, a sale naming its lots. Trades of
one day happen as listed, so no rule for ties is needed; each sale is settled by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from models.tax.wash_outcome import Replay
from models.tax.wash_records import (
    NOT_ACQUIRED,
    ZERO,
    Event,
    Lot,
    Part,
    Purchase,
    ReplayError,
    Sale,
    WashRules,
)
from models.tax.wash_sale import replay

_TAXABLE: Final = frozenset({"taxable", "brokerage", "joint"})
_SWITCHES: Final = ("closed_replacements", "earlier_lots", "same_day")


def wash_sale_case(given: Mapping[str, Any]) -> dict[str, Any]:
    """Replay one case's input and return its outcome under the names of a case's `expected`."""
    groups = _groups(given.get("substantially_identical_groups") or ())
    trades = sorted(given["trades"], key=lambda trade: str(trade["date"]))
    first_day = str(trades[0]["date"]) if trades else ""
    lots: list[Lot] = []
    events: list[Event] = []
    for row in given["lots"]:
        lot = _lot(row, row["id"], row["acquired"], groups)
        if trades and str(row["acquired"]) > first_day:
            events.append(Purchase(lot))
        else:
            lots.append(lot)
    left = {lot.lot_id: lot.shares for lot in lots}
    known = {
        lot.lot_id: (row.get("account", ""), row["symbol"])
        for lot, row in _rows(lots, given["lots"])
    }
    for number, trade in enumerate(trades, start=1):
        day = dt.date.fromisoformat(trade["date"])
        if trade["side"] == "buy":
            lot = _lot(trade, trade.get("lot_id") or f"trade {number}", trade["date"], groups)
            events.append(Purchase(lot))
            left[lot.lot_id] = lot.shares
            known[lot.lot_id] = (trade.get("account", ""), trade["symbol"])
        elif trade["side"] == "sell":
            wanted = _sold_lots(trade, known, left)
            for lot_id, shares in wanted:
                left[lot_id] = left.get(lot_id, ZERO) - shares
            events.append(Sale(day, tuple(_parts(trade, wanted))))
        else:
            raise ReplayError(f"trade {number}: side {trade['side']!r} is neither buy nor sell")
    switches = {name: given[name] for name in _SWITCHES if name in given}
    rules = WashRules(**{"same_day": "listed", **switches})
    events.sort(key=lambda event: event.date)
    return _outcome(replay(lots, events, rules))


def _outcome(result: Replay) -> dict[str, Any]:
    return {
        "recognized_st": result.recognized(long=False),
        "recognized_lt": result.recognized(long=True),
        "disallowed_st": result.disallowed(long=False),
        "disallowed_lt": result.disallowed(long=True),
        "deferred_to_basis": result.deferred,
        "permanently_lost": result.destroyed,
        "lots_after": [
            {
                "lot": held.lot.lot_id,
                "shares": held.shares,
                "basis": held.basis,
                "holding_start": None
                if held.holding_start == held.lot.start or held.holding_start is None
                else held.holding_start.isoformat(),
            }
            for held in result.held
        ],
    }


def _groups(declared: Iterable[Iterable[str]]) -> dict[str, str]:
    """Name the group of each declared symbol; groups that share a symbol are one."""
    group: dict[str, str] = {}
    for symbols in declared:
        members = list(symbols)
        merged = {group.get(symbol, symbol) for symbol in members}
        name = min(merged)
        group |= {symbol: name for symbol, old in group.items() if old in merged}
        group |= dict.fromkeys(members, name)
    return group


def _lot(row: Mapping[str, Any], lot_id: str, acquired: str, groups: Mapping[str, str]) -> Lot:
    start = row.get("holding_start")
    origin = row.get("origin") or row.get("kind") or "purchase"
    return Lot(
        lot_id=lot_id,
        group=groups.get(row["symbol"], row["symbol"]),
        shares=Decimal(row["shares"]),
        basis=Decimal(row["total"]),
        acquired=dt.date.fromisoformat(acquired),
        holding_start=dt.date.fromisoformat(start) if start else None,
        account=row.get("account", ""),
        sheltered=row.get("account_type", "taxable") not in _TAXABLE,
        origin=origin if origin in NOT_ACQUIRED else "purchase",
    )


def _rows(lots: list[Lot], rows: list[Any]) -> list[tuple[Lot, Any]]:
    by_id = {row["id"]: row for row in rows}
    return [(lot, by_id[lot.lot_id]) for lot in lots]


def _sold_lots(
    trade: Mapping[str, Any], known: Mapping[str, tuple[str, str]], left: Mapping[str, Decimal]
) -> list[tuple[str, Decimal]]:
    """Return the lots a sale names, or the account's oldest ones (26 C.F.R. 1.1012-1(c)(1))."""
    if trade.get("lots"):
        return [(row["lot"], Decimal(row["shares"])) for row in trade["lots"]]
    wanted, still = [], Decimal(trade["shares"])
    for lot_id, place in known.items():
        count = min(still, left.get(lot_id, ZERO))
        if place == (trade.get("account", ""), trade["symbol"]) and count > 0:
            wanted.append((lot_id, count))
            still -= count
    return wanted


def _parts(trade: Mapping[str, Any], wanted: list[tuple[str, Decimal]]) -> Iterable[Part]:
    """Spread the dollars of one sale over its lots at one price, to the last digit."""
    shares, dollars = sum((count for _, count in wanted), ZERO), Decimal(trade["total"])
    if not wanted or shares != Decimal(trade.get("shares", shares)):
        raise ReplayError(f"the sale of {trade['date']} names lots of {shares} shares in all")
    for lot_id, count in wanted:
        received = dollars if count == shares else dollars * count / shares
        shares, dollars = shares - count, dollars - received
        yield Part(lot_id, count, received)
