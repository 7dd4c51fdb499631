"""Between looks a nightly method is asked when a trigger fires, and its standing still believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from benchmarks.backtest.lives.decision import Method
from benchmarks.backtest.lives.life import live
from benchmarks.backtest.lives.nights import REST_NIGHTS
from benchmarks.backtest.methods.catalogue import MAIN, NIGHTS, headline, nights_policy
from benchmarks.heuristics.steps.proposal import Proposal
from models.household import Household
from models.policy import Policy
from tests.benchmarks.backtest.small_stage import (
    plan,
    priced,
    quiet_market,
    quiet_stage,
    synthetic_stage,
)

AFTER_CRASH = date(2026, 5, 15)
"""The day after 14 May 2002, as a rebalancer is shown it: in the year of the law."""


def _asked_on(policy: Policy, nightly: bool = True) -> list[date]:
    """Days on which a method that never trades is asked, when shares fall by 40% on 14 May."""
    days: list[date] = []

    def noted(household: Household, policy: Policy) -> Proposal:
        days.append(household.asof)
        return Proposal()

    stage = quiet_stage(priced(quiet_market(), "VTI", "2002-05-14", 60.0))
    method = Method("noted", noted, policy, nightly=nightly)
    record = next(live(stage, plan(), 2001, 1, method))
    assert record.looks == len(days)
    return days


def test_a_quiet_night_asks_nobody_and_a_crash_asks_the_next_day() -> None:
    """Four looks; the first other day is the one after the crash, then again after two weeks."""
    days = _asked_on(nights_policy())
    looks = _asked_on(nights_policy(), nightly=False)
    assert len(looks) == 4 and set(looks) <= set(days)
    between = [day for day in days if day not in looks]
    assert between[0] == AFTER_CRASH
    assert (between[1] - between[0]).days in (REST_NIGHTS + 5, REST_NIGHTS + 6)  # with weekends
    assert 10 < len(between) < 20


def test_without_triggers_only_looks_are_left() -> None:
    """Bands so wide that nothing leaves them."""
    wide = nights_policy()
    wide = replace(
        wide,
        bands=replace(wide.bands, absolute=1.0, relative=None),
        triggers=replace(wide.triggers, harvest_usd=None, cash_weight=None),
    )
    assert len(_asked_on(wide)) == 4


def test_a_life_by_nights_keeps_every_rule_and_counts_each_day_once() -> None:
    """The same market and money as by looks; more answers, none of them refused."""
    stage = synthetic_stage()
    one, other = (next(live(stage, plan(), 2004, 1, headline()[name])) for name in (MAIN, NIGHTS))
    assert other.looks > one.looks == 4
    assert (other.refused, other.breaches) == (0, 0)
    assert other.target_return == one.target_return
    assert other.pre_tax_return == pytest.approx(one.pre_tax_return, abs=0.01)
