"""Tax budget: this year's tax on gains and distributions stays within what was agreed.

T(S, L, D) − T(nothing) ≤ max(budget, the same before the run). The tax is taken from above, so a
budget that the program keeps is kept. A unit's own budget overrides the policy's.
"""

from __future__ import annotations

import numpy as np

from optimizer.frame import BPS_PER_UNIT, Frame
from optimizer.gain_range import GainRange
from optimizer.program import ConvexRow, Part
from optimizer.tax_pieces import distribution_argument, tax_from_above


def budget_usd(frame: Frame, unit: int) -> float | None:
    """Return the budget of a filing unit in dollars, None if it has none."""
    own = float(frame.household.units.tax_budget_usd[unit])
    return frame.policy.limits.tax_budget_usd if np.isnan(own) else own


def state(frame: Frame) -> Part:
    """H + G + NIIT + state, each from above, ≤ what is left of the budget, in bps."""
    rows = []
    for unit, reach in enumerate(frame.ranges):
        budget = budget_usd(frame, unit)
        if budget is None:
            continue
        room = frame.bps_of_usd(max(budget, counted_before(reach)) - _forced(frame, reach))
        state_rate = BPS_PER_UNIT * reach.tax.state_rate
        linear = [("in_income", unit, state_rate)] if state_rate else []
        if state_rate:
            linear += distribution_argument(frame, unit, state_rate)
        linear += _penalties(frame, unit)
        rows.append(
            ConvexRow(
                "tax_budget",
                str(frame.household.units.filing_unit_id[unit]),
                tuple(tax_from_above(frame, unit, reach, 1.0)),
                tuple(linear),
                room,
            )
        )
    return Part("tax_budget", convex_rows=tuple(rows))


def counted_before(reach: GainRange) -> float:
    """T(year to date, D = 0) − T(nothing), dollars, by the law's own function."""
    return reach.tax.before - reach.tax.nothing


def _forced(frame: Frame, reach: GainRange) -> float:
    """T(year to date, forced distributions) − T(nothing), dollars, penalties included."""
    tax = reach.tax
    forced = frame.unit_usd * reach.distribution
    penalties = frame.accounts.penalty * frame.accounts.outflow * frame.unit_usd
    mine = np.array([t is tax for t in frame.taxes])[frame.accounts.unit]
    counted = tax.tax(tax.short, tax.long, forced) - tax.nothing
    return float(counted + penalties[mine].sum())


def _penalties(frame: Frame, unit: int) -> list[tuple[str, int, float]]:
    accounts = frame.accounts
    charged = np.flatnonzero((accounts.unit == unit) & (accounts.penalty > 0.0))
    return [
        (block, int(account), BPS_PER_UNIT * float(accounts.penalty[account]))
        for account in charged
        for block in ("withdrawal", "transfer")
    ]
