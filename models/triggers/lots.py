"""Triggers that look at tax lots: losses that can be taken, and lots about to turn long-term.

Both are estimates that say whether a look is worth it; what is sold is the program's decision.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from models.policy import Policy
from models.tax.holding_period import first_long_term_days
from models.tolerances import LOSS_USD
from models.triggers.columns import TriggerColumns

WINDOW_DAYS = 30
"""Days before a sale in which an identical purchase washes its loss (26 U.S.C. 1091(a))."""


def harvestable_usd(columns: TriggerColumns) -> Floats:
    """Dollars of loss that each household could take today, shape `(n,)`.

    Σ max(0, basis − value) over lots of taxable accounts that are down by at least the policy's
    `harvest_fraction` of basis, in identical groups of which the household acquired nothing in 30
    days.
    """
    lots, accounts = columns.lots, columns.accounts
    wanted = np.array([policy.triggers.harvest_usd is not None for policy in columns.policies])
    if not wanted.any():
        return np.zeros(columns.households)
    household = accounts.household[lots.account]
    least = np.array([policy.triggers.harvest_fraction for policy in columns.policies])
    loss = np.nan_to_num(lots.basis - columns.lot_values)
    counted = accounts.taxable[lots.account] & (loss > float(LOSS_USD))
    counted &= loss >= least[columns.policy[household]] * np.nan_to_num(lots.basis)
    counted &= ~_washed(columns, household)
    return sum_by(household[counted], loss[counted], columns.households)


def turning_long_usd(columns: TriggerColumns) -> Floats:
    """Largest gain or loss of a taxable lot about to turn long-term, shape `(n,)`; 0 for none.

    A lot counts from `long_term_days` before its first long-term day to that day itself.
    """
    lots, accounts = columns.lots, columns.accounts
    found = np.zeros(columns.households)
    days = np.array([policy.triggers.long_term_days for policy in columns.policies])
    if not days.any():
        return found
    household = accounts.household[lots.account]
    first = first_long_term_days(lots.holding_start)
    ahead = (first - np.datetime64(columns.asof, "D")).astype(np.int64)
    soon = accounts.taxable[lots.account] & ~np.isnat(first) & ~lots.inherited
    most = days[columns.policy[household]]
    soon &= (most > 0) & (ahead >= 0) & (ahead <= most)  # of several policies one may not ask
    amount = np.abs(np.nan_to_num(columns.lot_values - lots.basis))
    np.maximum.at(found, household[soon], amount[soon])
    return found


def taxable_share(columns: TriggerColumns) -> Bools:
    """Whether a household holds anything in a taxable account, shape `(n,)`."""
    held = columns.accounts.taxable[columns.lots.account]
    found: Bools = np.zeros(columns.households, bool)
    found[columns.accounts.household[columns.lots.account[held]]] = True
    return found


def by_policy(columns: TriggerColumns, figure: str) -> Floats:
    """Return a figure of [triggers] by household, shape `(n,)`; NaN where not given."""
    values = [_figure(policy, figure) for policy in columns.policies]
    return np.array(values)[columns.policy]


def _figure(policy: Policy, name: str) -> float:
    value = getattr(policy.triggers, name)
    return np.nan if value is None else float(value)


def _washed(columns: TriggerColumns, household: Ints) -> Bools:
    """Whether a lot's identical group was bought by its household within the window."""
    securities = columns.market.securities
    width = len(securities.identical_names)
    key = household * width + securities.identical_group[columns.lots.security]
    age = np.datetime64(columns.asof, "D") - columns.lots.acquired
    recent = ~np.isnat(columns.lots.acquired) & (age <= np.timedelta64(WINDOW_DAYS, "D"))
    return np.isin(key, np.unique(key[recent]))
