"""What goes into a wash-sale replay: lots, events, and the rules on contested points.

They know nothing of books, orders or accounts' tables, so that published cases, the household
ledger and replays of custodians' lot methods all speak to the same engine.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from models.errors import HearthError

ZERO: Final = Decimal(0)

NOT_ACQUIRED: Final = frozenset({"gift", "inheritance"})
"""Origins that are no acquisition by purchase or taxable exchange (26 C.F.R. 1.1091-1(f))."""


class ReplayError(HearthError):
    """The lots and events contradict each other: mend the one that the message names."""


@dataclass(frozen=True, slots=True)
class WashRules:
    """The points on which authority is silent or divided, each with its default.

    Attributes
    ----------
    closed_replacements
        `ignore`: shares sold before the loss sale, or with it, are no replacement (as brokers
        report). `count`: shares bought in the window and sold *before* the loss sale are, as the
        letter of section 1091(a) has it; the disallowed loss then lowers the gain of that earlier
        sale, or is destroyed if it was sheltered. Shares whose own loss was disallowed never
        count, since that would be circular.
    same_day
        Replacements bought on one day: `sheltered_first` (costs most, the default),
        `taxable_first`, or `listed` when the order within the day is known, which then also
        orders the day's losses.
    earlier_lots
        Whether shares bought before the sold lot was, yet within 30 days of the sale, replace it:
        `count` (the letter of the statute, the default) or `ignore` (a practitioners' view).
    least_loss_usd
        Dollars; a smaller loss of a lot is treated as none.
    """

    closed_replacements: str = "ignore"
    same_day: str = "sheltered_first"
    earlier_lots: str = "count"
    least_loss_usd: Decimal = ZERO

    def __post_init__(self) -> None:
        _one_of("closed_replacements", self.closed_replacements, ("ignore", "count"))
        _one_of("same_day", self.same_day, ("sheltered_first", "taxable_first", "listed"))
        _one_of("earlier_lots", self.earlier_lots, ("count", "ignore"))


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares bought together; the basis is the total, in dollars.

    `identical_group` is the set of substantially identical securities. `acquired` is the trade date
    (None where unknown: such shares replace nothing); `holding_start` defaults to it. `purchase`
    names the purchase that the shares came from (default the lot itself): the rest of a sold
    purchase never replaces it. `spent` shares have already caused a disallowance.
    """

    lot_id: str
    identical_group: str
    shares: Decimal
    basis: Decimal
    acquired: dt.date | None
    holding_start: dt.date | None = None
    account: str = ""
    sheltered: bool = False
    origin: str = "purchase"
    purchase: str | None = None
    spent: Decimal = ZERO

    @property
    def start(self) -> dt.date | None:
        """Where the holding period starts: `holding_start`, else `acquired`."""
        return self.acquired if self.holding_start is None else self.holding_start

    @property
    def purchase_key(self) -> str:
        """Name of the purchase: `purchase`, else `lot_id`."""
        return self.lot_id if self.purchase is None else self.purchase


class Part(NamedTuple):
    """Shares of one lot in a sale and the dollars received for them."""

    lot_id: str
    shares: Decimal
    proceeds: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """Sales that happen together: no part of them replaces another part."""

    date: dt.date
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase on trade date `lot.acquired`; `booked` when lots already reflect its effects."""

    lot: Lot
    booked: bool = False

    @property
    def date(self) -> dt.date:
        """Trade date.

        Raises
        ------
        ReplayError
            When the lot has no acquisition date.
        """
        if self.lot.acquired is None:
            raise ReplayError(f"purchase of lot {self.lot.lot_id!r} has no date; give `acquired`")
        return self.lot.acquired


@dataclass(frozen=True, slots=True)
class PastSale:
    """A sale already in the books: its loss has used up replacements, or still waits for one.

    `gain` is before any disallowance, None where unknown (a loss of unknown size). With a
    `lot_id` among the replayed lots the shares leave that lot. Bases already reflect what past
    purchases did to it; purchases of the replay itself take effect.
    """

    date: dt.date
    identical_group: str
    shares: Decimal
    gain: Decimal | None
    purchase: str | None = None
    lot_id: str | None = None
    acquired: dt.date | None = None
    holding_start: dt.date | None = None
    long: bool = False
    sheltered: bool = False


Event: TypeAlias = Sale | Purchase | PastSale


def _one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise ReplayError(f"wash-sale rule {name} = {given!r}; it is one of {', '.join(known)}")
