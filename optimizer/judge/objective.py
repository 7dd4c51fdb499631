"""The objective J in dollars, from holdings and exact taxes: every term, no constant dropped.

J = w_te·(γ/2)·H·Σ_g W_g·TE_g² + w_tax·Σ_u [V_u(after) − V_u(before)]
    − w_basis·δ·τ_f·Σ(recognised gain + destroyed loss) + w_cost·costs
    + w_cost·impact + w_drag·A_H·Σ h·(y − π) + w_tax·Σ_l (wait_l + option_l)·sold_l
    + w_tax·(roth_premium·R − τ_ret·D)

π is 0 unless the policy counts drag from its target's (`models.drag_reference`); cash is a holding,
with the tax on what it earns and what it earns less than the best. What waiting and harvesting
later would be worth is `forgone`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from models.arrays import Floats
from models.drag_reference import cash_like
from models.ledger import BookedOrder, LotSale
from models.ledger.exact import ZERO
from models.market import MARKETS, Market
from optimizer.judge.bench import Bench
from optimizer.judge.forgone import option_usd, waiting_usd
from optimizer.judge.holdings import Holdings
from optimizer.judge.impact import impact_usd, traded_shares
from optimizer.judge.rates import annuity_years, discount
from optimizer.judge.tracking import (
    LEAST_VALUE_USD,
    ManagementGroup,
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
    """What states of one household are measured with: what is known of it, and what it holds."""

    known: Bench
    groups: tuple[ManagementGroup, ...]
    held: Holdings

    def before(self, units: Sequence[UnitYear]) -> Measure:
        """Measure what is held before the run, a household-level flow still waiting."""
        worth = [group.expected_usd for group in self.groups]
        return self._measure(self.held.before, self.held.cash_before, worth, units, ZERO)

    def after(
        self,
        units: Sequence[UnitYear],
        cost: Decimal,
        sales: Sequence[LotSale] = (),
        orders: Sequence[BookedOrder] = (),
    ) -> Measure:
        """Measure what is held after orders and flows, with taxes, cost of trades and lots sold."""
        worth = [group.after_usd for group in self.groups]
        measure = self._measure(self.held.after, self.held.cash_after, worth, units, cost)
        lost = np.array([self.forgone(sale) for sale in sales]).reshape(-1, 2).sum(axis=0)
        terms = {"waiting": float(lost[0]), "harvest_option": float(lost[1])}
        terms["market_impact"] = self.known.policy.weights.trading_cost * self.impact_usd(orders)
        return measure._replace(terms_usd={**measure.terms_usd, **terms})

    def impact_usd(self, orders: Sequence[BookedOrder]) -> float:
        """What orders cost by moving the market, dollars."""
        if not self.known.policy.trades.impact:
            return 0.0
        traded = traded_shares(orders)
        return impact_usd(self.known.household, self.known.policy, traded, self.volatility)

    def forgone(self, sale: LotSale) -> tuple[float, float]:
        """What selling a lot forgoes: a lower rate soon, and a deeper loss; weighed dollars."""
        tax, weight = self.known.policy.tax, self.known.policy.weights.tax
        rates = self.known.rates[sale.unit]
        wait = (
            waiting_usd(sale, rates, self.known.policy, self.known.household.asof)
            if tax.waiting
            else 0.0
        )
        option = 0.0
        if tax.harvest_option and sale.loss_lot:
            option = option_usd(sale, rates, self.known.policy, self.volatility(sale.security))
        return weight * wait, weight * option

    def volatility(self, security: int) -> float:
        """Yearly volatility of a security, its own included."""
        market = self.known.household.market
        loads = market.risk.exposures[[security]].toarray()[0]
        own = float(market.securities.specific_vol[security])
        return math.sqrt(float(loads @ market.risk.covariance @ loads) + own**2)

    def _measure(
        self,
        shares: Floats,
        cash: Floats,
        worth: Sequence[float],
        units: Sequence[UnitYear],
        cost: Decimal,
    ) -> Measure:
        """Measure a state: shares by account and column, cash by account, W_g by group."""
        weights, tax = self.known.policy.weights, self.known.policy.tax
        dollars = shares * self.held.price
        variances = self._variances(dollars, cash, worth)
        drag = float((dollars * self.drag_rates).sum())
        tracked = float(np.array([group.divisor_usd for group in self.groups]) @ variances)
        horizon = self.known.policy.risk.horizon_years
        delta = discount(self.known.policy)
        basis_change = -sum(
            float(unit.rates.future * (unit.run.recognized - unit.run.destroyed))
            for unit in units
            if unit.changed
        )
        withdrawal = sum(
            tax.roth_premium * float(unit.run.roth)
            - float(unit.rates.deferred * unit.run.distribution)
            for unit in units
            if unit.changed
        )
        terms = {
            "tracking_error": (
                weights.tracking_error * self.known.policy.risk.aversion / 2 * horizon * tracked
            ),
            "realized_tax": weights.tax * float(sum((u.value_change_usd for u in units), ZERO)),
            "basis_change": weights.basis_change * delta * basis_change,
            "trading_cost": weights.trading_cost * float(cost),
            "market_impact": 0.0,
            "tax_drag": float((dollars * self.drag_prices).sum() + cash @ self.cash_prices),
            "waiting": 0.0,
            "harvest_option": 0.0,
            "withdrawal": weights.tax * withdrawal,
        }
        total = self.held.value_usd
        if total < LEAST_VALUE_USD:
            terms["tracking_error"] = 0.0
            return Measure(terms, None, drag)
        return Measure(terms, float(np.sqrt(tracked / total)), drag)

    def _variances(self, dollars: Floats, cash: Floats, worth: Sequence[float]) -> Floats:
        market = self.known.household.market
        found = []
        for group, value in zip(self.groups, worth, strict=True):
            counts = self.known.scale[group.accounts]
            whole = np.zeros(len(market.securities.security_id) + 1)
            whole[self.held.securities] = counts @ dollars[group.accounts]
            whole[-1] = counts @ cash[group.accounts]
            found.append(tracking_variance(market, self._specific, group, value, whole))
        return np.array(found)

    @cached_property
    def _specific(self) -> Floats:
        return specific_variances(self.known.household.market)

    @cached_property
    def drag_rates(self) -> Floats:
        """What a dollar costs a year, by account and column: y at all-in rates.

        The rates of the owner in taxable accounts, foreign tax in sheltered ones.
        """
        securities, columns = self.known.household.market.securities, self.held.securities
        unit = self.known.household.accounts.filing_unit
        taxed = np.outer(self.known.paid.long[unit], securities.qualified_yield[columns])
        taxed += np.outer(self._ordinary, securities.ordinary_yield[columns])
        foreign = np.outer(self._owned, securities.foreign_tax_yield[columns])
        return np.where(self.held.taxable[:, None], taxed, foreign)

    @cached_property
    def _ordinary(self) -> Floats:
        """Rate on ordinary income of later years, by account."""
        return self.known.paid.ordinary[self.known.household.accounts.filing_unit]

    @cached_property
    def _owned(self) -> Floats:
        """What part of a dollar in each account is the household's: 1 − τ_ret of a deferred one."""
        leaving = self.known.paid.deferred[self.known.household.accounts.filing_unit]
        return np.where(self.held.deferred, 1.0 - leaving, 1.0)

    @cached_property
    def drag_prices(self) -> Floats:
        """What a dollar held adds to J by drag: w_drag·A_H·(y − π), by account and column.

        A fund that is like cash adds what it earns less than the best cash.
        """
        columns = self.held.securities
        less = earned_less(self.known.household.market, self.known.best_cash)
        rates = (
            self.drag_rates
            - self.known.borne_anyway[:, columns]
            + np.outer(self._owned, less[columns])
        )
        return self._price_of_a_year * rates

    @cached_property
    def cash_prices(self) -> Floats:
        """What a dollar of cash adds to J by drag, by account."""
        accounts = self.known.household.accounts
        taxed = np.where(self.held.taxable, self._ordinary, 0.0) * accounts.cash_yield
        less = self.known.best_cash - accounts.cash_yield
        return self._price_of_a_year * (taxed + self._owned * less)

    @property
    def _price_of_a_year(self) -> float:
        return self.known.policy.weights.tax_drag * annuity_years(self.known.policy)


@lru_cache(maxsize=MARKETS)
def earned_less(market: Market, best: float) -> Floats:
    """What a fund that is like cash earns less than the best cash, by security; 0 for others."""
    securities = market.securities
    earned = securities.qualified_yield + securities.ordinary_yield + securities.exempt_yield
    less: Floats = np.where(cash_like(market), np.maximum(best - earned, 0.0), 0.0)
    less.flags.writeable = False
    return less
