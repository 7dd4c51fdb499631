"""Every method that is compared, as one kind of thing: a name and a rebalancer.

The optimizer is one of them. An answer without a plan (infeasible, failed, no solution) is an
answer too, and counts as not feasible, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from benchmarks.heuristics import HEURISTICS, NAIVE, Proposal, Rebalancer
from models.errors import HearthError
from models.household import Household
from models.plan import Status
from models.policy import Policy
from optimizer.rebalance import rebalance

OURS: Final = "Hearth"
"""The name the optimizer bears in tables."""

ANSWERED: Final = frozenset({Status.PLANNED, Status.NO_ACTION})


class NoPlanError(HearthError):
    """The method gave no orders for a household; the message says why."""


def hearth(household: Household, policy: Policy) -> Proposal:
    """Return the optimizer's plan as a proposal.

    Raises
    ------
    NoPlanError
        If it answers without a plan.
    """
    plan = rebalance(household, policy)
    if plan.status not in ANSWERED:
        raise NoPlanError(f"{plan.status}, {plan.reason}")
    return Proposal(plan.orders, plan.flows)


METHODS: Final[Mapping[str, Rebalancer]] = MappingProxyType({OURS: hearth, **HEURISTICS, **NAIVE})
"""Every method by name, the optimizer first."""
