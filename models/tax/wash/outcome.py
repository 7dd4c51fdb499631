"""What comes out of a wash-sale replay: what was realised, allowed, deferred, destroyed, held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from models.tax.wash.records import ZERO, Lot

WINDOW: Final = dt.timedelta(days=30)
"""Calendar days on either side of a loss sale, both ends inclusive (26 U.S.C. 1091(a))."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a sale realised on shares with one basis and one holding period, in dollars.

    `disallowed` = `deferred` + `destroyed` ≥ 0. `restated` is what a later loss took from this
    gain under `closed_replacements = count`. A `booked` piece was realised before the replay.
    """

    lot_id: str
    date: dt.date
    shares: Decimal
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    long: bool
    sheltered: bool
    booked: bool
    deferred: Decimal
    destroyed: Decimal
    restated: Decimal

    @property
    def disallowed(self) -> Decimal:
        """Loss that may not be deducted now."""
        return self.deferred + self.destroyed

    @property
    def recognized(self) -> Decimal:
        """Gain, or allowed loss, that the replay adds to the year of the sale."""
        if self.sheltered:
            return ZERO
        return (ZERO if self.booked else self.gain) + self.disallowed - self.restated


class Match(NamedTuple):
    """Shares of a loss and of the replacement that disallows it; `destroyed` if sheltered."""

    sold_lot_id: str
    sold_on: dt.date
    replacement_lot_id: str
    bought_on: dt.date
    shares: Decimal
    amount: Decimal
    destroyed: bool
    booked: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """Shares of a lot with one basis and one holding period; `spent` if they washed a loss."""

    lot: Lot
    shares: Decimal
    basis: Decimal
    holding_start: dt.date | None
    spent: bool


class OpenLoss(NamedTuple):
    """Loss shares that no purchase has matched; a purchase up to 30 days after `date` would."""

    lot_id: str
    identical_group: str
    date: dt.date
    shares: Decimal
    loss: Decimal | None

    @property
    def until(self) -> dt.date:
        """Last day on which a purchase would still disallow it."""
        return self.date + WINDOW


@dataclass(frozen=True, slots=True)
class Replay:
    """Outcome of a replay: sales in order, matches in order, what is held, what is still open."""

    pieces: tuple[Piece, ...]
    matches: tuple[Match, ...]
    held: tuple[Fragment, ...]
    open_losses: tuple[OpenLoss, ...]

    def recognized(self, long: bool) -> Decimal:
        """Gains plus allowed losses of one term, signed dollars."""
        return _total(p.recognized for p in self.pieces if p.long == long)

    def disallowed(self, long: bool) -> Decimal:
        """Disallowed losses of one term, dollars ≥ 0."""
        return _total(p.disallowed for p in self.pieces if p.long == long)

    @property
    def deferred(self) -> Decimal:
        """Disallowed losses that went into a replacement's basis, dollars ≥ 0."""
        return _total(p.deferred for p in self.pieces)

    @property
    def destroyed(self) -> Decimal:
        """Disallowed losses that no basis keeps, dollars ≥ 0."""
        return _total(p.destroyed for p in self.pieces)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
