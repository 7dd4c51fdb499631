"""Gains to take: at least so many dollars are recognised, over all units."""

from __future__ import annotations

from models.asked import as_asked
from models.household import Household
from models.plan import Status
from models.policy import Policy
from models.request.reading import request_of
from optimizer.judge.verify import verify
from optimizer.requests.ask import ask
from tests.households import account, household, lot, sell
from tests.optimizer.by_hand import stated

FIVE_THOUSAND = request_of({"take_gains_usd": 5_000.0})


def gaining() -> Household:
    """Return $100,000 of VTI with a gain of $40 in each $100."""
    return household([account("TX")], [lot("A", "TX", "VTI", 1000, 60_000.0, "2020-01-02")])


def test_by_hand() -> None:
    """Recognising $4,000 leaves $1,000, one unit, to be taken; $5,000 is enough, and so is more."""
    rule = stated("taken_gains", *as_asked(gaining(), Policy(), FIVE_THOUSAND))
    unit = rule.frame.household.units.filing_unit_id[0]
    assert rule.broken(long_gain={unit: 4.0}) == [("take_gains", 1.0)]
    assert rule.broken(long_gain={unit: 5.0}) == []
    assert rule.broken(long_gain={unit: 3.0}, short_gain={unit: 2.5}) == []


def test_the_judge_counts_what_the_ledger_recognises() -> None:
    """100 shares recognise $4,000, 125 the $5,000 that were asked for."""
    of, policy = as_asked(gaining(), Policy(), FIVE_THOUSAND)
    for shares, short in ((100, [1_000.0]), (125, [])):
        orders = (sell(of, "TX", "VTI", {"A": shares}),)
        found = verify(of, policy, orders, ()).breaches
        assert [each.amount for each in found if each.rule == "take_gains"] == short


def test_a_plan_takes_them_and_not_many_more() -> None:
    """All stock is held and 60% wanted: the plan sells for its target, and takes what is asked."""
    answer = ask(gaining(), Policy(), request_of({"take_gains_usd": 20_000.0}))
    assert answer.plan.status is Status.PLANNED
    assert answer.plan.figures is not None
    assert 20_000.0 <= answer.plan.figures.realized_lt < 20_500.0


def test_more_than_there_is_cannot_be_taken() -> None:
    """There are $40,000 of gains; what would do is told, and was tried."""
    answer = ask(gaining(), Policy(), request_of({"take_gains_usd": 50_000.0}))
    assert answer.plan.status is Status.INFEASIBLE
    assert ("take_gains", "request") in {(c.rule, c.whose) for c in answer.plan.clashes}
    (remedy,) = answer.remedies
    assert remedy.key == "take_gains_usd"
    assert remedy.value is not None
    assert 35_000.0 < remedy.value <= 40_000.0
