"""Piecewise-linear functions, and the convex functions just below and above them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.arrays import Floats
from optimizer.inputs.piecewise import Piecewise
from tests.strategies import intervals, piecewise

EXACT = 1e-9
"""Slopes are eighths and knots whole numbers up to 60: values are exact to a few digits."""


def by_steps(f: Piecewise, x: float) -> float:
    """Return f(x) by walking from the origin in small exact steps along the slopes."""
    edges = [f.origin, x, *(k for k in f.knots if min(f.origin, x) < k < max(f.origin, x))]
    path = sorted(edges, reverse=x < f.origin)
    total = f.level
    for a, b in pairwise(path):
        middle = (a + b) / 2.0
        piece = sum(1 for knot in f.knots if knot <= middle)
        total += f.slopes[piece] * (b - a)
    return float(total)


def grid(low: float, high: float, f: Piecewise) -> Floats:
    """Return points of an interval: its ends, its middles, and the knots inside."""
    inner = f.knots[(f.knots >= low) & (f.knots <= high)]
    return np.unique(np.concatenate([np.linspace(low, high, 23), inner]))


def is_convex(f: Piecewise, points: Floats) -> bool:
    """Whether no chord between neighbouring points lies below the function."""
    points = points[np.append(True, np.diff(points) > 1e-3)]
    values = f(points)
    if len(points) < 3:
        return True
    slopes = np.diff(values) / np.diff(points)
    return bool((np.diff(slopes) >= -1e-9).all())


@settings(deadline=None)
@given(piecewise(), st.integers(-80, 80))
def test_a_value_is_the_level_plus_the_slopes_on_the_way(f: Piecewise, x: int) -> None:
    """F(x) is the walk from the origin; an array of points gives the same as each alone."""
    assert float(f(float(x))) == pytest.approx(by_steps(f, x), abs=EXACT)
    assert f(np.array([x, x + 0.5]))[0] == pytest.approx(by_steps(f, x), abs=EXACT)


@settings(deadline=None)
@given(piecewise(), piecewise(), st.integers(-80, 80), st.integers(-30, 30))
def test_sums_differences_and_shifts(f: Piecewise, g: Piecewise, x: int, by: int) -> None:
    """(f + g)(x), (f − g)(x) and f(x + by) are what they are called."""
    assert float((f + g)(float(x))) == pytest.approx(float(f(x)) + float(g(x)), abs=EXACT)
    assert float((f - g)(float(x))) == pytest.approx(float(f(x)) - float(g(x)), abs=EXACT)
    assert float(f.ahead(by)(float(x))) == pytest.approx(float(f(float(x + by))), abs=EXACT)


@settings(deadline=None)
@given(piecewise(), intervals())
def test_the_minorant_is_the_greatest_convex_function_below(
    f: Piecewise, where: tuple[float, float]
) -> None:
    """It is convex, never above, equal at both ends; and it touches f at each of its own knots."""
    low, high = where
    below, points = f.minorant(low, high), grid(low, high, f)
    assert is_convex(below, points)
    assert (below(points) <= f(points) + EXACT).all()
    ends = np.array([low, high])
    np.testing.assert_allclose(below(ends), f(ends), atol=EXACT)
    inner = below.knots[(below.knots > low) & (below.knots < high)]
    np.testing.assert_allclose(below(inner), f(inner), atol=EXACT)


@settings(deadline=None)
@given(piecewise(), intervals(), st.integers(-70, 70))
def test_the_majorant_is_a_convex_function_above_that_touches(
    f: Piecewise, where: tuple[float, float], touch: int
) -> None:
    """It is convex, never below, and equal at the point asked for (clipped into the range)."""
    low, high = where
    above, points = f.majorant(low, high, touch), grid(low, high, f)
    assert is_convex(above, points)
    assert (above(points) >= f(points) - EXACT).all()
    at = float(np.clip(touch, low, high))
    assert float(above(at)) == pytest.approx(float(f(at)), abs=EXACT)


@settings(deadline=None)
@given(piecewise(), intervals())
def test_the_nearest_majorant_over_states_no_more_than_from_either_end(
    f: Piecewise, where: tuple[float, float]
) -> None:
    """It is convex, never below, and at most as far above as those that touch an end."""
    points = grid(*where, f)
    above = f.nearest_majorant(*where)
    assert is_convex(above, points)
    assert (above(points) >= f(points) - EXACT).all()
    for touch in where:
        most = float((f.majorant(*where, touch)(points) - f(points)).max())
        assert float((above(points) - f(points)).max()) <= most + EXACT


@settings(deadline=None)
@given(piecewise(convex=True), intervals())
def test_convex_functions_are_their_own_minorant_and_majorant(
    f: Piecewise, where: tuple[float, float]
) -> None:
    """Where nothing is lost to convexity, nothing is lost."""
    points = grid(*where, f)
    np.testing.assert_allclose(f.minorant(*where)(points), f(points), atol=EXACT)
    np.testing.assert_allclose(f.majorant(*where, where[0])(points), f(points), atol=EXACT)


@settings(deadline=None)
@given(piecewise(convex=True), intervals())
def test_the_maximum_of_affine_pieces_is_the_function(
    f: Piecewise, where: tuple[float, float]
) -> None:
    """F(x) = max_i slope_i·x + intercept_i on the range, and below f outside of it."""
    slopes, intercepts = f.affine_pieces(*where)
    points = grid(*where, f)
    highest = (np.outer(points, slopes) + intercepts).max(axis=1)
    np.testing.assert_allclose(highest, f(points), atol=EXACT)
    outside = np.array([where[0] - 7.0, where[1] + 7.0])
    lines = (np.outer(outside, slopes) + intercepts).max(axis=1)
    assert (lines <= f(outside) + EXACT).all()


@settings(deadline=None)
@given(piecewise(), intervals())
def test_convex_parts_cover_the_range(f: Piecewise, where: tuple[float, float]) -> None:
    """The parts meet end to end over the whole range, and the function is convex on each."""
    parts = f.convex_parts(*where)
    assert (parts[0][0], parts[-1][1]) == where
    for (_, end), (begin, _) in pairwise(parts):
        assert end == begin
    for low, high in parts:
        assert low <= high
        assert is_convex(f, grid(low, high, f))


def test_by_hand() -> None:
    """Slopes 1, −1, 2 with knots 0 and 2 and f(0) = 0: f(−3) = −3, f(2) = −2, f(5) = 4.

    On [−3, 5] the line from (−3, −3) to (2, −2) has slope 0.2 and passes below f(0) = 0: the
    minorant bends at 2 alone. The majorant at −3 keeps slope 1 to 2, then 2: 2 at 2, 8 at 5.
    """
    f = Piecewise(np.array([0.0, 2.0]), np.array([1.0, -1.0, 2.0]))
    np.testing.assert_allclose(f(np.array([-3.0, 0.0, 2.0, 5.0])), [-3.0, 0.0, -2.0, 4.0])
    below = f.minorant(-3.0, 5.0)
    np.testing.assert_allclose(below.knots, [2.0])
    np.testing.assert_allclose(below.slopes, [0.2, 2.0])
    above = f.majorant(-3.0, 5.0, -3.0)
    np.testing.assert_allclose(above(np.array([-3.0, 2.0, 5.0])), [-3.0, 2.0, 8.0])


@settings(deadline=None)
@given(piecewise(), piecewise(), st.integers(-80, 80))
def test_the_lesser_of_two_is_the_lesser_everywhere(f: Piecewise, g: Piecewise, x: int) -> None:
    """At whole points, between them, and where the two cross."""
    least = f.lesser(g)
    for at in (float(x), x + 0.3, *(f - g).roots()):
        lesser = min(float(f(at)), float(g(at)))
        assert float(least(at)) == pytest.approx(lesser, abs=EXACT)


@settings(deadline=None)
@given(piecewise())
def test_roots_are_where_a_function_crosses_zero_inside_a_piece(f: Piecewise) -> None:
    """Each root is a zero, and every change of sign between neighbouring knots has one."""
    roots = f.roots()
    np.testing.assert_allclose(f(roots), 0.0, atol=EXACT)
    for low, high in pairwise(f.knots):
        if float(f(low)) * float(f(high)) < 0.0:
            assert ((roots >= low) & (roots <= high)).any()


@settings(deadline=None)
@given(piecewise(), st.integers(-80, 80))
def test_the_least_from_a_point_on(f: Piecewise, x: int) -> None:
    """A function that is level at first and rises at last: the least of it over all of x and on."""
    slopes = np.concatenate([[0.0], f.slopes[1:-1], [1.0]])
    if len(f.knots) == 0:
        return
    level = Piecewise(f.knots, slopes, f.origin, f.level)
    ahead = level.least_from()
    later = level.knots[level.knots >= x]
    least = float(np.min(level(np.append(later, float(x)))))
    assert float(ahead(float(x))) == pytest.approx(least, abs=EXACT)
