"""Triggers decide who is looked at: a household that none of them names is left alone."""

from __future__ import annotations

from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from models.triggers import (
    Screened,
    Trigger,
    always_drifts,
    columns_of,
    left_alone,
    outgrown,
    rests_on_the_same,
    screen,
    still_said,
)
from optimizer.judge.bench import Bench
from optimizer.judge.rules import KEPT_BY_NOTHING
from optimizer.judge.verify import judged


def inside_bands(
    household: Household, policy: Policy, screened: Screened | None = None
) -> Plan | None:
    """Answer `no_action` if no trigger of the policy asks for more, and doing nothing breaks none.

    By default that is: every target has bands, every weight keeps its own, nothing is due. A target
    without a single band always trades; a flow, a required distribution or cash under its floor
    always needs an answer, and so does a limit that doing nothing breaks. A household with orders
    of an earlier night on their way waits for them, unless it has a cash need. Of whom something is
    asked tonight is looked at. What an earlier night said no to is not solved again while that
    stands. `screened` is what a screen of many says of the household, where there was one.
    """
    no = household.earlier_no
    looked_at = household.asked is not None
    if screened is None and no is None:
        looked_at |= always_drifts(household, policy)
    if not household.waits and looked_at:
        return None
    found, at = screened or (screen(columns_of(household, policy)), 0)
    waiting = bool(household.waits) and not found.fired[Trigger.CASH][at]
    reason, kept = household.waits if waiting else "", None
    if not waiting and (triggers := found.triggers_of(at)):
        if no is None or not rests_on_the_same(household, policy, triggers):
            return None
        reason, kept = still_said(no), no
    elif not waiting:
        reason = left_alone(found, at)
    verdict = judged(Bench(household, policy), (), (), KEPT_BY_NOTHING)
    if not verdict.kept:
        return None
    if kept and outgrown(household, policy, verdict.figures.objective_before_bps):
        return None
    return Plan(
        household.household_id,
        Status.NO_ACTION,
        reason,
        figures=verdict.figures,
        solver="none",
        no=kept,
    )
