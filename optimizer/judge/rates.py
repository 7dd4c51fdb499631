"""Rates of each filing unit, this year's and later ones': what the judge prices its figures with.

Written from the contract's table of defaults, apart from the program's own, so that a slip in one
of them shows as a disagreement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property

from models.household import Household
from models.law import law_for
from models.ledger import exact
from models.ledger.exact import PRECISION, ZERO
from models.policy import Policy
from models.tax.filing import NOTHING, FlatRates, Position, TaxBreakdown, TaxFacts, tax_at
from models.tax.marginal import USUAL_LONG_RATE, MarginalRates, marginal_rates


@dataclass(frozen=True)
class UnitRates:
    """A filing unit's return before the run and the rates that follow from it, as fractions.

    `before` is the year to date less what was carried in; what the table states of usual years is
    NaN where it states nothing. Rates are found, exactly, when they are asked for: where nothing is
    sold few are.
    """

    facts: TaxFacts
    before: Position
    policy: Policy
    stated_long: float
    stated_ordinary: float

    @cached_property
    def now(self) -> MarginalRates:
        """All-in marginal rates where the year stands."""
        with localcontext(prec=PRECISION):
            return marginal_rates(self.facts, self.before)

    @cached_property
    def later(self) -> MarginalRates:
        """The same of years like this one in which no gain is taken."""
        with localcontext(prec=PRECISION):
            return marginal_rates(self.facts)

    @cached_property
    def stands(self) -> TaxBreakdown:
        """The law's tax where the year stands."""
        with localcontext(prec=PRECISION):
            return tax_at(self.facts, self.before)

    @cached_property
    def free(self) -> TaxBreakdown:
        """The law's tax with no gain, nothing carried in and nothing distributed."""
        with localcontext(prec=PRECISION):
            return tax_at(self.facts, NOTHING)

    @property
    def short(self) -> Decimal:
        """τ_s."""
        return self.now.short

    @property
    def long(self) -> Decimal:
        """τ_l."""
        return self.now.long

    @property
    def ordinary(self) -> Decimal:
        """What later years pay on ordinary income."""
        return self.later.ordinary

    @property
    def qualified(self) -> Decimal:
        """What later years pay on qualified dividends."""
        return self.later.long

    @property
    def deferred(self) -> Decimal:
        """τ_ret."""
        own = _stated(self.stated_ordinary, self.later.ordinary)
        return _given(self.policy.tax.deferred_rate, own)

    @cached_property
    def future(self) -> Decimal:
        """τ_f."""
        with localcontext(prec=PRECISION):
            usual = self.later.long
            if self.facts.flat is None:
                usual = max(usual, exact(USUAL_LONG_RATE) + self.facts.state_rate)
        return _given(self.policy.tax.future_gain_rate, _stated(self.stated_long, usual))

    def worth_of(self, carried: Decimal) -> Decimal:
        """Dollars that losses carried out are worth: κ₁ a dollar in the first years, κ₂ beyond."""
        given = self.policy.tax
        with localcontext(prec=PRECISION):
            late = _given(given.carryforward_value, exact(discount(self.policy)) * self.future)
            soon, years = late, given.offset_years if given.carryforward_value is None else 0
            if years:
                worth = [1.0 / (1.0 + given.discount_rate) ** (year + 1) for year in range(years)]
                soon = max(late, self.later.ordinary * exact(sum(worth) / years))
            most = years * self.facts.law.loss_limit(self.facts.filing_status)
            beyond = max(carried - most, ZERO)
            return soon * (carried - beyond) + late * beyond


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
    if given.short_rate is not None or given.long_rate is not None:
        rates = marginal_rates(facts, before)
        flat = FlatRates(_given(given.short_rate, rates.short), _given(given.long_rate, rates.long))
        facts = replace(facts, flat=flat)
    long, ordinary = float(units.usual_long_rate[u]), float(units.usual_ordinary_rate[u])
    return UnitRates(facts, before, policy, long, ordinary)


def _given(value: float | None, default: Decimal) -> Decimal:
    return default if value is None else exact(value)


def _stated(cell: float, default: Decimal) -> Decimal:
    """What a table says, NaN where it says nothing."""
    return default if math.isnan(cell) else exact(cell)
