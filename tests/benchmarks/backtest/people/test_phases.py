"""Incomes that change: a gap, peak years, years before benefits; the same people otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.backtest.lives.decision import Method
from benchmarks.backtest.lives.life import live
from benchmarks.backtest.market.stage import set_stage
from benchmarks.backtest.methods.catalogue import STILL, headline
from benchmarks.backtest.people.draw import RETIRED_INCOME, LifePlan, draw_people
from benchmarks.backtest.people.phases import BEFORE_BENEFITS, PEAK, PEAK_YEARS, with_phases
from benchmarks.heuristics.steps.proposal import Proposal
from models.household import Household
from models.policy import Policy
from scenarios.market_history_synthetic import synthetic_history
from tests.benchmarks.backtest.small_stage import plan, quiet_stage

TARGETS = ("balanced-40", "growth-95")


def test_a_worker_has_a_gap_then_peak_years() -> None:
    """Within a life of ten; saving stops without pay and does not double with it."""
    for person in draw_people(20, 3, TARGETS):
        changed = with_phases(person)
        assert replace(changed, phases=()) == person
        assert with_phases(person) == changed
        if not changed.works(12):
            continue
        phases = [changed.phase(years) for years in range(12)]
        assert phases.count(0.0) in (1, 2)
        assert phases.count(PEAK) == PEAK_YEARS
        gap, peak = phases.index(0.0), phases.index(PEAK)
        assert gap < peak < 10
        assert (changed.income(gap), changed.household_flow(gap), changed.deferral(gap)) == (
            0,
            0,
            0,
        )
        assert changed.income(peak) == pytest.approx(2 * changed.wages)
        assert changed.household_flow(peak) == changed.saving_usd
        assert changed.usual_income(gap) == changed.usual_income(peak) == changed.wages


def test_benefits_begin_three_years_after_retirement() -> None:
    """Who is retired at the start has them already."""
    person = with_phases(plan(age=63, deferral_usd=1000.0))
    incomes = [person.income(years) for years in range(2, 7)]
    assert incomes[:BEFORE_BENEFITS] == [0.0] * 3
    assert incomes[3:] == [pytest.approx(RETIRED_INCOME * person.wages)] * 2
    retired = with_phases(plan(age=70))
    assert {retired.phase(years) for years in range(12)} == {1.0}


def test_wealth_is_sold_out_at_the_rates_of_a_usual_year() -> None:
    """A year without pay is no cheaper to be liquidated in: 22% of $400,000 deferred is owed."""
    without_pay = replace(plan(), phases=(0.0,))
    record = next(live(quiet_stage(), without_pay, 2001, 1, headline()[STILL]))
    usual = next(live(quiet_stage(), plan(), 2001, 1, headline()[STILL]))
    assert record.liquidated_usd == pytest.approx(1_000_000 - 0.22 * 400_000, abs=1)
    assert record.liquidated_usd == usual.liquidated_usd


def _shown(person: LifePlan, pays: bool = False) -> Household:
    """What a rebalancer is shown at the first look."""
    seen: list[Household] = []

    def noted(household: Household, policy: Policy) -> Proposal:
        seen.append(household)
        return Proposal()

    stage = set_stage(synthetic_history(4, 2), cash_pays=pays)
    next(live(stage, person, 2001, 1, Method("noted", noted, Policy())))
    return seen[0]


def test_who_has_years_without_pay_states_the_usual_rates() -> None:
    """22% and 15% of a usual year in one at 0%; where all years are alike nothing is stated."""
    without_pay = _shown(replace(plan(), phases=(0.0,))).units
    assert without_pay.usual_ordinary_rate[0] == pytest.approx(0.22)
    assert without_pay.usual_long_rate[0] == pytest.approx(0.15)
    alike = _shown(plan()).units
    assert np.isnan([alike.usual_ordinary_rate[0], alike.usual_long_rate[0]]).all()


def test_a_rebalancer_is_told_what_cash_pays() -> None:
    """The bills fund's trailing yield in every account, or nothing."""
    paid = _shown(plan(), pays=True)
    bills = paid.market.securities.security_id.tolist().index("BIL")
    told = float(paid.market.securities.ordinary_yield[bills])
    assert told > 0.01
    assert paid.accounts.cash_yield.tolist() == [told] * 3
    assert _shown(plan()).accounts.cash_yield.tolist() == [0.0] * 3
