"""A filing unit's tax as the program sees it: two piecewise-linear functions and a surtax.

With o the income taxed as ordinary and x all taxable income, the worksheet's tax is
F(o) + G(x) − G(o), F the ordinary and G the preferential schedule, both zero below zero, and never
more than F(x). So T = min(H(o), H(x)) + G(x) + NIIT with H = F − G, whatever the netting; H(x) is
the lesser only in the narrow band where the 0 percent bracket of gains ends before the next
ordinary one. State tax, flat above no income and nothing below, is a part of G. Only H can fail to
be convex (where that bracket ends), and the surtax's minimum when distributions are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np

from models.arrays import Floats
from models.household import Household
from models.law import Law, Schedule, law_for
from models.policy import Policy
from models.tax.filing import NOTHING, FlatRates, Position, TaxFacts, tax_at
from models.tax.marginal import USUAL_LONG_RATE, MarginalRates, marginal_rates
from optimizer.inputs.piecewise import Piecewise


@dataclass(frozen=True)
class UnitTax:
    """The tax of one filing unit, in dollars and fractions.

    Attributes
    ----------
    ordinary, total
        H(o) and G(x), state tax in G: 0 at the income before gains and distributions.
    ahead, band
        The least of H from an income on, and the incomes between which that is less than H, in
        dollars: reversed where it never is.
    income, dividends
        O and q: taxable ordinary income and qualified dividends before the run.
    surtax_rate, investment_income, excess_income
        NIIT = rate · max(0, min(investment_income + g, excess_income + g + D)).
    offset_limit
        The most a net loss may lower income (k).
    short, long
        Net gains of the year to date less what was carried in (S and L before the run).
    rate_short, rate_long
        τ_s and τ_l where the unit stands before the run.
    rate_ordinary, rate_qualified, rate_deferred, rate_future
        Of years to come, which are like this one without the gains taken in it: τ_o and τ_l on
        income, τ_ret and τ_f.
    carried
        What losses carried out are worth: κ₁ up to n·k dollars, κ₂ beyond.
    nothing, before
        T with no gain and nothing carried in, and T of the year to date, by the law's own
        function: what a tax budget counts from.
    """

    ordinary: Piecewise
    total: Piecewise
    ahead: Piecewise
    band: tuple[float, float]
    income: float
    dividends: float
    surtax_rate: float
    investment_income: float
    excess_income: float
    offset_limit: float
    flat: bool
    short: float
    long: float
    rate_short: float
    rate_long: float
    rate_ordinary: float
    rate_qualified: float
    rate_deferred: float
    rate_future: float
    carried: Carried
    nothing: float
    before: float

    def one_sided(self, low: float, high: float) -> Piecewise:
        """min(H(o), H(x)) + G(x) with x = o + q: where all of the net gain is ordinary income.

        Exact between the ordinary incomes `low` and `high`.
        """
        total = self.total.ahead(self.dividends)
        if not self.dividends or not self._touches_band(low, high):
            return self.ordinary + total
        return self.ordinary.lesser(self.ordinary.ahead(self.dividends)) + total

    def on_top(self, low: float, high: float) -> Piecewise:
        """The least of min(H(o), H(x)) over x ≥ o + q: where preferential gain comes on top.

        It is H(o) but in the narrow band, where it under-states by $3 to $57 at most. Holds between
        the ordinary incomes `low` and `high`.
        """
        if not self._touches_band(low, high):
            return self.ordinary
        return self.ordinary.lesser(self.ahead.ahead(self.dividends))

    def _touches_band(self, low: float, high: float) -> bool:
        return low < self.band[1] and high + self.dividends > self.band[0]

    def on_ordinary(self, ordinary: float | Floats, total: float | Floats) -> Floats:
        """min(H(o), H(x)) in dollars."""
        stacked = self.ordinary(ordinary)
        return stacked if self.flat else np.minimum(stacked, self.ordinary(total))

    def consumable(self, distribution: float | Floats) -> Floats:
        """Most of the offset that income can consume (carryover worksheet lines 1 to 4)."""
        if self.flat:
            return np.asarray(self.offset_limit)
        left = np.maximum(0.0, self.income + self.dividends + distribution)
        return np.asarray(np.minimum(self.offset_limit, left))

    def tax(self, short: float, long: float, distribution: float) -> float:
        """T(S, L, D) in dollars."""
        return float(self.taxes(np.float64(short), np.float64(long), distribution))

    def value(self, short: float, long: float, distribution: float) -> float:
        """V = T − the worth of losses carried out, in dollars."""
        return float(self.values(np.float64(short), np.float64(long), distribution))

    def taxes(
        self, short: np.float64 | Floats, long: np.float64 | Floats, distribution: float | Floats
    ) -> Floats:
        """T(S, L, D) in dollars for many points, any shape."""
        net = short + long
        in_income = np.maximum(net, -self.offset_limit)
        one_sided = (net <= 0.0) | (long <= 0.0)
        as_ordinary = np.where(one_sided, in_income, np.maximum(short, 0.0))
        ordinary = self.income + distribution + as_ordinary
        total = self.income + self.dividends + distribution + in_income
        least = np.minimum(self.investment_income, self.excess_income + distribution)
        surtax = in_income + least
        return np.asarray(
            self.on_ordinary(ordinary, total)
            + self.total(total)
            + self.surtax_rate * np.maximum(0.0, surtax)
        )

    def values(
        self, short: np.float64 | Floats, long: np.float64 | Floats, distribution: float | Floats
    ) -> Floats:
        """V = T − the worth of losses carried out, in dollars for many points, any shape."""
        lost = np.maximum(0.0, -(short + long))
        carried = lost - np.minimum(lost, self.consumable(distribution))
        return self.taxes(short, long, distribution) - self.carried.worth(carried)

    def stated(self, short: float, long: float, distribution: float) -> float:
        """V as the program says it, in dollars: never above V, and V but where income is low.

        An offset that income leaves unused, and losses beyond the limit, are worth what each is
        alone. Together they are worth less, if more than n·k dollars.
        """
        lost = max(0.0, -(short + long))
        offset = min(lost, self.offset_limit)
        unused = offset - min(offset, float(self.consumable(distribution)))
        apart = self.carried.worth(unused) + self.carried.worth(lost - offset)
        return self.tax(short, long, distribution) - float(apart)


def unit_taxes(household: Household, policy: Policy) -> tuple[UnitTax, ...]:
    """Return the tax of every filing unit of a household under a policy."""
    return tuple(
        _unit_tax(household, policy, u) for u in range(len(household.units.filing_unit_id))
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """The worth of losses carried out: κ₁ a dollar for the first `most` dollars, κ₂ ≤ κ₁ beyond."""

    first: float
    most: float
    rest: float

    @property
    def slope(self) -> float:
        """What the first dollar is worth."""
        return self.first if self.most else self.rest

    def worth(self, carried: float | Floats) -> Floats:
        """Worth of losses carried out, dollars, any shape."""
        soon = np.minimum(carried, self.most)
        return np.asarray(self.first * soon + self.rest * (carried - soon))


def discount(policy: Policy) -> float:
    """δ = (1 − p)(1 + r)^−H: what a dollar of tax on gains at the horizon is worth today."""
    later = (1.0 + policy.tax.discount_rate) ** -policy.risk.horizon_years
    return float((1.0 - policy.tax.step_up) * later)


def annuity(policy: Policy) -> float:
    """A_H = (1 − (1+r)^−H)/r, years: what a yearly dollar until the horizon is worth today."""
    rate, years = policy.tax.discount_rate, policy.risk.horizon_years
    return float((1.0 - (1.0 + rate) ** -years) / rate) if rate else years


def facts_of(household: Household, policy: Policy, unit: int) -> tuple[TaxFacts, Position]:
    """Return what the law's own function needs of a unit, and where it stands before the run."""
    units = household.units

    def exact(column: str) -> Decimal:
        return Decimal(repr(float(getattr(units, column)[unit])))

    law = law_for(household.asof.year)
    facts = TaxFacts(
        filing_status=str(units.filing_status[unit]),
        ordinary_income=exact("ordinary_income"),
        qualified_dividends=exact("qualified_dividends"),
        net_investment_income=exact("net_investment_income"),
        magi=exact("magi"),
        state_rate=exact("state_rate"),
        law=law,
    )
    before = Position(
        exact("st_realized_ytd") - exact("st_carryforward"),
        exact("lt_realized_ytd") - exact("lt_carryforward"),
    )
    if policy.tax.short_rate is None and policy.tax.long_rate is None:
        return facts, before
    rates = marginal_rates(facts, before)
    return _with_flat(facts, _flat_rates(policy, rates)), before


