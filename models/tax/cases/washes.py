"""Wash-sale cases as published: lots and trades told plainly, turned into a replay and back.

A case lists what an investor would: lots, then trades in order, a sale naming its lots. Trades of
one day happen as listed, so no rule for ties is needed; each sale is settled by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from models.tax.wash.outcome import Replay
from models.tax.wash.records import (
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
from models.tax.wash.replay import replay

_TAXABLE: Final = frozenset({"taxable", "brokerage", "joint"})
_SHARES: Final = Decimal("0.0001")
"""Shares. A sale and its lots may be told with at most four decimals each."""

_SWITCHES: Final = ("closed_replacements", "earlier_lots", "same_day")


class _Held(NamedTuple):
    """A lot that some sale may name, the symbol it was told under, and what is left of it."""

    lot: Lot
    symbol: str
    left: Decimal


def wash_sale_case(given: Mapping[str, Any]) -> dict[str, Any]:
    """Replay one case's input and return its outcome under the names of a case's `expected`."""
    identicals = _identicals(given.get("substantially_identical_groups") or ())
    trades = sorted(given["trades"], key=lambda trade: str(trade["date"]))
    held: dict[str, _Held] = {}
    lots: list[Lot] = []
    events: list[Event] = []
    for row in given["lots"]:
        lot = _lot(row, row["id"], row["acquired"], identicals)
        held[lot.lot_id] = _Held(lot, row["symbol"], lot.shares)
        if trades and str(row["acquired"]) > str(trades[0]["date"]):
            events.append(Purchase(lot))
        else:
            lots.append(lot)
    for number, trade in enumerate(trades, start=1):
        if trade["side"] == "buy":
            lot = _lot(trade, trade.get("lot_id") or f"trade {number}", trade["date"], identicals)
            held[lot.lot_id] = _Held(lot, trade["symbol"], lot.shares)
            events.append(Purchase(lot))
        elif trade["side"] == "sell":
            wanted = _sold_lots(trade, held)
            for lot_id, shares in wanted:
                if lot_id in held:
                    held[lot_id] = held[lot_id]._replace(left=held[lot_id].left - shares)
            day = dt.date.fromisoformat(trade["date"])
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


def _identicals(declared: Iterable[Iterable[str]]) -> dict[str, str]:
    """Name the identical group of each declared symbol; groups that share a symbol are one."""
    identical: dict[str, str] = {}
    for symbols in declared:
        members = list(symbols)
        merged = {identical.get(symbol, symbol) for symbol in members}
        name = min(merged)
        identical |= {symbol: name for symbol, old in identical.items() if old in merged}
        identical |= dict.fromkeys(members, name)
    return identical


def _lot(row: Mapping[str, Any], lot_id: str, acquired: str, identicals: Mapping[str, str]) -> Lot:
    start = row.get("holding_start")
    origin = row.get("origin") or row.get("kind") or "purchase"
    return Lot(
        lot_id=lot_id,
        identical_group=identicals.get(row["symbol"], row["symbol"]),
        shares=Decimal(row["shares"]),
        basis=Decimal(row["total"]),
        acquired=dt.date.fromisoformat(acquired),
        holding_start=dt.date.fromisoformat(start) if start else None,
        account=row.get("account", ""),
        sheltered=row.get("account_type", "taxable") not in _TAXABLE,
        origin=origin if origin in NOT_ACQUIRED else "purchase",
    )


def _sold_lots(trade: Mapping[str, Any], held: Mapping[str, _Held]) -> list[tuple[str, Decimal]]:
    """Return the lots a sale names, or the account's oldest ones (26 C.F.R. 1.1012-1(c)(1))."""
    if trade.get("lots"):
        return [(row["lot"], Decimal(row["shares"])) for row in trade["lots"]]
    place, day = (trade.get("account", ""), trade["symbol"]), dt.date.fromisoformat(trade["date"])
    mine = [h for h in held.values() if (h.lot.account, h.symbol) == place and h.left > 0]
    wanted, still = [], Decimal(trade["shares"])
    for lot, _, left in sorted(mine, key=lambda h: h.lot.acquired or day):
        if still > 0 and (lot.acquired or day) <= day:
            wanted.append((lot.lot_id, min(still, left)))
            still -= min(still, left)
    return wanted


def _parts(trade: Mapping[str, Any], wanted: list[tuple[str, Decimal]]) -> Iterable[Part]:
    """Spread the dollars of one sale over its lots at one price, to the last digit."""
    shares, dollars = sum((count for _, count in wanted), ZERO), Decimal(trade["total"])
    if not wanted or abs(shares - Decimal(trade.get("shares", shares))) > _SHARES:
        raise ReplayError(f"the sale of {trade['date']} names lots of {shares} shares in all")
    for lot_id, count in wanted:
        received = dollars if count == shares else dollars * count / shares
        shares, dollars = shares - count, dollars - received
        yield Part(lot_id, count, received)
