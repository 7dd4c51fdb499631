"""One filing unit's tax as the law states it, exactly, for SCIP.

Netting is a choice of five regions of (S, L), in each of which what is in income (g), what of it is
ordinary (r) and what is carried out (c ≤ 0) are linear; the choice is stated by copies of S and L
(a convex hull of the five, no big-M). Schedules are functions of one variable. Nothing is taken
from the program's own tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyscipopt import quicksum

from benchmarks.oracles.exact.mip import Expression, Mip, Span
from models.law import Schedule
from models.tax.filing import TaxFacts


@dataclass(frozen=True, slots=True)
class Net:
    """Netted gains: g in income, r taxed as ordinary, c (≤ 0) lost beyond the limit; percents."""

    in_income: Span
    as_ordinary: Span
    carried: Span


def netted(mip: Mip, short: Span, long: Span, limit: float) -> Net:
    """Net short and long gains (Schedule D; 26 U.S.C. 1211, 1222)."""
    total_low, total_high = short.low + long.low, short.high + long.high
    regions = [
        ("beyond the limit", total_low < -limit),
        ("offset", total_low <= 0.0 and total_high >= -limit),
        ("long only", total_high >= 0.0 and short.low <= 0.0 and long.high >= 0.0),
        ("both", short.high >= 0.0 and long.high >= 0.0),
        ("short only", total_high >= 0.0 and long.low <= 0.0 and short.high >= 0.0),
    ]
    reached = [name for name, possible in regions if possible]
    chosen, shorts, longs, incomes, ordinaries, losts = [], [], [], [], [], []
    for name in reached:
        here = mip.binary() if len(reached) > 1 else mip.variable(1.0, 1.0)
        s, m = _copy(mip, short, here), _copy(mip, long, here)
        both = s + m
        income, ordinary, lost = both, both, 0.0 * here
        if name == "beyond the limit":
            mip.require(both <= -limit * here)
            income = ordinary = -limit * here
            lost = both + limit * here
        elif name == "offset":
            mip.require(both <= 0.0)
            mip.require(both >= -limit * here)
        elif name == "long only":
            mip.require(both >= 0.0)
            mip.require(s <= 0.0)
            ordinary = 0.0 * here
        elif name == "both":
            mip.require(s >= 0.0)
            mip.require(m >= 0.0)
            ordinary = 1.0 * s
        else:
            mip.require(both >= 0.0)
            mip.require(m <= 0.0)
        chosen.append(here)
        shorts.append(s)
        longs.append(m)
        incomes.append(income)
        ordinaries.append(ordinary)
        losts.append(lost)
    mip.require(quicksum(chosen) == 1)
    mip.require(quicksum(shorts) == short.of)
    mip.require(quicksum(longs) == long.of)
    low, high = max(-limit, min(total_low, 0.0)), max(total_high, 0.0)
    return Net(
        Span(quicksum(incomes), low, high),
        Span(quicksum(ordinaries), low, max(0.0, short.high, total_high)),
        Span(quicksum(losts), min(total_low + limit, 0.0), 0.0),
    )


def _copy(mip: Mip, gain: Span, here: Expression) -> Expression:
    """A copy of a gain that is zero unless its region is chosen."""
    copy = mip.variable(min(gain.low, 0.0), max(gain.high, 0.0))
    mip.require(copy >= gain.low * here)
    mip.require(copy <= gain.high * here)
    return copy


@dataclass(frozen=True, slots=True)
class ExactTax:
    """Tax and losses carried out of one unit, in percents of the household."""

    tax: Expression
    carried_out: Span


def exact_tax(
    mip: Mip, facts: TaxFacts, net: Net, distribution: Span, percent_usd: float
) -> ExactTax:
    """State T(S, L, D) and what is carried out (Form 1040 lines 7 and 16, Form 8960, state)."""
    income, ordinary, out = net.in_income, net.as_ordinary, distribution
    if facts.flat is not None:
        short, long = float(facts.flat.short), float(facts.flat.long)
        tax = short * (ordinary.of + out.of) + long * (income.of - ordinary.of)
        return ExactTax(tax, Span(-net.carried.of, 0.0, -net.carried.low))

    def units(dollars: object) -> float:
        return float(dollars) / percent_usd  # type: ignore[arg-type]

    status, law = facts.filing_status, facts.law
    earned, dividends = units(facts.ordinary_income), units(facts.qualified_dividends)
    o = Span(
        ordinary.of + out.of + earned,
        ordinary.low + out.low + earned,
        ordinary.high + out.high + earned,
    )
    x = Span(
        income.of + out.of + (earned + dividends),
        income.low + out.low + earned + dividends,
        income.high + out.high + earned + dividends,
    )
    federal = _federal(mip, o, x, law.ordinary(status), law.capital_gains(status), percent_usd)
    rate, threshold = law.niit(status)
    a, b = units(facts.net_investment_income), units(facts.magi - threshold)
    least = mip.function(out.of, out.low, out.high, (a - b,), lambda d: min(a, b + d))
    surtax = mip.positive(
        least + income.of, min(a, b + out.low) + income.low, min(a, b + out.high) + income.high
    )
    floor = max(earned + dividends, 0.0)
    taxed = mip.positive(
        income.of + out.of + floor, income.low + out.low + floor, income.high + out.high + floor
    )
    state = float(facts.state_rate) * (taxed - floor)
    unconsumed = _unconsumed(mip, income, earned + dividends, out)
    carried = Span(unconsumed - net.carried.of, 0.0, max(-income.low, 0.0) - net.carried.low)
    return ExactTax(federal + float(rate) * surtax + state, carried)


def _unconsumed(mip: Mip, income: Span, base: float, out: Span) -> Expression:
    """Offset that income is too low to consume (carryover worksheet lines 1 to 4).

    max(0, offset − max(0, income before gains)), offset = max(0, −g).
    """
    if base + out.low >= -income.low:
        return 0.0 * income.of
    available = mip.positive(out.of + base, base + out.low, base + out.high)
    most = max(base + out.high, 0.0)
    offset = mip.positive(-income.of, -income.high, -income.low)
    return mip.positive(offset - available, -most, max(-income.low, 0.0))


def _federal(
    mip: Mip, o: Span, x: Span, ordinary: Schedule, gains: Schedule, percent_usd: float
) -> Expression:
    """F(o) + G(x) − G(o), or F(x) where that is less (26 U.S.C. 1(h)(1))."""
    knots = sorted({0.0, *_edges(ordinary, percent_usd), *_edges(gains, percent_usd)})

    def first(income: float) -> float:
        return _schedule(ordinary, income, percent_usd)

    def second(income: float) -> float:
        return _schedule(gains, income, percent_usd)

    stacked = mip.function(o.of, o.low, o.high, knots, lambda v: first(v) - second(v))
    stacked = stacked + mip.function(x.of, x.low, x.high, knots, second)
    points = [p for p in knots if o.low < p < x.high] + [x.high]
    rises = [first(p) - second(p) for p in (o.low, *points)]
    if all(later >= earlier for earlier, later in pairwise(rises)):
        return stacked
    plain = mip.function(x.of, x.low, x.high, knots, first)
    reach = max(abs(o.low), abs(x.low), abs(x.high), abs(o.high))
    return stacked - mip.positive(stacked - plain, -reach, reach)


def _edges(schedule: Schedule, percent_usd: float) -> list[float]:
    return [float(edge) / percent_usd for edge in schedule.edges if edge is not None]


def _schedule(schedule: Schedule, income: float, percent_usd: float) -> float:
    """Tax on income by a rate schedule, zero below zero; percents."""
    edges: Sequence[float] = [0.0, *_edges(schedule, percent_usd), float("inf")]
    total = 0.0
    for low, high, rate in zip(edges[:-1], edges[1:], schedule.rates, strict=True):
        total += float(rate) * max(0.0, min(income, high) - low)
    return total
