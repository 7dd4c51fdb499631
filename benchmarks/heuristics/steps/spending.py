"""Selling what is over and spending on what is short: what household heuristics share."""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from models.arrays import Bools, Floats, Ints


def useful_accounts(draft: Draft, mandate: int) -> Bools:
    """Accounts of a mandate in which a sale helps: they may buy something that is short, `(n,)`."""
    short = draft.gaps(mandate) > 0.0
    wants_cash = bool(draft.ground.mandates[mandate].cash_weight > 0.0)
    return np.asarray((draft.buyable(mandate) & short).any(axis=1) | wants_cash)


def sell_in_order(draft: Draft, mandate: int, order: Ints, excess: Floats) -> None:
    """Walk supply rows in order and sell each as far as its row of the target is in excess.

    `excess` is dollars by row, `(k,)`; an account that could not use the cash is passed over.
    """
    each, supply = draft.ground.mandates[mandate], draft.ground.supply
    useful = set(each.accounts[useful_accounts(draft, mandate)].tolist())
    for row in order.tolist():
        k = int(each.main[supply.security[row]])
        if supply.account[row] not in useful or k < 0 or excess[k] <= 0.0:
            continue
        exposure = each.exposure[supply.security[row]]
        sold = draft.sell(row, float(excess[k] / exposure[k]))
        excess = excess - sold * exposure


def spare_cash(draft: Draft, mandate: int) -> Floats:
    """Cash that each account may spend, `(n,)`: what the target itself wants in cash stays."""
    each = draft.ground.mandates[mandate]
    spare: Floats = np.maximum(draft.cash[each.accounts], 0.0)
    aside = draft.ground.idle[each.accounts].sum()
    wanted = max(each.cash_weight * draft.worth(mandate) - aside, 0.0)
    if spare.sum() > 0.0:
        spare *= max(1.0 - wanted / spare.sum(), 0.0)
    return spare


def spend(draft: Draft, mandate: int) -> None:
    """Spend spare cash on gaps, accounts with the fewest choices first, in proportion to gaps."""
    accounts = draft.ground.mandates[mandate].accounts
    spare = spare_cash(draft, mandate)
    buyable = draft.buyable(mandate)
    for at in np.argsort(buyable.sum(axis=1), kind="stable").tolist():
        gap = np.where(buyable[at], np.maximum(draft.gaps(mandate), 0.0), 0.0)
        total = gap.sum()
        if total <= 0.0:
            continue
        for row in np.flatnonzero(gap > 0.0).tolist():
            draft.buy(int(accounts[at]), row, float(gap[row] * min(1.0, spare[at] / total)))
