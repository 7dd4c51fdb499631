"""Rates and scales that follow from a household's return and its policy, for the oracles.

Written from the contract's table of defaults and the law's own functions. Program and judge have
theirs: what one of the three gets wrong shows as a disagreement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from models.arrays import Floats
from models.household import Household, TaxTreatment
from models.law import law_for
from models.ledger import exact
from models.market import Market
from models.policy import Policy, TaxRates
from models.tax.filing import FlatRates, Position, TaxFacts
from models.tax.marginal import USUAL_LONG_RATE, marginal_rates


@dataclass(frozen=True, slots=True)
class UnitRates:
    """A filing unit's return before the run, and fractions: τ_o, τ_s, τ_l there, τ_ret and τ_f.

    `on_income` and `on_qualified` are what income pays in years like this one without its gains.

    A loss carried out is worth κ₁ (`soon`) a dollar up to `most_soon` dollars, κ₂ (`late`) beyond.
    """

    facts: TaxFacts
    before: Position
    ordinary: float
    short: float
    long: float
    on_income: float
    on_qualified: float
    deferred: float
    future: float
    soon: float
    most_soon: float
    late: float

    def worth(self, carried: float) -> float:
        """Dollars that losses carried out are worth: the dearer dollars first."""
        return self.late * carried + (self.soon - self.late) * min(carried, self.most_soon)


def discount(policy: Policy) -> float:
    """δ = (1 − p)(1 + r)^−H: tax at the horizon is owed only if no step-up comes before."""
    return (1.0 - policy.tax.step_up) * _present(policy, policy.risk.horizon_years)


def annuity_years(policy: Policy) -> float:
    """A_H, the worth of a dollar a year until the horizon: (1 − (1 + r)^−H)/r, H if r is 0."""
    rate, years = policy.tax.discount_rate, policy.risk.horizon_years
    return (1.0 - _present(policy, years)) / rate if rate else years


def _present(policy: Policy, years: float) -> float:
    """What a dollar after so many years is worth today."""
    return float((1.0 + policy.tax.discount_rate) ** -years)


def unit_rates(household: Household, policy: Policy) -> tuple[UnitRates, ...]:
    """Return the rates of every filing unit."""
    tax, units = policy.tax, household.units
    found = []
    for u in range(len(household.units.filing_unit_id)):
        facts, before = _return_of(household, u)
        here = marginal_rates(facts, before)
        if tax.short_rate is not None or tax.long_rate is not None:
            facts = replace(facts, flat=_flat(tax, here.short, here.long))
            here = marginal_rates(facts, before)
        coming = marginal_rates(facts)
        ordinary, long = float(coming.ordinary), float(coming.long)
        least = 0.0 if facts.flat else USUAL_LONG_RATE + float(units.state_rate[u])
        future = _first(tax.future_gain_rate, units.usual_long_rate[u], max(long, least))
        years = tax.offset_years if tax.carryforward_value is None else 0
        late = _first(tax.carryforward_value, discount(policy) * future)
        offset = sum(_present(policy, year) for year in range(1, years + 1)) / max(years, 1)
        found.append(
            UnitRates(
                facts=facts,
                before=before,
                ordinary=float(here.ordinary),
                short=float(here.short),
                long=float(here.long),
                on_income=ordinary,
                on_qualified=long,
                deferred=_first(tax.deferred_rate, units.usual_ordinary_rate[u], ordinary),
                future=future,
                soon=max(ordinary * offset, late),
                most_soon=years * float(facts.law.loss_limit(facts.filing_status)),
                late=late,
            )
        )
    return tuple(found)


def account_scale(household: Household, policy: Policy, rates: tuple[UnitRates, ...]) -> Floats:
    """What a dollar of each account counts in weights, `(n_accounts,)`: 1, or after its tax."""
    if not policy.risk.after_tax_weights:
        return np.ones(len(household.treatment))
    owed = np.array([unit.deferred for unit in rates])[household.accounts.filing_unit]
    return np.where(household.treatment == TaxTreatment.DEFERRED, 1.0 - owed, 1.0)


def specific_variances(market: Market) -> Floats:
    """Return d of each identical group: the largest specific variance of its members, annual."""
    securities = market.securities
    own = securities.specific_vol**2
    return np.array(
        [
            np.fmax.reduce(own[securities.identical_group == identical], initial=0.0)
            for identical in range(len(securities.identical_names))
        ]
    )


def _first(*stated: float | None) -> float:
    """The first that is stated: neither None, as in a policy, nor NaN, as in a table."""
    return next(float(one) for one in stated if one is not None and not np.isnan(one))


def _return_of(household: Household, u: int) -> tuple[TaxFacts, Position]:
    """A unit's return before the run, and its year to date less what was carried in."""
    units = household.units
    facts = TaxFacts(
        filing_status=str(units.filing_status[u]),
        ordinary_income=exact(units.ordinary_income[u]),
        qualified_dividends=exact(units.qualified_dividends[u]),
        net_investment_income=exact(units.net_investment_income[u]),
        magi=exact(units.magi[u]),
        state_rate=exact(units.state_rate[u]),
        law=law_for(household.asof.year),
    )
    short, long = (
        exact(year_to_date[u]) - exact(carried_in[u])
        for year_to_date, carried_in in (
            (units.st_realized_ytd, units.st_carryforward),
            (units.lt_realized_ytd, units.lt_carryforward),
        )
    )
    return facts, Position(short, long)


def _flat(tax: TaxRates, short: Decimal, long: Decimal) -> FlatRates:
    """Rates that a policy gives in place of the law; the one it leaves out is the law's."""
    return FlatRates(
        short if tax.short_rate is None else exact(tax.short_rate),
        long if tax.long_rate is None else exact(tax.long_rate),
    )
