"""The tax of one filing unit in one year: the one function that judge and optimizer both quote.

A unit's position is three numbers: its net short gain, its net long gain (both signed, year to
date plus the run, *less* what was carried in) and the dollars distributed from deferred accounts.
Everything else about the household is in `TaxFacts`. Figures of a plan are differences of this
function, so there is no second formula that could disagree with it.

State tax is a flat rate on what gains and distributions add to income, and never less than nothing:
a loss saves what the state would have taken and no more,

    state = rate · max(net gain + distribution, −max(0, ordinary income + qualified dividends)).

Refused: letting unused federal deductions relieve gains of it; they are the federal return's.

A policy may replace the law by all-in flat rates; then only gains, the offset and distributions
are taxed, at those rates, and the whole offset counts as consumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from models.law import Law
from models.tax.federal import income_tax
from models.tax.netting import Carryover, Netted, carry_over, net_gains
from models.tax.niit import niit

ZERO: Final = Decimal(0)


class FlatRates(NamedTuple):
    """All-in rates of a policy: fractions that replace federal, NIIT and state law."""

    short: Decimal
    long: Decimal


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What a filing unit's return says before capital gains and distributions.

    Attributes
    ----------
    filing_status
        One of single, mfj, mfs, hoh.
    ordinary_income
        Taxable ordinary income after deductions, dollars; qualified dividends and gains are not in
        it. Negative: deductions that no ordinary income has used.
    qualified_dividends
        Dollars, taxed like long-term gain.
    net_investment_income
        Dollars before gains, qualified dividends in (26 U.S.C. 1411(c)).
    magi
        Modified adjusted gross income in dollars, before gains.
    state_rate
        Flat, a fraction, on net gain (less the offset) and on distributions, down to no income.
    law
        The law of the tax year.
    flat
        The policy's own rates, when it gives them; else None.
    """

    filing_status: str
    ordinary_income: Decimal
    qualified_dividends: Decimal
    net_investment_income: Decimal
    magi: Decimal
    state_rate: Decimal
    law: Law
    flat: FlatRates | None = None


class Position(NamedTuple):
    """A unit's year: signed net gains less what was carried in, and deferred money, in dollars."""

    net_short: Decimal
    net_long: Decimal
    distribution: Decimal = ZERO


NOTHING: Final = Position(ZERO, ZERO, ZERO)
"""No gain, nothing carried in, nothing distributed: where a tax budget starts to count."""


@dataclass(frozen=True, slots=True)
class TaxBreakdown:
    """One year's tax in dollars, and what it leaves for the next.

    `total` = `federal` + `niit` + `state`; under flat rates `federal` holds everything.
    `gain_ordinary`, `gain_preferential` and `ordinary_offset` are the netted gains,
    `taxable_income` is before its floor at zero.
    """

    federal: Decimal
    niit: Decimal
    state: Decimal
    total: Decimal
    gain_ordinary: Decimal
    gain_preferential: Decimal
    ordinary_offset: Decimal
    taxable_income: Decimal
    carry_short: Decimal
    carry_long: Decimal

    @property
    def carried(self) -> Decimal:
        """Losses carried out, both characters, in dollars >= 0."""
        return self.carry_short + self.carry_long


def tax(
    facts: TaxFacts, net_short: Decimal, net_long: Decimal, distribution: Decimal = ZERO
) -> TaxBreakdown:
    """Tax of the unit for the year, exactly (Form 1040 lines 7 and 16, Form 8960, flat state rate).

    Parameters
    ----------
    facts
        The return before gains and distributions.
    net_short, net_long
        Signed dollars: year to date plus run, less the carryforward of that character.
    distribution
        Dollars out of deferred accounts: ordinary income and MAGI, but no investment income.
    """
    netted = net_gains(net_short, net_long, facts.law.loss_limit(facts.filing_status))
    if facts.flat is not None:
        return _flat_tax(facts.flat, netted, net_short, net_long, distribution)
    taxable = facts.ordinary_income + facts.qualified_dividends + distribution + netted.net
    taxes = _taxes(facts, netted, distribution, taxable)
    carried = carry_over(net_short, net_long, netted.offset, taxable)
    return _breakdown(taxes, netted, taxable, carried)


