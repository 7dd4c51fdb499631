"""Cost limit: spreads, commissions and tickets together, in dollars or basis points."""

from __future__ import annotations

import pytest

from models.asked import as_asked
from models.household import Household
from models.plan import Status
from models.policy import Policy, TradeRules
from models.request.reading import request_of
from optimizer.judge.verify import verify
from optimizer.requests.ask import ask
from tests.households import BOND, account, buy, household, lot, security, sell
from tests.optimizer.by_hand import stated

FREE = (
    security("VTI", 100.0, half_spread_bps=0.0),
    security("BND", 50.0, BOND, half_spread_bps=0.0),
)

COSTLY = Policy(trades=TradeRules(commission_bps=20.0))


def sheltered() -> Household:
    """Return $100,000 of VTI in an IRA, 60/40 wanted, half spreads of nothing."""
    return household(
        [account("IRA", "traditional_ira")],
        [lot("A", "IRA", "VTI", 1000)],
        FREE,
    )


def test_by_hand_in_dollars_and_in_basis_points() -> None:
    """20 bps of $10,000 sold and bought are $40, or 4 bps of $100,000."""
    for asks, over in (
        ({"max_cost_usd": 40.0}, []),
        ({"max_cost_usd": 30.0}, [("cost_limit", pytest.approx(0.01))]),
        ({"max_cost_bps": 4.0}, []),
        ({"max_cost_bps": 1.0}, [("cost_limit", pytest.approx(0.03))]),
        ({"max_cost_bps": 4.0, "max_cost_usd": 10.0}, [("cost_limit", pytest.approx(0.03))]),
    ):
        rule = stated("cost_limit", *as_asked(sheltered(), COSTLY, request_of(asks)))
        amounts = {"sale": {("IRA", "VTI"): 10.0}, "buy": {("IRA", "BND"): 10.0}}
        assert rule.broken(**amounts) == over, asks


def test_the_judge_counts_tickets_whole() -> None:
    """Two tickets of $5 and $40 of commission are $50."""
    policy = Policy(trades=TradeRules(commission_bps=20.0, ticket_usd=5.0))
    of, _ = as_asked(sheltered(), policy, request_of({"max_cost_usd": 45.0}))
    orders = (sell(of, "IRA", "VTI", 100), buy(of, "IRA", "BND", 199))
    found = verify(of, policy, orders, ()).breaches
    (over,) = (each.amount for each in found if each.rule == "cost_limit")
    assert over == pytest.approx(20.0 + 19.9 + 10.0 - 45.0)


def test_a_plan_stays_below_it_whole_tickets_and_all() -> None:
    """Free, the plan costs $160 and two tickets; with a ceiling it trades less."""
    policy = Policy(trades=TradeRules(commission_bps=20.0, ticket_usd=5.0))
    answer = ask(sheltered(), policy, request_of({"max_cost_usd": 60.0}))
    assert answer.plan.status is Status.PLANNED
    before, after = answer.difference.figures["cost_usd"]
    assert before is not None
    assert after is not None
    assert before > 100.0
    assert 50.0 < after <= 60.01


@pytest.mark.parametrize(
    ("floors", "limit", "status"),
    [
        ((1_000.0, 500.0, 0.0), 9.0, Status.INFEASIBLE),
        ((1_000.0, 500.0, 0.0), 10.0, Status.PLANNED),
        ((1_000.0, 0.0), 7.0, Status.PLANNED),
        ((1_000.0, 0.0), 4.0, Status.INFEASIBLE),
    ],
)
def test_orders_that_must_be_written_are_counted_whole(
    floors: tuple[float, ...], limit: float, status: Status
) -> None:
    """An order of $5 for each account whose floor asks for cash: there is room for them, or none.

    In proportion to the largest order they would cost less than a dollar.
    """
    names = [f"IRA{n}" for n in range(len(floors))]
    of = household(
        [account(n, "traditional_ira", cash_floor=f) for n, f in zip(names, floors, strict=True)],
        [lot(f"L-{name}", name, "VTI", 500) for name in names],
        FREE,
    )
    policy = Policy(trades=TradeRules(ticket_usd=5.0))
    answer = ask(of, policy, request_of({"max_cost_usd": limit}))
    assert answer.plan.status is status, answer.plan.reason
    assert verify(answer.household, answer.policy, answer.plan.orders, ()).kept is (
        status is Status.PLANNED
    )
