"""What is due on a day, and what a household knows of its tax return then.

Savings or spending are spread over the looks of a year, pay is deferred into a plan, the tax of
last year is paid in March, and what is still due of a required distribution leaves in December.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.backtest.lives.holding import shares_held
from benchmarks.backtest.lives.state import State
from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.people.draw import LifePlan
from benchmarks.backtest.taxes.tax_year import Income, usual_rates, wage_facts, with_dividends
from models.arrays import Floats, read_only
from models.household import FilingUnits

TAX_MONTH = 3
"""The tax of last year is paid at the first look in this month or later (due on 15 April)."""

MOST_OF_TAXABLE = 0.9
"""Of the taxable account: tax beyond that is withdrawn from whichever accounts are best."""


def with_flows(stage: Stage, plan: LifePlan, state: State) -> State:
    """Return the household with today's flows, and the tax that stays unpaid."""
    household, accounts = state.household, state.household.accounts
    share = 1.0 / stage.looks_a_year
    own = np.zeros(len(accounts.account_id))
    whole = plan.household_flow(state.years) * share
    taxable = np.flatnonzero(household.taxable)
    if deferral := plan.deferral(state.years):
        own[np.flatnonzero(accounts.account_type == "401k")] += deferral * share
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
    shown = replace(household, accounts=moved, net_flow=round(whole, 2))
    return replace(state, household=shown, unpaid=unpaid)


def facts(stage: Stage, plan: LifePlan, state: State) -> FilingUnits:
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
        known = with_dividends(wage_facts(household, u, wages, stage.law_year), expected)
        columns["ordinary_income"].append(float(known.ordinary_income) + income.distributions)
        columns["qualified_dividends"].append(float(known.qualified_dividends))
        columns["net_investment_income"].append(float(known.net_investment_income))
        columns["magi"].append(float(known.magi) + income.distributions)
    if plan.phases:  # whose years differ knows what is usual; where all are alike, today is
        usual = plan.usual_income(state.years)
        rates = [usual_rates(household, u, usual, stage.law_year) for u in range(len(state.income))]
        units = replace(
            units,
            usual_long_rate=read_only(np.array([float(each.long) for each in rates])),
            usual_ordinary_rate=read_only(np.array([float(each.ordinary) for each in rates])),
        )
    return replace(
        units, **{name: read_only(np.round(values, 2)) for name, values in columns.items()}
    )


_ESTIMATED = ("ordinary_income", "qualified_dividends", "net_investment_income", "magi")