def total_tax(
    facts: TaxFacts, net_short: Decimal, net_long: Decimal, distribution: Decimal = ZERO
) -> Decimal:
    """Return the total of `tax` alone: a slope asks for nothing else, and asks often."""
    if facts.flat is not None:
        return tax(facts, net_short, net_long, distribution).total
    netted = net_gains(net_short, net_long, facts.law.loss_limit(facts.filing_status))
    taxable = facts.ordinary_income + facts.qualified_dividends + distribution + netted.net
    return sum(_taxes(facts, netted, distribution, taxable), ZERO)


def _taxes(
    facts: TaxFacts, netted: Netted, distribution: Decimal, taxable: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """Federal tax, NIIT and state tax of netted gains."""
    status, law = facts.filing_status, facts.law
    federal = income_tax(law, status, taxable, facts.qualified_dividends + netted.preferential)
    surtax = niit(
        law,
        status,
        facts.net_investment_income + netted.net,
        facts.magi + distribution + netted.net,
    )
    income = max(ZERO, facts.ordinary_income + facts.qualified_dividends)
    state = facts.state_rate * max(netted.net + distribution, -income)
    return federal, surtax, state


def tax_at(facts: TaxFacts, position: Position) -> TaxBreakdown:
    """Tax of the unit at a position (see `tax`)."""
    return tax(facts, *position)


def tax_change(facts: TaxFacts, before: Position, after: Position) -> Decimal:
    """Tax that the run's sales add this year, in dollars: T(after, D=0) − T(before, D=0).

    Negative is a saving. Distributions are left out; `distribution_tax` counts them.
    """
    return (
        tax(facts, after.net_short, after.net_long).total
        - tax(facts, before.net_short, before.net_long).total
    )


def distribution_tax(facts: TaxFacts, after: Position) -> Decimal:
    """Tax that the run's distributions add, in dollars: T(after, D) − T(after, 0)."""
    return tax_at(facts, after).total - tax(facts, after.net_short, after.net_long).total


def budget_tax(facts: TaxFacts, position: Position) -> Decimal:
    """Tax that a budget counts, in dollars: T(position) − T(no gain, nothing carried in, D=0)."""
    return tax_at(facts, position).total - tax_at(facts, NOTHING).total


class CarriedWorth(NamedTuple):
    """What losses carried out are worth: κ₁ a dollar up to `most`, κ₂ a dollar beyond."""

    first: Decimal
    most: Decimal
    rest: Decimal

    @classmethod
    def flat(cls, rate: Decimal) -> CarriedWorth:
        """The same worth for every dollar."""
        return cls(rate, ZERO, rate)

    def of(self, carried: Decimal) -> Decimal:
        """Worth in dollars of a loss carried out (≥ 0)."""
        soon = min(carried, self.most)
        return self.first * soon + self.rest * (carried - soon)


def value(facts: TaxFacts, position: Position, worth: CarriedWorth) -> Decimal:
    """V = T − κ₁·min(c, n·k) − κ₂·(c − n·k)⁺ with c the losses carried out, in dollars."""
    result = tax_at(facts, position)
    return result.total - worth.of(result.carried)


def _flat_tax(
    rates: FlatRates,
    netted: Netted,
    net_short: Decimal,
    net_long: Decimal,
    distribution: Decimal,
) -> TaxBreakdown:
    ordinary = netted.ordinary - netted.offset + distribution
    federal = rates.short * ordinary + rates.long * netted.preferential
    carried = carry_over(net_short, net_long, netted.offset, ZERO)
    return _breakdown((federal, ZERO, ZERO), netted, ordinary + netted.preferential, carried)


def _breakdown(
    taxes: tuple[Decimal, Decimal, Decimal], netted: Netted, taxable: Decimal, carried: Carryover
) -> TaxBreakdown:
    return TaxBreakdown(
        federal=taxes[0],
        niit=taxes[1],
        state=taxes[2],
        total=sum(taxes, ZERO),
        gain_ordinary=netted.ordinary,
        gain_preferential=netted.preferential,
        ordinary_offset=netted.offset,
        taxable_income=taxable,
        carry_short=carried.short,
        carry_long=carried.long,
    )
