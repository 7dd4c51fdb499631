"""Bands trigger: a household inside all its bands, with nothing due, is left alone."""

from __future__ import annotations

import numpy as np

from models.drift import drifts
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from optimizer.verify import verify


def inside_bands(household: Household, policy: Policy) -> Plan | None:
    """Answer `no_action` if every target has bands, every weight keeps its own, nothing is due.

    A target without a single band always trades; a flow, a required distribution or cash under
    its floor always needs an answer, and so does a limit that doing nothing breaks.
    """
    accounts = household.accounts
    due = accounts.rmd_due_usd > np.maximum(-accounts.net_flow, 0.0)
    if household.net_flow or accounts.net_flow.any() or due.any():
        return None
    rows = drifts(household)
    banded = {row.target_id for row in rows if row.band is not None}
    if not rows or banded != {row.target_id for row in rows}:
        return None
    closest = min(rows, key=lambda row: row.room)
    if closest.room < 0.0:
        return None
    verdict = verify(household, policy, (), ())
    if not verdict.kept:
        return None
    return Plan(
        household.household_id,
        Status.NO_ACTION,
        f"inside its bands: the closest, {closest.name} of {closest.target_id}, "
        f"has {100.0 * closest.room:.2f} points left",
        figures=verdict.figures,
        solver="none",
    )
