"""The ways to sell an identical group's losses, such that every legal sale is one of them.

A group is bought or harvested. Where shares of it were bought in the last 30 days there are several
ways to harvest. Under `avoid` nothing may be disallowed: all recent shares are sold out, or of a
purchase that is alone some shares stay. Under `price` the ways differ by what is left over of
recent shares: of any (every loss is disallowed), of one purchase only (which its own losses do not
meet), or of none; then losses are disallowed in the order in which their lots were acquired, up to
the lot that is the last to meet any. In every way the law is linear in what is sold.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.arrays import Bools, Floats, Gathered, Ints
from models.ledger import FIXED
from optimizer.inputs.frame import Frame
from optimizer.inputs.replaced import no_younger, sold_in_part
from optimizer.inputs.windows import loss_lots
from optimizer.program.arrays import Arrays
from optimizer.search.disjunctions import Disjunction, Option, WashSide
from optimizer.settings import MOST_MARGINS

NONE = np.zeros(0, np.int64)


def wash_disjunctions(frame: Frame, arrays: Arrays) -> tuple[Disjunction, ...]:
    """One for each identical group that could be both harvested and bought, or washed."""
    sales, buys = frame.sales, frame.buys
    sale_high = arrays.high[arrays.columns["sale"]]
    buy_high = arrays.high[arrays.columns["buy"]]
    losing = sales.loss & (sale_high > 0.0)
    excluded = np.concatenate(
        [
            buys.identical_group[buy_high > 0.0],
            buys.after[buys.after >= 0],
            np.array([piece.identical_group for piece in frame.windows.replacements], np.int64),
        ]
    )
    identicals = np.intersect1d(sales.identical_group[losing], excluded)
    lossy, bought = (
        Gathered(np.where(losing, sales.identical_group, -1)),
        Gathered(buys.identical_group),
    )
    return tuple(
        _wash_disjunction(frame, identical, lossy[identical], bought[identical], sale_high)
        for identical in identicals.tolist()
    )


def _wash_disjunction(
    frame: Frame, identical: int, lossy: Ints, bought: Ints, most: Floats
) -> Disjunction:
    """The disjunction of one identical group: it is bought, or harvested in one of several ways.

    A way that asks for more recent shares to be met than sales of at most `most` can meet is none.
    """
    none = np.zeros(len(lossy))
    buy = Option(WashSide.BUY, lossy, none, none, NONE)
    name = str(frame.household.market.securities.identical_names[identical])
    ways = (way for way in harvests(frame, identical, lossy, bought) if _can_hold(frame, way, most))
    return Disjunction(identical, name, (buy, *ways))


def _can_hold(frame: Frame, way: Option, most: Floats) -> bool:
    if not way.used_up:
        return True
    within = most.copy()
    within[way.sales] = np.minimum(most[way.sales], way.high)
    return frame.replaced.can_be_used_up(way.used_up, within)


def harvests(frame: Frame, identical: int, lossy: Ints, bought: Ints) -> tuple[Option, ...]:
    """Ways to sell the loss columns of an identical group while none of its buys is open."""
    if not any(piece.identical_group == identical for piece in frame.windows.replacements):
        high = frame.sales.value[lossy]
        return (Option(WashSide.HARVEST, lossy, np.zeros(len(lossy)), high, bought),)
    if frame.policy.wash_sale.mode == "price":
        return tuple(_priced(_Recent(frame, identical, lossy, bought)))
    return tuple(_clean(_Recent(frame, identical, lossy, bought)))


class _Recent:
    """Loss columns of an identical group bought lately, and the purchase of each ('' if old)."""

    def __init__(self, frame: Frame, identical: int, lossy: Ints, bought: Ints) -> None:
        sales, windows = frame.sales, frame.windows
        self.frame, self.lossy, self.bought = frame, lossy, bought
        self.pieces = tuple(
            piece for piece in windows.replacements if piece.identical_group == identical
        )
        names = {piece.purchase for piece in self.pieces}
        mine = [windows.purchases.get(int(lot), "") for lot in sales.lot[lossy]]
        self.purchase = np.array([name if name in names else "" for name in mine], object)
        self.own = ~sales.disallowed[lossy]
        self.batch = sales.batch[lossy]
        self.batches = tuple(np.unique(self.batch[~self.own]).tolist())

    def harvest(self, free: Bools, used_up: tuple[int, ...] = (), sold_out: Ints = NONE) -> Option:
        """Sell no loss column that is not `free`, and other columns out."""
        sales = self.frame.sales
        out = np.setdiff1d(sold_out, self.lossy)
        low = np.where(np.isin(self.lossy, sold_out), sales.value[self.lossy], 0.0)
        return Option(
            WashSide.HARVEST,
            np.concatenate([self.lossy, out]),
            np.concatenate([low, sales.value[out]]),
            np.concatenate([np.where(free, sales.value[self.lossy], 0.0), sales.value[out]]),
            self.bought,
            used_up,
        )


def _clean(lately: _Recent) -> Iterator[Option]:
    """Ways in which nothing is disallowed: recent shares are sold out but of one purchase."""
    frame, pieces = lately.frame, lately.pieces
    sales, purchases = frame.sales, frame.windows.purchases
    held = {piece.lot: piece.purchase for piece in pieces if piece.lot != FIXED}
    columns = {lot: int(np.flatnonzero(sales.lot == lot)[0]) for lot in held if lot in sales.lot}

    def out(but: str = "") -> Ints:
        return np.array([c for lot, c in columns.items() if held[lot] != but], np.int64)

    if all(piece.lot != FIXED for piece in pieces):
        yield lately.harvest(np.ones(len(lately.lossy), bool), sold_out=out())
    for name in sold_in_part(pieces, purchases, loss_lots(frame.household)):
        yield lately.harvest(lately.purchase == name, sold_out=out(name))


def _priced(lately: _Recent) -> Iterator[Option]:
    """Ways by what is left over of recent shares, and by the last lot to meet any."""
    frame, own, batches = lately.frame, lately.own, lately.batches
    replaced, old = frame.replaced, lately.purchase == ""
    alone = len({piece.purchase for piece in lately.pieces}) == 1
    recent = sorted(set(lately.purchase[own]) - {""})
    if not (alone and recent):
        yield from _all_disallowed(lately, recent)
    for name in recent:
        its = lately.purchase == name
        yield lately.harvest(its | _beside(lately, name), replaced.beside(name, batches))
    used_up = replaced.without(batches)
    if recent and not alone:
        yield lately.harvest(~own | ~old, used_up)
    lots = frame.household.lots
    lot = frame.sales.lot[lately.lossy]
    oldest = np.unique(lot[old])
    oldest = oldest[np.argsort(lots.acquired[oldest], kind="stable")]
    first = 0
    for margin in np.array_split(oldest, MOST_MARGINS):
        last = first + len(margin)
        met = ~own & np.isin(lot, oldest[:last])
        allowed = own & ~np.isin(lot, oldest[:first])
        if first < last:
            yield lately.harvest(met | allowed, used_up)
        first = last


def _beside(lately: _Recent, name: str) -> Bools:
    """What is met of other losses where a purchase's own find nothing left but that purchase.

    None beyond it, and nothing but it by what is younger.
    """
    batches, lots = lately.frame.windows.batches, lately.frame.sales.lot[lately.lossy]
    held = [n for n, each in enumerate(batches) if any(p.purchase == name for p in each.pieces)]
    before = no_younger(lately.frame, lots, name) & (lately.batch <= max(held))
    return np.asarray(~lately.own & (before | np.isin(lately.batch, held)))


def _all_disallowed(lately: _Recent, recent: list[str]) -> Iterator[Option]:
    """Ways by the first batch of which something is left over: losses meet none beyond it.

    Where all that is left over of it is of one purchase, that one's own losses do, up to the next
    batch of which something is left over.
    """
    own, batch, batches = lately.own, lately.batch, lately.batches
    replaced = lately.frame.replaced
    for place, last in enumerate(batches):
        yield lately.harvest(~own & (batch <= last), replaced.without(batches[:place]))
        held = {piece.purchase for piece in lately.frame.windows.batches[last].pieces}
        for name in [each for each in recent if each in held]:
            its = ~own & (lately.purchase == name)
            for further in range(place + 1, len(batches)):
                if (its & (batch == batches[further])).any():
                    met = _beside(lately, name) | (its & (batch <= batches[further]))
                    yield lately.harvest(met, replaced.beside(name, batches[:further]))
