"""What every option of every disjunction moves, laid out flat once and looked at many times.

A search asks of hundreds of options what they open and close, after every solve. Asking option by
option costs more than a solve; one pass over flat entries costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.inputs.frame import Frame
from optimizer.search.disjunctions import Disjunction, WashSide
from optimizer.settings import LEAST_GROUP


@dataclass(frozen=True, slots=True)
class Stakes:
    """Options one after the other, shape `(n_options,)`, and the columns they bound as entries.

    Attributes
    ----------
    disjunction
        Disjunction of each option.
    first
        Place of each disjunction's first option, `(n_choices,)`.
    is_buy
        Whether an option leaves the buying side open.
    sales, of_sale, low, high
        Sale column of each entry, its option, and the bounds it gets there.
    buys, of_buy
        Buy column of each entry, and the option that closes it.
    used_up
        Option and row of `frame.replaced` of each row that an option closes (see `harvests`).
    own, factors
        Second derivatives along what the disjunction trades: its own risk and its factor risk, bps
        per percent².
    """

    disjunction: Ints
    first: Ints
    is_buy: Bools
    sales: Ints
    of_sale: Ints
    low: Floats
    high: Floats
    buys: Ints
    of_buy: Ints
    used_up: tuple[tuple[int, int], ...]
    own: Floats
    factors: Floats

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.disjunction)

    def by_choice(self, amounts: Floats) -> list[Floats]:
        """Split what is known by option into one array a disjunction."""
        ends = [*self.first.tolist(), len(amounts)]
        return [amounts[first:end] for first, end in pairwise(ends)]


def stakes_of(frame: Frame, disjunctions: Sequence[Disjunction]) -> Stakes:
    """Lay the options of all disjunctions one after the other."""
    options = [option for disjunction in disjunctions for option in disjunction.options]
    counts = np.array([len(disjunction.options) for disjunction in disjunctions], np.int64)
    disjunction = np.repeat(np.arange(len(disjunctions)), counts)
    places = np.arange(len(options))
    sizes = np.array([len(option.sales) for option in options], np.int64)
    own, factors = np.zeros(len(options)), np.zeros(len(options))
    sells = sizes > 0
    firsts = [option.sales[0] for option, has in zip(options, sells, strict=True) if has]
    own[sells], factors[sells] = _curvatures(frame, np.array(firsts, np.int64))
    return Stakes(
        disjunction=disjunction,
        first=np.cumsum(counts) - counts,
        is_buy=np.array([option.name is WashSide.BUY for option in options], bool),
        sales=_joined([option.sales for option in options]),
        of_sale=np.repeat(places, sizes),
        low=np.concatenate([np.zeros(0), *(option.low for option in options)]),
        high=np.concatenate([np.zeros(0), *(option.high for option in options)]),
        buys=_joined([option.closed_buys for option in options]),
        of_buy=np.repeat(places, [len(option.closed_buys) for option in options]),
        used_up=tuple(
            (place, row) for place, option in enumerate(options) for row in option.used_up
        ),
        own=own,
        factors=factors,
    )


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _curvatures(frame: Frame, sales: Ints) -> tuple[Floats, Floats]:
    """Own and factor risk along the groups of some sale columns."""
    cells = frame.cells
    cell = cells.of_sale[sales]
    value = np.maximum(frame.groups.divisor[cells.owner[cell]], LEAST_GROUP)
    scale = frame.risk_price * 100.0 / value
    names = np.ix_(cells.factors, cells.factors)
    covariance = frame.household.market.risk.covariance[names]
    loadings = cells.loadings[cell]
    factors = ((loadings @ covariance) * loadings).sum(axis=1)
    return scale * cells.specific[cell], scale * factors
