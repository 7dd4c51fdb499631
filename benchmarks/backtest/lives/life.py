"""One household's life under one method, look by look, and a record of every year.

    look → orders on the ledger → days with dividends → look → … → year end: tax, carryforwards

At each look money that is due moves first: savings or spending, pay deferred into a plan, in
March the tax of the year before, in December what is still due of a required distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.backtest.lives.decision import Look, Method, look_at
from benchmarks.backtest.lives.diary import Diary, YearRecord
from benchmarks.backtest.lives.dues import facts, with_flows
from benchmarks.backtest.lives.holding import announced, hold
from benchmarks.backtest.lives.nights import REST_NIGHTS, asks_for_an_answer, at_prices_of
from benchmarks.backtest.lives.state import (
    Course,
    State,
    next_year,
    opened,
    taxes_of,
    tilt_of,
    wealth_at,
)
from benchmarks.backtest.lives.tidy import tidied
from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.people.draw import LifePlan
from models.arrays import Floats, read_only
from models.market import Market


def check_years(stage: Stage, start: int, years: int) -> tuple[int, int]:
    """Return the looks that end the years `start` and `start + years`.

    Raises
    ------
    ValueError
        If the past has no such looks.
    """
    look, end = stage.year_end(start), stage.year_end(start + years)
    if look < 0 or end < 0:
        raise ValueError(f"{stage.history.name} has no looks from {start} to {start + years}")
    return look, end


def live(
    stage: Stage, plan: LifePlan, start: int, years: int, method: Method
) -> Iterator[YearRecord]:
    """Yield one record for each full calendar year after the year end `start`.

    Raises
    ------
    ValueError
        If the past does not reach from the end of `start` to the end of the last year.
    """
    look, end = check_years(stage, start, years)
    course = Course(stage, plan, start, method)
    return live_on(course, opened(stage, plan, look), look, end)


def live_on(course: Course, state: State, look: int, end: int) -> Iterator[YearRecord]:
    """Yield a record for each full year between two looks, from a state at the first on."""
    stage, plan, start = course.stage, course.plan, course.start
    target = stage.target_returns[plan.target_id]
    diary = Diary(plan, course.method.name, start, target, stage.path)
    wealth = wealth_at(stage, plan, state, look)
    diary.begin(start + 1, wealth)
    while look < end:
        first, last = int(stage.looks[look]), int(stage.looks[look + 1])
        if course.method.nightly:
            state, first = _nights(course, state, look, diary)
        look += 1
        state = _held(course, state, (first, last), stage.markets[look], diary)
        due = with_flows(stage, plan, replace(state, household=tidied(state.household)))
        state, outcome = asked(course, due, last)
        diary.looked(outcome, tilt_of(stage, plan, state))
        if state.household.asof.month == 12:
            wealth = wealth_at(stage, plan, state, look)
            taxes = taxes_of(stage, plan, state)
            yield diary.close(wealth, taxes, state.income, state.household)
            state = next_year(stage, plan, state, taxes)
            diary.begin(state.household.asof.year + 1, wealth)


def _nights(course: Course, state: State, look: int, diary: Diary) -> tuple[State, int]:
    """Live to the eve of the next look; ask the method the day after a trigger fired."""
    stage, policy = course.stage, course.method.policy
    row, rests, fired = int(stage.looks[look]), 0, False
    for night in range(row + 1, int(stage.looks[look + 1])):
        here = at_prices_of(stage, stage.markets[look], night)
        state = _held(course, state, (row, night), here, diary)
        if fired:
            state, outcome = asked(course, state, night)
            diary.traded(outcome)
            rests = 0 if outcome.orders else night + REST_NIGHTS
        fired = night > rests and asks_for_an_answer(state.household, policy)
        row = night
    return state, row


def _held(
    course: Course, state: State, rows: tuple[int, int], market: Market, diary: Diary
) -> State:
    """Live from one row's close to another's, which `market` then prices."""
    household, stretch = hold(course.stage, state.household, course.method.policy, *rows)
    diary.held(*rows, stretch)
    income = tuple(a.plus(b) for a, b in zip(state.income, stretch.income, strict=True))
    return replace(state, household=replace(household, market=market), income=income)


def asked(course: Course, state: State, row: int) -> tuple[State, Look]:
    """Ask the method what to do with what is held and due, and carry it out."""
    stage = course.stage
    household, accounts = state.household, state.household.accounts
    pays = np.full(len(accounts.account_id), stage.cash_yield(household.market))
    shown = replace(
        household,
        accounts=replace(accounts, cash_yield=read_only(pays)),
        units=facts(stage, course.plan, state),
        scheduled_buys=announced(stage, household, row),
    )
    outcome = look_at(stage, shown, course.method)
    after = outcome.household
    none_due: Floats = read_only(np.zeros(len(state.taken)))
    cleared = replace(after, accounts=replace(after.accounts, rmd_due_usd=none_due))
    income = tuple(
        replace(
            mine,
            distributions=mine.distributions + float(run.distribution),
            penalties=mine.penalties + float(run.penalty),
        )
        for mine, run in zip(state.income, outcome.ledger.units, strict=True)
    )
    out = np.array([float(amount) for amount in outcome.ledger.outflow])
    moved = replace(state, household=cleared, income=income, taken=state.taken + out)
    return moved, outcome
