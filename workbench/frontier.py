"""A household's frontier: what tracking costs in tax, at many weights of one term.

Relaxed points show the shape in little more than the time of their solves; planned ones are whole
plans, verified and certified, each starting from its neighbour's.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TextIO

import numpy as np

from models.errors import HearthError
from models.household import Household
from models.plan import Plan
from models.policy import Policy, Weights
from optimizer.program.terms import WEIGHT_OF
from optimizer.sweep import RelaxedPoint, relaxed, sweep

TERMS = tuple(field.name for field in fields(Weights))
"""Weights that can be swept."""

BPS_PER_WHOLE = 1e4


class FrontierError(HearthError):
    """A sweep that means nothing: the message says what would do."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One point: a weight and what comes of it.

    `tracking_error` is annual; `terms` are the objective's terms at weights of 1, bps (a relaxed
    point counts withdrawals with tax); `status`, `gap_bps` and `orders` belong to a plan, and are
    `relaxed`, None and None for a point that is none.
    """

    weight: float
    tracking_error: float | None
    terms: Mapping[str, float]
    status: str
    gap_bps: float | None = None
    orders: int | None = None

    def row(self) -> dict[str, object]:
        """The point as one flat row."""
        return {
            "weight": self.weight,
            "status": self.status,
            "tracking_error": self.tracking_error,
            **{
                f"{name}_bps": self.terms.get(name) for name in dict.fromkeys([*TERMS, *self.terms])
            },
            "gap_bps": self.gap_bps,
            "orders": self.orders,
        }


def settings(policy: Policy, term: str, least: float, most: float, points: int) -> list[Weights]:
    """Return weights in which one goes from `least` to `most` in equal ratios.

    Raises
    ------
    FrontierError
        When the term is unknown, a weight is not above 0, or there are fewer than two points.
    """
    if term not in TERMS:
        raise FrontierError(f"no weight is called {term!r}: choose {', '.join(TERMS)}")
    if not 0.0 < least < most < np.inf:
        raise FrontierError(f"weights from {least} to {most}: give 0 < least < most")
    if points < 2:
        raise FrontierError(f"{points} points: a frontier has two at least")
    return [
        replace(policy.weights, **{term: float(weight)})
        for weight in np.geomspace(least, most, points)
    ]


def relaxed_frontier(
    household: Household, policy: Policy, term: str, weights: Sequence[Weights]
) -> list[FrontierPoint]:
    """Points of the relaxation (see `optimizer.sweep.relaxed`)."""
    return [_of_relaxed(term, point) for point in relaxed(household, policy, weights)]


def planned_frontier(
    household: Household, policy: Policy, term: str, weights: Sequence[Weights], *, certify: int = 0
) -> Iterator[FrontierPoint]:
    """Whole plans (see `optimizer.sweep.sweep`)."""
    for each, plan in zip(weights, sweep(household, policy, weights, certify=certify), strict=True):
        yield point_of(term, each, plan)


def _of_relaxed(term: str, point: RelaxedPoint) -> FrontierPoint:
    weight = float(getattr(point.weights, term))
    return FrontierPoint(weight, point.tracking_error, point.terms, "relaxed")


def point_of(term: str, weights: Weights, plan: Plan) -> FrontierPoint:
    """A plan's figures; terms are divided by their weights, so that points compare."""
    figures, certificate = plan.figures, plan.certificate
    if figures is None or not figures.value_usd > 0.0:
        return FrontierPoint(float(getattr(weights, term)), None, {}, plan.status.value)
    bps = BPS_PER_WHOLE / figures.value_usd
    terms: dict[str, float] = {}
    for name, usd in figures.terms_usd.items():
        weight = WEIGHT_OF[name]
        by = float(getattr(weights, weight))
        terms[weight] = terms.get(weight, 0.0) + (bps * usd / by if by else 0.0)
    return FrontierPoint(
        weight=float(getattr(weights, term)),
        tracking_error=figures.te_after,
        terms=terms,
        status=plan.status.value,
        gap_bps=None if certificate is None else certificate.gap_bps,
        orders=figures.orders,
    )


def write_points(points: Sequence[FrontierPoint], file: TextIO) -> None:
    """Write points as CSV, one a line."""
    rows = [point.row() for point in points]
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = csv.DictWriter(file, names, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
