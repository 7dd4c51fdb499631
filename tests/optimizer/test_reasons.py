"""Reasons and worths in households small enough to reckon by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.book.read import read_book
from models.household import Household
from models.order import Order
from models.plan import Plan, Status
from models.policy import Policy, TradeRules, Weights
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    STOCK,
    account,
    household,
    lot,
    security,
    target,
)

SAMPLE = Path(__file__).parents[2] / "scenarios" / "sample"
NO_DRAG = Policy(weights=Weights(tax_drag=0.0))


def by_security(plan: Plan) -> dict[str, Order]:
    """Return the orders of a plan by security and side."""
    assert plan.status is Status.PLANNED, plan.reason
    return {f"{order.side} {order.security_id}": order for order in plan.orders}


def couple(**given: object) -> Household:
    """Return $180,000 of VTI at a gain in TX and $120,000 of BND in a 401(k); 60/40 wanted."""
    return household(
        [account("TX", cash=1_000.0), account("K", "401k", cash=2_000.0, rmd_due_usd=12_000.0)],
        [lot("A", "TX", "VTI", 600, 60_000.0, "2018-01-02"), lot("B", "K", "BND", 1_600)],
        [
            security("VTI", 300.0, specific_vol=0.002),
            security("ITOT", 150.0, specific_vol=0.003),
            security("BND", 75.0, BOND, specific_vol=0.002),
        ],
        targets={"T": target({STOCK: 0.6, BOND: 0.4})},
        **given,  # type: ignore[arg-type]
    )


def test_nothing_is_harvested_in_a_sheltered_account() -> None:
    """$30,000 leaves, $12,000 of it the 401(k)'s: both sell for that, and stocks for the mix.

    The 401(k) has $2,000: $10,000 of its sales pay out, more than its few stocks cost.
    """
    orders = by_security(rebalance(couple(net_flow=-30_000.0), NO_DRAG))
    assert {name: order.reason for name, order in orders.items()} == {
        "sell VTI": "cash",
        "sell BND": "cash",
        "buy ITOT": "tracking",
    }
    assert orders["buy ITOT"].amount < 10_000
    assert orders["sell BND"].needed_for == "cash_floor at K"


def test_who_withdraws_everything_sells_for_cash_and_no_order_has_a_price() -> None:
    """Nothing is left to measure risk on: each sale is needed, and says for what."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 108, 10_800.0, "2020-01-02"),
            lot("B", "TX", "BND", 144, 7_200.0, "2020-01-02"),
        ],
        net_flow=-18_000.0,
    )
    orders = by_security(rebalance(of, NO_DRAG))
    assert set(orders) == {"sell VTI", "sell BND"}
    for order in orders.values():
        assert order.reason == "cash"
        assert (order.marginal_usd, order.needed_for) == (None, "cash_floor at TX")


def test_a_sale_without_a_gain_is_no_harvest() -> None:
    """$10,000 of VTI at its basis against 60/40: $4,000 of it becomes BND, for the mix.

    Without the buy $4,000 stays in cash: 40% short of bonds of 5%, so γ/2·H·W·TE² = 25·10,000·
    (0.4·0.05)² = $100. Without the sale nothing is bought: 40% off both, 25·10,000·0.4²·(0.04 +
    0.0025) = $1,700.
    """
    of = household([account("TX")], [lot("A", "TX", "VTI", 100, 10_000.0, "2020-01-02")])
    orders = by_security(rebalance(of, NO_DRAG))
    assert {name: order.reason for name, order in orders.items()} == {
        "sell VTI": "tracking",
        "buy BND": "tracking",
    }
    assert orders["buy BND"].marginal_usd == pytest.approx(100.0)
    assert orders["sell VTI"].marginal_usd == pytest.approx(1_700.0)


