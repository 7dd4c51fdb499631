"""Costs, drag, weights and the state before, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.policy import Policy, TradeRules, Weights
from optimizer.judge.verify import verify
from tests.households import (
    BOND,
    CASH,
    NAN,
    STOCK,
    account,
    flow,
    household,
    lot,
    security,
    sell,
    target,
    trade,
    unit,
)
from tests.optimizer.judging import ANNUITY, DELTA, WHOLE, near, no_tracking, terms


def test_drag_is_taxed_by_account() -> None:
    """$1,000 in each account, 2% qualified, 1% ordinary, 3% exempt, 0.1% foreign tax.

    Taxable: 20·15% + 10·22% = 5.20; sheltered: 0.1% of 1,000 = 1, of the IRA's 22% was owed anyway.
    """
    fund = security(
        "VXUS",
        10.0,
        qualified_yield=0.02,
        ordinary_yield=0.01,
        exempt_yield=0.03,
        foreign_tax_yield=0.001,
    )
    kinds = {"TX": "taxable", "IRA": "traditional_ira", "RO": "roth_ira"}
    of = household(
        [account(name, kind) for name, kind in kinds.items()],
        [lot(name, name, "VXUS", 100, 1.0, "2025-01-02") for name in kinds],
        [fund],
        targets={"T": target({STOCK: 1.0})},
    )
    verdict = verify(of, no_tracking(), [])
    assert near(6.98) == verdict.figures.drag_before_usd
    assert near({"tax_drag": ANNUITY * 6.98}) == terms(verdict)


def test_costs_are_spread_commission_and_tickets() -> None:
    """Sell 8,000 at 5 + 2 bps, one ticket of $4.95: 5.60 + 4.95."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 8000.0, "2025-01-02")],
        [security("VTI", 80.0, half_spread_bps=5.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    policy = no_tracking(trades=TradeRules(commission_bps=2.0, ticket_usd=4.95))  # type: ignore[arg-type]
    verdict = verify(of, policy, [sell(of, "TX", "VTI", {"A": 100})])
    assert near(10.55) == verdict.figures.cost_usd
    assert near({"trading_cost": 10.55}) == terms(verdict)


def test_weights_scale_their_terms_and_tax_weighs_the_withdrawal_too() -> None:
    """Doubling every weight doubles the objective and changes no figure."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira", cash=500.0, net_flow=-100.0)],
        [lot("A", "TX", "VTI", 100, 6000.0, "2025-01-02")],
        [security("VTI", 80.0, qualified_yield=0.02, half_spread_bps=5.0)],
        targets={"T": target({STOCK: 1.0})},
    )
    orders = [sell(of, "TX", "VTI", {"A": 50})]
    once = verify(of, Policy(tax=WHOLE), orders)
    twice = verify(of, Policy(tax=WHOLE, weights=Weights(2, 2, 2, 2, 2)), orders)
    assert near({k: 2 * v for k, v in terms(once).items()}) == terms(twice)
    assert len(terms(once)) == 6
    assert replace(
        once.figures,
        terms_usd={},
        terms_before_usd={},
        objective_after_bps=0,
        objective_before_bps=0,
        money_usd_a_year=0,
        risk_usd_a_year=0,
    ) == (
        replace(
            twice.figures,
            terms_usd={},
            terms_before_usd={},
            objective_after_bps=0,
            objective_before_bps=0,
            money_usd_a_year=0,
            risk_usd_a_year=0,
        )
    )


def test_zero_discount_counts_years() -> None:
    """With r = 0, δ = 1 and A_H = H = 5."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 1.0, "2025-01-02")],
        [security("VTI", 10.0, qualified_yield=0.02)],
        targets={"T": target({STOCK: 1.0})},
    )
    policy = no_tracking(tax=replace(WHOLE, discount_rate=0.0))  # type: ignore[arg-type]
    # 1,000·2%·15% = 3 a year, five years.
    assert near({"tax_drag": 15.0}) == terms(verify(of, policy, []))


def test_value_has_all_flows_in_it_and_so_has_the_group() -> None:
    """$100 of cash, +$20 by its own flow, −$30 by the household's: W = W_g = 90.

    All cash under 100% stock, before the flow and after it: TE² = 0.04.
    """
    of = household(
        [account("TX", cash=100.0, net_flow=20.0)],
        targets={"T": target({STOCK: 1.0})},
        net_flow=-30.0,
    )
    figures = verify(of, Policy(), [], [flow("TX", -30)]).figures
    assert figures.value_usd == 90.0
    assert near(0.2) == figures.te_after == figures.te_before


def test_nothing_is_measured_below_a_dollar() -> None:
    """A household of 99 cents has no tracking term and no basis points."""
    figures = verify(household([account("TX", cash=0.99)]), Policy(), []).figures
    assert (
        figures.te_after,
        figures.objective_after_bps,
        figures.objective_before_bps,
    ) == (None, None, None)
    assert figures.terms_usd["tracking_error"] == 0.0


def test_an_empty_group_of_its_own_does_not_void_the_household() -> None:
    """An account of 50 cents with its own target has no tracking term; the others are measured."""
    of = household(
        [account("TX", cash=1000.0), account("ED", cash=0.5, target_id="ED")],
        targets={"T": target({CASH: 1.0}), "ED": target({STOCK: 1.0})},
    )
    figures = verify(of, Policy(), []).figures
    assert figures.objective_after_bps == 0.0


@pytest.mark.parametrize(
    ("cash", "floor", "flow_usd", "defined"),
    [(100.0, 50.0, 0.0, True), (100.0, 150.0, 0.0, False), (100.0, 50.0, -60.0, False)],
)
def test_before_is_undefined_when_the_floor_breaks(
    cash: float, floor: float, flow_usd: float, defined: bool
) -> None:
    """Doing nothing is no state to compare with if it leaves an account under its floor."""
    of = household([account("TX", cash=cash, cash_floor=floor, net_flow=flow_usd)])
    figures = verify(of, Policy(), []).figures
    assert defined == (figures.objective_before_bps is not None)
    assert defined == bool(figures.terms_before_usd)


def test_state_tax_and_surtax_are_in_the_rates() -> None:
    """Income 300,000 (mfj): 24% and 15%, 3.8% on both, 5% state on both, in the drag."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 1.0, "2025-01-02")],
        [security("VTI", 10.0, qualified_yield=0.02, ordinary_yield=0.01)],
        units=[
            unit(
                ordinary_income=300_000.0,
                magi=300_000.0,
                net_investment_income=50_000.0,
                state_rate=0.05,
            )
        ],
        targets={"T": target({STOCK: 1.0})},
    )
    # 20·(15 + 3.8 + 5)% + 10·(24 + 3.8 + 5)% = 4.76 + 3.28.
    assert near(8.04) == verify(of, Policy(), []).figures.drag_after_usd


def test_without_income_a_loss_saves_no_state_tax() -> None:
    """$3,000 lost at a state rate of 9.3% and no income: nothing saved, all of it carried."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 13_000.0, "2020-01-02")],
        units=[unit(ordinary_income=0.0, magi=0.0, state_rate=0.093)],
    )
    verdict = verify(of, Policy(), [sell(of, "TX", "VTI", {"A": 100})])
    assert verdict.figures.tax_usd == 0.0
    assert verdict.units[0].after.carried == 3_000