def _with_flat(facts: TaxFacts, flat: FlatRates) -> TaxFacts:
    return TaxFacts(
        facts.filing_status,
        facts.ordinary_income,
        facts.qualified_dividends,
        facts.net_investment_income,
        facts.magi,
        facts.state_rate,
        facts.law,
        flat,
    )


def _flat_rates(policy: Policy, rates: MarginalRates) -> FlatRates:
    """Return the policy's all-in rates; one that is not given is the law's marginal rate."""
    short = rates.short if policy.tax.short_rate is None else Decimal(repr(policy.tax.short_rate))
    long = rates.long if policy.tax.long_rate is None else Decimal(repr(policy.tax.long_rate))
    return FlatRates(short, long)


def _unit_tax(household: Household, policy: Policy, unit: int) -> UnitTax:
    facts, before = facts_of(household, policy, unit)
    rates, coming = marginal_rates(facts, before), marginal_rates(facts)
    given, units = policy.tax, household.units
    future = given.future_gain_rate
    if future is None:
        future = float(units.usual_long_rate[unit])
    if np.isnan(future):
        usual = 0.0 if facts.flat else USUAL_LONG_RATE + float(units.state_rate[unit])
        future = max(float(coming.long), usual)
    deferred = given.deferred_rate
    if deferred is None:
        deferred = float(units.usual_ordinary_rate[unit])
    if np.isnan(deferred):
        deferred = float(coming.ordinary)
    status, statute = facts.filing_status, facts.law
    flat = facts.flat is not None
    if facts.flat is not None:
        preferential = Piecewise(np.array([]), np.array([float(facts.flat.long)]))
        ordinary = Piecewise(np.array([]), np.array([float(facts.flat.short)])) - preferential
        ahead, band = ordinary, (np.inf, -np.inf)
    else:
        ordinary, preferential, ahead = _schedules(statute, status)
        band = _band(statute, status)
        if facts.state_rate:
            preferential = preferential + _state(facts)
    surtax = statute.niit(status)
    return UnitTax(
        ordinary=ordinary,
        total=preferential,
        ahead=ahead,
        band=band,
        income=0.0 if flat else float(facts.ordinary_income),
        dividends=0.0 if flat else float(facts.qualified_dividends),
        surtax_rate=0.0 if flat else float(surtax.rate),
        investment_income=float(facts.net_investment_income),
        excess_income=float(facts.magi - surtax.threshold),
        offset_limit=float(statute.loss_limit(status)),
        flat=flat,
        short=float(before.net_short),
        long=float(before.net_long),
        rate_short=float(rates.short),
        rate_long=float(rates.long),
        rate_ordinary=float(coming.ordinary),
        rate_qualified=float(coming.long),
        rate_deferred=deferred,
        rate_future=future,
        carried=_carried(policy, float(coming.ordinary), future, float(statute.loss_limit(status))),
        nothing=float(tax_at(facts, NOTHING).total),
        before=float(tax_at(facts, before).total),
    )


