"""Wash sales of this run: its loss sales against recent purchases and against its own buys.

The law's engine matches share by share; this file only decides which identical groups need it. A
group with no loss sale, or with neither a recent purchase nor a buy, cannot be washed and is left
alone, which is nearly every group of a plan that avoids wash sales.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from models.household import Household
from models.ledger.booking import BookedOrder
from models.ledger.exact import ZERO, exact
from models.ledger.history import History, exact_lot
from models.ledger.reservations import Reservations
from models.ledger.sales import LotSale
from models.tax.wash.outcome import Fragment, Match, Replay
from models.tax.wash.records import Event, Lot, Part, Purchase, Sale
from models.tax.wash.replay import replay
from models.tolerances import LOSS_USD


@dataclass(frozen=True, slots=True)
class PastWash:
    """A past loss that a purchase of this run disallows: unit, whether long, dollars ≥ 0."""

    unit: int
    long: bool
    deferred: Decimal
    destroyed: Decimal
    restated: Decimal


@dataclass(frozen=True, slots=True)
class GroupReplay:
    """One identical group replayed: what was sold and bought of it, and what came of that."""

    sales: tuple[LotSale, ...]
    bought: tuple[Lot, ...]
    result: Replay


@dataclass(frozen=True, slots=True)
class Washes:
    """What wash sales make of this run.

    Attributes
    ----------
    sales
        The run's sales of lots, with what is disallowed.
    past
        Past losses that the run's purchases disallow after all.
    matches
        Which shares met which replacement.
    replays
        By identical group that was replayed.
    """

    sales: tuple[LotSale, ...]
    past: tuple[PastWash, ...]
    matches: tuple[Match, ...]
    replays: Mapping[int, GroupReplay]

    @property
    def held(self) -> Mapping[int, tuple[Fragment, ...]]:
        """By identical group replayed: what is held after, with adjusted bases and periods."""
        return {identical: each.result.held for identical, each in self.replays.items()}


NO_WASHES: Final = Washes((), (), (), {})
"""What a run without orders has: no loss is sold, and nothing is bought that a past one awaits."""


def match_washes(
    household: Household,
    history: History,
    reserved: Reservations,
    sales: Sequence[LotSale],
    orders: Sequence[BookedOrder],
    known: Mapping[int, GroupReplay],
) -> Washes:
    """Match the run's losses with recent purchases, the run's buys and open buys.

    `known` are replays of the same past: a group that trades as it did there is not replayed again.
    """
    identicals = household.market.securities.identical_group
    lost = {
        int(identicals[sale.security]) for sale in sales if sale.loss_lot or sale.gain < -LOSS_USD
    }
    ordered = {int(identicals[order.security]) for order in orders if order.is_buy}
    bought = ordered | {int(identicals[security]) for _, security, _ in reserved.purchases}
    asking = (lost & (history.recent.keys() | bought)) | (history.locked.keys() & ordered)
    asking |= {
        identical for identical in lost if identical in history.events and _counts_closed(history)
    }
    if not asking:
        return Washes(tuple(sales), (), (), {})
    buys = bought_today(household, reserved, orders, asking)
    disallowed: dict[int, tuple[Decimal, Decimal]] = {}
    past: list[PastWash] = []
    matches: list[Match] = []
    replays: dict[int, GroupReplay] = {}
    sold: dict[int, list[LotSale]] = {identical: [] for identical in asking}
    for sale in sales:
        if (identical := int(identicals[sale.security])) in sold:
            sold[identical].append(sale)
    for identical in sorted(asking):
        mine, lots = tuple(sold[identical]), tuple(buys.get(identical, ()))
        same = known.get(identical)
        if same is None or (same.sales, same.bought) != (mine, lots):
            same = GroupReplay(mine, lots, _replay(household, history, identical, mine, lots))
        replays[identical], result = same, same.result
        own = {str(household.lots.lot_id[sale.lot]): sale.lot for sale in mine}
        for piece in result.pieces:
            if not piece.booked:
                deferred, destroyed = disallowed.get(own[piece.lot_id], (ZERO, ZERO))
                disallowed[own[piece.lot_id]] = (
                    deferred + piece.deferred,
                    destroyed + piece.destroyed,
                )
            elif piece.disallowed or piece.restated:
                unit = int(household.accounts.filing_unit[history.where_of[piece.lot_id].account])
                past.append(
                    PastWash(unit, piece.long, piece.deferred, piece.destroyed, piece.restated)
                )
        matches.extend(match for match in result.matches if not match.booked)
    settled = _share_out(sales, disallowed)
    return Washes(settled, tuple(past), tuple(matches), replays)


def _counts_closed(history: History) -> bool:
    return history.rules.closed_replacements == "count"


def bought_today(
    household: Household,
    reserved: Reservations,
    orders: Sequence[BookedOrder],
    only: Collection[int] | None = None,
) -> dict[int, list[Lot]]:
    """Return lots of today's buys, named by their orders, and of open buys, by identical group.

    `only` are the groups that are asked for, where not all are.
    """
    identicals = household.market.securities.identical_group
    bought: dict[int, list[Lot]] = {}
    new = [(o.account, o.security, o.shares, o.price, o.order.order_id) for o in orders if o.is_buy]
    for account, security, shares in reserved.purchases:
        price = exact(household.market.securities.price[security])
        new.append((account, security, shares, price, f"open/{account}/{security}"))
    names: set[str] = set()
    for account, security, shares, price, name in sorted(
        new, key=lambda each: (*each[:2], each[4])
    ):
        while name in names:
            name += "+"
        names.add(name)
        identical = int(identicals[security])
        if only is not None and identical not in only:
            continue
        lot = Lot(
            lot_id=name,
            identical_group=str(identical),
            shares=shares,
            basis=shares * price,
            acquired=household.asof,
            account=str(household.accounts.account_id[account]),
            sheltered=not household.taxable[account],
        )
        bought.setdefault(identical, []).append(lot)
    return bought


def _replay(
    household: Household,
    history: History,
    identical: int,
    sales: Sequence[LotSale],
    buys: Sequence[Lot],
) -> Replay:
    """Replay one identical group: its past, the run's sales all at once, then the run's purchases.

    Lots acquired on one day, and buys of this one, are taken in the household's order, so that the
    answer does not depend on the order of orders.
    """
    past = history.events.get(identical, ())
    known = {event.lot.lot_id for event in past if isinstance(event, Purchase)}
    sold: dict[int, tuple[Decimal, Decimal]] = {}
    for sale in sales:
        shares, proceeds = sold.get(sale.lot, (ZERO, ZERO))
        sold[sale.lot] = shares + sale.shares, proceeds + sale.proceeds
    lots = [
        exact_lot(household, lot) for lot in sold if str(household.lots.lot_id[lot]) not in known
    ]
    parts = tuple(
        Part(str(household.lots.lot_id[lot]), shares, proceeds)
        for lot, (shares, proceeds) in sorted(sold.items())
    )
    today: list[Event] = [Sale(household.asof, parts)] if parts else []
    return replay(lots, (*past, *today, *(Purchase(lot) for lot in buys)), history.rules)


def _share_out(
    sales: Sequence[LotSale], disallowed: Mapping[int, tuple[Decimal, Decimal]]
) -> tuple[LotSale, ...]:
    """Give each sale of a lot its part of what is disallowed on the lot, by shares."""
    total: dict[int, Decimal] = {}
    for sale in sales:
        total[sale.lot] = total.get(sale.lot, ZERO) + sale.shares
    settled = []
    for sale in sales:
        deferred, destroyed = disallowed.get(sale.lot, (ZERO, ZERO))
        if deferred or destroyed:
            part = 1 if sale.shares == total[sale.lot] else sale.shares / total[sale.lot]
            sale = sale.washed(deferred * part, destroyed * part)
        settled.append(sale)
    return tuple(settled)
