"""Corners of a filing unit's tax: the points at which its least can lie, whatever gains cost.

The law's function of the run's gains, and of distributions where these are free to choose, is
linear between its kinks. With linear prices on all of them the least in a case of the netting lies
where as many kinks cross as there are numbers. Kinks at which one of two lines becomes the lesser
need no corner: the least is on neither side of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.arrays import Bools, Floats
from optimizer.inputs.tax_range import GainRange, Netting
from optimizer.settings import BORDER_USD


@dataclass(frozen=True, slots=True)
class TaxCorners:
    """Points of a unit's S, L and D, dollars, all `(n,)`.

    `change` is V there less V before the run; `within` says which lie in a case of the netting.
    """

    short: Floats
    long: Floats
    distribution: Floats
    change: Floats
    within: Mapping[Netting, Bools]


def tax_corners(reach: GainRange) -> TaxCorners:
    """Return a unit's corners: three numbers where its distributions are free, else two."""
    tax = reach.tax
    if reach.most_distribution > reach.distribution:
        short, long, moved = _crossings_of_three(reach)
    else:
        short, long = _crossings(reach)
        moved = np.full(len(short), reach.usd * reach.distribution)
    net = short + long
    within: dict[Netting, Bools] = {
        Netting.LOSS: net <= BORDER_USD,
        Netting.OFFSET: (net <= BORDER_USD) & (net >= -tax.offset_limit - BORDER_USD),
        Netting.CARRIED: net <= BORDER_USD - tax.offset_limit,
        Netting.BOTH: (net >= -BORDER_USD) & (long >= -BORDER_USD),
        Netting.SHORT: (net >= -BORDER_USD) & (long <= BORDER_USD),
    }
    change = tax.values(short, long, moved) - tax.value(tax.short, tax.long, 0.0)
    return TaxCorners(short, long, moved, change, within)


def _crossings(reach: GainRange) -> tuple[Floats, Floats]:
    """Where two kinks of the unit's tax, or of its range, cross: total S and L in dollars."""
    tax, usd = reach.tax, reach.usd
    forced = reach.forced_income
    box = usd * np.array(
        [
            [reach.short + reach.short_low, reach.short + reach.short_high],
            [reach.long + reach.long_low, reach.long + reach.long_high],
        ]
    )
    kinks = np.union1d(tax.ordinary.knots, tax.total.knots) - forced
    shorts = np.concatenate([box[0], [0.0], tax.ordinary.knots - forced])
    longs = np.append(box[1], 0.0)
    least = min(tax.investment_income, tax.excess_income + usd * reach.distribution)
    consumed = float(tax.consumable(usd * reach.distribution))
    nets = np.concatenate(
        [
            [0.0, -tax.offset_limit, -consumed, -consumed - tax.carried.most, -least],
            kinks,
            kinks - tax.dividends,
        ]
    )
    by_gains = np.array(np.meshgrid(shorts, longs)).reshape(2, -1)
    by_short = np.array(np.meshgrid(shorts, nets)).reshape(2, -1)
    by_long = np.array(np.meshgrid(nets, longs)).reshape(2, -1)
    short = np.concatenate([by_gains[0], by_short[0], by_long[0] - by_long[1]])
    long = np.concatenate([by_gains[1], by_short[1] - by_short[0], by_long[1]])
    inside = (short >= box[0, 0] - BORDER_USD) & (short <= box[0, 1] + BORDER_USD)
    inside &= (long >= box[1, 0] - BORDER_USD) & (long <= box[1, 1] + BORDER_USD)
    return short[inside], long[inside]


_NORMALS = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1]], float)
"""Sums of S, L and D that a kink can fix: S, L, S + L, D, S + D, S + L + D."""


def _crossings_of_three(reach: GainRange) -> tuple[Floats, Floats, Floats]:
    """Where three kinks of the unit's tax, or of its range, cross: total S, L and D in dollars."""
    tax, usd = reach.tax, reach.usd
    limit, most, first = tax.offset_limit, tax.carried.most, tax.income + tax.dividends
    least, greatest = (
        usd
        * np.array(
            [
                [reach.short + reach.short_low, reach.short + reach.short_high],
                [reach.long + reach.long_low, reach.long + reach.long_high],
                [reach.least_distribution, reach.most_distribution],
            ]
        ).T
    )
    ordinary = tax.ordinary.knots - tax.income
    every = np.union1d(tax.ordinary.knots, tax.total.knots)
    beyond = np.concatenate([ordinary, every - first, [-first, -tax.excess_income]])
    kinks = (
        [least[0], greatest[0], 0.0],
        [least[1], greatest[1], 0.0],
        [0.0, -limit, -most, -limit - most, -tax.investment_income],
        [least[2], greatest[2], *ordinary, *(beyond + limit), -first],
        ordinary,
        [*(every - tax.income), *beyond, -first - most],
    )
    levels = []
    for normal, own in zip(_NORMALS, kinks, strict=True):
        reached = (np.array(own) >= normal @ least) & (np.array(own) <= normal @ greatest)
        levels.append(np.unique(np.array(own)[reached]))
    points = []
    for three in combinations(range(len(_NORMALS)), 3):
        normals = _NORMALS[list(three)]
        if abs(np.linalg.det(normals)) > 0.5:
            met = np.array(np.meshgrid(*(levels[each] for each in three))).reshape(3, -1)
            points.append(np.linalg.solve(normals, met))
    found = np.concatenate(points, axis=1)
    inside = (found >= least[:, None] - BORDER_USD) & (found <= greatest[:, None] + BORDER_USD)
    short, long, distribution = found[:, inside.all(axis=0)]
    return short, long, distribution
