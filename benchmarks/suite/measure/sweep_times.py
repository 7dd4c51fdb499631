"""What is measured of a sweep: many weights on one household, relaxed and as whole plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.suite.measure.report import Row


@dataclass(frozen=True, slots=True)
class SweepTimes:
    """One household: milliseconds of a raw solve, a whole household, and a sweep of each kind."""

    household_id: str
    points: int
    raw_ms: float
    whole_ms: float
    relaxed_ms: float
    plans_ms: float


def sweep_summary(swept: Sequence[SweepTimes]) -> Row:
    """Medians over households, in the units that a sweep is paid in."""
    return {
        "households": len(swept),
        "points": swept[0].points,
        "relaxed in raw solves": median(one.relaxed_ms / one.raw_ms for one in swept),
        "plans in whole households": median(one.plans_ms / one.whole_ms for one in swept),
    }
