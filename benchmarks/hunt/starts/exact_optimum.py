"""The exact mixed-integer optimum as one more plan: to start from, and to hold against bounds."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.hunt.plans.point import point_of
from benchmarks.hunt.starts.start import Start
from benchmarks.oracles.exact.solve import solve
from models.errors import HearthError
from models.household import Household
from models.policy import Policy

SECONDS = 20.0
"""Time that SCIP gets a household."""


def exact_start(household: Household, policy: Policy) -> Iterator[Start]:
    """Yield SCIP's incumbent, none where it does not speak of this policy or finds nothing."""
    try:
        found = solve(household, policy, seconds=SECONDS)
    except (HearthError, ValueError, ArithmeticError):
        return
    if found.found:
        yield Start("exact optimum", point_of(household, found.orders, found.flows))