def _carried(policy: Policy, ordinary: float, future: float, limit: float) -> Carried:
    """κ₁ = τ_o·(1/n)Σ_{j≤n}(1 + r)^−j up to n·k, κ₂ = δτ_f beyond; or κ as the policy gives it."""
    given, years = policy.tax, policy.tax.offset_years
    if given.carryforward_value is not None:
        return Carried(given.carryforward_value, 0.0, given.carryforward_value)
    rest = discount(policy) * future
    if not years:
        return Carried(rest, 0.0, rest)
    later = (1.0 + given.discount_rate) ** -np.arange(1.0, years + 1.0)
    return Carried(max(ordinary * float(later.mean()), rest), years * limit, rest)


def _state(facts: TaxFacts) -> Piecewise:
    """State tax by total income: flat where there is any, 0 at what there is before the run."""
    income = float(facts.ordinary_income + facts.qualified_dividends)
    least = min(income, 0.0)
    return Piecewise(np.array([least]), np.array([0.0, float(facts.state_rate)]), origin=income)


@cache
def _schedules(law: Law, status: str) -> tuple[Piecewise, Piecewise, Piecewise]:
    """H and G of a filing status, and the least of H from an income on."""
    preferential = _piecewise(law.capital_gains(status))
    ordinary = _piecewise(law.ordinary(status)) - preferential
    return ordinary, preferential, ordinary.least_from()


@cache
def _band(law: Law, status: str) -> tuple[float, float]:
    """Incomes between which H falls below what it was before: reversed where it never does."""
    ordinary, _, ahead = _schedules(law, status)
    over = ordinary - ahead
    inside = np.flatnonzero(over(over.knots) > 0.0)
    if not len(inside):
        return np.inf, -np.inf
    return float(over.knots[inside[0] - 1]), float(over.knots[inside[-1] + 1])


def _piecewise(schedule: Schedule) -> Piecewise:
    """Return a rate schedule as a function that is zero below zero."""
    edges = [0.0, *(float(edge) for edge in schedule.edges if edge is not None)]
    slopes = [0.0, *(float(rate) for rate in schedule.rates)]
    return Piecewise(np.array(edges), np.array(slopes))
