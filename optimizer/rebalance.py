"""The whole way from a household to a verified, certified plan, on one screen.

    household, policy → frame → program → directions → support → shares → orders → verdict → plan

Each stage takes the one before. Nothing leaves but through the judge.
"""

from __future__ import annotations

import time
from dataclasses import replace

from models.household import Household
from models.plan import Certificate, Plan, Status
from models.policy import Policy
from models.tolerances import BPS
from models.triggers import approved_beforehand, held_back
from optimizer.explain.binding import binding_rules, notes_of
from optimizer.explain.conflict import explain_conflict
from optimizer.explain.idle import why_idle
from optimizer.explain.reasons import with_reasons
from optimizer.inputs.frame import frame
from optimizer.judge.left_alone import inside_bands
from optimizer.judge.verify import verify
from optimizer.mip.feasibility_repair import RESCUED, mended_by_rounding, rescued
from optimizer.mip.small_accounts import legal_nearby, refined
from optimizer.rounding.candidate import Attempt, attempt
from optimizer.rounding.te_margin import beyond_tracking, nearer, only_tracking_missed
from optimizer.search.branch_and_bound import certified
from optimizer.search.model import Search
from optimizer.search.te_limit import DEAR, search_within_limits
from optimizer.solvers.chain import Door, door


def rebalance(household: Household, policy: Policy, *, certify: int | None = None) -> Plan:
    """Answer for one household: a plan, or clearly why there is none.

    Parameters
    ----------
    household
        A valid household (see `models.book`).
    policy
        What to optimise and within which limits.
    certify
        Solves that may be spent on branching, for a tighter bound; None: as many as the policy
        says. Where the bound says little a few are spent in any case (see `certified`).

    Returns
    -------
    Plan
        Verified by the judge and certified, whatever its status. Never empty orders in silence.
    """
    started = time.perf_counter()
    solves = policy.solver.certify if certify is None else certify
    plan = approved_beforehand(_answer(household, policy, solves), policy.approval)
    return replace(plan, seconds=time.perf_counter() - started)


def _answer(household: Household, policy: Policy, certify: int) -> Plan:
    inside = inside_bands(household, policy)
    if inside is not None:
        return inside
    door = door_of(policy)
    search = search_within_limits(frame(household, policy), door)
    return concluded(household, policy, search, door, certify)


def concluded(
    household: Household, policy: Policy, search: Search, door: Door, certify: int
) -> Plan:
    """Make a plan of what a search found: tickets, shares, orders, verdict, certificate."""
    if search.proven_infeasible:
        reason = explain_conflict(search)
        return _without_plan(household, Status.INFEASIBLE, reason, search)
    if search.best is None:
        return _last_resort(household, policy, search, None)
    out_of_reach = beyond_tracking(search, door)
    if out_of_reach:
        return _without_plan(household, Status.INFEASIBLE, out_of_reach, search)
    if search.frame.te_multiplier <= DEAR:
        search = certified(search, certify)
    found = attempt(search)
    if found is not None and only_tracking_missed(found.verdict.breaches):
        search, found = nearer(search, found, door)
    if found is None or not found.verdict.kept:
        return _last_resort(household, policy, search, found)
    return _judged(household, policy, search, refined(search, found))


def _last_resort(
    household: Household, policy: Policy, search: Search, found: Attempt | None
) -> Plan:
    """When share steps kept no limit: the nearest legal plan, or proof, or doing nothing."""
    near = None if found is None else legal_nearby(search, found)
    if near is not None:
        return _judged(household, policy, search, near)
    rescue = rescued(search)
    nobody_answered = search.best is None
    if rescue.found is not None:
        plan = _judged(household, policy, search, rescue.found)
        if plan.status is not Status.NO_ACTION or not nobody_answered:
            return plan if plan.reason else replace(plan, reason=RESCUED)
    if rescue.impossible:
        return _without_plan(household, Status.INFEASIBLE, rescue.why, search)
    if found is not None and not mended_by_rounding(search, found):
        return _judged(household, policy, search, found)
    if nobody_answered:
        return _without_plan(household, Status.FAILED, rescue.why, search)
    return _standing_still(household, policy, search, rescue.why)


def _standing_still(household: Household, policy: Policy, search: Search, reason: str) -> Plan:
    """When no legal tickets are found: doing nothing, if that keeps every rule."""
    idle = verify(household, policy, (), ())
    after = idle.figures.objective_after_bps
    if not idle.kept or after is None:
        return _without_plan(household, Status.FAILED, reason, search)
    saved = max(after - search.bound, 0.0)
    return replace(
        _without_plan(household, Status.NO_ACTION, "", search),
        reason=f"no trade of legal size found that pays; at most {saved:.3f} bps could be saved",
        figures=idle.figures,
        certificate=Certificate(search.bound, after - search.bound, {"tickets": saved}),
    )


def _judged(household: Household, policy: Policy, search: Search, found: Attempt) -> Plan:
    """Compare the plan with doing nothing, certify the better one, and say why."""
    verdict = found.verdict
    if not verdict.kept:
        worst = "; ".join(f"{b.rule} at {b.where} by {b.amount:.6g}" for b in verdict.breaches)
        plan = _without_plan(household, Status.REFUSED, f"breaks {worst}", search)
        return replace(plan, breaches=verdict.breaches, figures=verdict.figures)
    status, reason = Status.PLANNED, ""
    orders, flows = found.orders, found.flows
    before, after = verdict.figures.objective_before_bps, verdict.figures.objective_after_bps
    if before is not None and after is not None:
        idle_pays = not orders or after >= before
        gate = held_back(policy.gate, verdict.figures)
        idle = verify(household, policy, (), ()) if idle_pays or gate is not None else None
        if idle is not None and idle.kept:
            saved = max(before - search.bound, 0.0)
            status = Status.NO_ACTION
            reason = f"no trade pays enough: {gate}"
            if gate is None or idle_pays:
                reason = why_idle(search, saved)
            verdict, orders, flows = idle, (), ()
    after = verdict.figures.objective_after_bps
    certificate = None
    if after is not None:
        gap = after - search.bound
        certified_here = replace(found, bound=search.bound)
        certificate = Certificate(search.bound, gap, certified_here.gap_by_cause(after))
        if gap < -BPS:
            reason = f"the bound {search.bound:.6f} exceeds the objective {after:.6f} bps"
            return _without_plan(household, Status.FAILED, reason, search)
    return Plan(
        household_id=household.household_id,
        status=status,
        reason=reason,
        figures=verdict.figures,
        certificate=certificate,
        orders=with_reasons(verdict, orders),
        flows=flows,
        lockouts=verdict.lockouts,
        binding=binding_rules(search, found),
        notes=notes_of(search, found),
        solver=_who(search),
    )


def _without_plan(household: Household, status: Status, reason: str, search: Search) -> Plan:
    return Plan(household.household_id, status, reason, solver=_who(search))


def _who(search: Search) -> str:
    """Who answered, most often first."""
    return "+".join(sorted(search.tally.by, key=lambda name: (-search.tally.by[name], name)))


def door_of(policy: Policy) -> Door:
    """The solver and compiler that a policy names."""
    if policy.solver.backend == "cvxpy":
        # imported for whoever asks: it takes a worker longer to start than all the rest does
        from optimizer.solvers.through_cvxpy import solve_through_cvxpy

        return door(policy.solver.name, solve_through_cvxpy)
    return door(policy.solver.name)