def test_a_loss_that_saves_tax_is_a_harvest_and_its_replacement_keeps_the_mix() -> None:
    """VTI at a loss of $2,000 becomes ITOT, its equal: nothing else moves."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 60, 8_000.0, "2020-01-02"),
            lot("B", "TX", "BND", 80, 4_000.0, "2020-01-02"),
        ],
        [security("VTI", 100.0), security("ITOT", 100.0), security("BND", 50.0, BOND)],
    )
    orders = by_security(rebalance(of, NO_DRAG))
    assert {name: order.reason for name, order in orders.items()} == {
        "sell VTI": "harvest",
        "buy ITOT": "tracking",
    }


def test_the_only_account_sells_nothing_for_its_place() -> None:
    """Stocks are at 65% of 60%, without a gain; bills pay 4%, and every place pays tax on it."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 650, 65_000.0), lot("B", "TX", "BND", 350, 35_000.0)],
        [
            security("VTI", 100.0, specific_vol=0.002, qualified_yield=0.01),
            security("BND", 100.0, BOND, specific_vol=0.002, ordinary_yield=0.04),
            security("BIL", 100.0, BOND, instrument="money_market", ordinary_yield=0.04),
        ],
        targets={"T": target({STOCK: 0.6, BOND: 0.4})},
    )
    orders = by_security(rebalance(of, Policy()))
    assert {name: order.reason for name, order in orders.items()} == {
        "sell VTI": "tracking",
        "buy BND": "tracking",
    }


def test_no_order_of_a_household_with_one_account_is_told_by_its_place() -> None:
    """Of every such household of the sample: a client would ask where else it were taxed less."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    told = []
    for name in book.household_ids:
        if name in book.faults_by_household:
            continue
        of = book.household(name)
        if len(of.accounts.account_id) == 1:
            plan = rebalance(of, book.policy(of.policy_id))
            told += [(name, order.reason) for order in plan.orders]
    assert len({name for name, _ in told}) >= 10
    assert [each for each in told if each[1] == "location"] == []


def test_cash_that_no_share_can_be_bought_for_is_told_so() -> None:
    """$50 wants $30 of stocks and $20 of bonds; the smallest order is a share of $75."""
    of = household(
        [account("TX", cash=50.0)],
        securities=[security("VTI", 300.0), security("BND", 75.0, BOND)],
    )
    plan = rebalance(of, Policy(trades=TradeRules(min_usd=0.0)))
    assert plan.status is Status.NO_ACTION
    assert plan.reason == (
        "no trade is of legal size: at most $50.00 of BND could be bought in TX, and the least "
        "order of it is $75.00"
    )


def test_trades_that_would_be_too_small_are_told_apart_from_trades_that_do_not_pay() -> None:
    """$1,000 at 64/36: the $40 that would be moved are under a minimum of $250."""
    of = household(
        [account("IRA", "roth_ira")],
        [lot("A", "IRA", "VTI", 6.4), lot("B", "IRA", "BND", 7.2)],
    )
    plan = rebalance(of, Policy(trades=TradeRules(min_usd=250.0)))
    assert plan.status is Status.NO_ACTION
    assert plan.reason.startswith("no trade of legal size pays: trades of any size could save")
    assert plan.reason.endswith("but the least order of it is $250.00")
    at_target = household(
        [account("IRA", "roth_ira")],
        [lot("A", "IRA", "VTI", 6.0), lot("B", "IRA", "BND", 8.0)],
    )
    plan = rebalance(at_target, Policy(trades=TradeRules(min_usd=250.0)))
    assert plan.reason.startswith("no trade pays: the best plan could save at most 0.00")


def test_what_no_proof_rules_out_is_not_said_to_pay_nothing() -> None:
    """$10,000 of VTI against 60/40: two tickets at $2,000 cost more than the mix is worth."""
    of = household([account("IRA", "roth_ira")], [lot("A", "IRA", "VTI", 100)])
    dear = Policy(trades=TradeRules(ticket_usd=2_000.0), weights=Weights(tax_drag=0.0))
    plan = rebalance(of, dear)
    assert plan.status is Status.NO_ACTION
    assert plan.certificate is not None
    assert plan.certificate.gap_bps > 1.0
    assert plan.reason.startswith("no trade that was found pays; a proof leaves room for ")
