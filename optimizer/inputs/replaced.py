"""What recent purchases do to the losses of an identical group, as rows over sales.

The law takes losses in the order in which the sold shares were acquired and lets each meet the
shares that are left of other purchases: who meets whom is not convex in what is sold. But every
legal sale is in one of a few cases, by which shares are left over and which lot is the last to meet
any (see `search.harvests`), and in each of them the law is linear: that is what these rows say. A
formula for the whole was refused: it would need the cases all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.arrays import Bools, Floats, Ints, Texts
from models.ledger import FIXED, Effect, Replacement
from models.tolerances import SHARES
from optimizer.settings import TOUCH

if TYPE_CHECKING:
    from optimizer.inputs.frame import Frame


class Batch(NamedTuple):
    """Purchases of one identical group that losses meet in a row and that do the same to them."""

    identical_group: int
    effect: Effect
    pieces: tuple[Replacement, ...]


def batches_of(replacements: Sequence[Replacement]) -> tuple[Batch, ...]:
    """Gather replacements into batches, in the order in which losses meet them."""
    found = groupby(replacements, key=lambda piece: (piece.identical_group, piece.effect))
    return tuple(Batch(identical, effect, tuple(pieces)) for (identical, effect), pieces in found)


def sold_in_part(
    pieces: Sequence[Replacement], purchases: Mapping[int, str], loss: Bools
) -> tuple[str, ...]:
    """Purchases of an identical group whose loss lots may be sold in part with nothing disallowed.

    The rest of a purchase is no replacement of its own shares (Rev. Rul. 56-602), but of all
    others: so of no other purchase may shares stay that nothing can sell, or that would lose.
    """
    own = {piece.purchase for piece in pieces}
    losing = {name for lot, name in purchases.items() if loss[lot] and name in own}
    barring = {piece.purchase for piece in pieces if piece.lot == FIXED or loss[piece.lot]}
    return tuple(sorted(name for name in losing if barring <= {name}))


class Left(NamedTuple):
    """Σ coefficient·sale against `amount`: what of some purchases nothing has met yet, percents.

    `slack` is what lots without a column can change of it.
    """

    where: str
    columns: Ints
    coefficients: Floats
    amount: float
    slack: float


@dataclass(frozen=True, slots=True)
class Replaced:
    """Rows over sales about recent purchases, where losses are priced.

    Attributes
    ----------
    met
        Loss shares that meet a batch, and shares of it that are sold, are no more than its shares;
        nor do losses of a purchase meet more than the shares that are left of others in it.
    used_up
        The same as `met` from the other side, with nothing left over of some purchases.
    places
        Rows of `used_up` that say it of a batch.
    others
        By purchase, rows that say it of a batch but for that purchase, by its own losses: after
        what is no younger as far as that is met before it, and alone after it.
    """

    met: tuple[Left, ...]
    used_up: tuple[Left, ...]
    places: Mapping[int, tuple[int, ...]]
    others: Mapping[str, Mapping[int, tuple[int, ...]]]

    def without(self, batches: Iterable[int]) -> tuple[int, ...]:
        """Rows saying that of some batches nothing is left over."""
        return tuple(row for batch in batches for row in self.places[batch])

    def beside(self, purchase: str, batches: Iterable[int]) -> tuple[int, ...]:
        """Rows saying that losses of a purchase leave nothing over of some batches but its own."""
        rows = self.others.get(purchase, {})
        return tuple(row for batch in batches for row in rows.get(batch, ()))

    def can_be_used_up(self, rows: Iterable[int], most: Floats) -> bool:
        """Whether sales of at most `most` by column, `(n_sales,)`, can leave nothing over."""
        lefts = (self.used_up[row] for row in rows)
        return all(
            left.coefficients @ most[left.columns] + left.slack >= left.amount - TOUCH
            for left in lefts
        )


NOTHING = Replaced((), (), {}, {})


def replaced(frame: Frame) -> Replaced:
    """State what losses may meet, where they are priced."""
    sales, windows = frame.sales, frame.windows
    batches = [n for n in range(len(windows.batches)) if (sales.batch == n).any()]
    if not batches:
        return NOTHING
    met: list[Left] = []
    used_up = _UsedUp(frame)
    places: dict[int, tuple[int, ...]] = {}
    losing = {windows.purchases.get(lot, "") for lot in sales.lot[sales.loss].tolist()} - {""}
    for number in batches:
        pieces = windows.batches[number].pieces
        copies = np.flatnonzero(sales.batch == number)
        met.append(_left(frame, copies, pieces, at_most=True))
        places[number] = used_up.by(copies, pieces)
        for name in sorted(losing.intersection(piece.purchase for piece in pieces)):
            others = tuple(piece for piece in pieces if piece.purchase != name)
            own = copies[purchased(frame, sales.lot[copies]) == name]
            if len(own) and others:
                met.append(_left(frame, own, others, at_most=True))
    others_of = {name: _used_up_beside(frame, name, batches, used_up) for name in sorted(losing)}
    return Replaced(tuple(met), tuple(used_up.rows), places, others_of)


def purchased(frame: Frame, lot: Ints) -> Texts:
    """Name the purchase of each lot that is of one of the replacements', '' for others."""
    return np.array([frame.windows.purchases.get(each, "") for each in lot.tolist()], object)


