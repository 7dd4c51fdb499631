"""Incomes that change over a life: years without pay, peak years, a gap before benefits begin.

With wages that stand still, every year's rate is the usual one, and whatever an objective makes of
a year at the 0% rate on gains is never seen. Here a worker once takes a year or two without pay,
later has three years at twice the pay, and whoever retires lives three years on savings before
benefits begin. Everything is drawn by seed, apart from the household itself: the same people live
with and without.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.backtest.people.draw import RETIREMENT_AGE, LifePlan

YEARS: Final = 40
"""Years ahead that are drawn: longer than any life that is lived here."""

PEAK: Final = 2.0
"""Income of a peak year over the usual: a sale of options, a partner's last years."""

PEAK_YEARS: Final = 3

GAP_YEARS: Final = (1, 2)
"""Years without pay, the fewest and the most."""

FIRST_GAP: Final = 4
"""The gap begins within so many years from the start, so that a life of ten sees it."""

BEFORE_BENEFITS: Final = 3
"""Years from retirement to the first benefit: from 65 to 68."""


def with_phases(plan: LifePlan) -> LifePlan:
    """Return the household with a gap, peak years and years before benefits in its life."""
    rng = np.random.default_rng([plan.seed, YEARS])
    begins = int(rng.integers(0, FIRST_GAP))
    gap = int(rng.integers(GAP_YEARS[0], GAP_YEARS[1] + 1))
    peak = begins + gap + int(rng.integers(0, FIRST_GAP))
    phases = np.ones(YEARS)
    phases[begins : begins + gap] = 0.0
    phases[peak : peak + PEAK_YEARS] = PEAK
    retires = max(RETIREMENT_AGE - plan.age, 0)
    phases[retires:] = 1.0
    if plan.works(0):
        phases[retires : retires + BEFORE_BENEFITS] = 0.0
    return replace(plan, phases=tuple(phases.tolist()))
