"""Dominance, not one point: each heuristic against the optimizer's whole frontier, per household.

One weight of tax against tracking proves little: a heuristic may simply stand elsewhere on the
trade-off. So the weight is swept, every plan of the sweep is judged under the household's own
policy, and a heuristic is compared with the plan that costs least among those that track no worse
(equal tracking error), and with the one that tracks best among those that cost no more (equal
cost). Nothing is interpolated: every point compared with is a plan that could leave.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from benchmarks.suite.compare.judged import Judged, judged
from benchmarks.suite.compare.methods import OURS, NoPlanError, hearth
from models.household import Household
from models.policy import Policy

SAME_TE: Final = 1e-4
"""Annual tracking error: one basis point is no difference (a share step moves more)."""

SAME_BPS: Final = 0.01
"""Bps of value: a dollar in a million is no difference."""


DOMINATED: Final = "dominated"
MATCHED: Final = "matched"
UNMATCHED: Final = "unmatched"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is traded off against tracking error: its name, its dollars, and the policy to sweep.

    `swept` takes the household's policy and a multiplier of the price of tracking error.
    """

    name: str
    title: str
    cost_usd: Callable[[Judged], float]
    swept: Callable[[Policy, float], Policy]


def _aversion(policy: Policy, multiplier: float) -> Policy:
    """Raise the price of tracking error: the same as lowering every other weight together."""
    return replace(policy, risk=replace(policy.risk, aversion=policy.risk.aversion * multiplier))


def _tax_weight(policy: Policy, multiplier: float) -> Policy:
    """Weigh this year's tax and costs alone, at 1/multiplier; nothing carried out has worth."""
    weights = replace(
        policy.weights,
        tax=1.0 / multiplier,
        trading_cost=1.0 / multiplier,
        basis_change=0.0,
        tax_drag=0.0,
    )
    tax = replace(policy.tax, carryforward_value=0.0, waiting=False, harvest_option=False)
    return replace(policy, weights=weights, tax=tax)


def _without_location(policy: Policy, multiplier: float) -> Policy:
    """Raise the price of tracking error; tax on income and what sales forgo have no weight."""
    weights = replace(policy.weights, tax_drag=0.0)
    tax = replace(policy.tax, waiting=False, harvest_option=False)
    return _aversion(replace(policy, weights=weights, tax=tax), multiplier)


MEASURES: Final = (
    Measure(
        "today",
        "tax of this year plus trading costs",
        lambda row: row.today_usd,
        _tax_weight,
    ),
    Measure(
        "taxes",
        "taxes now and later, and trading costs",
        lambda row: row.taxes_usd,
        _without_location,
    ),
    Measure(
        "all in",
        "every term but tracking error: taxes now and later, costs, location",
        lambda row: row.other_usd,
        _aversion,
    ),
)
"""Today's bill is what most people ask for, but harvesting now what is owed later games it; taxes
now and later cannot be gamed so, and leave location out; the last counts every term, and so credits
a plan with the tax on income that it gives up along with the income (see income and cash)."""

MULTIPLIERS: Final = tuple(np.geomspace(0.002, 100.0, 14).tolist())
"""Multipliers of the price of tracking error, about three to the decade."""


REFINEMENTS: Final = 3
"""Bisections of the multiplier towards a method's tracking error where no point matches it yet."""


def frontier(
    household: Household, policy: Policy, measure: Measure, multipliers: Sequence[float]
) -> list[Judged]:
    """Return our plans along the sweep, each judged under the household's own policy."""
    found = (point(household, policy, measure, each) for each in multipliers)
    return [row for row in found if row is not None]


def point(
    household: Household, policy: Policy, measure: Measure, multiplier: float
) -> Judged | None:
    """Return our plan at one multiplier, None without a legal one."""
    started = time.perf_counter()
    try:
        proposal = hearth(household, measure.swept(policy, multiplier))
    except NoPlanError:
        return None
    seconds = time.perf_counter() - started
    row = judged(OURS, household, policy, proposal, seconds, multiplier)
    return row if row.kept else None


def refine(
    household: Household, policy: Policy, measure: Measure, row: Judged, ours: list[Judged]
) -> None:
    """Add plans of ours close to a method's tracking error, unless one matches it already."""
    for _ in range(REFINEMENTS):
        if against(row, ours, measure).verdict != UNMATCHED:
            return
        limit = row.tracking_error + SAME_TE
        near = [r.multiplier or 1.0 for r in ours if r.tracking_error <= limit]
        far = [r.multiplier or 1.0 for r in ours if r.tracking_error > limit]
        if not near or not far:
            return
        middle = float(np.sqrt(min(near) * max(far)))
        added = point(household, policy, measure, middle)
        if added is None:
            return
        ours.append(added)


@dataclass(frozen=True, slots=True)
class Against:
    """A method's plan against our frontier on one household.

    `saved_usd`, `saved_bps`: what our cheapest plan of no worse tracking costs less (negative: the
    method is cheaper); None if no plan of ours tracks as well. `te_saved`: what our best tracking
    plan of no higher cost tracks better (annual, negative: worse); None if none costs as little.
    `verdict`: `DOMINATED`, one plan of ours is better in one and no worse in the other; `MATCHED`,
    equal in both; `UNMATCHED`, no plan of ours is as good in both.
    """

    household_id: str
    method: str
    measure: str
    saved_usd: float | None
    saved_bps: float | None
    te_saved: float | None
    verdict: str


def against(row: Judged, ours: Sequence[Judged], measure: Measure) -> Against:
    """Compare a method's plan with our frontier on the same household."""
    cost, te = measure.cost_usd(row), row.tracking_error
    slack = SAME_BPS * row.value_usd / 1e4
    tracks = [each for each in ours if each.tracking_error <= te + SAME_TE]
    cheap = [each for each in ours if measure.cost_usd(each) <= cost + slack]
    saved = cost - min(map(measure.cost_usd, tracks)) if tracks else None
    better = te - min(each.tracking_error for each in cheap) if cheap else None
    return Against(
        household_id=row.household_id,
        method=row.method,
        measure=measure.name,
        saved_usd=saved,
        saved_bps=None if saved is None else row.bps(saved),
        te_saved=better,
        verdict=_verdict(saved, better, slack),
    )


def _verdict(saved: float | None, better: float | None, slack: float) -> str:
    """Say whether one plan of ours is as good in both, and better in one."""
    if saved is None or saved < -slack:
        return UNMATCHED
    return DOMINATED if saved > slack or (better or 0.0) > SAME_TE else MATCHED
