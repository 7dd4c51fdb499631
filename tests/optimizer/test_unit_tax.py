"""The program's tax of a filing unit is the law's own, in floats, but for one narrow band."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.household import Household
from models.law import law_for
from models.policy import Policy, TaxRates
from models.tax import filing
from optimizer.inputs.unit_tax import UnitTax, annuity, discount, facts_of, unit_taxes
from tests.households import Row, account, household, unit
from tests.strategies import STATUSES, YEARS, cents, units

ROUNDING_USD = 1e-6
"""Dollars: sums of a dozen products of incomes below ten million."""


def of_unit(row: Row, asof: date) -> Household:
    """Return a household that is one filing unit and an empty account."""
    return household([account("TX")], units=[row], asof=asof)


def worth_of(tax: UnitTax) -> filing.CarriedWorth:
    """Return what the program says that carried losses are worth, exactly."""
    return filing.CarriedWorth(*map(exact, (tax.carried.first, tax.carried.most, tax.carried.rest)))


def exact(amount: float) -> Decimal:
    """Return the decimal that a float's shortest text says."""
    return Decimal(repr(amount))


def preferential_edges(asof: date, status: str) -> list[float]:
    """Return where the brackets of long-term gains end, dollars."""
    every = law_for(asof.year).capital_gains(status).edges
    return [float(edge) for edge in every if edge is not None]


@pytest.mark.parametrize(
    ("asof", "status", "usd"),
    [
        # 2026: 50,400 − 49,450 = 950, 100,800 − 98,900 = 1,900, 67,450 − 66,200 = 1,250.
        (YEARS[1], "single", 28.5),
        (YEARS[1], "mfj", 57.0),
        (YEARS[1], "mfs", 28.5),
        (YEARS[1], "hoh", 37.5),
        # 2025: 48,475 − 48,350 = 125, 96,950 − 96,700 = 250, 64,850 − 64,750 = 100.
        (YEARS[0], "single", 3.75),
        (YEARS[0], "mfj", 7.5),
        (YEARS[0], "mfs", 3.75),
        (YEARS[0], "hoh", 3.0),
    ],
)
def test_in_the_narrow_band_the_ordinary_schedule_is_the_lesser(
    asof: date, status: str, usd: float
) -> None:
    """With income where the 0 percent bracket ends, gain up to the next ordinary one pays 12%.

    The worksheet's sum would be 15% of it: more by 3% of the band's width.
    """
    zero_ends, *_ = preferential_edges(asof, status)
    row = unit("U1", status, ordinary_income=zero_ends, magi=zero_ends)
    (tax,) = unit_taxes(of_unit(row, asof), Policy())
    width = usd / 0.03
    stacked = float(tax.ordinary(zero_ends) + tax.total(zero_ends + width))
    assert stacked - tax.tax(0.0, width, 0.0) == pytest.approx(usd)
    assert tax.on_ordinary(zero_ends, zero_ends + width) == tax.ordinary(zero_ends + width)


@settings(deadline=None, max_examples=80)
@given(st.data(), st.sampled_from(YEARS), st.sampled_from(STATUSES))
def test_what_comes_on_top_is_the_least_over_every_total(
    data: st.DataObject, asof: date, status: str
) -> None:
    """`on_top` is the least of min(H(o), H(x)) over x ≥ o + q; `one_sided` is it at x = o + q."""
    zero_ends, *_ = preferential_edges(asof, status)
    paid = data.draw(st.sampled_from([0.0, 40.0, 900.0, 30_000.0]))
    row = unit("U1", status, ordinary_income=zero_ends, qualified_dividends=paid)
    (tax,) = unit_taxes(of_unit(row, asof), Policy())
    low, high = zero_ends - 40_000.0, zero_ends + 10_000.0
    above = np.concatenate([np.arange(0.0, 60_000.0, 25.0), tax.ordinary.knots])
    for o in (zero_ends + data.draw(cents(-38_000.0, 4_000.0)), *tax.ordinary.knots[:3]):
        if low <= o <= high:
            totals = np.append(above[above >= o + paid], o + paid)
            least = min(float(tax.ordinary(o)), float(tax.ordinary(totals).min()))
            assert float(tax.on_top(low, high)(o)) <= least + ROUNDING_USD
            near = float(tax.on_top(low, high)(o))
            assert near == pytest.approx(least, abs=0.03 * 25.0 + ROUNDING_USD)
            here = float(tax.on_ordinary(o, o + paid) + tax.total(o + paid))
            assert float(tax.one_sided(low, high)(o)) == pytest.approx(here, abs=ROUNDING_USD)


