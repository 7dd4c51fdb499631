"""Opportunistic rebalancing: a class 20% off its target, relatively, goes back to half its band.

Daryanani, "Opportunistic Rebalancing", Journal of Financial Planning, January 2008: wide bands,
looked at often, with a tolerance inside them. Classes within their bands move only as far as they
must fund the others or take what the others leave.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.orders import cheapest
from benchmarks.heuristics.steps.spending import sell_in_order, spend
from models.arrays import Floats

BAND: Final = 0.20
"""Half-width of the band as a fraction of the target weight."""

TOLERANCE: Final = 0.5
"""Where in the band a class that left it comes to rest: half-way out."""


def relative_bands(draft: Draft) -> None:
    """Sell and buy only classes outside their bands, to half-way; new cash is always invested."""
    order = cheapest(draft.ground)
    for mandate in range(len(draft.ground.mandates)):
        excess = excess_outside_bands(draft, mandate)
        if excess.any():
            sell_in_order(draft, mandate, order, excess)
        spend(draft, mandate)


def excess_outside_bands(draft: Draft, mandate: int) -> Floats:
    """Dollars to sell of each row, `(k,)`: what left its band, else what must fund what did."""
    each = draft.ground.mandates[mandate]
    wanted = draft.worth(mandate) * each.weight
    gap = draft.gaps(mandate)
    out = np.abs(gap) > BAND * wanted
    rest = BAND * TOLERANCE * wanted
    over = np.where(out, np.maximum(-gap - rest, 0.0), 0.0)
    short = float(np.where(out, np.maximum(gap - rest, 0.0), 0.0).sum())
    cash = float(np.maximum(draft.cash[each.accounts], 0.0).sum())
    missing = short - cash - float(over.sum())
    spare = np.maximum(-gap, 0.0) - over
    if missing > 0.0 and spare.sum() > 0.0:
        over = over + spare * min(1.0, missing / float(spare.sum()))
    return np.asarray(over)
