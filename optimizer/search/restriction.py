"""A start from a restriction: where wash sales have a price, what is best where they are avoided.

Every plan that avoids them is one of those that may pay for them, so that the best of the first is
a start for the second. With recent purchases a group has a dozen ways to harvest, and flips of one
or two groups do not always find the way from another start.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Floats
from optimizer.inputs.frame import Frame, frame
from optimizer.search.disjunctions import Disjunction, Option, WashSide, WashSides
from optimizer.search.model import Incumbent, Model
from optimizer.settings import TOUCH


def restricted(of: Frame) -> Frame | None:
    """The frame of the household where wash sales are avoided; None where that is no restriction.

    That is so where they are avoided anyway, and where nothing was bought lately.
    """
    rule = of.policy.wash_sale
    if rule.mode == "avoid" or not of.windows.replacements:
        return None
    return frame(of.household, replace(of.policy, wash_sale=replace(rule, mode="avoid")))


def sides_of(
    of: Frame, groups: tuple[Disjunction, ...], avoiding: Model, best: Incumbent
) -> WashSides:
    """The sides of groups by which a frame may do what the best does that avoids wash sales.

    The option that its amounts miss least; a group that is harvested there, if only so that others
    may be bought, is harvested.
    """
    sale, buy = _amounts(of, avoiding, best)
    harvested = {
        disjunction.key
        for disjunction, side in zip(best.disjunctions, best.sides, strict=True)
        if disjunction.options[side].name is WashSide.HARVEST
    }

    def side_of(group: Disjunction) -> int:
        first = 1 if group.key in harvested else 0
        missed = [_missed(of, option, sale, buy) for option in group.options[first:]]
        return first + int(np.argmin(missed))

    return tuple(side_of(group) for group in groups)


def _amounts(of: Frame, avoiding: Model, best: Incumbent) -> tuple[Floats, Floats]:
    """Sales and buys in a frame's columns of a plan whose frame has no copies of loss lots."""
    columns, x = avoiding.arrays.columns, best.solution.x
    sale = np.zeros(len(of.sales.value))
    sale[~of.sales.disallowed] = x[columns["sale"]]
    return sale, x[columns["buy"]]


def _missed(of: Frame, option: Option, sale: Floats, buy: Floats) -> float:
    """By how much amounts miss what an option asks, percents."""
    sold = sale[option.sales]
    missed = np.maximum(option.low - sold, 0.0).sum() + np.maximum(sold - option.high, 0.0).sum()
    missed += buy[option.closed_buys].sum()
    for row in option.used_up:
        left = of.replaced.used_up[row]
        missed += max(left.amount - float(left.coefficients @ sale[left.columns]), 0.0)
    return float(missed) if missed > TOUCH else 0.0
