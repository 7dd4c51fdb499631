"""A limit on tracking error among whole tickets: one column above each square, their sum limited.

Tangents of the whole square were refused: each shaves a ball at one point, and in six directions a
dozen say nothing. A parabola of one direction is closed in by a few tangents, so that at the edge
of a limit even the first linear relaxation often proves that no whole shares can keep it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Floats
from optimizer.mip.integer_model import Whole
from optimizer.search.tracking_region import Region
from optimizer.settings import FULL_LIMIT, LEAST_LIMIT, TANGENT_POINTS


def keep_tracking(
    whole: Whole, region: Region, limit: float, allowed: float, touched: Sequence[Floats]
) -> list[int]:
    """Keep Σ squares ≤ allowed by tangents, also at levels that other points touched.

    Return the columns of the squares. `limit` is what the policy allows, `allowed` what is left of
    it, percent².
    """
    scale = FULL_LIMIT / max(limit, LEAST_LIMIT)
    spread = [
        region.low + part * (region.high - region.low) for part in np.linspace(0, 1, TANGENT_POINTS)
    ]
    above = []
    for place, (direction, value) in enumerate(zip(region.directions, region.values, strict=True)):
        columns = np.flatnonzero(direction)
        own = [(int(column), float(direction[column])) for column in columns]
        whole.rows.row(own, float(region.low[place]), float(region.high[place]))
        square = whole.rows.column(0.0, np.inf, whole=False)
        above.append(square)
        steep = float(value) * scale
        for levels in (*spread, *touched):
            level = float(levels[place])
            slope = [(column, 2.0 * steep * level * entry) for column, entry in own]
            whole.rows.row([*slope, (square, -1.0)], -np.inf, steep * level**2)
    whole.rows.row([(square, 1.0) for square in above], -np.inf, scale * allowed)
    return above
