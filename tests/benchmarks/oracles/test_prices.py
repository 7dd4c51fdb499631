"""Rates and prices that the oracles work out by themselves, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.oracles.prices import forgone, yearly_costs, yearly_costs_of_cash
from benchmarks.oracles.rates import UnitRates, annuity_years, discount, unit_rates
from models.household import Household
from models.policy import Policy, TaxRates
from tests.households import BOND, CASH, account, household, lot, security, unit

WHOLE = TaxRates(drag_reference="none")
"""Costs as they are, not beyond what the target bears."""


def of(**given: float) -> Household:
    """Return lots of $10,000 in a taxable account, at a gain and at a loss; 22% and 15%."""
    return household(
        [account("TAX", cash_yield=0.01), account("IRA", "traditional_ira", cash_yield=0.03)],
        [
            lot("soon", "TAX", "VTI", 100, 9_000.0, "2026-02-28"),
            lot("later", "TAX", "VTI", 100, 9_000.0, "2026-11-19"),
            lot("long", "TAX", "VTI", 100, 9_000.0, "2024-11-19"),
            lot("loss", "TAX", "BND", 200, 12_000.0, "2026-02-28"),
            lot("ira", "IRA", "VTI", 100, 9_000.0, "2026-02-28"),
        ],
        [
            security("VTI", 100.0, qualified_yield=0.02, foreign_tax_yield=0.001),
            security("BND", 50.0, BOND, ordinary_yield=0.04, specific_vol=0.12),
            security("MMF", 1.0, CASH, instrument="money_market", ordinary_yield=0.025),
        ],
        units=[unit(**given)],
    )


def rates(tax: TaxRates, **given: float) -> UnitRates:
    """Return the rates of the one filing unit."""
    return unit_rates(of(**given), Policy(tax=tax))[0]


def test_a_step_up_lowers_what_is_owed_later_and_not_what_is_paid_each_year() -> None:
    """δ = 0.7·1.05⁻⁵ = 0.548468, A_H = (1 − 1.05⁻⁵)/0.05 = 4.329477."""
    policy = Policy(tax=TaxRates(step_up=0.3))
    assert discount(policy) == pytest.approx(0.548468, abs=1e-6)
    assert annuity_years(policy) == pytest.approx(4.329477, abs=1e-6)


@pytest.mark.parametrize(
    ("tax", "given", "expected"),
    [
        (TaxRates(future_gain_rate=0.05), {"usual_long_rate": 0.2}, 0.05),
        (TaxRates(), {"usual_long_rate": 0.2}, 0.2),
        (TaxRates(), {"ordinary_income": 20_000.0, "state_rate": 0.03}, 0.18),
        (TaxRates(), {"ordinary_income": 700_000.0, "magi": 700_000.0}, 0.238),
        (TaxRates(long_rate=0.1, short_rate=0.3), {"state_rate": 0.03}, 0.1),
    ],
    ids=["policy", "usual", "a year at 0%", "a year at 20% and surtax", "flat"],
)
def test_gains_later_are_taxed_at_a_usual_years_rate(
    tax: TaxRates, given: dict[str, float], expected: float
) -> None:
    """The policy's, else the unit's, else today's and at least 15% and the state's."""
    assert rates(tax, **given).future == pytest.approx(expected)


def test_what_leaves_later_is_taxed_at_a_usual_years_rate() -> None:
    """The policy's, else the unit's, else today's."""
    usual = {"usual_ordinary_rate": 0.12}
    found = [rates(TaxRates(deferred_rate=0.3), **usual), rates(TaxRates(), **usual)]
    assert [each.deferred for each in [*found, rates(TaxRates())]] == [0.3, 0.12, 0.22]


def test_losses_are_worth_more_where_income_takes_them_in() -> None:
    """$15,000 at κ₁ = 0.22·mean(1.05⁻¹ … 1.05⁻⁵) = 0.190497, then κ₂ = 0.15·1.05⁻⁵ = 0.117529."""
    found = rates(TaxRates(offset_years=5))
    assert found.worth(20_000.0) == pytest.approx(15_000 * 0.190497 + 5_000 * 0.117529, abs=0.02)
    assert rates(TaxRates()).worth(20_000.0) == pytest.approx(20_000 * 0.117529, abs=0.02)


@pytest.mark.parametrize(
    "tax",
    [
        TaxRates(offset_years=5, carryforward_value=0.1),
        TaxRates(offset_years=5, future_gain_rate=0.4),
    ],
    ids=["given", "gains later are dearer"],
)
def test_no_loss_is_worth_less_than_those_beyond(tax: TaxRates) -> None:
    """κ as given stands for both; κ₁ is never below κ₂ = 0.4·1.05⁻⁵ = 0.313410."""
    each = tax.carryforward_value or 0.313410
    assert rates(tax).worth(20_000.0) == pytest.approx(20_000 * each, abs=0.02)


def test_waiting_is_priced_by_the_days_that_are_left() -> None:
    """Of gains of $1,000: all with 101 days to go; 0.07·5·365/365 − (0.22 − 0.117529) with 365."""
    policy = Policy()
    found = forgone(of(), policy, unit_rates(of(), policy))
    assert dict(zip(of().lots.lot_id, found.tolist(), strict=True)) == pytest.approx(
        {"soon": 1_000.0, "later": 247.529, "long": 0.0, "loss": 0.0, "ira": 0.0}, abs=1e-3
    )
    off = Policy(tax=TaxRates(waiting=False))
    assert not forgone(of(), off, unit_rates(of(), off)).any()


def test_a_harvest_later_may_be_deeper() -> None:
    """σ = √(0.05² + 0.12²) = 0.13 of $10,000, √(30/365/2π) = 0.114373, (1 − 0.783526)·0.15."""
    policy = Policy(tax=TaxRates(waiting=False, harvest_option=True))
    found = forgone(of(), policy, unit_rates(of(), policy))
    assert found.sum() == found[of().lots.lot_id == "loss"].sum()
    assert found.sum() == pytest.approx(4.8280, abs=1e-3)


def test_cash_that_earns_less_than_the_best_costs_the_difference() -> None:
    """The best earns 3%. Taxable: 22% of 1%, and 2% missed; IRA: nothing; the fund misses 0.5%."""
    policy = Policy(tax=WHOLE)
    paid = unit_rates(of(), policy)
    assert yearly_costs_of_cash(of(), paid) == pytest.approx([0.0222, 0.0])
    assert yearly_costs(of(), policy, paid) == pytest.approx(
        np.array([[0.003, 0.0088, 0.0105], [0.00078, 0.0, 0.0039]])
    )
