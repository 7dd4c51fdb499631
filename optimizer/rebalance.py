"""The whole way from a household to a verified, certified plan, on one screen.

    household, policy → frame → program → search → branch and bound → candidate → answer

`search_within_limits` states the program and settles tax regimes and wash disjunctions, `certified`
branches, the ways of `WAYS` make candidates of whole tickets, `answered` compares with doing
nothing and explains. Each stage takes the one before. Nothing leaves but through the judge.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TypeAlias

from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from models.triggers import approved_beforehand
from optimizer.explain.answer import answered, standing_still, without_plan
from optimizer.explain.conflict import explain_conflict
from optimizer.inputs.frame import frame
from optimizer.judge.left_alone import inside_bands
from optimizer.mip.feasibility_repair import mended_by_rounding, repaired
from optimizer.mip.small_accounts import legal_nearby, refined
from optimizer.rounding.candidate import Candidate, Open, Proof, candidate_of
from optimizer.rounding.te_margin import beyond_tracking, nearer, only_tracking_missed
from optimizer.search.branch_and_bound import certified
from optimizer.search.model import Search
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of

Outcome: TypeAlias = tuple[Search, Candidate] | Proof | Open | None
"""What a way brings: a candidate and the search it is of, a proof of none, neither, or nothing."""


def rebalance(household: Household, policy: Policy, *, certify: int | None = None) -> Plan:
    """Answer for one household: a plan, or clearly why there is none.

    `certify` are solves that may be spent on branching, for a tighter bound (None: as the policy
    says; see `certified`). The plan is verified and certified, whatever its status.
    """
    started = time.perf_counter()
    solves = policy.solver.certify if certify is None else certify
    plan = inside_bands(household, policy)
    if plan is None:
        plan = concluded(search_within_limits(frame(household, policy), chain_of(policy)), solves)
    plan = approved_beforehand(plan, policy.approval)
    return replace(plan, seconds=time.perf_counter() - started)


def concluded(search: Search, certify: int) -> Plan:
    """Make a plan of what a search found, by the first way that keeps every rule."""
    model = search.model
    if search.bounds.proven_infeasible:
        return without_plan(
            model, Status.INFEASIBLE, explain_conflict(model, search.bounds.regimes)
        )
    if search.incumbent and (out_of_reach := beyond_tracking(model, search.incumbent)):
        return without_plan(model, Status.INFEASIBLE, out_of_reach)
    search = certified(search, certify)
    last, why = None, ""
    for way in WAYS:
        outcome = way(search, last)
        if isinstance(outcome, Proof):
            return without_plan(search.model, Status.INFEASIBLE, outcome.reason)
        if isinstance(outcome, Open):
            why = outcome.reason
        elif outcome is not None:
            search, last = outcome
            if last.verdict.kept:
                return answered(search, last)
    if last is not None and not mended_by_rounding(search.model, last):
        return answered(search, last)
    return standing_still(search, why)


def by_share_steps(search: Search, last: Candidate | None) -> Outcome:
    """Minimum trades, share steps, orders: what nearly every household is answered by."""
    best = search.incumbent
    return _refined(search, None if best is None else candidate_of(search.model, best))


def by_aiming_lower(search: Search, last: Candidate | None) -> Outcome:
    """Where whole shares miss te_max alone: a search that aims below it by what was missed."""
    missed = last is not None and only_tracking_missed(last.verdict.breaches)
    return nearer(search, last) if last is not None and missed else None


def by_other_tickets(search: Search, last: Candidate | None) -> Outcome:
    """Where share steps keep no limit: tickets opened and closed around the last candidate."""
    if last is None or search.incumbent is None:
        return None
    return _refined(search, legal_nearby(search.model, search.incumbent, last))


def by_whole_tickets(search: Search, last: Candidate | None) -> Outcome:
    """The nearest legal plan of whole tickets, or the proof that there is none."""
    outcome = repaired(search)
    return _refined(search, outcome) if isinstance(outcome, Candidate) else outcome


def _refined(search: Search, found: Candidate | None) -> Outcome:
    """A candidate with its tickets chosen as whole shares, where that pays."""
    if found is None or search.incumbent is None:
        return None if found is None else (search, found)
    return search, refined(search.model, search.incumbent, found)


WAYS = (by_share_steps, by_aiming_lower, by_other_tickets, by_whole_tickets)
"""Ways to a candidate that keeps every rule, the cheapest first; each sees the last candidate."""
