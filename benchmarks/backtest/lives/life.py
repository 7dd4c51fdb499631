"""One household's life under one method, look by look, and a record of every year.

    look → orders on the ledger → days with dividends → look → … → year end: tax, carryforwards

At each look money that is due moves first: savings or spending, pay deferred into a plan, in
March the tax of the year before, in December what is still due of a required distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.backtest.lives.decision import Look, Method, look_at
from benchmarks.backtest.lives.diary import Diary, YearRecord
from benchmarks.backtest.lives.holding import announced, hold, shares_held
from benchmarks.backtest.lives.tidy import tidied
from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.people.draw import LifePlan
from benchmarks.backtest.people.opening import opening_household
from benchmarks.backtest.taxes.required import required_by_account
from benchmarks.backtest.taxes.tax_year import Income, YearTax, wage_facts, with_dividends, year_tax
from benchmarks.backtest.taxes.wealth import Wealth, worth
from models.arrays import Floats, read_only
from models.household import FilingUnits, Household

TAX_MONTH = 3
"""The tax of last year is paid at the first look in this month or later (due on 15 April)."""

MOST_OF_TAXABLE = 0.9
"""Of the taxable account: tax beyond that is withdrawn from whichever accounts are best."""


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
    state = _opened(stage, plan, look)
    diary = Diary(plan, method.name, start, stage.target_returns[plan.target_id])
    wealth = _worth(stage, plan, state, look)
    diary.begin(start + 1, wealth)
    while look < end:
        first, last = int(stage.looks[look]), int(stage.looks[look + 1])
        household, stretch = hold(stage, state.household, method.policy, first, last)
        diary.held(first, last, stretch)
        income = tuple(a.plus(b) for a, b in zip(state.income, stretch.income, strict=True))
        look += 1
        state = replace(
            state,
            household=replace(tidied(household), market=stage.markets[look]),
            income=income,
        )
        state, outcome = _looked(stage, plan, state, look, method)
        diary.looked(outcome)
        if state.household.asof.month == 12:
            wealth = _worth(stage, plan, state, look)
            taxes = _taxes(stage, plan, state)
            yield diary.close(wealth, taxes, state.income, state.household)
            state = _next_year(stage, plan, state, taxes)
            diary.begin(state.household.asof.year + 1, wealth)


def _opened(stage: Stage, plan: LifePlan, look: int) -> State:
    household = opening_household(stage, plan, look)
    return State(
        household=household,
        years=0,
        income=(Income(),) * len(household.units.filing_unit_id),
        unpaid=0.0,
        required=required_by_account(household, plan.age, stage.law_year),
        taken=np.zeros(len(household.accounts.account_id)),
    )


def _looked(
    stage: Stage, plan: LifePlan, state: State, look: int, method: Method
) -> tuple[State, Look]:
    """Move what is due, ask the method, carry it out."""
    household, unpaid = _with_flows(stage, plan, state)
    row = int(stage.looks[look])
    shown = replace(
        household,
        units=_facts(stage, plan, replace(state, household=household)),
        scheduled_buys=announced(stage, household, row),
    )
    outcome = look_at(stage, shown, method)
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
    moved = replace(state, household=cleared, income=income, unpaid=unpaid, taken=state.taken + out)
    return moved, outcome


def _with_flows(stage: Stage, plan: LifePlan, state: State) -> tuple[Household, float]:
    """Return the household with today's flows, and the tax that stays unpaid."""
    household, accounts = state.household, state.household.accounts
    share = 1.0 / stage.looks_a_year
    own = np.zeros(len(accounts.account_id))
    whole = plan.household_flow(state.years) * share
    taxable = np.flatnonzero(household.taxable)
    if plan.works(state.years) and plan.deferral_usd:
        own[np.flatnonzero(accounts.account_type == "401k")] += plan.deferral_usd * share
    unpaid = state.unpaid
    if unpaid and household.asof.month >= TAX_MONTH:
        held = shares_held(household) @ household.market.securities.price + accounts.cash
        able = MOST_OF_TAXABLE * max(float(held[taxable[0]]), 0.0)
        paid = min(unpaid, able)
        own[taxable[0]] -= paid
        whole -= unpaid - paid
        unpaid = 0.0
    due: Floats = np.zeros(len(own))
    if household.asof.month == 12:
        still = np.maximum(state.required - state.taken - np.maximum(-own, 0.0), 0.0)
        held = shares_held(household) @ household.market.securities.price + accounts.cash
        due = np.minimum(still, MOST_OF_TAXABLE * np.maximum(held, 0.0)).round(2)
    moved = replace(
        accounts,
        net_flow=read_only(np.round(own, 2)),
        rmd_due_usd=read_only(np.where(due > 0, due + np.maximum(-own, 0.0), 0.0)),
    )
    return replace(household, accounts=moved, net_flow=round(whole, 2)), unpaid


def _facts(stage: Stage, plan: LifePlan, state: State) -> FilingUnits:
    """Return the return as the household would estimate it: dividends so far and still to come."""
    household, securities = state.household, state.household.market.securities
    units, wages = household.units, plan.income(state.years)
    left = (12 - household.asof.month) / 12.0
    held = shares_held(household) * household.taxable[:, None] * securities.price
    columns: dict[str, list[float]] = {name: [] for name in _ESTIMATED}
    for u, income in enumerate(state.income):
        mine = held[household.accounts.filing_unit == u].sum(axis=0)
        expected = Income(
            qualified=left * float(mine @ securities.qualified_yield),
            ordinary=left * float(mine @ securities.ordinary_yield),
        ).plus(income)
        facts = with_dividends(wage_facts(household, u, wages, stage.law_year), expected)
        columns["ordinary_income"].append(float(facts.ordinary_income) + income.distributions)
        columns["qualified_dividends"].append(float(facts.qualified_dividends))
        columns["net_investment_income"].append(float(facts.net_investment_income))
        columns["magi"].append(float(facts.magi) + income.distributions)
    return replace(
        units, **{name: read_only(np.round(values, 2)) for name, values in columns.items()}
    )


_ESTIMATED = ("ordinary_income", "qualified_dividends", "net_investment_income", "magi")


def _taxes(stage: Stage, plan: LifePlan, state: State) -> tuple[YearTax, ...]:
    wages = plan.income(state.years)
    return tuple(
        year_tax(state.household, u, wages, income, stage.law_year)
        for u, income in enumerate(state.income)
    )


def _worth(stage: Stage, plan: LifePlan, state: State, look: int) -> Wealth:
    return worth(
        state.household,
        stage.close[int(stage.looks[look])],
        plan.income(state.years),
        state.income,
        state.unpaid,
        stage.law_year,
    )


def _next_year(stage: Stage, plan: LifePlan, state: State, taxes: tuple[YearTax, ...]) -> State:
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
