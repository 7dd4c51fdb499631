"""Wash sales share by share: which loss meets which replacement, and what becomes of it.

26 U.S.C. 1091 and 26 C.F.R. 1.1091-1: a loss is disallowed as far as substantially identical
shares were bought from 30 days before to 30 days after the sale, both inclusive, trade dates.
Losses are taken in order of sale (within one, of acquisition), replacements in order of purchase,
over every account of the household, each replacement share once. A taxable replacement inherits
the loss in its basis (1091(d)) and the sold shares' holding period (1223(3)); a sheltered one
destroys it (Rev. Rul. 2008-5). Gains and sheltered sales are never washed.

The replay is chronological. A loss first meets what was bought before it; what is left waits for
purchases, earliest loss first. That is the regulation's order, since an earlier loss has had its
choice of every earlier purchase before a later loss appears, and later sales see adjusted bases.

Matching lot by lot was refused: a purchase of ten shares would wash a loss on a thousand.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from models.tax.holding_period import is_long, tacked_start
from models.tax.wash.lots import Held, HeldLots, Sold
from models.tax.wash.outcome import WINDOW, Match, Replay
from models.tax.wash.records import (
    NOT_ACQUIRED,
    ZERO,
    Event,
    Lot,
    Part,
    PastSale,
    Purchase,
    ReplayError,
    Sale,
    WashRules,
)

DEFAULT_RULES: Final = WashRules()


def replay(
    lots: Iterable[Lot], events: Sequence[Event], rules: WashRules = DEFAULT_RULES
) -> Replay:
    """Replay sales and purchases over the lots of one household.

    Parameters
    ----------
    lots
        What is held before the first event, in order of purchase where `same_day` is `listed`;
        only identical groups that trade need be given.
    events
        In order of date; within a day they happen as listed.
    rules
        The contested points.

    Raises
    ------
    ReplayError
        When events are out of order, a lot is unknown, given twice, or sold beyond its shares.
    """
    state = _State(rules)
    identicals: dict[str, str] = {}
    for lot in lots:
        state.hold(lot)
        identicals[lot.lot_id] = lot.identical_group
    for together in _together(_in_order(events, identicals, rules)):
        event = together[0]
        if isinstance(event, Sale):
            state.sell(event)
        elif isinstance(event, Purchase):
            state.buy(event)
        else:
            state.recall([each for each in together if isinstance(each, PastSale)])
    return state.outcome()


class _State:
    """The household's lots between two events."""

    def __init__(self, rules: WashRules) -> None:
        self._rules = rules
        self._lots = HeldLots(keep_closed=rules.closed_replacements == "count")
        self._waiting: dict[str, list[Sold]] = defaultdict(list)
        self._sold: list[Sold] = []
        self._matches: list[Match] = []

    def hold(self, lot: Lot) -> None:
        self._lots.add(lot)

    def sell(self, sale: Sale) -> None:
        pieces = [piece for part in sale.parts for piece in self._realise(part, sale.date)]
        self._settle(pieces)

    def recall(self, together: Sequence[PastSale]) -> None:
        self._settle([self._recalled(past) for past in together])

    def _recalled(self, past: PastSale) -> Sold:
        lot_id = past.lot_id or ""
        closed = self._lots.take(lot_id, past.shares) if lot_id in self._lots else []
        lot = closed[0].lot if closed else None
        sold = Sold(
            lot_id=lot_id,
            identical_group=past.identical_group,
            purchase=past.purchase or (lot.purchase_key if lot else past.lot_id),
            acquired=past.acquired or (lot.acquired if lot else None),
            start=past.holding_start or past.acquired or (lot.start if lot else None),
            date=past.date,
            shares=past.shares,
            proceeds=ZERO,
            basis=ZERO,
            gain=past.gain or ZERO,
            long=past.long,
            sheltered=past.sheltered,
            booked=True,
            unknown=past.gain is None,
        )
        for held in closed:
            held.closed_by = sold
        return sold

    def buy(self, purchase: Purchase) -> None:
        held = self._lots.add(purchase.lot)
        if purchase.lot.origin in NOT_ACQUIRED:
            return
        waiting = self._waiting[purchase.lot.identical_group]
        waiting[:] = [sold for sold in waiting if purchase.date <= sold.date + WINDOW]
        if self._rules.same_day != "listed":
            waiting.sort(key=_loss_order)
        for sold in waiting:
            if held.spent:
                break
            if sold.purchase != purchase.lot.purchase_key:
                self._match(sold, held, purchase.booked)
        waiting[:] = [sold for sold in waiting if sold.open_shares]

    def outcome(self) -> Replay:
        return Replay(
            pieces=tuple(sold.outcome() for sold in self._sold),
            matches=tuple(self._matches),
            held=self._lots.fragments(),
            open_losses=tuple(
                sold.still_open() for waiting in self._waiting.values() for sold in waiting
            ),
        )

    def _realise(self, part: Part, day: dt.date) -> Iterator[Sold]:
        shares, proceeds = part.shares, part.proceeds
        for held in self._lots.take(part.lot_id, part.shares):
            received = proceeds if held.shares == shares else proceeds * held.shares / shares
            shares, proceeds = shares - held.shares, proceeds - received
            lot = held.lot
            if held.start is None and not lot.sheltered:
                raise ReplayError(f"lot {lot.lot_id!r} is sold with no date; give `acquired`")
            sold = Sold(
                lot_id=lot.lot_id,
                identical_group=lot.identical_group,
                purchase=lot.purchase_key,
                acquired=lot.acquired,
                start=held.start,
                date=day,
                shares=held.shares,
                proceeds=received,
                basis=held.basis,
                gain=received - held.basis,
                long=held.start is not None and is_long(held.start, day, lot.origin),
                sheltered=lot.sheltered,
                booked=False,
            )
            held.closed_by = sold
            yield sold

    def _settle(self, pieces: list[Sold]) -> None:
        """Match the losses of one sale, in order of acquisition, with what was bought before."""
        self._sold.extend(pieces)
        for sold in sorted(pieces, key=lambda s: s.acquisition_order):
            if sold.sheltered or not (sold.unknown or sold.gain < -self._rules.least_loss_usd):
                continue
            sold.open_shares, sold.open_loss = sold.shares, -sold.gain
            for held in self._candidates(sold, pieces):
                if not sold.open_shares:
                    break
                self._match(sold, held, sold.booked)
            if sold.open_shares:
                self._waiting[sold.identical_group].append(sold)

    def _candidates(self, sold: Sold, together: list[Sold]) -> list[Held]:
        first = sold.date - WINDOW
        found = list(self._lots.replacing(sold.identical_group))
        for held in self._lots.closed(sold.identical_group):
            closing = held.closed_by
            circular = closing is None or closing in together or closing.disallowed
            if not circular:
                found.append(held)
        earlier = self._rules.earlier_lots == "count"
        found = [
            held
            for held in found
            if not held.spent
            and held.lot.acquired is not None
            and first <= held.lot.acquired <= sold.date
            and held.lot.purchase_key != sold.purchase
            and (earlier or held.lot.acquired >= sold.acquisition_order)
        ]
        return sorted(found, key=lambda held: (*_purchase_order(held.lot, self._rules), held.order))

    def _match(self, sold: Sold, held: Held, booked: bool) -> None:
        """Disallow the loss on as many shares as both still have, and mark them used."""
        shares = min(sold.open_shares, held.shares)
        whole = shares == sold.open_shares
        amount = sold.open_loss if whole else sold.open_loss * shares / sold.open_shares
        sold.open_shares -= shares
        sold.open_loss -= amount
        used = self._lots.use(held, shares)
        sheltered = held.lot.sheltered
        bought = held.lot.acquired or sold.date
        kind = (shares, amount, sheltered, booked)
        self._matches.append(Match(sold.lot_id, sold.date, held.lot.lot_id, bought, *kind))
        if booked:
            return
        if sheltered:
            sold.destroyed += amount
            return
        sold.deferred += amount
        if used.closed_by is not None:
            used.closed_by.restated += amount
            return
        used.basis += amount
        if used.start is not None and sold.start is not None:
            used.start = tacked_start(used.start, sold.start, sold.date)


