"""A start from a restriction: where wash sales have a price, what is best where they are avoided.

Every plan that avoids them is one of those that may pay for them, so that the best of the first is
a start for the second. With recent purchases a group has a dozen ways to harvest, and flips of one
or two groups do not always find the way from another start.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Bools
from optimizer.inputs.frame import Frame, frame
from optimizer.search.disjunctions import Disjunction, WashSides
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

    The option that lets most be sold of the lots whose losses are taken; a buy if none is.
    """
    columns = avoiding.frame.sales
    sold = best.solution.x[avoiding.arrays.columns["sale"]] > TOUCH
    lost = np.zeros(len(of.household.lots.lot_id), bool)
    lost[columns.lot[columns.loss & (columns.lot >= 0) & sold]] = True
    return tuple(_side_of(of, each, lost) for each in groups)


def _side_of(of: Frame, disjunction: Disjunction, lost: Bools) -> int:
    worth = []
    for option in disjunction.options:
        lots = of.sales.lot[option.sales]
        wanted = lost[lots] & (lots >= 0) & (option.high > 0.0) & ~of.sales.disallowed[option.sales]
        worth.append(float(of.sales.value[option.sales][wanted].sum()))
    return int(np.argmax(worth))
