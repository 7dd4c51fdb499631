"""Losses first, then neutral, then smallest gains: overweight classes sold in order of tax.

What many advisers do by hand. It knows which lot is cheap today, and neither what drift is worth,
nor where a class is best held, nor when to stop.
"""

from __future__ import annotations

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.orders import cheapest
from benchmarks.heuristics.steps.spending import sell_in_order, spend


def losses_first(draft: Draft) -> None:
    """Sell what is overweight, cheapest lots of the household first; buy what is short."""
    order = cheapest(draft.ground)
    for mandate in range(len(draft.ground.mandates)):
        sell_in_order(draft, mandate, order, -draft.gaps(mandate))
        spend(draft, mandate)
