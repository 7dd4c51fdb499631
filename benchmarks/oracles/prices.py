"""What a dollar held or sold costs beyond tax and trading today, for the oracles.

Written from the contract; only the reference π of drag is taken from where program and judge have
it, since it is part of what J says and no way to reach it.
"""

from __future__ import annotations

import math

import numpy as np

from benchmarks.oracles.rates import UnitRates, account_scale, discount
from models.arrays import Bools, Days, Floats
from models.drag_reference import TARGET, Rates, drag_reference
from models.household import Household, TaxTreatment
from models.policy import Policy
from models.tax.holding_period import INHERITANCE, first_long_term_days
from models.tolerances import LOSS_USD

DAYS = 365.0
"""Days of a year."""

DAYS_OF_TRADING = 252.0
"""Days of a year on which markets trade."""

LOCKED_DAYS = 30.0
"""Days after a loss sale on which its group may not be bought (26 U.S.C. 1091)."""


def yearly_costs(household: Household, policy: Policy, rates: tuple[UnitRates, ...]) -> Floats:
    """Y − π of a dollar a year, `(n_accounts, n_securities)`.

    Tax on income if taxable; if sheltered, foreign tax on what is the household's. What is like
    cash also costs what it earns less than the best cash.
    """
    securities = household.market.securities
    taxed = np.outer(_of_owner(household, rates, "on_qualified"), securities.qualified_yield)
    taxed += np.outer(_of_owner(household, rates, "on_income"), securities.ordinary_yield)
    kept = _kept(household, rates)[:, None]
    yearly = np.where(household.taxable[:, None], taxed, kept * securities.foreign_tax_yield)
    fund, earned = _like_cash(household), _earned(household)
    missed = np.maximum(_best_cash(household) - earned[fund], 0.0)
    yearly[:, fund] += kept * missed
    if policy.tax.drag_reference != TARGET:
        return yearly
    long, ordinary, deferred = (
        np.array([getattr(unit, name) for unit in rates])
        for name in ("on_qualified", "on_income", "deferred")
    )
    scale = account_scale(household, policy, rates)
    return yearly - drag_reference(household, Rates(long, ordinary, deferred), scale)


def yearly_costs_of_cash(household: Household, rates: tuple[UnitRates, ...]) -> Floats:
    """The same of a dollar of cash, `(n_accounts,)`."""
    earned = household.accounts.cash_yield
    taxed = np.where(household.taxable, _of_owner(household, rates, "on_income"), 0.0) * earned
    return taxed + _kept(household, rates) * (_best_cash(household) - earned)


def forgone(household: Household, policy: Policy, rates: tuple[UnitRates, ...]) -> Floats:
    """Dollars that the sale of a whole lot of a taxable account forgoes, `(n_lots,)`.

    A gain that turns long-term in n days: (τ_s − τ_l)·H·365/n by waiting, less the worth of
    deferral τ_s − δτ_f, at most the gain. A loss: what it would be deeper by, on average, if
    harvested a lock-out later, at the part of τ_l that a later basis does not give back.
    """
    lots, delta = household.lots, discount(policy)
    taxable = household.taxable[lots.account]
    gain = np.where(taxable, household.lot_value_usd - lots.basis, 0.0)
    found: Floats = np.zeros(len(gain))
    short, long, future = (
        _of_owner(household, rates, name)[lots.account] for name in ("short", "long", "future")
    )
    if policy.tax.waiting:
        days = (long_term_from(household) - np.datetime64(household.asof, "D")).astype(float)
        soon = np.flatnonzero((gain > 0.0) & (days > 0.0))
        times = policy.risk.horizon_years * DAYS / days[soon]
        waits = (short - long)[soon] * times - (short - delta * future)[soon]
        found[soon] = gain[soon] * np.clip(waits, 0.0, 1.0)
    if policy.tax.harvest_option:
        lost = np.flatnonzero(gain < -float(LOSS_USD))
        option = volatility(household)[lots.security] * np.sqrt(LOCKED_DAYS / DAYS / 2.0 / np.pi)
        found[lost] = ((1.0 - delta) * long * option * household.lot_value_usd)[lost]
    return found


def long_term_from(household: Household) -> Days:
    """Return the first day of a long-term sale of each lot."""
    lots = household.lots
    start = np.where(np.isnat(lots.holding_start), lots.acquired, lots.holding_start)
    inherited = np.asarray(lots.origin == INHERITANCE, bool)
    return first_long_term_days(start.astype("datetime64[D]"), inherited)


def market_moved(household: Household) -> Bools:
    """Whether orders of each security move a market of known volume: funds at NAV have none."""
    securities = household.market.securities
    at_nav = [kind in ("mutual_fund", "money_market") for kind in securities.instrument]
    return np.asarray(np.isfinite(securities.adv_shares) & ~np.array(at_nav, bool))


def volatility(household: Household) -> Floats:
    """Annual volatility of each security: √(b'Ωb + its own variance)."""
    risk = household.market.risk
    loadings = risk.exposures.toarray()
    own = household.market.securities.specific_vol
    variance = np.einsum("if,fg,ig->i", loadings, risk.covariance, loadings) + own**2
    return np.asarray(np.sqrt(variance))


def _earned(household: Household) -> Floats:
    """Income of a dollar of each security, a year."""
    securities = household.market.securities
    return np.asarray(
        securities.qualified_yield + securities.ordinary_yield + securities.exempt_yield
    )


def _best_cash(household: Household) -> float:
    """What the best of cash and of what is like it earns: nobody has to take less."""
    fund = _like_cash(household) & household.market.securities.usable
    yields = (household.accounts.cash_yield, _earned(household)[fund])
    return float(np.concatenate(yields).max(initial=0.0))


def _like_cash(household: Household) -> Bools:
    """Money-market funds, and what moves by 1% a year at most, its own risk being stated."""
    securities, risk = household.market.securities, household.market.risk
    calm = [
        own > 0.0 and math.sqrt(float(row @ risk.covariance @ row) + own**2) <= 0.01
        for row, own in zip(risk.exposures.toarray(), securities.specific_vol.tolist(), strict=True)
    ]
    return np.asarray(np.array(calm, bool) | (securities.instrument == "money_market"))


def _kept(household: Household, rates: tuple[UnitRates, ...]) -> Floats:
    """Which part of a dollar is the household's: a deferred one owes τ_ret."""
    owed = _of_owner(household, rates, "deferred")
    return np.where(household.treatment == TaxTreatment.DEFERRED, 1.0 - owed, 1.0)


def _of_owner(household: Household, rates: tuple[UnitRates, ...], name: str) -> Floats:
    """A rate of each account's filing unit, `(n_accounts,)`."""
    rate = np.array([float(getattr(unit, name)) for unit in rates])
    return np.asarray(rate[household.accounts.filing_unit])
