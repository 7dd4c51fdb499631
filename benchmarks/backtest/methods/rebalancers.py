"""The optimizer as a method, and the same optimizer with one of its skills taken away.

An ablation blinds it rather than forbids: whoever cannot see losses still sells lots that have
them, and whoever cannot choose lots sells the earliest. Such orders may run into wash sales that
the seeing optimizer would have avoided; the ledger then disallows the loss, which is part of what
the skill is worth.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.heuristics.steps.proposal import Proposal
from benchmarks.suite.compare.methods import hearth
from models.arrays import read_only
from models.household import Household
from models.order import Order
from models.policy import Policy


def optimized(household: Household, policy: Policy) -> Proposal:
    """Return the plan of the optimizer.

    Raises
    ------
    NoPlanError
        If it answers without a plan.
    """
    return hearth(household, policy)


def blind_to_losses(household: Household, policy: Policy) -> Proposal:
    """Optimize as if no lot stood below its basis: nothing is sold for its loss."""
    lots = household.lots
    value = household.lot_value_usd
    losing = household.taxable[lots.account] & (lots.basis > value)
    hidden = replace(lots, basis=read_only(np.where(losing, value, lots.basis)))
    return optimized(replace(household, lots=hidden), policy)


def earliest_lots(household: Household, policy: Policy) -> Proposal:
    """Optimize, then name no lots: sales take the earliest acquired (26 C.F.R. 1.1012-1(c))."""
    plan = optimized(household, policy)
    return Proposal(tuple(_without_lots(order) for order in plan.orders), plan.flows)


def _without_lots(order: Order) -> Order:
    return replace(order, lots=())
