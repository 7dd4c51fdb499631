"""A term of an analyst's own: where it leads, what it costs, and whose bound that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cvxpy as cp
import pytest

from models.errors import OwnTermError
from models.household import Household
from models.plan import Status
from models.policy import Limits, Policy, RiskAversion, Weights
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from optimizer.requests.own_term import rebalance_with
from scenarios.four_funds import drawn
from tests.households import account, household, lot, security

RISK = 0.5 * 10.0 * 5.0 * 0.04 * 1e4
"""Basis points of tracking for a square of 1: γ/2 · H · variance of stock. Cash has none, and bonds
go to their target whatever becomes of stock."""

POLICY = Policy(risk=RiskAversion(aversion=10.0, horizon_years=5.0))


def sheltered() -> Household:
    """Return $100,000 of bonds where nothing is taxed; 60% of stock are wanted, a share $100."""
    return household([account("I", "roth_ira")], [lot("b", "I", "BND", 2_000)])


def test_a_square_meets_the_square_of_tracking_half_way() -> None:
    """RISK·(w − 0.6)² + RISK·w² is least at w = 0.3: 300 shares, and half of it is the term's."""
    found = rebalance_with(sheltered(), POLICY, lambda of: RISK * cp.square(of.weight("VTI")))
    (bought,) = (order for order in found.plan.orders if order.security_id == "VTI")
    assert bought.shares == 300
    half = RISK * 0.3**2
    assert found.weighed.objective_bps == pytest.approx(half)
    assert found.weighed.own_bps == pytest.approx(half)
    assert found.bound_bps == pytest.approx(2.0 * half, abs=0.01)
    assert found.weighed_without == pytest.approx((0.0, RISK * 0.6**2), abs=1e-6)
    # the plan's own certificate is of the objective that the judge knows: what the term gave up
    assert found.plan.certificate is not None
    assert found.plan.certificate.gap_bps == pytest.approx(half, abs=0.01)


def test_a_term_that_says_what_the_policys_says_leads_where_the_policy_leads() -> None:
    """Spreads told in cvxpy, for a policy that does not count them, and by one that does.

    But for the last shares: how long a ticket is best is not asked of a term that only cvxpy knows.
    """
    spreads = [
        security("VTI", 100.0, half_spread_bps=80.0, ordinary_yield=0.0),
        security("BND", 50.0, "BOND", half_spread_bps=40.0),
    ]
    of = household([account("I", "roth_ira")], [lot("b", "I", "BND", 2_000)], spreads)

    def costs(held: Any) -> Any:
        dear, cheap = (held.bought(name) + held.sold(name) for name in ("VTI", "BND"))
        return 80.0 * dear + 40.0 * cheap

    counted = rebalance(of, POLICY)
    uncounted = replace(POLICY, weights=Weights(trading_cost=0.0))
    found = rebalance_with(of, uncounted, costs)
    assert counted.figures is not None and counted.figures.objective_after_bps is not None
    assert found.plan.orders != found.without.orders
    for own, ours in zip(found.plan.orders, counted.orders, strict=True):
        assert abs(own.shares - ours.shares) <= 2
    together = found.weighed.together_bps
    assert together == pytest.approx(counted.figures.objective_after_bps, abs=0.02)
    assert together >= counted.figures.objective_after_bps


@pytest.mark.parametrize("seed", [40, pytest.param(3, marks=pytest.mark.full)])
def test_the_bound_is_below_both_plans_and_the_judge_keeps_what_he_knows(seed: int) -> None:
    """A norm has a kink where solutions rest; the better of the two plans is the answer."""
    of = drawn(seed)
    names = [str(name) for name in of.market.securities.security_id]

    def term(held: Any) -> Any:
        return 40.0 * cp.norm(cp.hstack([held.bought(n) + held.sold(n) for n in names]))

    found = rebalance_with(of, Policy(), term)
    assert found.without == replace(rebalance(of, Policy()), seconds=found.without.seconds)
    assert -1e-4 <= found.gap_bps <= 1.0
    assert found.weighed.together_bps <= found.weighed_without.together_bps
    assert found.bound_bps <= found.weighed_without.together_bps + 1e-4
    verdict = verify(of, Policy(), found.plan.orders, found.plan.flows)
    assert verdict.kept
    assert verdict.figures.objective_after_bps == pytest.approx(found.weighed.objective_bps)
    assert found.plan.certificate is not None
    assert found.plan.certificate.gap_bps >= -1e-4
    again = rebalance_with(of, Policy(), term)
    assert (again.plan.orders, again.bound_bps) == (found.plan.orders, found.bound_bps)


@pytest.mark.parametrize("seed", [118, pytest.param(142, marks=pytest.mark.full)])
def test_cuts_meet_a_term_of_every_fund(seed: int) -> None:
    """Squares of four weights, where the objective is flat between two, and sides change."""
    of = drawn(seed)
    names = [str(name) for name in of.market.securities.security_id]

    def term(held: Any) -> Any:
        wish = zip((1_500.0, 1_650.0, 1_360.0, 820.0), names, strict=True)
        return sum(price * cp.square(held.weight(name) - 0.2) for price, name in wish)

    found = rebalance_with(of, Policy(), term)
    assert -1e-4 <= found.gap_bps <= 1.0
    assert found.weighed.together_bps < found.weighed_without.together_bps - 100.0


def test_a_term_that_asks_for_nothing_changes_nothing() -> None:
    """The plan without it is the answer, and both bounds are the same."""
    found = rebalance_with(sheltered(), POLICY, lambda of: 0.0)
    assert found.plan is found.without
    assert found.plan.status is Status.PLANNED
    assert found.weighed.own_bps == 0.0
    assert found.gap_bps == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (lambda of: -cp.square(of.weight("VTI")), "no convex scalar"),
        (lambda of: of.variables["buy"], "no convex scalar"),
        (lambda of: of.weight("NONE"), "no security 'NONE'"),
    ],
)
def test_a_term_that_cannot_be_planned_with_is_told(term: Any, said: str) -> None:
    """With what would do."""
    with pytest.raises(OwnTermError, match=said):
        rebalance_with(sheltered(), POLICY, term)


def test_what_has_no_plan_or_another_objective_is_told() -> None:
    """A limit on tracking error prices its square; an infeasible household says why it is."""
    limited = replace(POLICY, limits=Limits(te_max=0.01))
    with pytest.raises(OwnTermError, match="te_max"):
        rebalance_with(sheltered(), limited, lambda of: of.weight("VTI"))
    poor = replace(sheltered(), net_flow=-1_000_000.0)
    with pytest.raises(OwnTermError, match="infeasible"):
        rebalance_with(poor, POLICY, lambda of: of.weight("VTI"))
