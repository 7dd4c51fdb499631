"""Asking: a request beside the policy, answered by a plan, what it changed, or what would do.

    household, policy, request → as asked → plan → difference to the standing plan
                                                 → irreducible set, and figures that were tried

Every figure comes from the judge, and a plan is one like any other: planned by `rebalance` of the
household as asked. Refused: planning inside the request's own code, and a lenient answer where
there is no plan (a limit that was asked for is never loosened by itself). Whether another figure
has a plan is asked without branching first: that finds a better plan, not whether there is one, and
a person waited seconds for it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from models.answer import Answer, Remedy
from models.asked import as_asked
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from models.request.record import Request
from optimizer.judge.verify import Verdict, verify
from optimizer.rebalance import has_plan_at_once, rebalance
from optimizer.requests.difference import difference
from optimizer.requests.in_hand import InHand
from optimizer.requests.remedies import remedies, sides

KEPT: Final = (Status.PLANNED, Status.NO_ACTION)
"""Answers that keep every rule."""


def ask(
    household: Household,
    policy: Policy,
    request: Request,
    *,
    certify: int | None = None,
    standing: Plan | None = None,
) -> Answer:
    """Plan a household as asked, and say what that changed, or what would do instead.

    `standing` is the plan without the request, where it is known already.

    Raises
    ------
    RequestError
        If the request names what the household has not.
    """
    decide = partial(rebalance, certify=certify)
    asked, in_force, plan = _planned(household, policy, request, decide)
    standing = standing or decide(household, policy)
    instead: tuple[Remedy, ...] = ()
    if plan.status in (Status.INFEASIBLE, Status.REFUSED, Status.FAILED):

        def judged(other: Request) -> Verdict | None:
            of, under, found = household, policy, standing
            if other.asks:  # one that asks nothing is the standing plan's own question
                of, under, found = _planned(household, policy, other, decide)
            kept = found.status in KEPT
            return verify(of, under, found.orders, found.flows) if kept else None

        def works(other: Request, under: Policy = policy) -> bool:
            if not other.asks:
                return standing.status in KEPT
            if not other.after_tax and has_plan_at_once(*as_asked(household, under, other)):
                return True
            return _planned(household, under, other, decide)[2].status in KEPT

        instead = remedies(request, plan, judged, works)
        others = sides(plan, instead, policy, partial(works, request))
        plan = replace(plan, clashes=(*plan.clashes, *others))
    change = difference(standing, plan)
    return Answer(request, asked, in_force, plan, standing, change, instead)


def _planned(
    household: Household, policy: Policy, request: Request, decide: Any
) -> tuple[Household, Policy, Plan]:
    """Return a household and policy as asked, and their plan."""
    if not request.after_tax:
        asked, in_force = as_asked(household, policy, request)
        return asked, in_force, decide(asked, in_force)
    amount, plan = InHand(household, policy, request, decide).plan()
    asked, in_force = as_asked(household, policy, request, amount)
    return asked, in_force, replace(plan, request=request.sha256)
