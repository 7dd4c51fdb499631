"""Functions and squares of the exact model take the values they are stated with."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.oracles.mip import Mip
from optimizer.program.language import DEFINITION, ConvexRow, Linear, Part, Rows

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


def test_a_diagonal_is_a_sum_of_squares() -> None:
    """½(4·1² + 2·3²) = 11."""
    mip = Mip("d")
    x = [mip.variable(1.0, 1.0), mip.variable(3.0, 3.0)]
    assert solved(mip, mip.square(x, np.array([4.0, 2.0])), "minimize") == pytest.approx(
        11.0, abs=1e-5
    )


def test_a_part_brings_its_rows_and_costs() -> None:
    """Minimise x₀ + 2x₁ with x₀ + x₁ ≥ 3 and x ≤ 2: x = (2, 1), 4."""
    mip = Mip("p")
    mip.declare("x", np.zeros(2), np.full(2, 2.0))
    columns = np.array([0, 1])
    row = Rows(
        "r",
        ("a",),
        (("x", 0 * columns, columns, np.ones(2)),),
        np.array([3.0]),
        np.array([np.inf]),
        DEFINITION,
    )
    mip.take(Part("p", rows=(row,), linear=(Linear("x", np.array([1.0, 2.0])),), constant=5.0))
    goal = mip.terms[0] + mip.constant
    assert solved(mip, goal, "minimize") == pytest.approx(9.0)


def test_what_only_approximates_is_refused() -> None:
    """A part with a convex row has to be stated exactly."""
    part = Part("budget", convex_rows=(ConvexRow("budget", "u", (), (), 0.0, DEFINITION),))
    with pytest.raises(ValueError, match="budget"):
        Mip("m").take(part)
