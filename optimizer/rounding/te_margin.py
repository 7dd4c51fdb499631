"""When tracking error misses its limit: proof that none can keep it, or another try nearer.

Share steps and minimum trades can lift tracking error above a limit that real amounts kept. Then
the search aims lower by what was missed. When no multiplier reaches the limit, a bound on tracking
error alone says whether anything could.
"""

from __future__ import annotations

from models.plan import Breach
from optimizer.rounding.candidate import Candidate, candidate_of
from optimizer.search.model import Search
from optimizer.search.te_limit import least_tracking_error, search_within_limits, tracking_squared

TRIES = 3
"""Searches that aim lower before the plan is given up."""

MORE = 4.0
"""How much further than what was missed the next search aims below the limit."""

FIRST = 1e-3
"""Relative: how far below the limit the first such search aims at least; each next one 4 times."""

COARSE = 0.02
"""Relative: where more was missed, tickets are large: the next search aims `FAR` times as far."""

FAR = 1.2
"""How much further than what large tickets missed the next search aims: four times would leave
nothing of the limit, and pay for it with everything else."""

PROVEN = 1e-6
"""Relative: how far a bound on tracking error must lie above the limit to be a proof."""


def beyond_tracking(search: Search) -> str:
    """Say that no plan can keep te_max, with the bound that proves it; empty if one may."""
    limit = search.frame.policy.limits.te_max
    if limit is None or search.best is None:
        return ""
    if tracking_squared(search, search.best.solution.x) <= search.frame.te_squared_allowed:
        return ""
    least = least_tracking_error(search.frame, search.door)
    if least <= limit * (1.0 + PROVEN):
        return ""
    return (
        f"no plan keeps te_max: tracking error is at least {100.0 * least:.4f}% a year (bound); "
        f"te_max is {100.0 * limit:.4f}%"
    )


def only_tracking_missed(breaches: tuple[Breach, ...]) -> bool:
    """Whether te_max is all that a plan breaks."""
    return bool(breaches) and all(breach.rule == "te_max" for breach in breaches)


def nearer(search: Search, found: Candidate) -> tuple[Search, Candidate]:
    """Search again below the limit until a plan of whole shares keeps it; the last try counts."""
    limit = search.frame.policy.limits.te_max
    margin = FIRST / MORE
    for _ in range(TRIES):
        missed = found.verdict.breaches
        if limit is None or not only_tracking_missed(missed):
            break
        share = missed[0].amount / limit
        margin = min(0.9, MORE * (margin + share) if share < COARSE else margin + FAR * share)
        again = search_within_limits(search.frame, search.door, margin, search)
        trial = None if again.best is None else candidate_of(again)
        if trial is None:
            break
        search, found = again, trial
    return search, found
