"""Each heuristic does what its name says, on a household small enough to work by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.heuristics import HEURISTICS, NAIVE, Proposal
from models.household import Household
from models.order import Side
from models.policy import Limits, Policy, TradeRules
from optimizer.judge.verify import verify
from tests.households import (
    BOND,
    STOCK,
    account,
    household,
    lot,
    open_order,
    restriction,
    security,
    target,
    trade,
)

POLICY = Policy()
MARKET = (
    security("VTI", 100.0, rank=1.0, qualified_yield=0.01),
    security("ITOT", 50.0, rank=2.0, qualified_yield=0.01),
    security("BND", 50.0, BOND, rank=1.0, ordinary_yield=0.04),
    security("AGG", 100.0, BOND, rank=2.0, ordinary_yield=0.04),
)


def told(lots: Sequence[Any], accounts: Sequence[Any] | None = None, **given: Any) -> Household:
    """Return a household with a taxable account T and an IRA, which wants 60/40."""
    mine = accounts or [account("T"), account("IRA", "traditional_ira")]
    return household(mine, lots, MARKET, **given)


def amounts(of: Household, proposal: Proposal) -> dict[tuple[str, str], float]:
    """Dollars bought less sold by account and security, after the judge found no breach."""
    verdict = verify(of, POLICY, *proposal)
    assert verdict.breaches == ()
    traded: dict[tuple[str, str], float] = {}
    for order in proposal.orders:
        sign = 1.0 if order.side is Side.BUY else -1.0
        key = order.account_id, order.security_id
        traded[key] = traded.get(key, 0.0) + sign * float(order.amount)
    return traded


def lots_sold(proposal: Proposal) -> list[str]:
    """Ids of the lots that sales name, in order."""
    return [part.lot_id for order in proposal.orders for part in order.lots]


OVERWEIGHT = (
    lot("old", "T", "VTI", 400, 10_000.0, "2015-01-05"),
    lot("dear", "T", "VTI", 200, 19_000.0, "2020-01-06"),
    lot("young", "T", "VTI", 200, 15_000.0, "2026-06-01"),
    lot("bond", "T", "BND", 400, 20_000.0, "2020-01-06"),
)
"""$80,000 of stock and $20,000 of bonds in one taxable account: $20,000 of stock is too much."""


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("household proportional, HIFO", "dear"),
        ("household proportional, MinTax", "dear"),
        ("calendar, full", "old"),
        ("per account, proportional", "old"),
        ("losses first", "dear"),
    ],
)
def test_the_lot_order_decides_which_lot_pays(name: str, first: str) -> None:
    """HIFO and MinTax sell the lot with the highest cost, a platform without orders the oldest."""
    of = told(OVERWEIGHT)
    proposal = HEURISTICS[name](of, POLICY)
    assert amounts(of, proposal) == {("T", "VTI"): -20_000.0, ("T", "BND"): 20_000.0}
    assert lots_sold(proposal) == [first]


def test_mintax_takes_long_gains_before_short_ones_and_hifo_does_not() -> None:
    """A short-term lot of higher cost comes first for HIFO, last for MinTax."""
    of = told(
        (
            lot("long", "T", "VTI", 400, 20_000.0, "2015-01-05"),
            lot("short", "T", "VTI", 400, 36_000.0, "2026-06-01"),
            lot("bond", "T", "BND", 400, 20_000.0, "2020-01-06"),
        )
    )
    sold = {n: lots_sold(HEURISTICS[f"household proportional, {n}"](of, POLICY)) for n in METHODS}
    assert sold == {"HIFO": ["short"], "MinTax": ["long"]}


METHODS = ("HIFO", "MinTax")

BOTH = (
    lot("stock", "T", "VTI", 400, 10_000.0, "2015-01-05"),
    lot("ira-stock", "IRA", "VTI", 400),
    lot("bond", "T", "BND", 400, 20_000.0, "2020-01-06"),
)
"""$40,000 of stock in each account, $20,000 of bonds in the taxable one."""


def test_proportional_cuts_both_accounts_alike() -> None:
    """$20,000 too much stock: half of it is sold in each account."""
    of = told(BOTH)
    assert amounts(of, HEURISTICS["household proportional, HIFO"](of, POLICY)) == {
        ("T", "VTI"): -10_000.0,
        ("T", "BND"): 10_000.0,
        ("IRA", "VTI"): -10_000.0,
        ("IRA", "BND"): 10_000.0,
    }


def test_sheltered_first_leaves_the_taxable_account_alone() -> None:
    """The IRA alone can bring the household to target."""
    of = told(BOTH)
    assert amounts(of, HEURISTICS["sheltered first"](of, POLICY)) == {
        ("IRA", "VTI"): -20_000.0,
        ("IRA", "BND"): 20_000.0,
    }


def test_per_account_brings_each_account_to_the_target() -> None:
    """T holds 40/20 and is short of no stock: 4,000 too much; the IRA has 16,000 too much."""
    of = told(BOTH)
    assert amounts(of, HEURISTICS["per account, proportional"](of, POLICY)) == {
        ("T", "VTI"): -4_000.0,
        ("T", "BND"): 4_000.0,
        ("IRA", "VTI"): -16_000.0,
        ("IRA", "BND"): 16_000.0,
    }


def test_location_ranks_bring_bonds_into_the_ira() -> None:
    """Bonds pay ordinary income: all $40,000 of them belong into the IRA of $40,000."""
    of = told(BOTH)
    assert amounts(of, HEURISTICS["location ranks"](of, POLICY)) == {
        ("T", "VTI"): 20_000.0,
        ("T", "BND"): -20_000.0,
        ("IRA", "VTI"): -40_000.0,
        ("IRA", "BND"): 40_000.0,
    }


def test_new_cash_buys_what_is_short_and_sells_nothing() -> None:
    """$10,000 arrived; bonds are short by more."""
    accounts = [account("T", cash=10_000.0), account("IRA", "traditional_ira")]
    of = told(OVERWEIGHT, accounts)
    assert amounts(of, HEURISTICS["new cash only"](of, POLICY)) == {("T", "BND"): 10_000.0}


@pytest.mark.parametrize(("bonds", "moved"), [(656, 0.0), (556, 8_200.0)])
def test_relative_bands_act_outside_twenty_percent_and_stop_half_way(
    bonds: int, moved: float
) -> None:
    """32.8% bonds of a target of 40% are inside (32% to 48%); 27.8% are not, and go to 36%."""
    of = told(
        (
            lot("stock", "T", "VTI", 1_000 - bonds / 2, 10_000.0, "2015-01-05"),
            lot("bond", "T", "BND", bonds, 20_000.0, "2020-01-06"),
        )
    )
    traded = amounts(of, HEURISTICS["relative bands, 20%"](of, POLICY))
    assert traded.get(("T", "BND"), 0.0) == pytest.approx(moved, abs=100.0)
    assert traded.get(("T", "VTI"), 0.0) == pytest.approx(-moved, abs=100.0)


LOSING = (
    lot("lost", "T", "VTI", 800, 100_000.0, "2020-01-06"),
    lot("bond", "IRA", "BND", 400),
)
"""$80,000 of stock at a loss in the taxable account, $20,000 of bonds in the IRA."""


def test_good_practice_harvests_into_the_substitute() -> None:
    """The whole losing lot goes; stock is bought back through the next rank."""
    of = told(LOSING)
    traded = amounts(of, HEURISTICS["good practice"](of, POLICY))
    assert traded[("T", "VTI")] == -80_000.0
    assert traded[("T", "ITOT")] == 60_000.0


@pytest.mark.parametrize("name", HEURISTICS)
def test_nobody_buys_what_a_loss_sale_of_the_past_locks(name: str) -> None:
    """VTI was sold at a loss ten days ago: stock is bought through ITOT or not at all."""
    accounts = [account("T", cash=50_000.0), account("IRA", "traditional_ira", cash=20_000.0)]
    of = told(
        (lot("bond", "T", "BND", 400, 20_000.0, "2020-01-06"),),
        accounts,
        trades=[trade("T", "VTI", "2026-11-10", "sell", 10, realized_gain=-500.0, amount=1000.0)],
    )
    traded = amounts(of, HEURISTICS[name](of, POLICY))
    assert ("T", "VTI") not in traded
    assert ("IRA", "VTI") not in traded


@pytest.mark.parametrize("name", [*HEURISTICS, "naive cvxpy, made legal"])
def test_restrictions_orders_under_way_floors_and_flows_are_kept(name: str) -> None:
    """A withdrawal, a distribution, a floor, a reserved lot and a holding that must stay."""
    accounts = [
        account("T", cash=3_000.0, cash_floor=1_000.0),
        account("IRA", "traditional_ira", cash=500.0, rmd_due_usd=4_000.0),
        account("ROTH", "roth_ira"),
    ]
    of = told(
        (*BOTH, lot("roth-stock", "ROTH", "VTI", 100)),
        accounts,
        net_flow=-9_000.0,
        open_orders=[open_order("T", "VTI", "sell", 50, lot_id="stock")],
        restrictions=[restriction("BND", "hold_at_least", None, 390.0)],
    )
    methods = {**HEURISTICS, **NAIVE}
    verdict = verify(of, POLICY, *methods[name](of, POLICY))
    assert [breach.rule for breach in verdict.breaches] == []


@pytest.mark.parametrize("name", HEURISTICS)
def test_a_withdrawal_asks_no_account_for_parts_of_a_share(name: str) -> None:
    """10.5 shares are free and 10 can leave: what is missing comes from the IRA."""
    of = told(
        (lot("stock", "T", "VTI", 100, 8_000.0, "2015-01-05"), lot("bonds", "IRA", "BND", 200)),
        net_flow=-1_040.0,
        restrictions=[restriction("VTI", "hold_at_least", None, 89.5)],
    )
    verdict = verify(of, POLICY, *HEURISTICS[name](of, POLICY))
    assert [breach.rule for breach in verdict.breaches] == []


def test_a_gain_budget_is_used_and_not_passed() -> None:
    """The whole trade would realise $4,000 or more of gain; a budget of $2,000 allows part."""
    of = told((lot("stock", "T", "VTI", 800, 64_000.0, "2015-01-05"), OVERWEIGHT[3]))
    policy = Policy(limits=Limits(gain_budget_usd=2_000.0))
    verdict = verify(of, policy, *HEURISTICS["losses first"](of, policy))
    assert verdict.kept
    assert 1_500.0 < verdict.figures.realized_lt <= 2_000.0


def test_turnover_is_kept_by_trading_less_of_everything() -> None:
    """The whole trade turns 20% of the household over; 5% is allowed."""
    of = told(OVERWEIGHT)
    policy = Policy(trades=TradeRules(max_turnover=0.05))
    verdict = verify(of, policy, *HEURISTICS["losses first"](of, policy))
    assert verdict.kept
    assert verdict.figures.orders >= 2


def test_every_method_leaves_a_household_inside_its_bands_alone() -> None:
    """Trigger bands are the household's wish, not a strategy's."""
    of = told(
        (*OVERWEIGHT[:1], lot("bond", "T", "BND", 500, 20_000.0, "2020-01-06")),
        targets={"T": target({STOCK: 0.6, BOND: 0.4}, {STOCK: 0.05, BOND: 0.05})},
    )
    answers = {name: each(of, POLICY) for name, each in HEURISTICS.items()}
    assert answers == dict.fromkeys(HEURISTICS, Proposal())


def test_a_fund_stands_in_for_the_stocks_a_menu_does_not_offer() -> None:
    """The target names two stocks; the IRA may only hold the fund of their class.

    $60,000 of fund in the IRA count as stock, so $40,000 are left for the two stocks: A is $20,000
    over its $20,000 and goes down, B is bought, and nobody sells the fund.
    """
    rows = (
        security("A", 100.0, rank=3.0),
        security("B", 100.0, rank=3.0),
        security("FUND", 50.0, rank=1.0),
    )
    of = household(
        [account("T"), account("IRA", "traditional_ira", menu_id="funds")],
        [
            lot("a", "T", "A", 400, 30_000.0, "2019-01-07"),
            lot("fund", "IRA", "FUND", 1_200),
        ],
        rows,
        targets={"T": target({"A": 0.5, "B": 0.5})},
        menus={"funds": ["FUND"]},
    )
    for name in ("household proportional, HIFO", "losses first", "location ranks"):
        assert amounts(of, HEURISTICS[name](of, POLICY)) == {
            ("T", "A"): -20_000.0,
            ("T", "B"): 20_000.0,
        }