def test_a_year_without_trades_of_an_undated_ira_lot_is_judged() -> None:
    """Sheltered lots may lack basis and date."""
    of = household([account("IRA", "traditional_ira")], [lot("A", "IRA", "VTI", 10, NAN, "NaT")])
    assert verify(of, Policy(), [sell(of, "IRA", "VTI", 10)]).breaches == ()


def test_bond_is_a_class_of_the_default_market() -> None:
    """The builder's market is what the other tests say it is."""
    of = household([account("TX", cash=1.0)], trades=[trade("TX", "BND", "2026-11-01", "buy", 1)])
    assert list(of.market.targets["T"].classes) == [STOCK, BOND]


def test_money_and_risk_are_said_apart() -> None:
    """$8,000 of VTI, all of it wanted in bonds, sold at 5 bps with a gain of 2,000 at 15%.

    Money: −300 of tax, +0.15·2,000·δ later, −4 of cost, over A_H years. Risk: half of γ·H·σ²·2W is
    gone, (10/2)·(0.04 + 0.0025 − 0.0025)·8,000 a year.
    """
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 6000.0, "2025-01-02")],
        [security("VTI", 80.0, half_spread_bps=5.0), security("BND", 50.0, BOND)],
        targets={"T": target({BOND: 1.0})},
    )
    figures = verify(of, Policy(), [sell(of, "TX", "VTI", {"A": 100})]).figures
    assert figures.money_usd_a_year == pytest.approx((-300.0 + 300.0 * DELTA - 4.0) / ANNUITY)
    assert figures.risk_usd_a_year == pytest.approx(5.0 * 0.04 * 8_000.0, rel=1e-3)


def test_what_cannot_be_compared_with_doing_nothing_saves_nothing_that_is_known() -> None:
    """With a household-level flow there is no state before."""
    of = household([account("TX", cash=1_000.0)], net_flow=-100.0)
    figures = verify(of, Policy(), [], [flow("TX", -100)]).figures
    assert (figures.money_usd_a_year, figures.risk_usd_a_year) == (None, None)