def _in_order(
    events: Sequence[Event], identicals: dict[str, str], rules: WashRules
) -> Iterator[Event]:
    """Yield the events day by day, purchases in the order of the rule.

    `identicals` names the identical group of each lot that is held; lots that are bought are added.
    """
    for before, after in pairwise(events):
        if after.date < before.date:
            raise ReplayError(f"an event of {after.date} follows one of {before.date}; sort them")
    for _, day in groupby(events, key=lambda event: event.date):
        yield from _by_rule(list(day), identicals, rules)


def _together(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield what happens at once: past taxable sales of one group and day, as a run's own do.

    A sheltered sale stays apart: selling there on the day of a loss does not undo the purchase.
    """
    for _, batch in groupby(enumerate(events), key=_moment):
        yield [event for _, event in batch]


def _moment(placed: tuple[int, Event]) -> tuple[dt.date, str] | int:
    place, event = placed
    if isinstance(event, PastSale) and not event.sheltered:
        return event.date, event.identical_group
    return place


def _by_rule(day: list[Event], identicals: dict[str, str], rules: WashRules) -> list[Event]:
    """Order purchases of one identical group, up to a sale of that group; all else stays.

    What other groups trade in between has no say.
    """
    bought = {place: each for place, each in enumerate(day) if isinstance(each, Purchase)}
    identicals |= {each.lot.lot_id: each.lot.identical_group for each in bought.values()}
    together: dict[tuple[str, int], list[int]] = defaultdict(list)
    sales: dict[str, int] = defaultdict(int)
    for place, each in enumerate(day):
        if isinstance(each, Purchase):
            identical = each.lot.identical_group
            together[identical, sales[identical]].append(place)
        elif isinstance(each, PastSale):
            sales[each.identical_group] += 1
        else:
            for identical in {identicals.get(part.lot_id, "") for part in each.parts}:
                sales[identical] += 1
    ordered = day.copy()
    for places in together.values():
        run = sorted(
            (bought[place] for place in places), key=lambda each: _purchase_order(each.lot, rules)
        )
        for place, each in zip(places, run, strict=True):
            ordered[place] = each
    return ordered


def _loss_order(sold: Sold) -> tuple[dt.date, dt.date]:
    """Order of sale; sales of one day in the order acquired (26 C.F.R. 1.1091-1(b))."""
    return sold.date, sold.acquisition_order


def _purchase_order(lot: Lot, rules: WashRules) -> tuple[dt.date, bool]:
    if rules.same_day == "listed":
        return (lot.acquired or dt.date.min, False)
    return (lot.acquired or dt.date.min, lot.sheltered == (rules.same_day == "taxable_first"))
