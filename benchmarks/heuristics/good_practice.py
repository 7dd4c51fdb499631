"""Good practice by hand: harvest, sheltered accounts first, placed purchases, bands before gains.

What a careful adviser does with everything known about each rule apart: losses worth their trouble
are taken where a substitute stands ready; overweight classes are cut where nothing is taxed; gains
are realised only for classes 20% off target, and only to half-way; purchases go where their income
is taxed least. The strongest of the heuristics, and the fair one to be measured against.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.heuristics.location_ranks import yearly_tax
from benchmarks.heuristics.relative_bands import excess_outside_bands
from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.orders import cheapest
from benchmarks.heuristics.steps.spending import sell_in_order, spare_cash

WORTH_HARVESTING: Final = 0.05
"""Loss as a fraction of value from which a lot is harvested: a usual threshold of practice."""


def good_practice(draft: Draft) -> None:
    """Harvest; cut what is overweight without tax, then with it outside bands; buy placed."""
    ground, supply = draft.ground, draft.ground.supply
    order = cheapest(ground)
    taxable = ground.taxable[supply.account]
    free = order[~(taxable & (supply.gain_rate > 0.0))[order]]
    free = free[np.argsort(taxable[free], kind="stable")]
    taxed = order[(taxable & (supply.gain_rate > 0.0))[order]]
    _harvest(draft)
    for mandate in range(len(ground.mandates)):
        sell_in_order(draft, mandate, free, -draft.gaps(mandate))
        sell_in_order(draft, mandate, taxed, excess_outside_bands(draft, mandate))
        _buy_placed(draft, mandate)


def _harvest(draft: Draft) -> None:
    """Sell loss lots worth it whose class the account can buy through another identical group."""
    ground, supply = draft.ground, draft.ground.supply
    for lot in np.flatnonzero(supply.loss & (supply.gain_rate <= -WORTH_HARVESTING)).tolist():
        account, identical = int(supply.account[lot]), int(supply.identical_group[lot])
        each = ground.mandates[ground.mandate_of(account)]
        k = int(each.main[supply.security[lot]])
        if k < 0 or supply.usd[lot] < ground.least_usd:
            continue
        locked = draft.lost | {identical}
        if ground.demand.through(account, each.rows[k], locked, draft.selling()) is not None:
            draft.sell(lot, float(supply.usd[lot]))


def _buy_placed(draft: Draft, mandate: int) -> None:
    """Spend cash on gaps: sheltered accounts from the most taxed row down, taxable ones upward."""
    ground, each = draft.ground, draft.ground.mandates[mandate]
    ranked = np.argsort(-yearly_tax(draft, mandate), kind="stable")
    spare = spare_cash(draft, mandate)
    taxable = ground.taxable[each.accounts]
    for at in np.argsort(taxable, kind="stable").tolist():
        account = int(each.accounts[at])
        for row in (ranked[::-1] if taxable[at] else ranked).tolist():
            gap = float(draft.gaps(mandate)[row])
            if gap <= 0.0 or spare[at] <= 0.0 or draft.through(account, row) is None:
                continue
            usd = min(gap, float(spare[at]))
            draft.buy(account, row, usd)
            spare[at] -= usd
