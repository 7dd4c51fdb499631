"""The household's lots while a wash-sale replay runs: split, taken, used, closed.

Mutable on purpose and private to one call of the replay: a long replay that rebuilt frozen lots at
each match would pay for every lot at every trade.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from models.tax.wash.outcome import Fragment, OpenLoss, Piece
from models.tax.wash.records import NOT_ACQUIRED, ZERO, Lot, ReplayError


@dataclass(slots=True, eq=False)
class Held:
    """Shares of a lot that share one basis and one period; `closed_by` once they are sold."""

    lot: Lot
    order: int
    shares: Decimal
    basis: Decimal
    start: dt.date | None
    spent: bool
    closed_by: Sold | None = None

    def split(self, shares: Decimal) -> Held:
        """Take `shares` out with their part of the basis, and return them."""
        basis = self.basis if shares == self.shares else self.basis * shares / self.shares
        self.shares -= shares
        self.basis -= basis
        return Held(self.lot, self.order, shares, basis, self.start, self.spent)


@dataclass(slots=True, eq=False)
class Sold:
    """A realised piece while the replay runs; `open_*` is what no replacement has matched yet."""

    lot_id: str
    identical_group: str
    purchase: str | None
    acquired: dt.date | None
    start: dt.date | None
    date: dt.date
    shares: Decimal
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    long: bool
    sheltered: bool
    booked: bool
    unknown: bool = False
    open_shares: Decimal = ZERO
    open_loss: Decimal = ZERO
    deferred: Decimal = ZERO
    destroyed: Decimal = ZERO
    restated: Decimal = ZERO

    @property
    def acquisition_order(self) -> dt.date:
        """When the sold shares were acquired, as far as that is known."""
        return self.acquired or self.start or dt.date.min

    @property
    def disallowed(self) -> Decimal:
        """Loss that some replacement has disallowed."""
        return self.deferred + self.destroyed

    def still_open(self) -> OpenLoss:
        """Return the part that waits for a purchase."""
        loss = None if self.unknown else self.open_loss
        return OpenLoss(self.lot_id, self.identical_group, self.date, self.open_shares, loss)

    def outcome(self) -> Piece:
        """Return the piece as it stands."""
        return Piece(
            lot_id=self.lot_id,
            date=self.date,
            shares=self.shares,
            proceeds=self.proceeds,
            basis=self.basis,
            gain=self.gain,
            long=self.long,
            sheltered=self.sheltered,
            booked=self.booked,
            deferred=self.deferred,
            destroyed=self.destroyed,
            restated=self.restated,
        )


class HeldLots:
    """Every lot of the replay, by id, and the purchases that may still replace something."""

    def __init__(self, keep_closed: bool) -> None:
        self._keep_closed = keep_closed
        self._lots: dict[str, list[Held]] = {}
        self._replacing: dict[str, list[Held]] = defaultdict(list)
        self._closed: dict[str, list[Held]] = defaultdict(list)
        self._count = 0

    def __contains__(self, lot_id: object) -> bool:
        return lot_id in self._lots

    def add(self, lot: Lot) -> Held:
        """Hold a lot; return its shares that have replaced nothing yet.

        Raises
        ------
        ReplayError
            When the id is taken, or more shares are spent than there are.
        """
        if lot.lot_id in self._lots:
            raise ReplayError(f"lot {lot.lot_id!r} is given twice; lot ids are unique")
        if lot.shares <= 0 or not ZERO <= lot.spent <= lot.shares:
            raise ReplayError(f"lot {lot.lot_id!r}: {lot.spent} of {lot.shares} shares are spent")
        self._count += 1
        held = Held(lot, self._count, lot.shares, lot.basis, lot.start, spent=False)
        self._lots[lot.lot_id] = [held]
        if lot.acquired is not None and lot.origin not in NOT_ACQUIRED:
            self._replacing[lot.identical_group].append(held)
        if lot.spent:
            self.use(held, lot.spent)
        return held

    def take(self, lot_id: str, shares: Decimal) -> list[Held]:
        """Remove shares of a lot, adjusted ones first since their period is the longer one.

        Raises
        ------
        ReplayError
            When the lot is unknown or holds less.
        """
        if lot_id not in self._lots:
            raise ReplayError(f"lot {lot_id!r} is sold but not held; give it among the lots")
        parts = self._lots[lot_id]
        available = sum((held.shares for held in parts), ZERO)
        if not ZERO < shares <= available:
            raise ReplayError(f"lot {lot_id!r} holds {available} shares, {shares} are sold")
        taken: list[Held] = []
        while shares:
            held = parts[0]
            if held.shares <= shares:
                parts.pop(0)
                self._forget(held)
            else:
                held = held.split(shares)
            taken.append(held)
            shares -= held.shares
        lot = taken[0].lot
        if self._keep_closed and lot.acquired is not None and lot.origin not in NOT_ACQUIRED:
            self._closed[lot.identical_group].extend(taken)
        return taken

    def use(self, held: Held, shares: Decimal) -> Held:
        """Mark shares as having washed a loss; return them, split off when they are a part."""
        if shares == held.shares:
            held.spent = True
            return held
        used = held.split(shares)
        used.spent, used.closed_by = True, held.closed_by
        if held.closed_by is None:
            parts = self._lots[held.lot.lot_id]
            parts.insert(parts.index(held), used)
        return used

    def replacing(self, identical: str) -> list[Held]:
        """Return held shares of an identical group that came by purchase, spent or not."""
        return self._replacing.get(identical, [])

    def closed(self, identical: str) -> list[Held]:
        """Return purchased shares of an identical group that were sold, where they are kept."""
        return self._closed.get(identical, [])

    def fragments(self) -> tuple[Fragment, ...]:
        """Return what is held, lot by lot."""
        return tuple(
            Fragment(held.lot, held.shares, held.basis, held.start, held.spent)
            for parts in self._lots.values()
            for held in parts
        )

    def _forget(self, held: Held) -> None:
        replacing = self._replacing.get(held.lot.identical_group, [])
        if held in replacing:
            replacing.remove(held)
