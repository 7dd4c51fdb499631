"""What a household is worth on a day: before tax, after the tax accrued, sold out, and left behind.

All four start from the same holdings. `after_tax` has paid what is owed on the year so far;
`liquidated` has in addition sold every taxable lot and taken the deferred accounts out, at the
unit's usual marginal rates; `step_up` leaves the taxable lots to heirs at a new basis (26 U.S.C.
1014) and has taken only the deferred accounts out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.backtest.taxes.tax_year import Income, liquidation_tax, usual_rates, year_tax
from models.arrays import Floats
from models.household import Household, TaxTreatment
from models.tax.holding_period import INHERITANCE, first_long_term_days


@dataclass(frozen=True, slots=True)
class Wealth:
    """Dollars by measure; `unrealized` is the taxable lots' gain over basis."""

    pre_tax: float
    after_tax: float
    liquidated: float
    step_up: float
    unrealized: float


NO_WEALTH = Wealth(0.0, 0.0, 0.0, 0.0, 0.0)
"""Before a life begins."""


def worth(
    household: Household,
    prices: Floats,
    wages: float,
    usual_wages: float,
    income: tuple[Income, ...],
    unpaid: float,
    law_year: int,
) -> Wealth:
    """Return the household's wealth.

    Parameters
    ----------
    prices
        Dollars per share by security.
    wages, income
        The year's wages and, by unit, dividends and distributions so far.
    usual_wages
        Those of a usual year, at whose rates everything is sold.
    unpaid
        Tax of the year before that is not paid yet, dollars.
    """
    lots, accounts = household.lots, household.accounts
    value = lots.shares * prices[lots.security]
    total = float(value.sum() + accounts.cash.sum())
    taxable = household.taxable[lots.account]
    gain = np.where(taxable, value - np.nan_to_num(lots.basis), 0.0)
    start = np.where(np.isnat(lots.holding_start), lots.acquired, lots.holding_start)
    inherited = np.asarray(lots.origin == INHERITANCE, bool)
    long = first_long_term_days(start.astype("datetime64[D]"), inherited) <= np.datetime64(
        household.asof, "D"
    )
    by_account = np.bincount(lots.account, value, len(accounts.account_id)) + accounts.cash
    owed, selling, leaving = unpaid, 0.0, 0.0
    for u in range(len(household.units.filing_unit_id)):
        owed += year_tax(household, u, wages, income[u], law_year).total
        rates = usual_rates(household, u, usual_wages, law_year)
        mine = accounts.filing_unit[lots.account] == u
        gains = float(gain[mine & ~long].sum()), float(gain[mine & long].sum())
        selling += liquidation_tax(household, u, rates, gains, law_year)
        here = (household.treatment == TaxTreatment.DEFERRED) & (accounts.filing_unit == u)
        leaving += float(rates.distribution) * float(by_account[here].sum())
    return Wealth(
        pre_tax=total,
        after_tax=total - owed,
        liquidated=total - owed - selling - leaving,
        step_up=total - owed - leaving,
        unrealized=float(gain.sum()),
    )
