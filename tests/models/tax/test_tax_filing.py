"""The tax function of a filing unit, its differences and its slopes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law import FILING_STATUSES, law_for
from models.tax.filing import (
    NOTHING,
    CarriedWorth,
    FlatRates,
    Position,
    TaxFacts,
    budget_tax,
    distribution_tax,
    tax,
    tax_at,
    tax_change,
    value,
)
from models.tax.marginal import marginal_rates

D = Decimal
GAINS = st.integers(-20_000_000, 40_000_000).map(lambda cents: D(cents) / 100)
INCOMES = st.integers(-4_000_000, 100_000_000).map(lambda cents: D(cents) / 100)


def facts(income=120_000, status="single", **changes):
    """Return a unit of 2026 with a state rate of 5 percent and no investment income."""
    base = TaxFacts(
        filing_status=status,
        ordinary_income=D(income),
        qualified_dividends=D(0),
        net_investment_income=D(0),
        magi=D(income) + law_for(2026).standard_deduction(status),
        state_rate=D("0.05"),
        law=law_for(2026),
    )
    return replace(base, **changes)


def test_a_worked_position():
    """One unit's tax, line by line.

    Single 2026, 120,000 taxable, net short −5,000 and long 1,000: net −4,000, offset 3,000.
    Federal on 117,000: 1,240 + 4,560 + 12,166 + (117,000 − 105,700) · 24% = 20,678.
    State −3,000 · 5% = −150. Carried: 5,000 − (3,000 + 1,000) = 1,000 short.
    """
    result = tax(facts(), D(-5000), D(1000))
    assert result.federal == 20678
    assert (result.niit, result.state, result.total) == (0, -150, 20528)
    assert (result.ordinary_offset, result.carry_short, result.carry_long) == (3000, 1000, 0)


def test_differences_of_a_plan():
    """tax_usd, distribution tax and the budget figure add up to one another."""
    before, after = Position(D(2000), D(5000)), Position(D(-1000), D(25000), D(40000))
    unit = facts()
    # 22%/24% edge at 105,700 is below 120,000: short 2,000 costs 24% + 5%, long 15% + 5%.
    assert tax_at(unit, before).total - tax_at(unit, NOTHING).total == D("580") + D("1000")
    # after: 24,000 preferential at 20% = 4,800.
    assert tax_change(unit, before, after) == D(4800) - D(1580)
    # 40,000 at 24% + 5%, all below 201,775, MAGI 136,100 + 24,000 + 40,000 = 200,100: NIIT on 100.
    assert distribution_tax(unit, after) == D("11600") + D("3.8")
    assert budget_tax(unit, after) == D(4800) + distribution_tax(unit, after)


@pytest.mark.parametrize(
    ("income", "dividends", "short", "out", "state"),
    [
        (120_000, 0, -9_000, 0, -150),  # 5% of the offset
        (2_000, 0, -9_000, 0, -100),  # of the $2,000 there are
        (1_500, 500, -9_000, 0, -100),  # dividends are income
        (0, 0, -9_000, 0, 0),  # nothing to save from
        (-4_000, 1_000, -9_000, 0, 0),  # nor from unused deductions
        (0, 0, -9_000, 10_000, 350),  # what is distributed is income: 10,000 - 3,000
        (0, 0, -9_000, 1_000, 0),
        (-4_000, 0, 6_000, 0, 300),  # deductions are the federal return's
    ],
)
def test_state_tax_never_falls_below_none(income, dividends, short, out, state):
    """5% of what gains and distributions add to income, down to no income at all."""
    unit = facts(income, qualified_dividends=D(dividends))
    assert tax(unit, D(short), D(0), D(out)).state == state


def test_the_surtax_knows_what_investment_income_is():
    """A distribution raises MAGI only; a net loss lowers investment income and MAGI."""
    unit = facts(net_investment_income=D(30_000), magi=D(195_000))
    assert tax(unit, D(0), D(0)).niit == 0
    assert tax(unit, D(0), D(0), D(10_000)).niit == D("0.038") * 5_000
    assert tax(unit, D(0), D(20_000), D(60_000)).niit == D("0.038") * 50_000
    assert tax(unit, D(-9_000), D(0), D(60_000)).niit == D("0.038") * 27_000


def test_qualified_dividends_keep_their_rate_beside_a_loss():
    """A net loss lowers ordinary income by the limit and leaves the dividends at 15 percent."""
    plain = facts(qualified_dividends=D(10_000), state_rate=D(0))
    saved = tax(plain, D(0), D(0)).federal - tax(plain, D(0), D(-50_000)).federal
    assert saved == D("0.24") * 3_000


def test_flat_rates_replace_the_law():
    """All-in rates tax gains, offset and distributions alone, and consume the whole offset."""
    unit = facts(income=-50_000, flat=FlatRates(D("0.40"), D("0.20")))
    assert tax(unit, D(1000), D(2000), D(100)).total == D(400) + D(400) + D(40)
    poor = tax(unit, D(-5000), D(0))
    assert (poor.total, poor.carry_short) == (D(-1200), D(2000))
    # V = τo·N at N ≥ −k, and κ·N − (τo − κ)·k beyond it: κ = 0.1, k = 3,000.
    assert (
        value(unit, Position(D(-5000), D(0)), CarriedWorth.flat(D("0.1")))
        == D(-500) - D("0.3") * 3000
    )
    assert marginal_rates(unit)[:3] == (D("0.40"), D("0.40"), D("0.20"))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # 24% + 5% state; 15% + 5% state; no surtax.
        (facts(120_000), ("0.29", "0.29", "0.20", "0.29")),
        # Above the surtax threshold, with no investment income: gains pay it, a distribution
        # does not.
        (facts(300_000), ("0.438", "0.438", "0.238", "0.40")),
        # With investment income below the excess the distribution pays none either; with MAGI
        # in between it drags investment income in.
        (
            facts(190_000, net_investment_income=D(30_000), magi=D(206_000)),
            ("0.328", "0.328", "0.238", "0.328"),
        ),
        # Unused deductions: the next dollars are free but for the state.
        (facts(-5_000), ("0.05", "0.05", "0.05", "0.05")),
        # Ordinary 40,000, dividends up to 60,000: an ordinary dollar costs 12% and pushes a
        # dividend from 0 to 15%.
        (
            facts(40_000, qualified_dividends=D(20_000)),
            ("0.32", "0.32", "0.20", "0.32"),
        ),
        # Ordinary income between the two edges (49,450 and 50,400): 12% < 15%, so short is
        # raised to long.
        (
            facts(49_500, qualified_dividends=D(50_000)),
            ("0.20", "0.20", "0.20", "0.17"),
        ),
    ],
)
def test_marginal_rates(unit, expected):
    """All-in rates: ordinary, short, long, distribution."""
    assert marginal_rates(unit) == tuple(map(D, expected))


def test_marginal_rates_start_where_the_year_stands():
    """Gains to date move the brackets; a loss in hand does not make gains look free."""
    unit = facts(100_000, state_rate=D(0))
    assert marginal_rates(unit).ordinary == D("0.22")
    assert marginal_rates(unit, Position(D(5_700), D(0))).ordinary == D("0.24")
    assert marginal_rates(unit, Position(D(-90_000), D(0))) == marginal_rates(unit)


@given(st.sampled_from(FILING_STATUSES), INCOMES, GAINS, GAINS, st.sampled_from([0, 25_000]))
@settings(deadline=None, max_examples=150)
def test_tax_grows_with_each_kind_of_dollar(status, income, short, long, dividends):
    """Rates are ordered and lie in [0, 0.6]; no extra dollar of gain or income lowers the tax."""
    unit = facts(income, status, qualified_dividends=D(dividends), magi=max(D(0), income))
    rates = marginal_rates(unit, Position(short, long))
    assert D("0.6") >= rates.ordinary >= rates.short >= rates.long >= 0
    here = tax(unit, short, long).total
    assert tax(unit, short + 1, long).total >= here
    assert tax(unit, short, long + 1).total >= here
    assert tax(unit, short, long, D(1)).total >= here


@given(GAINS, GAINS)
@settings(deadline=None, max_examples=100)
def test_flat_value_is_one_of_three_convex_pieces(short, long):
    """V at flat rates equals the piece of its netting direction.

    N ≤ 0: max(τo·N, κ·N − (τo − κ)·k); N ≥ 0 and L ≥ 0: max(τs·S + τl·L, τl·N); else τs·N.
    """
    high, low, kappa, limit = D("0.40"), D("0.20"), D("0.15"), D(3000)
    unit = facts(flat=FlatRates(high, low))
    net = short + long
    if net <= 0:
        piece = max(high * net, kappa * net - (high - kappa) * limit)
    elif long >= 0:
        piece = max(high * short + low * long, low * net)
    else:
        piece = high * net
    assert value(unit, Position(short, long), CarriedWorth.flat(kappa)) == piece
