"""Dear tickets are made whole first, and the rest is settled again around them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy, TradeRules, Weights
from optimizer.inputs.frame import frame
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from optimizer.rounding.dear_tickets import dear_tickets, made_whole
from optimizer.rounding.minimum_trade import supported
from optimizer.rounding.tickets import tickets_of
from optimizer.search.incumbent import search
from optimizer.solvers.chain import door
from scenarios.four_funds import drawn
from tests.households import BOND, STOCK, account, buy, household, lot, security, target

FREE = Policy(weights=replace(Weights(), tax_drag=0.0))


def cash_only(price: float, weight: float, cash: float) -> Household:
    """Return a household of cash that wants one share by name, and fine funds beside it."""
    rest = 1.0 - weight
    return household(
        [account("TX", cash=cash)],
        [],
        [
            security("VTI", 300.0),
            security("BND", 75.0, BOND),
            security("DEAR", price, specific_vol=0.15),
        ],
        targets={"T": target({"DEAR": weight, STOCK: 0.4 * rest, BOND: 0.6 * rest})},
    )


def best_by_hand(of: Household, policy: Policy, most: int) -> float:
    """Return the least objective over every number of dear shares, the rest bought as wanted."""
    found = []
    goal = of.market.targets["T"]
    value = float(of.accounts.cash.sum())
    wanted = dict(zip(goal.classes, goal.class_weights.tolist(), strict=True))
    for dear in range(most + 1):
        spent = dear * float(of.market.securities.price[2])
        left = (value - spent) / (value * (wanted[STOCK] + wanted[BOND]))
        for spread in np.linspace(0.85, 0.999, 40):
            orders = [
                buy(of, "TX", "VTI", int(spread * left * wanted[STOCK] * value / 300.0)),
                buy(of, "TX", "BND", int(spread * left * wanted[BOND] * value / 75.0)),
            ]
            orders += [buy(of, "TX", "DEAR", dear)] if dear else []
            verdict = verify(of, policy, orders, ())
            after = verdict.figures.objective_after_bps
            if verdict.kept and after is not None:
                found.append(after)
    return min(found)


@pytest.mark.parametrize(
    ("price", "weight", "cash"),
    [(750_000.37, 0.5, 2_650_000.0), (5_000.0, 0.04, 200_000.0), (4_800.0, 0.3, 40_000.0)],
)
def test_cash_that_a_dear_share_leaves_is_not_left_idle(
    price: float, weight: float, cash: float
) -> None:
    """No number of dear shares, with the rest as wanted, beats the plan."""
    of = cash_only(price, weight, cash)
    plan = rebalance(of, FREE)
    assert plan.status is Status.PLANNED
    after = plan.figures.objective_after_bps if plan.figures else None
    assert after is not None
    assert after <= best_by_hand(of, FREE, 4) + 0.05


def test_one_ticket_whole_and_the_others_fine() -> None:
    """$10,000, half of it at $720 a share, the rest in thousandths of funds: no 7% idle."""
    fine = [security(f"F{k}", 10.0 + k, f"c{k}", share_step=0.001) for k in range(5)]
    wanted = {STOCK: 0.5, **{f"c{k}": 0.1 for k in range(5)}}
    covariance = {(STOCK, STOCK): 0.04} | {(f"c{k}", f"c{k}"): 0.02 for k in range(5)}
    of = household(
        [account("TX", cash=10_000.0)],
        [],
        [security("SPY", 720.0), *fine],
        targets={"T": target(wanted)},
        covariance=covariance,
    )
    plan = rebalance(of, replace(FREE, trades=TradeRules(min_usd=10.0)))
    assert idle(of, plan) < 50.0


def test_a_dear_sale_keeps_the_lots_that_the_solution_takes() -> None:
    """A lot that is sold whole stays so beside a larger one that is sold in part.

    20 shares of an old gain, then shares that turn long-term in a year, which are dearer to sell.
    """
    of = household(
        [account("TX", cash=1_500.0), account("IRA", "traditional_ira", cash=300.0)],
        [
            lot("old", "TX", "VTI", 20, 3_000.0, "2019-03-01"),
            lot("soon", "TX", "VTI", 140, 31_000.0, "2026-09-01"),
            lot("bonds", "IRA", "BND", 80, acquired="2021-03-01"),
        ],
        [
            security("VTI", 250.0, qualified_yield=0.013, specific_vol=0.01),
            security("BND", 75.0, BOND, ordinary_yield=0.04, specific_vol=0.004),
        ],
    )
    plan = rebalance(of, Policy())
    sold = {part.lot_id: part.shares for order in plan.orders for part in order.lots}
    assert sold["old"] == 20
    assert 0 < sold["soon"] < 140


def idle(of: Household, plan: Plan) -> float:
    """Return the cash that a plan of buys leaves, dollars."""
    return float(of.accounts.cash.sum()) - sum(float(order.amount) for order in plan.orders)


def test_ordinary_steps_are_not_dear() -> None:
    """Whole shares of funds at ordinary prices ask for no solve more."""
    asked = 0
    for seed in range(20):
        of = drawn(seed)
        found = search(frame(of, Policy()), door("piqp"))
        tickets = tickets_of(found.model.frame)
        if found.incumbent is None or float(tickets.step.max()) > 0.3:
            continue
        held = supported(found.model, found.incumbent, tickets)
        assert held is not None
        used = tickets.amounts(held.sale, held.buy) > 0.0
        assert not dear_tickets(tickets, used).any()
        asked += 1
    assert asked > 5


def test_what_other_shares_leave_may_buy_one_more_of_a_dear_fund() -> None:
    """Share steps have the room that they had: a bound that branching set is no rule."""
    of = cash_only(4_800.0, 0.3, 40_000.0)
    found = search(frame(of, FREE), door("piqp"))
    tickets = tickets_of(found.model.frame)
    assert found.incumbent is not None
    held = supported(found.model, found.incumbent, tickets)
    assert held is not None
    whole = made_whole(found.model, held)
    assert whole is not None
    dear = tickets.of_buy == 2
    assert not np.array_equal(whole.buy[dear], held.buy[dear])
    np.testing.assert_array_equal(whole.buy_high, held.buy_high)
    np.testing.assert_array_equal(whole.sale_low, held.sale_low)