def no_younger(frame: Frame, lot: Ints, name: str) -> Bools:
    """Which lots' losses the law takes before those of a purchase, or may."""
    lots = frame.household.lots
    its = next(lot for lot, purchase in frame.windows.purchases.items() if purchase == name)
    return np.asarray(~(lots.acquired[lot] > lots.acquired[its]))


class _UsedUp:
    """Rows of what is used up, each stated once."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.rows: list[Left] = []
        self._known: dict[tuple[bytes, tuple[Replacement, ...]], int] = {}

    def by(
        self, copies: Ints, pieces: tuple[Replacement, ...], more: tuple[Replacement, ...] = ()
    ) -> tuple[int, ...]:
        """Rows saying that copies leave nothing over of pieces: of any purchase its own do not.

        `more` pieces are left over by none either, and only some of the copies meet them.
        """
        names = list(dict.fromkeys(piece.purchase for piece in pieces))
        purchase = purchased(self.frame, self.frame.sales.lot[copies])
        rows = [
            self._row(
                copies[purchase != name],
                (*(each for each in pieces if each.purchase == name), *more),
            )
            for name in names
            if len(names) == 1 or (purchase == name).any()
        ]
        return (*rows, self._row(copies, (*pieces, *more))) if len(names) > 1 else tuple(rows)

    def _row(self, copies: Ints, pieces: tuple[Replacement, ...]) -> int:
        key = copies.tobytes(), pieces
        if key not in self._known:
            self._known[key] = len(self.rows)
            self.rows.append(_left(self.frame, copies, pieces))
        return self._known[key]


def _used_up_beside(
    frame: Frame, name: str, batches: Sequence[int], used_up: _UsedUp
) -> dict[int, tuple[int, ...]]:
    """Rows of `Replaced.others` by batch; younger losses find nothing but the purchase left."""
    sales, windows = frame.sales, frame.windows
    group = next(each.identical_group for each in windows.replacements if each.purchase == name)
    order = [piece for piece in windows.replacements if piece.identical_group == group]
    own = [place for place, piece in enumerate(order) if piece.purchase == name]
    before, after = set(order[: own[0]]), set(order[own[-1] + 1 :])
    found: dict[int, tuple[int, ...]] = {}
    for number in batches:
        batch = windows.batches[number]
        if batch.identical_group != group:
            continue
        copies = np.flatnonzero(sales.batch == number)
        its = copies[purchased(frame, sales.lot[copies]) == name]
        first = copies[no_younger(frame, sales.lot[copies], name)]
        early = tuple(piece for piece in batch.pieces if piece in before)
        late = tuple(piece for piece in batch.pieces if piece in after)
        rows = (*used_up.by(first, early), *used_up.by(its, late))
        both = used_up.by(first, early, late) if early and late else ()
        found[number] = tuple(dict.fromkeys((*rows, *both)))
    return found


def _left(
    frame: Frame, copies: Ints, pieces: Sequence[Replacement], *, at_most: bool = False
) -> Left:
    """Copies and sales of recent shares against recent shares, in units at the group's price.

    Selling a lot takes its spent shares first. Where a lot holds any, what it leaves is no linear
    function: it is `at_most` all of its recent shares, and at least what would be left if it gave
    all its shares alike.
    """
    sales, household = frame.sales, frame.household
    securities, lots = household.market.securities, household.lots
    identical = pieces[0].identical_group
    price = float(securities.price[sales.security[sales.identical_group == identical][0]])
    by_lot = np.zeros(len(lots.lot_id))
    for piece in pieces:
        if piece.lot != FIXED:
            held = float(lots.shares[piece.lot])
            spent = piece.shares < held - SHARES
            by_lot[piece.lot] += 0.0 if spent and at_most else piece.shares / held
    amounts = np.where(sales.lot >= 0, by_lot[sales.lot], 0.0)
    amounts[copies] += 1.0
    columns = np.flatnonzero(amounts)
    dust = frame.left_out & (securities.identical_group[lots.security] == identical)
    return Left(
        where=str(securities.identical_names[identical]),
        columns=columns,
        coefficients=amounts[columns] * price / securities.price[sales.security[columns]],
        amount=sum(piece.shares for piece in pieces) * price / frame.percent_usd,
        slack=float(lots.shares[dust].sum()) * price / frame.percent_usd,
    )
