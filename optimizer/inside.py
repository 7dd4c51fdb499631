"""Triggers decide who is looked at: a household that none of them names is left alone."""

from __future__ import annotations

from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from models.triggers import columns_of, left_alone, screen
from optimizer.verify import verify


def inside_bands(household: Household, policy: Policy) -> Plan | None:
    """Answer `no_action` if no trigger of the policy asks for more, and doing nothing breaks none.

    By default that is: every target has bands, every weight keeps its own, nothing is due. A target
    without a single band always trades; a flow, a required distribution or cash under its floor
    always needs an answer, and so does a limit that doing nothing breaks.
    """
    screened = screen(columns_of(household, policy))
    if screened.needed[0]:
        return None
    verdict = verify(household, policy, (), ())
    if not verdict.kept:
        return None
    return Plan(
        household.household_id,
        Status.NO_ACTION,
        left_alone(screened, 0),
        figures=verdict.figures,
        solver="none",
    )
