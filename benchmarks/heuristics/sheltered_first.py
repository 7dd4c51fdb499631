"""Sheltered accounts first, taxable only if needed: trade where nothing is taxed.

The usual advice for households with both kinds of account. It never takes a loss worth taking, and
leaves taxable bonds where they are.
"""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.orders import cheapest
from benchmarks.heuristics.steps.spending import sell_in_order, spend


def sheltered_first(draft: Draft) -> None:
    """Sell what is overweight in sheltered accounts, then in taxable ones, cheapest lots first."""
    ground = draft.ground
    order = cheapest(ground)
    taxable = ground.taxable[ground.supply.account]
    order = order[np.argsort(taxable[order], kind="stable")]
    for mandate in range(len(ground.mandates)):
        sell_in_order(draft, mandate, order, -draft.gaps(mandate))
        spend(draft, mandate)
