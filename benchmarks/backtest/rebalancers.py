"""The methods that live a life: the optimizer, buy and hold, and whatever else is given."""

from __future__ import annotations

from models.household import Household
from models.order import Flow, Order
from models.policy import Policy
from optimizer.rebalance import rebalance


def optimized(household: Household, policy: Policy) -> tuple[tuple[Order, ...], tuple[Flow, ...]]:
    """Return the plan of the optimizer; without a plan, nothing."""
    plan = rebalance(household, policy)
    return plan.orders, plan.flows
