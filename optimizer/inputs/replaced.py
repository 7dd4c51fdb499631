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

from models.arrays import Bools, Floats, Ints
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
        The same as `met` from the other side, with nothing left over: by batch, and by batch and
        purchase for all of the batch but that purchase.
    places
        Where in `used_up` a batch stands, or a batch without a purchase.
    """

    met: tuple[Left, ...]
    used_up: tuple[Left, ...]
    places: Mapping[tuple[int, str], int]

    def without(self, batches: Iterable[int], purchase: str = "") -> tuple[int, ...]:
        """Rows saying that of some batches nothing is left over but of one purchase."""
        keys = [(batch, purchase if (batch, purchase) in self.places else "") for batch in batches]
        return tuple(self.places[key] for key in keys if self.places[key] != NOWHERE)

    def can_be_used_up(self, rows: Iterable[int], most: Floats) -> bool:
        """Whether sales of at most `most` by column, `(n_sales,)`, can leave nothing over."""
        lefts = (self.used_up[row] for row in rows)
        return all(
            left.coefficients @ most[left.columns] + left.slack >= left.amount - TOUCH
            for left in lefts
        )


NOWHERE = -1
"""Place of a batch of one purchase without that purchase: nothing is left to be used up."""

NOTHING = Replaced((), (), {})


def replaced(frame: Frame) -> Replaced:
    """State what losses may meet, where they are priced."""
    sales, windows = frame.sales, frame.windows
    batches = [n for n in range(len(windows.batches)) if (sales.batch == n).any()]
    if not batches:
        return NOTHING
    met: list[Left] = []
    used_up: list[Left] = []
    places: dict[tuple[int, str], int] = {}
    losing = {windows.purchases.get(lot, "") for lot in sales.lot[sales.loss].tolist()} - {""}
    for number in batches:
        batch = windows.batches[number]
        copies = np.flatnonzero(sales.batch == number)
        met.append(_left(frame, copies, batch.pieces, at_most=True))
        places[number, ""] = len(used_up)
        used_up.append(_left(frame, copies, batch.pieces))
        for name in sorted(losing & {piece.purchase for piece in batch.pieces}):
            others = tuple(piece for piece in batch.pieces if piece.purchase != name)
            places[number, name] = len(used_up) if others else NOWHERE
            if others:
                used_up.append(_left(frame, copies, others))
                own = [lot for lot, purchase in windows.purchases.items() if purchase == name]
                mine = copies[np.isin(sales.lot[copies], own)]
                met.append(_left(frame, mine, others, at_most=True))
    return Replaced(tuple(met), tuple(used_up), places)


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
    identical = int(sales.identical_group[copies[0]])
    price = float(securities.price[sales.security[copies[0]]])
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
