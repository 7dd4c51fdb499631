"""What is measured of one household's time, and its tables: medians, tails, stages, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.suite.measure.report import Row


@dataclass(frozen=True, slots=True)
class HouseholdTimes:
    """One household: milliseconds, counts and gaps; `stages` in milliseconds.

    `whole_ms` goes from the book to the verified plan with its root bound, `certified_ms` spends
    solves on branching too; `root_gap_bps` and `gap_bps` are what the two certify.
    """

    size: str
    household_id: str
    policy_id: str
    status: str
    lots: int
    raw_ms: float
    whole_ms: float
    certified_ms: float
    cvxpy_ms: float
    clarabel_ms: float
    solves: int
    root_gap_bps: float
    gap_bps: float
    stages: dict[str, float]

    @property
    def ratio(self) -> float:
        """Whole household in raw solves."""
        return self.whole_ms / self.raw_ms

    @property
    def cvxpy_ratio(self) -> float:
        """Whole household in vectorised cvxpy + OSQP solves."""
        return self.whole_ms / self.cvxpy_ms

    @property
    def clarabel_ratio(self) -> float:
        """Whole household in vectorised cvxpy + Clarabel solves."""
        return self.whole_ms / self.clarabel_ms

    def row(self) -> Row:
        """One line of the CSV."""
        return {
            "size": self.size,
            "household_id": self.household_id,
            "policy_id": self.policy_id,
            "status": self.status,
            "lots": self.lots,
            "raw_ms": self.raw_ms,
            "whole_ms": self.whole_ms,
            "ratio": self.ratio,
            "certified_ms": self.certified_ms,
            "certified_ratio": self.certified_ms / self.raw_ms,
            "cvxpy_ms": self.cvxpy_ms,
            "cvxpy_ratio": self.cvxpy_ratio,
            "clarabel_ms": self.clarabel_ms,
            "clarabel_ratio": self.clarabel_ratio,
            "solves": self.solves,
            "root_gap_bps": self.root_gap_bps,
            "gap_bps": self.gap_bps,
            **{f"{name}_ms": spent for name, spent in self.stages.items()},
        }


def summary(timed: Sequence[HouseholdTimes]) -> Row:
    """Times of one size: medians and tails."""
    measured = [one for one in timed if np.isfinite(one.raw_ms)]
    ratio = np.array([one.ratio for one in measured])
    branched = np.array([(one.certified_ms - one.whole_ms) / one.raw_ms for one in measured])
    return {
        "size": timed[0].size,
        "households": len(timed),
        "lots": int(np.median([one.lots for one in timed])),
        "raw ms": float(np.nanmedian([one.raw_ms for one in timed])),
        "whole ms": float(np.median([one.whole_ms for one in timed])),
        "whole in raw solves: median": float(np.median(ratio)),
        "99%": float(np.quantile(ratio, 0.99)),
        "certificate adds": float(np.median(branched)),
        "cvxpy+OSQP ms": float(np.median([one.cvxpy_ms for one in timed])),
        "whole in cvxpy+OSQP": float(np.median([one.cvxpy_ratio for one in timed])),
        "cvxpy+Clarabel ms": float(np.median([one.clarabel_ms for one in timed])),
        "whole in cvxpy+Clarabel": float(np.median([one.clarabel_ratio for one in timed])),
        "solves": float(np.median([one.solves for one in timed])),
    }


def gaps(timed: Sequence[HouseholdTimes]) -> Row:
    """Quantiles of the certified gap of one size, bps."""
    row: dict[str, object] = {"size": timed[0].size}
    counted = [one for one in timed if _counts_for_gap(one)]
    row["households"] = len(counted)
    for name, found in (
        ("root bound", [one.root_gap_bps for one in counted]),
        ("with branching", [one.gap_bps for one in counted]),
    ):
        for label, part in (("50%", 0.5), ("95%", 0.95), ("99%", 0.99)):
            row[f"{name} {label}"] = float(np.quantile(found, part)) if found else np.nan
    return row


def _counts_for_gap(one: HouseholdTimes) -> bool:
    solved = one.status in ("planned", "no_action") and np.isfinite(one.gap_bps)
    return bool(solved and one.policy_id == "standard")


def stage_shares(timed: Sequence[HouseholdTimes], stages: Sequence[str]) -> Row:
    """Share of each stage in the whole, in percent, over all households of a size."""
    total = sum(sum(one.stages.values()) for one in timed)
    shares = {
        name: f"{100.0 * sum(one.stages.get(name, 0.0) for one in timed) / total:.1f}"
        for name in stages
    }
    return {"size": timed[0].size, **shares}
