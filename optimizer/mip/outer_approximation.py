"""Squares among whole tickets: a column above each, held from below by tangents.

The one way in which a sum of squares enters a mixed-integer linear program: as a cost, with
tangents added where the last plan lies, or as a limit on tracking error. At the edge of a limit
even the first linear relaxation often proves that no whole shares can keep it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from optimizer.search.squares import Squares
from optimizer.search.tracking_region import Region
from optimizer.settings import FULL_LIMIT, LEAST_LIMIT, SAME_DIRECTION, TANGENT_POINTS
from optimizer.solvers.whole_rows import WholeRows


@dataclass(frozen=True, slots=True)
class OuterApproximation:
    """scale·value·(direction'x)² ≤ column, one column a square."""

    rows: WholeRows
    squares: Squares
    scale: float
    columns: tuple[int, ...]

    @classmethod
    def over(cls, rows: WholeRows, squares: Squares, scale: float) -> OuterApproximation:
        """A column above each square, which nothing holds yet."""
        columns = tuple(rows.column(0.0, np.inf, whole=False) for _ in squares.values)
        return cls(rows, squares, scale, columns)

    def along(self, place: int) -> list[tuple[int, float]]:
        """The direction of a square, as entries of a row."""
        direction = self.squares.directions[place]
        return [(int(column), float(direction[column])) for column in np.flatnonzero(direction)]

    def tangent(self, place: int, level: float) -> None:
        """Hold a square from below where its direction has a level."""
        steep = float(self.squares.values[place]) * self.scale
        slope = [(column, 2.0 * steep * level * entry) for column, entry in self.along(place)]
        self.rows.row([*slope, (self.columns[place], -1.0)], -np.inf, steep * level**2)

    def touch(self, levels: Floats) -> None:
        """One tangent a square, at the level of each."""
        for place, level in enumerate(levels.tolist()):
            self.tangent(place, level)

    def keeps_as_well(self, region: Region, limit: float, allowed: float) -> bool:
        """Keep Σ squares of a region ≤ allowed too, if they are these but for their price."""
        mine, theirs = self.squares, region.squares
        same = mine.directions.shape == theirs.directions.shape
        if not same or not np.allclose(
            mine.directions, theirs.directions, rtol=0.0, atol=SAME_DIRECTION
        ):
            return False
        hold_between(self, region)
        scale = FULL_LIMIT / max(limit, LEAST_LIMIT)
        parts = (scale / self.scale * theirs.values / mine.values).tolist()
        row = list(zip(self.columns, parts, strict=True))
        self.rows.row(row, -np.inf, scale * allowed)
        return True


def hold_between(above: OuterApproximation, region: Region) -> None:
    """Hold every direction between what a region leaves it."""
    for place, (low, high) in enumerate(zip(region.low, region.high, strict=True)):
        above.rows.row(above.along(place), float(low), float(high))


def keep_tracking(
    rows: WholeRows, region: Region, limit: float, allowed: float, touched: Sequence[Floats]
) -> OuterApproximation:
    """Keep Σ squares ≤ allowed by tangents, also at levels that other points touched.

    `limit` is what the policy allows, `allowed` what is left of it, percent².
    """
    scale = FULL_LIMIT / max(limit, LEAST_LIMIT)
    spread = [
        region.low + part * (region.high - region.low) for part in np.linspace(0, 1, TANGENT_POINTS)
    ]
    above = OuterApproximation.over(rows, region.squares, scale)
    hold_between(above, region)
    for levels in (*spread, *touched):
        above.touch(levels)
    rows.row([(square, 1.0) for square in above.columns], -np.inf, scale * allowed)
    return above
