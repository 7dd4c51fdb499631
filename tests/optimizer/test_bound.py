"""The safe bound: below every feasible value whatever it is given, and exact at an optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from optimizer.program.language import Branch, assemble
from optimizer.solvers.chain import door
from optimizer.solvers.dual_bound import safe_bound
from optimizer.solvers.solution import SolveStatus
from tests.optimizer.statements import arrays_of
from tests.strategies import Doubt, doubts

NOISE = 1e-7
"""Of an objective of about 10: Clarabel's own gap."""


@settings(deadline=None, max_examples=150)
@given(doubts())
def test_no_point_and_no_multipliers_lift_it_above_the_optimum(doubt: Doubt) -> None:
    """For any x and any λ, of either sign and any size, the bound is below the least value."""
    arrays = doubt.arrays
    best = door("clarabel").solve(assemble(()), arrays, Branch())
    assert best.status is SolveStatus.SOLVED
    limits = arrays.branched(Branch())
    assert safe_bound(arrays, doubt.x, doubt.multipliers, limits) <= best.objective + NOISE
    assert safe_bound(arrays, doubt.x, best.multipliers, limits) <= best.objective + NOISE
    assert safe_bound(arrays, best.x, doubt.multipliers, limits) <= best.objective + NOISE


@settings(deadline=None, max_examples=150)
@given(doubts())
def test_it_is_exact_at_the_optimum(doubt: Doubt) -> None:
    """With the optimum's own point and multipliers nothing is lost."""
    best = door("clarabel").solve(assemble(()), doubt.arrays, Branch())
    assert best.bound == pytest.approx(best.objective, abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(doubts())
def test_a_wider_box_never_raises_it(doubt: Doubt) -> None:
    """A box that says less gives a bound that says less."""
    arrays = doubt.arrays
    wide = replace(arrays, box_low=arrays.box_low - 1.0, box_high=arrays.box_high + 1.0)
    free = replace(wide, low=wide.box_low, high=wide.box_high)
    narrow = safe_bound(arrays, doubt.x, doubt.multipliers, arrays.branched(Branch()))
    assert safe_bound(free, doubt.x, doubt.multipliers, free.branched(Branch())) <= narrow + 1e-9


def test_by_hand() -> None:
    """(x − 3)² with x ≤ 1 as a row and x in [−5, 5]: at x̂ = 0 and λ = −4 the bound is 3.

    −½·2·0² + 9 − 4·1 = 5; r = −6 + 4 = −2, least over [−5, 5] is −10: 5 − 10 = −5 at λ = −4.
    At λ = −6: 9 − 6·1 = 3, r = −6 + 6 = 0: the bound is 3, and the optimum 4.
    """
    one = np.ones(1)
    row, box = (-np.inf * one, one), (-5.0 * one, 5.0 * one)
    arrays = arrays_of(np.array([[2.0]]), -6.0 * one, np.array([[1.0]]), row, box, 9.0)
    limits = arrays.branched(Branch())
    assert safe_bound(arrays, 0.0 * one, -4.0 * one, limits) == pytest.approx(-5.0)
    assert safe_bound(arrays, 0.0 * one, -6.0 * one, limits) == pytest.approx(3.0)
    assert safe_bound(arrays, one, -4.0 * one, limits) == pytest.approx(4.0)


def test_a_multiplier_on_a_side_that_is_not_there_counts_for_nothing() -> None:
    """The row has no lower side: λ > 0 is read as 0, and the bound is that of no row at all.

    9 + Σ min over [−5, 5] of −6x = 9 − 30.
    """
    one = np.ones(1)
    row, box = (-np.inf * one, one), (-5.0 * one, 5.0 * one)
    arrays = arrays_of(np.array([[2.0]]), -6.0 * one, np.array([[1.0]]), row, box, 9.0)
    limits = arrays.branched(Branch())
    assert safe_bound(arrays, 0.0 * one, 7.0 * one, limits) == pytest.approx(-21.0)


def test_what_a_judge_lets_pass_is_owed_with_the_multipliers_at_hand() -> None:
    """(x − 3)² with x ≤ 1 as a row, met to within ½: no plan is below (1.5 − 3)² = 2.25.

    At the program's optimum, λ = −4: 4 − 4·½ = 2; at x̂ = 1.5 and λ = −3 the bound is exact.
    """
    one = np.ones(1)
    row, box = (-np.inf * one, one), (-5.0 * one, 5.0 * one)
    arrays = arrays_of(np.array([[2.0]]), -6.0 * one, np.array([[1.0]]), row, box, 9.0)
    arrays = replace(arrays, row_pass=0.5 * one)
    limits = arrays.branched(Branch())
    assert safe_bound(arrays, one, -4.0 * one, limits) == pytest.approx(2.0)
    assert safe_bound(arrays, 1.5 * one, -3.0 * one, limits) == pytest.approx(2.25)


@settings(deadline=None, max_examples=100)
@given(doubts())
def test_no_plan_within_what_is_let_pass_is_below_it(doubt: Doubt) -> None:
    """With limits that give way, the bound is below the least value over the wider ones."""
    arrays = replace(doubt.arrays, box_low=doubt.arrays.box_low - 0.1)
    passing = replace(
        arrays,
        row_pass=np.full(len(arrays.row_low), 0.3),
        column_pass=np.full(len(arrays.q), 0.2),
    )
    row_low, row_high, low, high = passing.widened(arrays.branched(Branch()), 1.0)
    wider = replace(
        arrays,
        row_low=row_low,
        row_high=row_high,
        low=low,
        high=high,
    )
    best = door("clarabel").solve(assemble(()), wider, Branch())
    assert best.status is SolveStatus.SOLVED
    limits = passing.branched(Branch())
    for x in (doubt.x, best.x):
        for multipliers in (doubt.multipliers, best.multipliers):
            assert safe_bound(passing, x, multipliers, limits) <= best.objective + NOISE
