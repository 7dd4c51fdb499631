"""Orders: what leaves for a broker, exact to the share and the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """Buy or sell."""

    BUY = "buy"
    SELL = "sell"


class Reason(StrEnum):
    """Why an order exists: the term of the objective that gains most from it."""

    TRACKING = "tracking"
    HARVEST = "harvest"
    LOCATION = "location"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class OrderLot:
    """Shares of one lot that a sale in a taxable account takes."""

    lot_id: str
    shares: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """One ticket: one account, security and side.

    `lots` name what a sale in a taxable account takes and add up to `shares`; they are empty
    for buys and in sheltered accounts. `reason` is a `Reason`. `marginal_usd` is the objective
    without this order less the objective with it; a sale is left out with what it pays for: its
    account's buys shrink alike. None where that would break a rule, which `needed_for` names with
    its place, and where it is not known.
    """

    order_id: str
    account_id: str
    security_id: str
    side: Side
    shares: Decimal
    price: Decimal
    lots: tuple[OrderLot, ...] = ()
    reason: str = ""
    marginal_usd: float | None = None
    needed_for: str = ""

    @property
    def amount(self) -> Decimal:
        """Dollars at the book's price, before costs."""
        return self.shares * self.price


@dataclass(frozen=True, slots=True)
class Flow:
    """Where cash of a household-level flow, or of a required distribution, went.

    Positive into the account, negative out of it, in dollars; the account's own `net_flow` is
    not repeated here.
    """

    account_id: str
    amount: Decimal


def order_id(asof: date, account_id: str, security_id: str, side: Side) -> str:
    """Return the id that the same order has on every run of the same day."""
    return f"{asof.isoformat()}/{account_id}/{security_id}/{side.value}"
