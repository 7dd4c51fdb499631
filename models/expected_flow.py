"""Where a household-level flow is expected before anybody has decided where it goes.

A withdrawal is shared over the accounts that may pay it, a contribution over the taxable ones, by
what each is worth after its own flow; evenly where none is worth anything. Weights before a plan
count it there, and so does the constant that squared deviations are divided by. It is no wish: a
plan pays from, and into, whichever accounts are best.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, sum_by
from models.household import Household


def expected_flow(household: Household) -> Floats:
    """Dollars of the household-level flow by account, shape `(n_accounts,)`; they add up to it.

    All zeros where no account may pay or take it.
    """
    accounts = household.accounts
    n = len(accounts.account_id)
    if household.net_flow == 0.0:
        return np.zeros(n)
    held = sum_by(household.lots.account, household.lot_value_usd, n)
    worth = held + accounts.cash + accounts.net_flow
    may = household.taxable if household.net_flow > 0.0 else accounts.withdrawable
    by_value = np.where(may, np.maximum(worth, 0.0), 0.0)
    parts = by_value if by_value.any() else may.astype(float)
    return household.net_flow * parts / max(float(parts.sum()), np.finfo(float).tiny)
