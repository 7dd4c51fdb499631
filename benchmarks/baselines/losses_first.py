"""Losses first, then neutral, then smallest gains: overweight classes sold in order of tax.

What many advisers do by hand. It knows which lot is cheap today, and neither what drift is worth,
nor where a class is best held, nor when to stop.
"""

from __future__ import annotations

import numpy as np

from benchmarks.baselines.draft import Draft
from benchmarks.baselines.orders import cheapest
from benchmarks.baselines.spending import spend, useful_accounts
from models.arrays import Ints


def losses_first(draft: Draft) -> None:
    """Sell what is overweight, cheapest lots of the household first; buy what is short."""
    order = cheapest(draft.ground)
    for mandate in range(len(draft.ground.mandates)):
        sell_in_order(draft, mandate, order)
        spend(draft, mandate)


def sell_in_order(draft: Draft, mandate: int, order: Ints) -> None:
    """Walk supply rows in order and sell each as far as its class is still overweight."""
    each, supply = draft.ground.mandates[mandate], draft.ground.supply
    useful = set(each.accounts[useful_accounts(draft, mandate)].tolist())
    excess = -draft.gaps(mandate)
    for row in order.tolist():
        k = int(each.main[supply.security[row]])
        if supply.account[row] not in useful or k < 0 or excess[k] <= 0.0:
            continue
        exposure = each.exposure[supply.security[row]]
        sold = draft.sell(row, float(excess[k] / exposure[k]))
        excess = excess - sold * exposure


def sheltered_first(draft: Draft) -> None:
    """The same, but taxable accounts are sold in only if sheltered ones cannot do it."""
    ground = draft.ground
    taxable = ground.taxable[ground.supply.account]
    order = cheapest(ground)
    order = order[np.argsort(taxable[order], kind="stable")]
    for mandate in range(len(ground.mandates)):
        sell_in_order(draft, mandate, order)
        spend(draft, mandate)
