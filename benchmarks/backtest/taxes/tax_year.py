"""One filing unit's tax year: what the portfolio added to its return, and what it carries on.

The tax on wages alone is paid from wages. Everything above it is the portfolio's: it is paid from
the taxable account at the first look from March on (the due date is 15 April), and a saving, such
as a loss against wages, comes back the same way. Kinds are told apart by adding them to the return
in this order: dividends, gains, distributions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from models.household import Household
from models.law import law_for
from models.ledger import exact
from models.tax.filing import FlatRates, TaxBreakdown, TaxFacts, tax
from models.tax.marginal import MarginalRates, marginal_rates

CENTS = 2
"""Decimals of a dollar amount on a return."""


@dataclass(frozen=True, slots=True)
class Income:
    """Dollars of one unit in one year: dividends of taxable accounts by kind, and distributions."""

    qualified: float = 0.0
    ordinary: float = 0.0
    exempt: float = 0.0
    distributions: float = 0.0
    penalties: float = 0.0

    def plus(self, other: Income) -> Income:
        """Return the sum, kind by kind."""
        return Income(
            self.qualified + other.qualified,
            self.ordinary + other.ordinary,
            self.exempt + other.exempt,
            self.distributions + other.distributions,
            self.penalties + other.penalties,
        )


@dataclass(frozen=True, slots=True)
class YearTax:
    """The portfolio's part of a year's tax in dollars, by kind, and the losses carried out."""

    dividends: float
    gains: float
    distributions: float
    carry_short: float
    carry_long: float

    @property
    def total(self) -> float:
        """All kinds together; negative is a saving."""
        return self.dividends + self.gains + self.distributions


def wage_facts(household: Household, u: int, wages: float, law_year: int) -> TaxFacts:
    """Return the unit's return with nothing on it but wages."""
    law, status = law_for(law_year), str(household.units.filing_status[u])
    income = _cents(wages)
    return TaxFacts(
        filing_status=status,
        ordinary_income=income,
        qualified_dividends=Decimal(0),
        net_investment_income=Decimal(0),
        magi=income + law.standard_deduction(status),
        state_rate=exact(household.units.state_rate[u]),
        law=law,
    )


def with_dividends(facts: TaxFacts, income: Income) -> TaxFacts:
    """Return the unit's return with the dividends on it."""
    qualified, ordinary = _cents(income.qualified), _cents(income.ordinary)
    return replace(
        facts,
        ordinary_income=facts.ordinary_income + ordinary,
        qualified_dividends=facts.qualified_dividends + qualified,
        net_investment_income=facts.net_investment_income + qualified + ordinary,
        magi=facts.magi + qualified + ordinary,
    )


def year_tax(household: Household, u: int, wages: float, income: Income, law_year: int) -> YearTax:
    """Return the tax that dividends, gains and distributions add, and what is carried out.

    State tax on dividends is the flat rate on qualified and ordinary dividends: the law's function
    leaves it to the wages, where it would be paid from.
    """
    units = household.units
    base = wage_facts(household, u, wages, law_year)
    facts = with_dividends(base, income)
    short = _cents(units.st_realized_ytd[u]) - _cents(units.st_carryforward[u])
    long = _cents(units.lt_realized_ytd[u]) - _cents(units.lt_carryforward[u])
    distributed = _cents(income.distributions)
    nothing = Decimal(0)
    state = base.state_rate * (_cents(income.qualified) + _cents(income.ordinary))
    before = tax(base, nothing, nothing).total
    dividends = tax(facts, nothing, nothing).total
    gains = tax(facts, short, long).total
    last: TaxBreakdown = tax(facts, short, long, distributed)
    return YearTax(
        dividends=float(dividends - before + state),
        gains=float(gains - dividends),
        distributions=float(last.total - gains) + income.penalties,
        carry_short=float(last.carry_short),
        carry_long=float(last.carry_long),
    )


def usual_rates(household: Household, u: int, wages: float, law_year: int) -> MarginalRates:
    """Return the marginal rates of the unit's usual year: wages alone."""
    return marginal_rates(wage_facts(household, u, wages, law_year))


def liquidation_tax(
    household: Household, u: int, rates: MarginalRates, gains: tuple[float, float], law_year: int
) -> float:
    """Return what realizing unrealized `gains` (short, long) would add at usual rates, dollars.

    Losses net against gains and against what is carried in; a loss that is left is worth the
    yearly offset and no more. The rates are those of one more dollar, not of a lump: nobody sells
    everything in one year who can help it.
    """
    units = household.units
    flat = FlatRates(rates.short, rates.long)
    facts = replace(wage_facts(household, u, 0.0, law_year), flat=flat)
    net_short = _cents(units.st_realized_ytd[u]) - _cents(units.st_carryforward[u])
    net_long = _cents(units.lt_realized_ytd[u]) - _cents(units.lt_carryforward[u])
    after = tax(facts, net_short + _cents(gains[0]), net_long + _cents(gains[1])).total
    return float(after - tax(facts, net_short, net_long).total)


def _cents(dollars: float) -> Decimal:
    return exact(round(float(dollars), CENTS))
