"""A custodian who books by himself: what a settled book is compared with.

He shares no code with the ledger: lots by name, first in first out in sheltered accounts, more than
a year for long. No sale here meets a replacement: wash sales are worked by hand elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from nightly.register.records import Fill, Ticket
from tests.books import Tables

D = Decimal
CENT: Final = D("0.01")


@dataclass
class Lot:
    """Shares that the custodian holds, by the number of their fill."""

    ref: str
    account: str
    security: str
    shares: Decimal
    basis: Decimal
    acquired: date


@dataclass
class Custodian:
    """Lots, cash, gains and trades as somebody else keeps them."""

    cash: dict[str, Decimal]
    lots: list[Lot]
    gains: dict[str, list[Decimal]]
    trades: list[dict[str, Any]] = field(default_factory=list)

    def buy(self, fill: Fill, ticket: Ticket) -> None:
        """Pay, and hold one more lot."""
        usd = fill.shares * fill.price
        self.cash[ticket.account_id] -= usd
        place = ticket.account_id, ticket.security_id
        ref = f"{ticket.order_id}/{fill.fill_id}"
        self.lots.append(Lot(ref, *place, fill.shares, usd, fill.trade_date))
        self._trade(fill, ticket, fill.shares, usd, None)

    def sell(self, fill: Fill, ticket: Ticket, named: list[tuple[str, Decimal]]) -> None:
        """Be paid for parts of lots; first in, first out where none is named."""
        where = [lot for lot in self.lots if lot.account == ticket.account_id]
        mine = [lot for lot in where if lot.security == ticket.security_id]
        if ticket.lots:
            parts = [(lot, each) for ref, each in named for lot in mine if lot.ref == ref]
        else:
            parts = [(lot, lot.shares) for lot in sorted(mine, key=lambda each: each.acquired)]
        left = fill.shares
        for lot, most in parts:
            sold = min(left, most)
            if not sold:
                continue
            basis = lot.basis * sold / lot.shares
            gain = sold * fill.price - basis if ticket.lots else None
            lot.shares, lot.basis, left = lot.shares - sold, lot.basis - basis, left - sold
            old = lot.acquired.replace(year=lot.acquired.year + 1) < fill.trade_date
            self.gains[ticket.household_id][old] += gain or 0
            self._trade(fill, ticket, sold, sold * fill.price, gain)
        assert left == 0
        self.cash[ticket.account_id] += fill.shares * fill.price
        self.lots = [lot for lot in self.lots if lot.shares]

    def act(self, row: dict[str, Any]) -> None:
        """Carry out a corporate action in its own way."""
        for lot in [each for each in self.lots if each.security == row["security_id"]]:
            taxable = lot.account.endswith("-a")
            ratio, per = D(str(row["ratio"] or 1)), D(str(row["cash_per_share"] or 0))
            self.cash[lot.account] += lot.shares * per
            if row["kind"] == "stock_merger":
                boot, worth = lot.shares * per, lot.shares * ratio * D(str(row["new_price"]))
                gain = min(boot, worth + boot - lot.basis)
                gain = gain if gain > 0 else D(0)
                old = lot.acquired.replace(year=lot.acquired.year + 1) < row["date"]
                if taxable:
                    self.gains[lot.account.removesuffix("-a")][old] += gain
                lot.security, lot.basis = row["new_security_id"], lot.basis - boot + gain
            lot.shares *= ratio

    def rows(self, book: Tables, since: date) -> Tables:
        """Return the custodian's book: names of his own, cents, trades of the last days."""
        found = dict(book)
        found["accounts"] = [
            {**row, "cash": float(self.cash[row["account_id"]].quantize(CENT))}
            for row in book["accounts"]
        ]
        found["filing_units"] = [
            {**row, "st_realized_ytd": float(short), "lt_realized_ytd": float(long)}
            for row in book["filing_units"]
            for short, long in [self.gains[row["household_id"]]]
        ]
        found["lots"] = [
            {
                "lot_id": f"c{n}-{lot.ref}",
                "account_id": lot.account,
                "security_id": lot.security,
                "shares": float(lot.shares),
                "basis": float(lot.basis.quantize(CENT)),
                "acquired": lot.acquired,
            }
            for n, lot in enumerate(self.lots)
        ]
        found["trades"] = [row for row in self.trades if row["trade_date"] >= since]
        return found

    def _trade(
        self, fill: Fill, ticket: Ticket, shares: Decimal, usd: Decimal, gain: Decimal | None
    ) -> None:
        row = {
            "trade_id": f"c-{fill.fill_id}",
            "account_id": ticket.account_id,
            "security_id": ticket.security_id,
            "trade_date": fill.trade_date,
            "side": ticket.side,
            "shares": float(shares),
            "amount": float(usd),
            "realized_gain": None if gain is None else float(gain),
            "lot_id": None,
        }
        self.trades.append(row)


def rest_of(ticket: Ticket, done: Decimal) -> list[tuple[str, Decimal]]:
    """Return what is left of a ticket's lots when so many shares were sold."""
    rest = []
    for ref, shares in ticket.lots:
        gone = min(done, shares)
        done -= gone
        rest.append((ref, shares - gone))
    return rest
