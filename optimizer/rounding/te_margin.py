"""When tracking error misses its limit: proof that none can keep it, or another try nearer.

Share steps and minimum trades can lift tracking error above a limit that real amounts kept. Then
the search aims lower by what was missed, and half as low where nothing reaches that. When no
multiplier reaches the limit, a bound on tracking error alone says whether anything could.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from models.plan import Breach, Clash
from optimizer.program.owners import asked_owner
from optimizer.rounding.candidate import Candidate, Proof, candidate_of
from optimizer.search.model import Incumbent, Model, Search
from optimizer.search.te_limit import least_tracking_error, search_within_limits, tracking_squared
from optimizer.settings import (
    COARSE_FAR,
    COARSE_MISS,
    DEAR,
    PROVEN,
    TE_CLOSER,
    TE_FIRST,
    TE_MORE,
    TE_TRIES,
)


def beyond_tracking(model: Model, incumbent: Incumbent) -> Proof | None:
    """Prove that no plan can keep te_max, by a bound on tracking error; None if one may."""
    limit = model.frame.policy.limits.te_max
    if limit is None:
        return None
    if tracking_squared(model, incumbent.solution.x) <= model.frame.te_squared_allowed:
        return None
    least = least_tracking_error(model.frame, model.door)
    if least <= limit * (1.0 + PROVEN):
        return None
    whose = asked_owner(model.frame, "te_max", limit).value
    return Proof(
        f"no plan keeps te_max: tracking error is at least {100.0 * least:.4f}% a year (bound); "
        f"te_max is {100.0 * limit:.4f}%",
        (Clash("te_max", whose, figure=least),),
    )


def only_tracking_missed(breaches: tuple[Breach, ...]) -> bool:
    """Whether te_max is all that a plan breaks."""
    return bool(breaches) and all(breach.rule == "te_max" for breach in breaches)


def nearer(search: Search, candidate: Candidate) -> tuple[Search, Candidate]:
    """Search again below the limit until a plan of whole shares keeps it; the last try counts.

    One that breaks something else is no try: there the edge leaves no way to trade.
    """
    limit = search.model.frame.policy.limits.te_max
    margin = TE_FIRST / TE_MORE
    for _ in range(TE_TRIES):
        missed = candidate.verdict.breaches
        if limit is None or not only_tracking_missed(missed):
            break
        share = missed[0].amount / limit
        margin = min(
            0.9, TE_MORE * (margin + share) if share < COARSE_MISS else margin + COARSE_FAR * share
        )
        again, trial = _aimed(search, margin)
        if again.model.frame.te_multiplier > DEAR >= search.model.frame.te_multiplier:
            again, trial = _better(_aimed(search, margin / TE_CLOSER), (again, trial))
        if trial is None or not (trial.kept or only_tracking_missed(trial.verdict.breaches)):
            break
        bounds = replace(again.bounds, branched=max(again.bounds.branched, search.bounds.least))
        search, candidate = replace(again, bounds=bounds), trial
    return search, candidate


Aimed: TypeAlias = tuple[Search, Candidate | None]
"""A search that aims below the limit, and the orders of what it found."""


def _aimed(search: Search, margin: float) -> Aimed:
    again = search_within_limits(search.model.frame, search.model.door, margin, search)
    return again, candidate_of(again.model, again.incumbent, again.bounds.promising)


def _better(closer: Aimed, far: Aimed) -> Aimed:
    """What aims closer, where that keeps every rule for less."""
    one, other = closer[1], far[1]
    if one is None or not one.kept:
        return far
    return closer if other is None or not other.kept or one.gated < other.gated else far
