"""Heuristic rebalancers: what practitioners do, each in its own file, all on the same legal ground.

To add one: write a function that fills a draft, and list it in `HEURISTICS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from benchmarks.heuristics.calendar_full import calendar_full
from benchmarks.heuristics.good_practice import good_practice
from benchmarks.heuristics.household_proportional import household_proportional
from benchmarks.heuristics.location_ranks import location_ranks
from benchmarks.heuristics.losses_first import losses_first
from benchmarks.heuristics.naive import naive
from benchmarks.heuristics.naive_legal import naive_legal
from benchmarks.heuristics.new_cash import new_cash, stand_still
from benchmarks.heuristics.per_account import per_account
from benchmarks.heuristics.relative_bands import relative_bands
from benchmarks.heuristics.sequential import sequential
from benchmarks.heuristics.sheltered_first import sheltered_first
from benchmarks.heuristics.steps.proposal import Proposal, Rebalancer
from benchmarks.heuristics.steps.strategy import legal

__all__ = ["HEURISTICS", "NAIVE", "SEQUENTIAL", "Proposal", "Rebalancer"]

SEQUENTIAL: Final = "sequential programs"
"""The one heuristic that solves programs: the optimizer itself, an account at a time."""

HEURISTICS: Final[Mapping[str, Rebalancer]] = MappingProxyType(
    {
        "stand still": legal(stand_still),
        "new cash only": legal(new_cash),
        "per account, proportional": legal(per_account),
        "household proportional, HIFO": legal(household_proportional("HIFO")),
        "household proportional, MinTax": legal(household_proportional("MINTAX")),
        "calendar, full": legal(calendar_full),
        "relative bands, 20%": legal(relative_bands),
        "losses first": legal(losses_first),
        "sheltered first": legal(sheltered_first),
        "location ranks": legal(location_ranks),
        "good practice": legal(good_practice),
        SEQUENTIAL: sequential,
    }
)
"""Every heuristic by the name it bears in tables."""

NAIVE: Final[Mapping[str, Rebalancer]] = MappingProxyType(
    {
        "naive cvxpy, OSQP": naive("OSQP"),
        "naive cvxpy, ECOS": naive("ECOS"),
        "naive cvxpy, Clarabel": naive("CLARABEL"),
        "naive cvxpy, made legal": legal(naive_legal("CLARABEL")),
    }
)
"""Naive modelling by solver as it comes, which keeps few rules; and made legal by hand."""
