"""From a strategy to a rebalancer: the same steps around every heuristic.

Trigger bands and modes are the household's wishes, so every method obeys them. Budgets are met the
way a careful practitioner would: the draft is carried out as far as they allow, and no further.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.ground import ground_of
from benchmarks.heuristics.steps.orders import cheapest
from benchmarks.heuristics.steps.proposal import Proposal, Rebalancer
from benchmarks.heuristics.steps.tickets import Scale, proposal_of
from models.household import Household
from models.policy import Policy
from optimizer.judge.left_alone import inside_bands
from optimizer.judge.verify import verify

Strategy: TypeAlias = Callable[[Draft], None]
"""What a heuristic is: it fills a draft."""

GAINS: Final = frozenset({"tax_budget", "gain_budget", "gain_share", "max_short_gain"})
"""Limits that realising less gain keeps."""

HALVINGS: Final = 5
"""Bisections of how much of a draft a limit allows: to 1/32 of it."""


def legal(strategy: Strategy) -> Rebalancer:
    """Return the rebalancer of a strategy."""

    def rebalance(household: Household, policy: Policy) -> Proposal:
        if inside_bands(household, policy) is not None:
            return Proposal()
        draft = Draft(ground_of(household, policy))
        draft.raise_cash(cheapest(draft.ground))
        strategy(draft)
        whole = proposal_of(draft)
        if not _limited(household, policy):
            return whole
        broken = _broken(draft, whole)
        if "turnover" in broken:
            return _as_far_as_allowed(draft, lambda share: Scale(share, share, share))
        if not broken & GAINS:
            return whole
        if not _broken(draft, proposal_of(draft, Scale(short=0.0))) & GAINS:
            return _as_far_as_allowed(draft, lambda share: Scale(short=share))
        return _as_far_as_allowed(draft, lambda share: Scale(short=0.0, long=share))

    return rebalance


def _as_far_as_allowed(draft: Draft, scale: Callable[[float], Scale]) -> Proposal:
    """Carry out the largest part of a draft that breaks no limit, by bisection."""
    low, high = 0.0, 1.0
    best = proposal_of(draft, scale(0.0))
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        tried = proposal_of(draft, scale(middle))
        if _broken(draft, tried) & (GAINS | {"turnover"}):
            high = middle
        else:
            low, best = middle, tried
    return best


def _broken(draft: Draft, proposal: Proposal) -> set[str]:
    ground = draft.ground
    verdict = verify(ground.household, ground.policy, proposal.orders, proposal.flows)
    return {breach.rule for breach in verdict.breaches}


def _limited(household: Household, policy: Policy) -> bool:
    units, limits = household.units, policy.limits
    own = ~np.isnan(units.tax_budget_usd) | ~np.isnan(units.gain_budget_usd)
    given = (
        limits.tax_budget_usd,
        limits.gain_budget_usd,
        limits.gain_share_of_unrealized,
        limits.max_short_gain_usd,
        policy.trades.max_turnover,
    )
    return bool(own.any()) or any(limit is not None for limit in given)
