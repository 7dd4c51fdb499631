"""Functions and squares of the exact model take the values they are stated with."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.oracles.exact.mip import Mip

KNOTS = (-1.0, 0.0, 2.0)


def zigzag(x: float) -> float:
    """Neither convex nor concave."""
    return float(np.interp(x, [-3.0, -1.0, 0.0, 2.0, 4.0], [2.0, -1.0, 0.5, 0.0, 3.0]))


def solved(mip: Mip, goal: object, sense: str) -> float:
    """Return the least or greatest value of an expression."""
    mip.model.hideOutput()
    mip.model.setObjective(goal, sense)
    mip.model.optimize()
    return float(mip.model.getObjVal())


@pytest.mark.parametrize("at", [-3.0, -1.7, -1.0, -0.25, 0.0, 1.0, 2.0, 3.9])
@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_a_function_has_one_value_whichever_way_it_is_pushed(at: float, sense: str) -> None:
    """At a fixed argument the least and the greatest value are both f."""
    mip = Mip("f")
    x = mip.variable(at, at)
    assert solved(mip, mip.function(x, -3.0, 4.0, KNOTS, zigzag), sense) == pytest.approx(
        zigzag(at), abs=1e-6
    )


def test_a_square_is_half_the_quadratic_form() -> None:
    """½x'Qx at x = (1, 2) with Q = [[2, 1], [1, 3]] is ½(2 + 4 + 12) = 9."""
    mip = Mip("q")
    x = [mip.variable(1.0, 1.0), mip.variable(2.0, 2.0)]
    square = mip.square(x, np.array([[2.0, 1.0], [1.0, 3.0]]))
    assert solved(mip, square, "minimize") == pytest.approx(9.0, abs=1e-5)


def test_a_direction_without_weight_costs_nothing() -> None:
    """With Q = [[1, −1], [−1, 1]], ½x'Qx = ½(x₀ − x₁)²: ½ at (1, 2), 0 at (1, 1)."""
    flat = np.array([[1.0, -1.0], [-1.0, 1.0]])
    for second, expected in ((2.0, 0.5), (1.0, 0.0)):
        mip = Mip("s")
        x = [mip.variable(1.0, 1.0), mip.variable(second, second)]
        assert solved(mip, mip.square(x, flat), "minimize") == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_the_smaller_is_the_smaller_whichever_way_it_is_pushed(sense: str) -> None:
    """min(3, 2) = 2 and min(1, 2) = 1."""
    for one in (3.0, 1.0):
        mip = Mip("m")
        x, y = mip.variable(one, one), mip.variable(2.0, 2.0)
        assert solved(mip, mip.smaller(x, y, 5.0), sense) == pytest.approx(min(one, 2.0))
