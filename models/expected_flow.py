"""Where a household's flows are expected before anybody has decided where they go.

A withdrawal is shared over the accounts that may pay it, a contribution over the taxable ones, by
what each is worth after its own flow; evenly where none is worth anything. Weights before a plan
count it there, and so does the constant that squared deviations are divided by. It is no wish: a
plan pays from, and into, whichever accounts are best.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, sum_by
from models.household import Household


def expected_flow(household: Household) -> Floats:
    """Dollars of the household-level flow by account, shape `(n_accounts,)`; they add up to it.

    All zeros where no account may pay or take it.
    """
    if household.net_flow == 0.0:
        return np.zeros(len(household.accounts.account_id))
    may = household.taxable if household.net_flow > 0.0 else household.accounts.withdrawable
    return household.net_flow * _shares(household, may)


def expected_distributions(household: Household) -> Floats:
    """Dollars of required distributions by account, shape `(n_accounts,)`; they add up to nothing.

    What is due beyond an account's own outflow leaves it for the taxable accounts of its filing
    unit. All zeros of a unit without one.
    """
    accounts = household.accounts
    moved = np.zeros(len(accounts.account_id))
    if not accounts.rmd_due_usd.any():
        return moved
    due = np.maximum(accounts.rmd_due_usd - np.maximum(-accounts.net_flow, 0.0), 0.0)
    for unit in np.unique(accounts.filing_unit[due > 0.0]).tolist():
        mine = accounts.filing_unit == unit
        may = mine & household.taxable
        if may.any():
            leaving = np.where(mine, due, 0.0)
            moved += leaving.sum() * _shares(household, may) - leaving
    return moved


def _shares(household: Household, may: Bools) -> Floats:
    """Parts by value after own flows of who may, evenly where none is worth anything."""
    accounts = household.accounts
    n = len(accounts.account_id)
    held = sum_by(household.lots.account, household.lot_value_usd, n)
    worth = held + accounts.cash + accounts.net_flow
    by_value = np.where(may, np.maximum(worth, 0.0), 0.0)
    parts = by_value if by_value.any() else may.astype(float)
    return np.asarray(parts / max(float(parts.sum()), np.finfo(float).tiny))
