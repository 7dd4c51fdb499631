"""Plans of small households held against the exact mixed-integer optimum."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.oracles.exact.solve import solve
from models.household import Household
from models.order import Side
from models.plan import Plan
from models.policy import Gate, Policy, TradeRules
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, account, household, lot, security

FINE = 0.001
"""Share step of a fund that is sold in fractions."""

NEAR_BPS = 0.05
"""What a plan may miss the optimum by."""


OPEN = Gate(min_bps=0.0, min_order_usd=0.0)
"""What an order is worth in accounts of $1,000 is cents."""


def beginners(seed: int, steps: tuple[float, float, float, float]) -> Household:
    """Return an IRA and a taxable account of a few hundred dollars each, two funds of a class."""
    rng = np.random.default_rng(seed)
    prices = np.round(rng.uniform(20.0, 260.0, 4), 2)
    cash = [float(rng.integers(200, 1500)) for _ in range(2)]
    held, basis = float(rng.integers(1, 6)), float(rng.integers(100, 700))
    return household(
        [account("IRA", "roth_ira", cash=cash[0]), account("TX", cash=cash[1])],
        [lot("A", "TX", "VTI", held, basis)],
        [
            security("VTI", prices[0], half_spread_bps=1.0, share_step=steps[0]),
            security(
                "ITOT", prices[1], specific_vol=0.01, half_spread_bps=1.0, share_step=steps[1]
            ),
            security("BND", prices[2], BOND, half_spread_bps=1.0, share_step=steps[2]),
            security(
                "AGG", prices[3], BOND, specific_vol=0.01, half_spread_bps=1.0, share_step=steps[3]
            ),
        ],
    )


def missed(of: Household, policy: Policy) -> float:
    """Return what the plan leaves to the exact optimum, bps."""
    exact = solve(of, policy, seconds=20.0)
    assert verify(of, policy, exact.orders, exact.flows).kept
    return objective(rebalance(of, policy)) - exact.objective_bps


def objective(plan: Plan) -> float:
    """Return what a plan reaches, bps."""
    assert plan.figures is not None
    assert plan.figures.objective_after_bps is not None
    return plan.figures.objective_after_bps


@pytest.mark.parametrize("seed", range(6))
def test_a_ticket_that_costs_its_price_whole_is_given_up_for_another(seed: int) -> None:
    """$2 an order in accounts of $1,000, whole shares: one fund does what two would."""
    policy = Policy(trades=TradeRules(min_usd=10.0, ticket_usd=2.0), gate=OPEN)
    assert missed(beginners(seed, (1.0, 1.0, 1.0, 1.0)), policy) <= NEAR_BPS


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ticket_usd", [0.0, 2.0])
def test_whole_shares_among_fractions_are_chosen_with_them(ticket_usd: float, seed: int) -> None:
    """Two funds in whole shares, two in thousandths: the median step says nothing of a ticket."""
    policy = Policy(trades=TradeRules(min_usd=10.0, ticket_usd=ticket_usd), gate=OPEN)
    assert missed(beginners(seed, (1.0, FINE, 1.0, FINE)), policy) <= NEAR_BPS


@pytest.mark.parametrize(
    ("whole", "ticket_usd", "seed"), [(4, 0.0, 101), (4, 0.0, 109), (4, 2.0, 100), (2, 2.0, 102)]
)
def test_two_accounts_that_must_change_places_are_chosen_together(
    whole: int, ticket_usd: float, seed: int
) -> None:
    """Bonds here for stocks there: four tickets, of which no two help without the others."""
    steps = (1.0, 1.0 if whole == 4 else FINE, 1.0, 1.0 if whole == 4 else FINE)
    policy = Policy(trades=TradeRules(min_usd=10.0, ticket_usd=ticket_usd), gate=OPEN)
    assert missed(beginners(seed, steps), policy) <= NEAR_BPS


def test_a_household_of_cash_has_an_exact_optimum() -> None:
    """No lots, no sales: $1,000 buys 6 stock funds at $100 and 8 bond funds at $50."""
    of = household([account("IRA", "roth_ira", cash=1_000.0)])
    exact = solve(of, Policy(trades=TradeRules(min_usd=0.0)), seconds=20.0)
    bought = {order.security_id: int(order.shares) for order in exact.orders}
    assert bought == {"VTI": 6, "BND": 8}
    assert all(order.side is Side.BUY for order in exact.orders)
