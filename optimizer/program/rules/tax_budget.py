"""Tax budget: this year's tax on gains and distributions stays within what was agreed.

T(S, L, D) − T(nothing) ≤ max(budget, the same before the run). A unit's own budget overrides the
policy's. Where the law's tax is not convex it is bounded twice: from below for a proof (a bound, or
that nothing is feasible), from above for a plan, so that a budget the program keeps is kept.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.inputs.tax_range import GainRange
from optimizer.program.language import ConvexRow, Kind, Maximum, Meaning, Part
from optimizer.program.owners import budget_owner
from optimizer.program.tax_maxima import tax_from_above, tax_from_below
from optimizer.settings import SAME_UNITS


def budget_usd(frame: Frame, unit: int) -> float | None:
    """Return the budget of a filing unit in dollars, None if it has none."""
    own = float(frame.household.units.tax_budget_usd[unit])
    return frame.policy.limits.tax_budget_usd if np.isnan(own) else own


def state(frame: Frame) -> Part:
    """H + G + NIIT ≤ what is left of the budget, in bps, from below and from above."""
    rows = []
    meaning = Meaning(
        Kind.RULE,
        usd=frame.percent_usd / BPS_PER_PERCENT,
        breach=BPS_PER_PERCENT / frame.percent_usd,
        lets_pass=BPS_PER_PERCENT * frame.cent,
        overstepped=True,
        owner=budget_owner(frame, "tax_budget_usd"),
    )
    for unit, reach in enumerate(frame.ranges):
        budget = budget_usd(frame, unit)
        if budget is None:
            continue
        room = frame.bps_of_usd(max(budget, counted_before(reach)) - _forced(frame, reach))
        linear = tuple(penalties_of(frame, unit))
        name = str(frame.household.units.filing_unit_id[unit])
        below = tuple(tax_from_below(frame, unit, reach, 1.0, "budget"))
        above = tuple(tax_from_above(frame, unit, reach, 1.0))
        rows.append(ConvexRow("tax_budget", name, below, linear, room, meaning))
        if not _same(below, above):
            plans = replace(meaning, stands_for="tax_budget")
            rows.append(ConvexRow("tax_budget from above", name, above, linear, room, plans))
    return Part("tax_budget", convex_rows=tuple(rows))


def _same(below: tuple[Maximum, ...], above: tuple[Maximum, ...]) -> bool:
    """Whether both say the same: the law is convex over what the run can reach."""
    return len(below) == len(above) and all(
        low.argument == high.argument
        and np.array_equal(low.slopes, high.slopes)
        and np.allclose(low.intercepts, high.intercepts, rtol=0.0, atol=SAME_UNITS)
        for low, high in zip(below, above, strict=True)
    )


def counted_before(reach: GainRange) -> float:
    """T(year to date, D = 0) − T(nothing), dollars, by the law's own function."""
    return reach.tax.before - reach.tax.nothing


def _forced(frame: Frame, reach: GainRange) -> float:
    """T(year to date, forced distributions) − T(nothing), dollars, penalties included."""
    tax = reach.tax
    forced = frame.percent_usd * reach.distribution
    penalties = frame.accounts.penalty * frame.accounts.outflow * frame.percent_usd
    mine = np.array([t is tax for t in frame.taxes])[frame.accounts.unit]
    counted = tax.tax(tax.short, tax.long, forced) - tax.nothing
    return float(counted + penalties[mine].sum())


def penalties_of(frame: Frame, unit: int) -> list[tuple[str, int, float]]:
    """Early-withdrawal penalties of a unit as entries in bps: a part of this year's tax."""
    accounts = frame.accounts
    charged = np.flatnonzero((accounts.unit == unit) & (accounts.penalty > 0.0))
    return [
        (block, int(account), BPS_PER_PERCENT * float(accounts.penalty[account]))
        for account in charged
        for block in ("withdrawal", "transfer")
    ]
