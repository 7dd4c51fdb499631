"""Rates of each filing unit, this year's and later ones': what the judge prices its figures with.

Written from the contract's table of defaults, apart from the program's own, so that a slip in one
of them shows as a disagreement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from models.household import Household
from models.law import law_for
from models.ledger import exact
from models.ledger.exact import ZERO
from models.policy import Policy
from models.tax.filing import FlatRates, Position, TaxFacts
from models.tax.marginal import USUAL_LONG_RATE, marginal_rates


@dataclass(frozen=True, slots=True)
class UnitRates:
    """A filing unit's return before the run and the rates that follow from it, as fractions.

    `before` is the year to date less what was carried in. `short` τ_s and `long` τ_l are all-in
    marginal rates there. The rest is of years like this one in which no gain is taken: `ordinary`
    and `qualified` are paid on income, `deferred` is τ_ret, `future` τ_f. A loss carried out is
    worth `carried_soon` κ₁ a dollar up to `soon_usd`, `carried_late` κ₂ beyond.
    """

    facts: TaxFacts
    before: Position
    short: Decimal
    long: Decimal
    ordinary: Decimal
    qualified: Decimal
    deferred: Decimal
    future: Decimal
    carried_soon: Decimal
    soon_usd: Decimal
    carried_late: Decimal

    def worth_of(self, carried: Decimal) -> Decimal:
        """Dollars that losses carried out are worth."""
        beyond = max(carried - self.soon_usd, ZERO)
        return self.carried_soon * (carried - beyond) + self.carried_late * beyond


def discount(policy: Policy) -> float:
    """δ: today's worth of a dollar of tax at the horizon, if no step-up comes before it."""
    growth = (1.0 + policy.tax.discount_rate) ** policy.risk.horizon_years
    return float((1.0 - policy.tax.step_up) / growth)


def annuity_years(policy: Policy) -> float:
    """A_H = (1 − (1 + r)^−H)/r, or H if r = 0: today's worth of a dollar a year."""
    rate, years = policy.tax.discount_rate, policy.risk.horizon_years
    return years if rate == 0 else float(1.0 - 1.0 / (1.0 + rate) ** years) / rate


def unit_rates(household: Household, policy: Policy) -> tuple[UnitRates, ...]:
    """Return the rates of every filing unit."""
    return tuple(_unit(household, policy, u) for u in range(len(household.units.filing_unit_id)))


def _unit(household: Household, policy: Policy, u: int) -> UnitRates:
    units, given = household.units, policy.tax
    before = Position(
        exact(units.st_realized_ytd[u]) - exact(units.st_carryforward[u]),
        exact(units.lt_realized_ytd[u]) - exact(units.lt_carryforward[u]),
    )
    facts = TaxFacts(
        filing_status=str(units.filing_status[u]),
        ordinary_income=exact(units.ordinary_income[u]),
        qualified_dividends=exact(units.qualified_dividends[u]),
        net_investment_income=exact(units.net_investment_income[u]),
        magi=exact(units.magi[u]),
        state_rate=exact(units.state_rate[u]),
        law=law_for(household.asof.year),
    )
    rates = marginal_rates(facts, before)
    if given.short_rate is not None or given.long_rate is not None:
        flat = FlatRates(_given(given.short_rate, rates.short), _given(given.long_rate, rates.long))
        facts = replace(facts, flat=flat)
        rates = marginal_rates(facts, before)
    later = marginal_rates(facts)
    usual = later.long
    if facts.flat is None:
        usual = max(usual, exact(USUAL_LONG_RATE) + facts.state_rate)
    future = _given(given.future_gain_rate, _stated(units.usual_long_rate[u], usual))
    late = _given(given.carryforward_value, exact(discount(policy)) * future)
    soon = late
    years = given.offset_years if given.carryforward_value is None else 0
    if years:
        worth = [1.0 / (1.0 + given.discount_rate) ** (year + 1) for year in range(years)]
        soon = max(late, later.ordinary * exact(sum(worth) / years))
    return UnitRates(
        facts=facts,
        before=before,
        short=rates.short,
        long=rates.long,
        ordinary=later.ordinary,
        qualified=later.long,
        deferred=_given(given.deferred_rate, _stated(units.usual_ordinary_rate[u], later.ordinary)),
        future=future,
        carried_soon=soon,
        soon_usd=years * facts.law.loss_limit(facts.filing_status),
        carried_late=late,
    )


def _given(value: float | None, default: Decimal) -> Decimal:
    return default if value is None else exact(value)


def _stated(cell: float, default: Decimal) -> Decimal:
    """What a table says, NaN where it says nothing."""
    return default if math.isnan(cell) else exact(cell)