gains = st.one_of(st.just(0.0), cents(-60_000.0, 60_000.0), cents(-5_000.0, 5_000.0))
amounts = st.one_of(st.just(0.0), cents(0.0, 80_000.0))


@settings(deadline=None, max_examples=250)
@given(st.data(), st.sampled_from(YEARS), gains, gains, amounts, st.sampled_from([0, 1, 5]))
def test_tax_and_value_are_the_laws(
    data: st.DataObject, asof: date, short: float, long: float, out: float, years: int
) -> None:
    """T and V equal the exact ones, in the narrow band too."""
    of = of_unit(data.draw(units(asof)), asof)
    policy = Policy(tax=TaxRates(offset_years=years))
    (tax,) = unit_taxes(of, policy)
    facts, _ = facts_of(of, policy, 0)
    position = filing.Position(exact(short), exact(long), exact(out))
    lawful = float(filing.tax_at(facts, position).total)
    assert tax.tax(short, long, out) == pytest.approx(lawful, abs=ROUNDING_USD)
    assert tax.stated(short, long, out) <= tax.value(short, long, out) + ROUNDING_USD
    worth = float(filing.value(facts, position, worth_of(tax)))
    assert tax.value(short, long, out) == pytest.approx(worth, abs=ROUNDING_USD)


@settings(deadline=None, max_examples=150)
@given(st.data(), gains, gains, amounts, st.sampled_from([0.0, 0.15, 0.2]))
def test_flat_rates_replace_the_law(
    data: st.DataObject, short: float, long: float, out: float, rate: float
) -> None:
    """Under a policy's own rates T and V equal the exact ones everywhere."""
    asof = YEARS[1]
    policy = Policy(tax=TaxRates(short_rate=0.37, long_rate=rate, carryforward_value=rate / 2))
    of = of_unit(data.draw(units(asof)), asof)
    (tax,) = unit_taxes(of, policy)
    facts, _ = facts_of(of, policy, 0)
    position = filing.Position(exact(short), exact(long), exact(out))
    lawful = float(filing.tax_at(facts, position).total)
    worth = float(filing.value(facts, position, filing.CarriedWorth.flat(exact(rate / 2))))
    assert tax.tax(short, long, out) == pytest.approx(lawful, abs=ROUNDING_USD)
    assert tax.value(short, long, out) == pytest.approx(worth, abs=ROUNDING_USD)


@settings(deadline=None, max_examples=50)
@given(st.data(), st.lists(gains, min_size=1, max_size=6), amounts)
def test_many_gains_at_once_are_each_alone(
    data: st.DataObject, shorts: list[float], out: float
) -> None:
    """`taxes` and `values` of arrays are `tax` and `value` of their elements."""
    (tax,) = unit_taxes(of_unit(data.draw(units(YEARS[1])), YEARS[1]), Policy())
    longs = np.array(shorts[::-1])
    many = tax.taxes(np.array(shorts), longs, out)
    assert many.tolist() == [tax.tax(s, el, out) for s, el in zip(shorts, longs, strict=True)]
    many = tax.values(np.array(shorts), longs, out)
    assert many.tolist() == [tax.value(s, el, out) for s, el in zip(shorts, longs, strict=True)]


@pytest.mark.parametrize("status", STATUSES)
def test_the_order_of_rates_and_the_worth_of_a_loss(status: str) -> None:
    """τ_o ≥ τ_l ≥ κ ≥ 0, κ = δ·τ_f, and the year starts at gains less what was carried in."""
    row = unit("U1", status, st_realized_ytd=500.0, st_carryforward=800.0, lt_carryforward=50.0)
    tax: UnitTax = unit_taxes(of_unit(row, YEARS[1]), Policy())[0]
    assert tax.rate_ordinary >= tax.rate_short >= tax.rate_long >= tax.carried.rest >= 0.0
    assert tax.carried.slope == tax.carried.rest == pytest.approx(tax.rate_future * 1.05**-5)
    assert (tax.short, tax.long) == (-300.0, -50.0)


