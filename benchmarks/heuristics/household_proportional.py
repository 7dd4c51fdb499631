"""The whole household to target, every position of a class cut alike; a lot order of choice.

Each overweight class is sold in proportion from every account that can use the cash, each
underweight class is bought with what that account then has. Location and tax play no part but for
the lot order within a position.
"""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.orders import by_method
from benchmarks.heuristics.steps.spending import spend, useful_accounts
from benchmarks.heuristics.steps.strategy import Strategy


def household_proportional(method: str) -> Strategy:
    """Return the strategy with a custodian's lot order (`HIFO`, `MINTAX`, `FIFO`)."""

    def strategy(draft: Draft) -> None:
        for mandate in range(len(draft.ground.mandates)):
            _sell_down(draft, mandate, method)
            spend(draft, mandate)

    return strategy


def _sell_down(draft: Draft, mandate: int, method: str) -> None:
    ground = draft.ground
    each, supply = ground.mandates[mandate], ground.supply
    excess = np.maximum(-draft.gaps(mandate), 0.0)
    useful = each.accounts[useful_accounts(draft, mandate)]
    row = each.main[supply.security]
    mine = np.isin(supply.account, useful) & (supply.usd > 0.0) & (row >= 0)
    for k in np.flatnonzero(excess > 0.0).tolist():
        rows = np.flatnonzero(mine & (row == k))
        reach = float((supply.usd[rows] * each.exposure[supply.security[rows], k]).sum())
        if reach <= 0.0:
            continue
        part = min(1.0, float(excess[k]) / reach)
        positions = {(int(supply.account[r]), int(supply.security[r])): None for r in rows.tolist()}
        for where in positions:
            lots = draft.rows_of(*where)
            left = part * float(supply.usd[lots].sum())
            for lot in by_method(ground, lots, method).tolist():
                left -= draft.sell(lot, left)
