"""What prices leave a netting piece is a bound: no plan in that piece is below it."""

from __future__ import annotations

import numpy as np
import pytest

from models.policy import Policy
from optimizer.directions import search
from optimizer.frame import frame
from optimizer.piece_prices import bounds_of
from optimizer.solve import door
from scenarios.four_funds import drawn

SEEDS = range(40)
NOISE_BPS = 1e-5
"""Basis points: a solver's own accuracy."""


@pytest.mark.parametrize("units", [1, 2])
def test_no_solved_piece_is_below_what_another_s_prices_leave_it(units: int) -> None:
    """Every piece, priced by every other, is worth at least the bound; own prices nearly touch."""
    compared = close = 0
    for seed in SEEDS:
        found = search(frame(drawn(seed, units=units), Policy()), door("piqp"))
        for netting in found.pieces:
            root = found.solve(netting.branch)
            if not root.usable:
                continue
            others = tuple(other for other in found.pieces if other is not netting)
            bounds = bounds_of(found.frame, found.program, found.arrays, root, found.pieces)
            own = bounds[found.pieces.index(netting)]
            assert own <= root.objective + NOISE_BPS
            close += own >= root.objective - 0.01
            for other in others:
                reached = found.solve(other.branch)
                if reached.usable:
                    compared += 1
                    bound = bounds[found.pieces.index(other)]
                    assert bound <= reached.objective + NOISE_BPS, (seed, netting.cases)
    assert compared > 20
    assert close > 10


def test_the_least_bound_counts_pieces_that_were_not_solved() -> None:
    """A search that leaves pieces behind is bounded by the least of all, solved or not."""
    left = 0
    for seed in SEEDS:
        found = search(frame(drawn(seed), Policy()), door("piqp"))
        roots = [found.solve(netting.branch) for netting in found.pieces]
        least = min((root.bound for root in roots if root.usable), default=np.inf)
        assert found.root_bound <= least + NOISE_BPS
        left += len(found.behind)
    assert left > 0
