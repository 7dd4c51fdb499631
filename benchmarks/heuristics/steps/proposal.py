"""What every rebalancer hands over, so that one judge can measure them all.

A rebalancer is a function of a household and its policy, nothing else: no state between calls, no
settings at the call. Whatever it wants to vary (lot order, bands) is fixed when it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from models.household import Household
from models.order import Flow, Order
from models.policy import Policy


class Proposal(NamedTuple):
    """Orders and household-level flows, as they would leave; both empty is "do nothing"."""

    orders: tuple[Order, ...] = ()
    flows: tuple[Flow, ...] = ()


Rebalancer: TypeAlias = Callable[[Household, Policy], Proposal]
"""A household and its policy in, a proposal out."""