def test_discount_and_annuity_by_hand() -> None:
    """1.05⁻⁵ = 0.783526; (1 − 0.783526)/0.05 = 4.329477; without interest 1 and 5 years."""
    assert discount(Policy()) == pytest.approx(0.783526, abs=1e-6)
    assert annuity(Policy()) == pytest.approx(4.329477, abs=1e-6)
    free = Policy(tax=TaxRates(discount_rate=0.0))
    assert (discount(free), annuity(free)) == (1.0, 5.0)


def test_tax_by_hand() -> None:
    """A joint return of $150,000 in 2026 gains $10,000 short and $20,000 long.

    Ordinary 160,000: 10% of 24,800 = 2,480; 12% of 76,000 = 9,120; 22% of 59,200 = 13,024; in all
    24,624. The long gain sits from 160,000 to 180,000, above 98,900 and below 613,700: 15%, 3,000.
    Before: 22% on 49,200 = 10,824 in place of 13,024, so 22,424 for income alone.
    """
    (tax,) = unit_taxes(of_unit(unit(), YEARS[1]), Policy())
    assert tax.tax(10_000.0, 20_000.0, 0.0) == pytest.approx(27_624.0)
    assert tax.tax(0.0, 0.0, 0.0) == pytest.approx(22_424.0)
    # A loss of 10,000: 3,000 against income at 22%, 7,000 carried at κ = 0.15·0.783526.
    assert tax.tax(-10_000.0, 0.0, 0.0) == pytest.approx(22_424.0 - 660.0)
    kappa = 0.15 * 1.05**-5
    assert tax.value(0.0, -10_000.0, 0.0) == pytest.approx(22_424.0 - 660.0 - 7_000.0 * kappa)


def test_losses_that_income_takes_in_over_years_are_worth_more_than_later_gains() -> None:
    """κ₁ = 22% · (1/5)·Σ 1.05⁻ʲ = 19.05% on the first 15,000 dollars, κ₂ = 11.75% beyond."""
    policy = Policy(tax=TaxRates(offset_years=5))
    (tax,) = unit_taxes(of_unit(unit("U1", "mfj"), YEARS[1]), policy)
    soon = 0.22 * sum(1.05**-j for j in range(1, 6)) / 5
    late = 0.15 * 1.05**-5
    lost = tax.tax(-23_000.0, 0.0, 0.0)
    worth = 15_000.0 * soon + 5_000.0 * late
    assert tax.value(-23_000.0, 0.0, 0.0) == pytest.approx(lost - worth)


def test_what_gains_will_pay_is_the_usual_year_and_not_tonights() -> None:
    """At 0% today: 15% and the state's 5%; what the return says usually, and the policy first."""
    row = unit("U1", "mfj", ordinary_income=30_000.0, magi=30_000.0, state_rate=0.05)
    (poor,) = unit_taxes(of_unit(row, YEARS[1]), Policy())
    assert (poor.rate_long, poor.rate_future) == pytest.approx((0.05, 0.20))
    row |= {"usual_long_rate": 0.238, "usual_ordinary_rate": 0.41}
    (usual,) = unit_taxes(of_unit(row, YEARS[1]), Policy())
    assert (usual.rate_future, usual.rate_deferred) == (0.238, 0.41)
    given = TaxRates(future_gain_rate=0.1, deferred_rate=0.2)
    (asked,) = unit_taxes(of_unit(row, YEARS[1]), Policy(tax=given))
    assert (asked.rate_future, asked.rate_deferred) == (0.1, 0.2)


def test_a_chance_of_a_step_up_takes_from_later_tax_and_not_from_the_years() -> None:
    """δ = 0.7·1.05⁻⁵; A_H stays."""
    policy = Policy(tax=TaxRates(step_up=0.3))
    assert discount(policy) == pytest.approx(0.7 * 1.05**-5)
    assert annuity(policy) == annuity(Policy())
