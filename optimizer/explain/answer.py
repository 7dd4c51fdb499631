"""The answer: a candidate beside doing nothing, with its certificate and its reasons; or why not.

Nothing leaves but what the judge has kept. Where nothing legal was found, doing nothing is the
answer if that keeps every rule; never empty orders in silence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from models.earlier_no import EarlierNo
from models.plan import Certificate, Plan, Status
from models.tolerances import BPS
from models.triggers import earlier_no, held_back
from optimizer.explain.binding import binding_rules, notes_of
from optimizer.explain.idle import why_idle
from optimizer.explain.idle_cash import short_of_cash
from optimizer.explain.order_gate import worthwhile
from optimizer.explain.reasons import with_reasons
from optimizer.explain.tickets_due import unpaid_tickets
from optimizer.judge.verify import judged
from optimizer.rounding.candidate import Candidate, Open, Proof
from optimizer.search.model import Model, Search

NOTHING: Final = "worth less than a dollar: there is nothing to place"
"""Why a household is left alone of which no part is a weight."""


def answered(search: Search, candidate: Candidate) -> Plan:
    """Compare a candidate with doing nothing, certify the better one, and say why."""
    household, policy = search.model.frame.household, search.model.frame.policy
    bound = search.bounds.least
    candidate, worth = worthwhile(search.model, candidate)
    verdict, orders, flows = candidate.verdict, candidate.orders, candidate.flows
    if not verdict.kept:
        worst = "; ".join(f"{b.rule} at {b.where} by {b.amount:.6g}" for b in verdict.breaches)
        plan = without_plan(search.model, Status.REFUSED, f"breaks {worst}")
        return replace(plan, breaches=verdict.breaches, figures=verdict.figures)
    status, reason = Status.PLANNED, candidate.told
    before, after = verdict.figures.objective_before_bps, verdict.figures.objective_after_bps
    if before is not None and after is not None:
        idle_pays = not orders or after >= before
        gate = held_back(policy.gate, verdict.figures)
        idle = judged(verdict.bench, ()) if idle_pays or gate is not None else None
        if idle is not None and idle.kept:
            if search.incumbent is None:
                return without_plan(search.model, Status.FAILED, Open().reason)
            saved = max(before - bound, 0.0)
            status = Status.NO_ACTION
            reason = f"no trade pays enough: {gate}"
            if gate is None or idle_pays:
                reason = why_idle(
                    search.model, search.incumbent, candidate.supported.tickets, saved
                )
            verdict, orders, flows = idle, (), ()
    elif after is None and not orders and not flows:
        status, reason = Status.NO_ACTION, NOTHING
    after = verdict.figures.objective_after_bps
    certificate = None
    if after is not None:
        gap = after - bound
        certificate = Certificate(bound, gap, candidate.gap_by_cause(search, after))
        if gap < -BPS:
            reason = f"the bound {bound:.6f} exceeds the objective {after:.6f} bps"
            return without_plan(search.model, Status.FAILED, reason)
    return Plan(
        household_id=household.household_id,
        status=status,
        reason=reason,
        no=_no(search.model, status, reason, after),
        figures=verdict.figures,
        certificate=certificate,
        orders=with_reasons(verdict, orders, worth),
        flows=flows,
        lockouts=verdict.lockouts,
        binding=binding_rules(search.model, candidate),
        notes=(
            *notes_of(search.model, candidate),
            *short_of_cash(verdict.case),
            *unpaid_tickets(verdict.case),
        ),
        solver=_who(search.model),
    )


def _no(model: Model, status: Status, reason: str, idle_bps: float | None) -> EarlierNo | None:
    """What the next nights may answer by where nothing is traded."""
    if status is not Status.NO_ACTION or idle_bps is None:
        return None
    household, policy = model.frame.household, model.frame.policy
    return earlier_no(household, policy, reason, idle_bps)


def standing_still(search: Search, why_not: str) -> Plan:
    """Doing nothing, if that keeps every rule and the household was understood; else failed."""
    idle = judged(search.model.frame.bench, ())
    after = idle.figures.objective_after_bps
    if search.incumbent is None or not idle.kept or after is None:
        return without_plan(search.model, Status.FAILED, why_not)
    bound = search.bounds.least
    saved = max(after - bound, 0.0)
    return replace(
        without_plan(search.model, Status.NO_ACTION, ""),
        reason=f"no trade of legal size found that pays; at most {saved:.3f} bps could be saved",
        figures=idle.figures,
        certificate=Certificate(bound, after - bound, {"tickets": saved}),
    )


def without_plan(model: Model, status: Status, reason: str) -> Plan:
    """An answer without orders."""
    return Plan(model.frame.household.household_id, status, reason, solver=_who(model))


def infeasible(model: Model, proof: Proof) -> Plan:
    """The answer that there is no plan, by proof."""
    plan = without_plan(model, Status.INFEASIBLE, proof.reason)
    return replace(plan, clashes=proof.clashes)


def _who(model: Model) -> str:
    """Who answered, most often first."""
    return "+".join(sorted(model.tally.by, key=lambda name: (-model.tally.by[name], name)))
