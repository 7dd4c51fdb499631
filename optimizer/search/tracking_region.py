"""Where tracking error keeps its limit, in linear words: tangents, and a box around the least.

A limit on a sum of squares is one cone. Whole tickets ask a mixed-integer linear program, which
knows no cone: the square is taken apart into single directions, each held from below by tangents
(see `outer_approximation`), within a box. If the least square over a convex set is m at x*, every
point of the set with a square of at most a has (x − x*)'S(x − x*) ≤ a − m, so no direction strays
further than the root of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats
from models.policy import Weights
from models.tolerances import WEIGHT
from optimizer.inputs.frame import Frame
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Branch, Program
from optimizer.search.model import Model
from optimizer.search.squares import Squares, squares_of
from optimizer.settings import LEAST_SQUARE, MOST_STEEP, PRICED
from optimizer.solvers.chain import Door


@dataclass(frozen=True, slots=True)
class Least:
    """The least squared tracking error of a branch: a safe bound and the point that comes near.

    Squares in percent²; `x` is empty where nothing was found.
    """

    bound: float
    squared: float
    x: Floats
    program: Program


@dataclass(frozen=True, slots=True)
class Region:
    """TE², percent², as squares, and between what each direction can lie, `(n_squares,)`."""

    squares: Squares
    low: Floats
    high: Floats


def only_risk(frame: Frame, price: float = 1.0) -> Frame:
    """The frame with nothing but tracking error to minimise: `price`/2 times its square."""
    free = Weights(0.0, 0.0, 0.0, 0.0, 0.0)
    return replace(frame, policy=replace(frame.policy, weights=free), te_multiplier=price)


def least_square(frame: Frame, door: Door, branch: Branch) -> Least:
    """Minimise the square in one branch; rows of terms that now weigh nothing are gone.

    It is priced so that a solver sees a number near 100 whatever the limit: its own tolerances are
    absolute.
    """
    allowed = frame.te_squared_allowed
    price = 2.0 * PRICED / max(allowed, LEAST_SQUARE)
    program = program_of(only_risk(frame, price))
    arrays = compile_arrays(program)
    rows = {rule: limits for rule, limits in branch.rows.items() if rule in arrays.rows}
    answer = door.solve(program, arrays, Branch(branch.bounds, rows))
    bound, squared = (2.0 * value / price + allowed for value in (answer.bound, answer.objective))
    return Least(bound, squared, answer.x, program)


def allowed_square(frame: Frame) -> float:
    """te_max² in percent², with half of what a judge lets pass."""
    limit = frame.policy.limits.te_max
    return np.inf if limit is None else (100.0 * (limit + 0.5 * WEIGHT)) ** 2


def region(model: Model, least: Least, allowed: float) -> Region | None:
    """Where points within the limit may lie; None if there is no such point."""
    known = len(least.x) > 0
    if known and least.bound > allowed:
        return None
    room = max(allowed - least.squared + 2.0 * (least.squared - least.bound), 0.0)
    risk = program_of(only_risk(model.frame))
    squares = squares_of(risk, model.program, len(model.arrays.q), MOST_STEEP)
    high = np.sqrt(allowed / squares.values)
    low = -high
    if known:
        middle = squares_of(risk, least.program, len(least.x), MOST_STEEP).levels(least.x)
        reach = np.sqrt(room / squares.values)
        low, high = np.maximum(low, middle - reach), np.minimum(high, middle + reach)
    return Region(squares, low, np.maximum(low, high))
