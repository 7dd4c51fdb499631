"""The objective J in dollars, from holdings and exact taxes: every term, no constant dropped.

J = w_te·(γ/2)·H·Σ_g W_g·TE_g² + w_tax·Σ_u [V_u(after) − V_u(before)]
    − w_basis·δ·τ_f·Σ(recognised gain + destroyed loss) + w_cost·costs
    + w_drag·A_H·Σ h·(y − π) + w_tax·(roth_premium·R − τ_ret·D)

π is 0 unless the policy counts drag from its target's (`models.drag_reference`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from models.arrays import Floats
from models.drag_reference import TARGET, drag_reference
from models.household import Household
from models.ledger.exact import ZERO
from models.policy import Policy
from optimizer.judge.holdings import Holdings
from optimizer.judge.rates import UnitRates, annuity_years, discount
from optimizer.judge.tracking import (
    LEAST_VALUE_USD,
    ManagementGroup,
    account_scale,
    specific_variances,
    tracking_variance,
)
from optimizer.judge.unit_year import UnitYear


class Measure(NamedTuple):
    """A state of the household: objective's terms in dollars, TE (annual), drag (dollars a year).

    `tracking_error` is None when the household is worth less than a dollar.
    """

    terms_usd: Mapping[str, float]
    tracking_error: float | None
    drag_usd: float

    @property
    def objective_usd(self) -> float:
        """J."""
        return sum(self.terms_usd.values())


@dataclass(frozen=True)
class Yardstick:
    """What states of one household are measured with."""

    household: Household
    policy: Policy
    rates: tuple[UnitRates, ...]
    groups: tuple[ManagementGroup, ...]
    held: Holdings

    def before(self, units: Sequence[UnitYear]) -> Measure:
        """Measure what is held before the run, a household-level flow still waiting."""
        worth = [group.expected_usd for group in self.groups]
        return self._measure(self.held.before, self.held.cash_before, worth, units, ZERO)

    def after(self, units: Sequence[UnitYear], cost: Decimal) -> Measure:
        """Measure what is held after orders and flows, with taxes and cost of trades."""
        worth = [group.after_usd for group in self.groups]
        return self._measure(self.held.after, self.held.cash_after, worth, units, cost)

    def _measure(
        self,
        shares: Floats,
        cash: Floats,
        worth: Sequence[float],
        units: Sequence[UnitYear],
        cost: Decimal,
    ) -> Measure:
        """Measure a state: shares by account and column, cash by account, W_g by group."""
        weights, tax = self.policy.weights, self.policy.tax
        dollars = shares * self.held.price
        variances = self._variances(dollars, cash, worth)
        drag = float((dollars * self.drag_rates).sum())
        tracked = float(np.array([group.divisor_usd for group in self.groups]) @ variances)
        horizon = self.policy.risk.horizon_years
        delta = discount(self.policy)
        basis_change = -sum(
            float(unit.rates.future * (unit.run.recognized - unit.run.destroyed)) for unit in units
        )
        withdrawal = sum(
            tax.roth_premium * float(unit.run.roth)
            - float(unit.rates.deferred * unit.run.distribution)
            for unit in units
        )
        terms = {
            "tracking_error": (
                weights.tracking_error * self.policy.risk.aversion / 2 * horizon * tracked
            ),
            "realized_tax": weights.tax * float(sum((u.value_change_usd for u in units), ZERO)),
            "basis_change": weights.basis_change * delta * basis_change,
            "trading_cost": weights.trading_cost * float(cost),
            "tax_drag": float((dollars * self.drag_prices).sum()),
            "withdrawal": weights.tax * withdrawal,
        }
        total = self.held.value_usd
        if total < LEAST_VALUE_USD:
            terms["tracking_error"] = 0.0
            return Measure(terms, None, drag)
        return Measure(terms, float(np.sqrt(tracked / total)), drag)

    def _variances(self, dollars: Floats, cash: Floats, worth: Sequence[float]) -> Floats:
        market = self.household.market
        found = []
        for group, value in zip(self.groups, worth, strict=True):
            counts = self.scale[group.accounts]
            whole = np.zeros(len(market.securities.security_id) + 1)
            whole[self.held.securities] = counts @ dollars[group.accounts]
            whole[-1] = counts @ cash[group.accounts]
            found.append(tracking_variance(market, self._specific, group, value, whole))
        return np.array(found)

    @cached_property
    def scale(self) -> Floats:
        """What a dollar of each account counts."""
        return account_scale(self.household, self.policy, self.rates)

    @cached_property
    def _specific(self) -> Floats:
        return specific_variances(self.household.market)

    @cached_property
    def _borne_anyway(self) -> Floats:
        """π by account and column, fraction a year; zeros where the policy has no reference."""
        columns = self.held.securities
        if self.policy.tax.drag_reference != TARGET:
            return np.zeros((len(self.household.accounts.account_id), len(columns)))
        long = np.array([float(each.long) for each in self.rates])
        ordinary = np.array([float(each.ordinary) for each in self.rates])
        return drag_reference(self.household, long, ordinary, self.scale)[:, columns]

    @cached_property
    def drag_rates(self) -> Floats:
        """What a dollar costs a year, by account and column: y at all-in rates.

        The rates of the owner in taxable accounts, foreign tax in sheltered ones.
        """
        securities, columns = self.household.market.securities, self.held.securities
        unit = self.household.accounts.filing_unit
        long = np.array([float(each.long) for each in self.rates])[unit]
        ordinary = np.array([float(each.ordinary) for each in self.rates])[unit]
        taxed = np.outer(long, securities.qualified_yield[columns])
        taxed += np.outer(ordinary, securities.ordinary_yield[columns])
        foreign = securities.foreign_tax_yield[columns]
        return np.where(self.held.taxable[:, None], taxed, foreign[None, :])

    @cached_property
    def drag_prices(self) -> Floats:
        """What a dollar held adds to J by drag: w_drag·A_H·(y − π), by account and column."""
        rates = self.drag_rates - self._borne_anyway
        return self.policy.weights.tax_drag * annuity_years(self.policy) * rates
