"""Recognised gains of the year, before carryforwards, stay within what was agreed."""

from __future__ import annotations

from models.household import Household
from models.policy import Limits, Policy
from tests.households import NAN, account, household, lot, unit
from tests.optimizer.by_hand import stated

BUDGET = Policy(limits=Limits(gain_budget_usd=5_000.0))


def year(realized: float, own: float = NAN) -> Household:
    """Return $100,000 of VTI; the year has realized gains, and carried losses do not count."""
    row = unit(st_realized_ytd=realized, lt_carryforward=50_000.0, gain_budget_usd=own)
    return household(
        [account("TX")], [lot("A", "TX", "VTI", 1000, 50_000.0, "2024-01-02")], units=[row]
    )


def test_short_and_long_count_together_on_top_of_the_year() -> None:
    """2,000 realized leave room for 3,000: 4 short less 1 long fits, 4 short does not."""
    rule = stated("gain_budget", year(2_000.0), BUDGET)
    assert rule.broken(short_gain={"U1": 4.0}, long_gain={"U1": -1.0}) == []
    assert rule.broken(short_gain={"U1": 4.0}) == [("gain_budget", 1.0)]


def test_what_is_already_over_may_stay_but_not_grow() -> None:
    """9,000 realized against 5,000: no more gain, and no forced loss."""
    rule = stated("gain_budget", year(9_000.0), BUDGET)
    assert rule.broken() == []
    assert rule.broken(long_gain={"U1": 0.5}) == [("gain_budget", 0.5)]


def test_a_units_own_budget_overrides_the_policys() -> None:
    """An own budget of 0 against the policy's 5,000; and of 1,000 without any policy."""
    rule = stated("gain_budget", year(0.0, own=0.0), BUDGET)
    assert rule.broken(long_gain={"U1": 1.0}) == [("gain_budget", 1.0)]
    alone = stated("gain_budget", year(0.0, own=1_000.0))
    assert alone.broken(long_gain={"U1": 1.5}) == [("gain_budget", 0.5)]
    assert stated("gain_budget", year(0.0)).broken(long_gain={"U1": 40.0}) == []
