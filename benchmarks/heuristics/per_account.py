"""Each account to the target on its own, first in first out: what single-account software does.

An account that cannot hold a class spreads its weight over the others. Nothing is known of the
household: its gains, its better places for bonds, its other accounts' purchases (but wash sales are
kept, as everywhere here).
"""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.sides import as_bought, settle_sides, trade_towards
from benchmarks.heuristics.steps.spending import spend
from models.arrays import Floats


def per_account(draft: Draft) -> None:
    """Bring every account to its target."""
    wanted = {
        m: as_bought(draft, m, _own_targets(draft, m)) for m in range(len(draft.ground.mandates))
    }
    settle_sides(draft, wanted)
    for mandate, want in wanted.items():
        trade_towards(draft, mandate, want, "FIFO")
        spend(draft, mandate)  # what wash sales or menus left idle


def _own_targets(draft: Draft, mandate: int) -> Floats:
    """Dollars wanted of each row in each account, `(n, k)`."""
    ground, each = draft.ground, draft.ground.mandates[mandate]
    able = draft.buyable(mandate) | (draft.now[mandate] > 0.0)
    weight = np.where(able, each.weight, 0.0)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0.0)
    worth = (ground.held.sum(axis=1) + ground.cash + ground.idle)[each.accounts]
    invested = (1.0 - each.cash_weight) * worth
    spendable = worth - np.maximum(ground.idle[each.accounts], 0.0)
    return np.asarray(weight * np.minimum(invested, spendable)[:, None])
