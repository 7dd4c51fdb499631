"""Small households that an exact solver can settle, with slack or with tight tax budgets."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.book import read_book
from models.household import Household
from models.policy import Policy
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from scenarios.synthetic import ASOF, generate_book

TIGHT_AVERSION = 40.0
"""Aversion in tight cases: high enough that the plan would rather realize gains than drift."""

TIGHT_ROOM = 0.3
"""Part of the tax that the free plan adds which a tight budget allows."""

LEAST_ROOM_USD = 50.0
"""Dollars of tax that a free plan must add before its budget can be called tight."""

DRAWN_PER_TIGHT = 8
"""Households looked at for each tight one wanted."""


def small_households(count: int, seed: int) -> Iterator[tuple[Household, Policy]]:
    """Yield synthetic `etf` households (15 securities, about 70 lots) and their policies."""
    with tempfile.TemporaryDirectory() as folder:
        generate_book(Path(folder) / "book", count, "etf", seed)
        book = read_book(Path(folder) / "book", ASOF)
        for household_id in book.household_ids:
            household = book.household(str(household_id))
            yield household, book.policy(household.policy_id)


def tight_households(count: int, seed: int) -> Iterator[tuple[Household, Policy]]:
    """Yield households whose tax budget binds: it allows a part of what the free plan would pay."""
    found = 0
    for household, policy in small_households(count * DRAWN_PER_TIGHT, seed):
        if found == count:
            return
        tight = _tightened(household, policy)
        if tight is not None:
            found += 1
            yield tight


def _tightened(household: Household, policy: Policy) -> tuple[Household, Policy] | None:
    policy = replace(policy, risk=replace(policy.risk, aversion=TIGHT_AVERSION))
    units = household.units
    free = replace(household, units=replace(units, tax_budget_usd=_nothing(units.tax_budget_usd)))
    plan = rebalance(free, policy)
    if not plan.orders:
        return None
    years = verify(free, policy, plan.orders, plan.flows).units
    before = np.array([float(year.budget_before_usd) for year in years])
    added = np.array([float(year.budget_after_usd) for year in years]) - before
    if not (added > LEAST_ROOM_USD).any():
        return None
    budget = np.where(
        added > LEAST_ROOM_USD, np.round(np.maximum(before, 0) + TIGHT_ROOM * added), np.nan
    )
    tight = replace(units, tax_budget_usd=budget)
    return replace(household, units=tight), policy


def _nothing(column: np.ndarray) -> np.ndarray:
    return np.full(len(column), np.nan)
