"""From a strategy to a rebalancer: the same steps around every heuristic.

Trigger bands and modes are the household's wishes, so every method obeys them. Budgets are met the
way a careful practitioner would: the draft is carried out as far as they allow, and no further.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from benchmarks.baselines.draft import Draft
from benchmarks.baselines.ground import ground_of
from benchmarks.baselines.orders import cheapest
from benchmarks.baselines.proposal import Proposal, Rebalancer
from benchmarks.baselines.tickets import proposal_of
from models.household import Household
from models.policy import Policy
from optimizer.inside import inside_bands
from optimizer.verify import verify

Strategy: TypeAlias = Callable[[Draft], None]
"""What a heuristic is: it fills a draft."""

BUDGETS: Final = frozenset(
    {"tax_budget", "gain_budget", "gain_share", "max_short_gain", "turnover"}
)
"""Limits that trading less keeps."""

SHARES_TRIED: Final = (0.75, 0.5, 0.25, 0.1, 0.0)
"""How much of a draft is tried, once all of it breaks a budget."""


def legal(strategy: Strategy) -> Rebalancer:
    """Return the rebalancer of a strategy."""

    def rebalance(household: Household, policy: Policy) -> Proposal:
        if inside_bands(household, policy) is not None:
            return Proposal()
        draft = Draft(ground_of(household, policy))
        draft.raise_cash(cheapest(draft.ground))
        strategy(draft)
        proposal = proposal_of(draft)
        if not _limited(household, policy):
            return proposal
        for share in SHARES_TRIED:
            broken = verify(household, policy, proposal.orders, proposal.flows).breaches
            if not any(breach.rule in BUDGETS for breach in broken):
                break
            proposal = proposal_of(draft, share)
        return proposal

    return rebalance


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
