"""A household between looks: what its year has come to so far, how it opens and closes a year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.backtest.lives.decision import Method
from benchmarks.backtest.lives.tilt import Tilt, equity_tilt
from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.people.draw import LifePlan
from benchmarks.backtest.people.opening import opening_household
from benchmarks.backtest.taxes.required import required_by_account
from benchmarks.backtest.taxes.tax_year import Income, YearTax, usual_rates, year_tax
from benchmarks.backtest.taxes.wealth import Wealth, worth
from models.arrays import Floats, read_only
from models.household import Household


@dataclass(frozen=True, slots=True)
class Course:
    """What does not change in a life: market, facts, the year end it begins at, the method."""

    stage: Stage
    plan: LifePlan
    start: int
    method: Method


@dataclass(frozen=True, slots=True)
class State:
    """A household between looks, and what its year has come to so far.

    `income` is by filing unit, `unpaid` last year's tax not yet paid, `required` what each account
    must distribute this year and `taken` what has left it, dollars.
    """

    household: Household
    years: int
    income: tuple[Income, ...]
    unpaid: float
    required: Floats
    taken: Floats


def opened(stage: Stage, plan: LifePlan, look: int) -> State:
    """Return the household as it begins."""
    household = opening_household(stage, plan, look)
    return State(
        household=household,
        years=0,
        income=(Income(),) * len(household.units.filing_unit_id),
        unpaid=0.0,
        required=required_by_account(household, plan.age, stage.law_year),
        taken=np.zeros(len(household.accounts.account_id)),
    )


def next_year(stage: Stage, plan: LifePlan, state: State, taxes: tuple[YearTax, ...]) -> State:
    """Close the books: carry losses over, owe the tax, count what next year must distribute."""
    units = state.household.units
    nothing: Floats = np.zeros(len(taxes))
    household = replace(
        state.household,
        units=replace(
            units,
            st_realized_ytd=read_only(nothing),
            lt_realized_ytd=read_only(nothing),
            st_carryforward=read_only(np.array([tax.carry_short for tax in taxes])),
            lt_carryforward=read_only(np.array([tax.carry_long for tax in taxes])),
        ),
    )
    years = state.years + 1
    return State(
        household=household,
        years=years,
        income=(Income(),) * len(taxes),
        unpaid=state.unpaid + sum(tax.total for tax in taxes),
        required=required_by_account(household, plan.age + years, stage.law_year),
        taken=np.zeros(len(state.taken)),
    )


def taxes_of(stage: Stage, plan: LifePlan, state: State) -> tuple[YearTax, ...]:
    """Return the portfolio's part of the year's tax, by filing unit."""
    wages = plan.income(state.years)
    return tuple(
        year_tax(state.household, u, wages, income, stage.law_year)
        for u, income in enumerate(state.income)
    )


def wealth_at(stage: Stage, plan: LifePlan, state: State, look: int) -> Wealth:
    """Return what the household is worth at a look."""
    return worth(
        state.household,
        stage.close[int(stage.looks[look])],
        plan.income(state.years),
        plan.usual_income(state.years),
        state.income,
        state.unpaid,
        stage.law_year,
    )


def tilt_of(stage: Stage, plan: LifePlan, state: State) -> Tilt:
    """Return how far the household leans to equity, at the rates of its usual year."""
    household, income = state.household, plan.usual_income(state.years)
    units = range(len(household.units.filing_unit_id))
    rates = (usual_rates(household, u, income, stage.law_year).distribution for u in units)
    return equity_tilt(household, np.array([float(rate) for rate in rates]))
