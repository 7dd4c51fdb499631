"""Calendar rebalancing: once a year, everything to target, first in first out.

What a platform does without being told otherwise: the date decides, not the drift; no lot is
identified, so the oldest are sold (26 C.F.R. 1.1012-1(c)). On one night the rebalance is measured
as on its day; over years `annual` waits for its month.
"""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.household_proportional import household_proportional
from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.strategy import Strategy


def annual(month: int) -> Strategy:
    """Return the strategy that rebalances fully in one month of the year, once.

    In other months, and where the household has traded in that month already, only what flows and
    floors force is done.
    """

    def strategy(draft: Draft) -> None:
        household = draft.ground.household
        first = np.datetime64(household.asof.replace(day=1), "D")
        done = bool((household.trades.trade_date >= first).any())
        if household.asof.month == month and not done:
            calendar_full(draft)

    return strategy


def calendar_full(draft: Draft) -> None:
    """The whole household to target, first in first out."""
    household_proportional("FIFO")(draft)
