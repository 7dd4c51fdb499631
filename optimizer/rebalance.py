"""The whole way from a household to a verified, certified plan, on one screen.

    household, policy → frame → program → search → branch and bound → candidate → answer

`search_within_limits` settles tax regimes and wash disjunctions, `certified` branches, the ways of
`WAYS` make candidates of whole tickets, `lengthened` lets each of those go as far as helps, and
`answered` says why. Nothing leaves but through the judge.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TypeAlias

from models.household import Household
from models.plan import Plan
from models.policy import Policy
from models.triggers import Screened, approved_beforehand
from optimizer.explain.answer import answered, infeasible, standing_still
from optimizer.explain.conflict import explain_conflict
from optimizer.inputs.frame import frame
from optimizer.judge.left_alone import inside_bands
from optimizer.mip.feasibility_repair import mended_by_rounding, repaired
from optimizer.mip.small_accounts import legal_nearby, refined
from optimizer.rounding.candidate import Candidate, Open, Proof, candidate_of
from optimizer.rounding.crowded_classes import with_fewer_funds
from optimizer.rounding.law_order import as_the_law_takes
from optimizer.rounding.line_search import lengthened
from optimizer.rounding.te_margin import beyond_tracking, nearer, only_tracking_missed
from optimizer.search.branch_and_bound import certified
from optimizer.search.model import Search
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of

Outcome: TypeAlias = tuple[Search, Candidate | None] | Proof | Open
"""What a way brings: a search and its candidate, if any; a proof that there is none; or neither."""


def rebalance(
    household: Household,
    policy: Policy,
    *,
    certify: int | None = None,
    screened: Screened | None = None,
) -> Plan:
    """Answer for one household: a plan, or clearly why there is none.

    `certify` solves may be spent on branching for a tighter bound (None: as the policy says);
    `screened` is what a screen of many said of the household already.
    """
    begun = time.perf_counter()
    solves = policy.solver.certify if certify is None else certify
    plan = inside_bands(household, policy, screened)
    if plan is None:
        plan = concluded(search_within_limits(frame(household, policy), chain_of(policy)), solves)
    if household.asked is not None:
        plan = replace(plan, request=household.asked.request.sha256)
    return replace(approved_beforehand(plan, policy.approval), seconds=time.perf_counter() - begun)


def has_plan_at_once(household: Household, policy: Policy) -> bool:
    """Return whether the cheapest way finds a plan that keeps every rule, before any branching.

    If so there is one, whatever branching would make of it; if not, only `rebalance` knows.
    """
    if inside_bands(household, policy) is not None:
        return True
    search = search_within_limits(frame(household, policy), chain_of(policy))
    if search.bounds.proven_infeasible or not search.incumbent:
        return False
    if beyond_tracking(search.model, search.incumbent):
        return False
    found = candidate_of(search.model, search.incumbent, search.bounds.promising)
    return found is not None and found.kept


def concluded(search: Search, certify: int) -> Plan:
    """Make a plan of what a search found, by the first way that keeps every rule."""
    if search.bounds.proven_infeasible:
        return infeasible(search.model, explain_conflict(search.model, search.bounds.regimes))
    if search.incumbent and (out_of_reach := beyond_tracking(search.model, search.incumbent)):
        return infeasible(search.model, out_of_reach)
    search = certified(search, certify)
    last, why = None, ""
    for way in WAYS:
        outcome = way(search, last)
        if isinstance(outcome, Proof):
            return infeasible(search.model, outcome)
        if isinstance(outcome, Open):
            why = outcome.reason
        else:
            search, found = outcome
            last = found or last
            if found is not None and found.kept:
                return answered(search, lengthened(search.model, found))
    if last is not None and not mended_by_rounding(search.model, last):
        return answered(search, last)
    return standing_still(search, why)


def by_share_steps(search: Search, last: Candidate | None) -> Outcome:
    """Minimum trades, share steps, orders: what nearly every household is answered by."""
    found = _in_share_steps(search)
    if found is None or not found.kept:
        return search, found
    for other in search.others:
        start = replace(search, incumbent=other)
        trial = _in_share_steps(start)
        if trial is not None and trial.kept and trial.gated < found.gated:
            search, found = start, trial
    return search, found


def _in_share_steps(search: Search) -> Candidate | None:
    found = candidate_of(search.model, search.incumbent, search.bounds.promising)
    found = as_the_law_takes(search.model, search.incumbent, found, search.bounds.promising)
    found = with_fewer_funds(search.model, search.incumbent, found)
    return refined(search.model, search.incumbent, found)


def by_aiming_lower(search: Search, last: Candidate | None) -> Outcome:
    """Where whole shares miss te_max alone: a search that aims below it by what was missed."""
    missed = last is not None and only_tracking_missed(last.verdict.breaches)
    if last is None or not missed:
        return search, None
    search, found = nearer(search, last)
    return search, refined(search.model, search.incumbent, found)


def by_other_tickets(search: Search, last: Candidate | None) -> Outcome:
    """Where share steps keep no limit: tickets opened and closed around the last candidate."""
    found = legal_nearby(search.model, search.incumbent, last)
    return search, refined(search.model, search.incumbent, found)


def by_whole_tickets(search: Search, last: Candidate | None) -> Outcome:
    """The nearest legal plan of whole tickets, or the proof that there is none."""
    outcome = repaired(search)
    if not isinstance(outcome, Candidate):
        return outcome
    regimes = search.bounds.promising
    return search, refined(search.model, search.incumbent, outcome, regimes)


WAYS = (by_share_steps, by_aiming_lower, by_other_tickets, by_whole_tickets)
"""Ways to a candidate that keeps every rule, the cheapest first; each sees the last candidate."""
