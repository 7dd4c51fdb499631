"""Planning with a term of an analyst's own: beside the plan without it, judged, and bounded.

    household, policy, term → program with cuts → search → … until the cuts meet it → candidate

The judge does not know the term, and is not told: his figures, his rules and the plan's own
certificate are of the objective alone, so its gap is what the term gave up of it at most. Objective
and term together have a bound of their own. Refused: a term that the judge would take from whoever
proposes orders, and a plan with one in a night's run: it has no policy that could be replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from models.errors import OwnTermError
from models.household import Household
from models.order import Order
from models.plan import Certificate, Plan, Status
from models.policy import Policy
from optimizer.inputs.frame import Frame, frame
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.own_term import Term, own_term
from optimizer.rebalance import rebalance
from optimizer.rounding.candidate import candidate_of
from optimizer.search.branch_and_bound import certified
from optimizer.search.incumbent import search
from optimizer.search.model import Search
from optimizer.solvers.chain import chain_of

CUTS: Final = 40
"""Rounds of cuts at most: a term of up to four funds needs three to ten. Past them the bound is as
valid, and looser."""

CLOSE_BPS: Final = 1e-3
"""Basis points by which the cuts may be below the term where the program ends: a hundredth of what
share steps leave of a household of some $500,000."""


class Weighed(NamedTuple):
    """A plan measured with the term: the judge's objective, the term, and both, bps."""

    objective_bps: float
    own_bps: float

    @property
    def together_bps(self) -> float:
        """Objective and term."""
        return self.objective_bps + self.own_bps


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """A plan made with a term, beside the one without it.

    `plan.certificate` is of the objective alone: its gap is what the term and rounding give up of
    it at most. `bound_bps` is below objective and term together of every legal plan.
    """

    plan: Plan
    without: Plan
    weighed: Weighed
    weighed_without: Weighed
    bound_bps: float

    @property
    def gap_bps(self) -> float:
        """By how much another plan could do better with the term, at most."""
        return self.weighed.together_bps - self.bound_bps


def rebalance_with(household: Household, policy: Policy, term: Term) -> OwnPlan:
    """Plan a household with a term of one's own; the better plan of two, by objective and term.

    Raises
    ------
    OwnTermError
        When the term is not a convex scalar, the policy limits tracking error (the program then
        has another objective), or no plan keeps the rules.
    """
    if policy.limits.te_max is not None:
        raise OwnTermError("te_max and a term of one's own do not go together: price the risk")
    without = rebalance(household, policy)
    if without.figures is None or without.certificate is None:
        raise OwnTermError(f"{without.status}: {without.reason}; hearth plan says more")
    found, own_bps = _directions(frame(household, policy), term)
    plain = Weighed(without.figures.objective_after_bps or 0.0, own_bps(without.orders))
    candidate = candidate_of(found.model, found.incumbent)
    bound = found.bounds.least
    if candidate is None or not candidate.kept:
        return OwnPlan(without, without, plain, plain, bound)
    weighed = Weighed(candidate.objective, own_bps(candidate.orders))
    if weighed.together_bps >= plain.together_bps:
        return OwnPlan(without, without, plain, plain, bound)
    least = without.certificate.bound_bps
    plan = Plan(
        household.household_id,
        Status.PLANNED,
        "planned with a term that the judge does not know",
        figures=candidate.verdict.figures,
        certificate=Certificate(least, candidate.objective - least),
        orders=candidate.orders,
        flows=candidate.flows,
        lockouts=candidate.verdict.lockouts,
    )
    return OwnPlan(plan, without, weighed, plain, bound)


def _directions(whole: Frame, term: Term) -> tuple[Search, Callable[[Sequence[Order]], float]]:
    """Search with more and more cuts until they meet the term; and what measures orders by it.

    Branching may find directions in which they do not meet it yet: then it was too early.
    """
    own, program, door = own_term(whole, term), program_of(whole), chain_of(whole.policy)
    found = search(whole, door, stated=(program, compile_arrays(program)))

    def met() -> bool:
        if found.incumbent is None:
            return False
        missed, point = own.missed(found.model.program, found.incumbent.solution.x)
        if missed > CLOSE_BPS:
            own.cut_towards(point)
        return missed <= CLOSE_BPS

    for _ in range(CUTS):
        if found.incumbent is None:
            raise OwnTermError("no directions keep every rule: hearth plan says why")
        own.cut_where_best(program, found.incumbent.branch)
        stated = own.beside(program)
        found = search(whole, door, stated=(stated, compile_arrays(stated)), near=found.incumbent)
        if met():
            found = certified(found, whole.policy.solver.certify)
            if met():
                break
    return found, own.of_orders
