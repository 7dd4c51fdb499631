"""Rebalance with new cash only: buy what is short, sell nothing.

The cheapest discipline there is, and often a good one while contributions are large against drift.
"""

from __future__ import annotations

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.spending import spend


def new_cash(draft: Draft) -> None:
    """Spend spare cash on gaps."""
    for mandate in range(len(draft.ground.mandates)):
        spend(draft, mandate)


def stand_still(draft: Draft) -> None:
    """Trade only what flows and floors force: the state that every method is measured against."""
