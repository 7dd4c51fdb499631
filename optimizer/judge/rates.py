"""Rates of each filing unit before the run: what the judge prices its figures with.

Written from the contract's table of defaults, apart from the program's own, so that a slip in one
of them shows as a disagreement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from models.household import Household
from models.law import law_for
from models.ledger import exact
from models.policy import Policy
from models.tax.filing import FlatRates, Position, TaxFacts
from models.tax.marginal import marginal_rates


@dataclass(frozen=True, slots=True)
class UnitRates:
    """A filing unit's return before the run and the rates that follow from it, as fractions.

    `before` is the year to date less what was carried in. `ordinary` τ_o and `long` τ_l are all-in
    marginal rates; `deferred` is τ_ret, `future` τ_f, `carryforward` κ.
    """

    facts: TaxFacts
    before: Position
    ordinary: Decimal
    long: Decimal
    deferred: Decimal
    future: Decimal
    carryforward: Decimal


def discount(policy: Policy) -> float:
    """δ = (1 + r)^−H: today's worth of a dollar at the horizon."""
    return float((1.0 + policy.tax.discount_rate) ** -policy.risk.horizon_years)


def annuity_years(policy: Policy) -> float:
    """A_H = (1 − (1 + r)^−H)/r, or H if r = 0: today's worth of a dollar a year."""
    rate = policy.tax.discount_rate
    return policy.risk.horizon_years if rate == 0 else (1.0 - discount(policy)) / rate


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
    future = _given(given.future_gain_rate, rates.long)
    return UnitRates(
        facts=facts,
        before=before,
        ordinary=rates.ordinary,
        long=rates.long,
        deferred=_given(given.deferred_rate, rates.ordinary),
        future=future,
        carryforward=_given(
            given.carryforward_value, min(exact(discount(policy)) * future, rates.long)
        ),
    )


def _given(value: float | None, default: Decimal) -> Decimal:
    return default if value is None else exact(value)
