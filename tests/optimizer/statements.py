"""What a part says at a point, read from its statement alone: the third reading of the program.

Both compilers are held against this one. It is written for being right, not for being fast: one
loop a row, no matrix, nothing shared with either compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats
from optimizer.program.arrays import Arrays
from optimizer.program.language import DEFINITION, Branch, Maximum, Part, Program, Rows, assemble

Point = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a point breaks, where, and by how much (units, or bps of a convex row)."""

    rule: str
    where: str
    amount: float


def maximum_at(maximum: Maximum, point: Point, held: Bools | None = None) -> float:
    """Return max_i(slope_i·z + intercept_i) over the pieces that are held, without its weight."""
    z = sum(value * float(point[block][column]) for block, column, value in maximum.argument)
    heights = maximum.slopes * z + maximum.intercepts
    return float(heights.max() if held is None else heights[held].max())


def value_of(part: Part, point: Point) -> float:
    """Return what a part adds to the objective at a point, bps, every piece of a maximum open."""
    total = part.constant
    for cost in part.linear:
        total += float(cost.coefficients @ point[cost.block])
    for square in part.quadratic:
        x = point[square.block][square.columns]
        curved = square.matrix * x if square.matrix.ndim == 1 else square.matrix @ x
        total += 0.5 * float(x @ curved)
    for maximum in part.maxima:
        total += maximum.weight * maximum_at(maximum, point)
    return total


def broken_by(part: Part, point: Point, tolerance: float = 1e-9) -> list[Violation]:
    """Return what a point breaks of a part's bounds, rows and convex rows."""
    found: list[Violation] = []
    for bounds in part.bounds:
        x = point[bounds.block]
        low = np.full(len(x), -np.inf) if bounds.low is None else bounds.low
        high = np.full(len(x), np.inf) if bounds.high is None else bounds.high
        excess = np.maximum(low - x, x - high)
        found += [
            Violation(bounds.rule, f"{bounds.block} {place}", float(excess[place]))
            for place in np.flatnonzero(excess > tolerance)
        ]
    for rows in part.rows:
        total = np.zeros(len(rows.where))
        for block, row, column, value in rows.entries:
            for i, j, v in zip(row, column, value, strict=True):
                total[i] += v * point[block][j]
        excess = np.maximum(rows.low - total, total - rows.high)
        found += [
            Violation(rows.rule, rows.where[place], float(excess[place]))
            for place in np.flatnonzero(excess > tolerance)
        ]
    for limit in part.convex_rows:
        reached = sum(value * float(point[block][j]) for block, j, value in limit.linear)
        reached += sum(each.weight * maximum_at(each, point) for each in limit.maxima)
        if reached > limit.high + tolerance:
            found.append(Violation(limit.rule, limit.where, reached - limit.high))
    return found


def rules_broken(part: Part, point: Point) -> list[str]:
    """Return the names of the rules of a part that a point breaks, in order."""
    return list(dict.fromkeys(violation.rule for violation in broken_by(part, point)))


def alone(program: Program, part: Part) -> Program:
    """Return a program of every block but only one part's statements, and one row that is free."""
    others = (
        Part(each.name, blocks=each.blocks) if each is not part else each for each in program.parts
    )
    first, free = np.zeros(1, np.int64), np.full(1, np.inf)
    entry = (program.blocks[0].name, first, first, np.ones(1))
    return assemble(
        (*others, Part("free", rows=(Rows("free", ("",), (entry,), -free, free, DEFINITION),)))
    )


def zeros(program: Program, **given: Mapping[int, float]) -> dict[str, Floats]:
    """Return the point of all zeros with some places of some blocks set."""
    point = {block.name: np.zeros(len(block.low)) for block in program.blocks}
    for name, places in given.items():
        for place, amount in places.items():
            point[name][place] = amount
    return point


def maxima_of(program: Program) -> list[Maximum]:
    """Return the maxima that get a variable above them, in the order both compilers keep."""
    found: list[Maximum] = []
    for part in program.parts:
        every = [*part.maxima, *(each for row in part.convex_rows for each in row.maxima)]
        found += [each for each in every if not each.is_affine]
    return found


def tight(program: Program, branch: Branch, x: Floats) -> Floats:
    """Return a point of the arrays: `x` with each variable above a maximum put right on it."""
    point = {name: x[where] for name, where in program.layout.items()}
    heights = []
    for maximum in maxima_of(program):
        held = None
        if maximum.cases is not None and maximum.cases.name in branch.rows:
            held = np.isfinite(branch.rows[maximum.cases.name][1])
        heights.append(maximum_at(maximum, point, held))
    return np.concatenate([x, heights])


def random_point(program: Program, rng: np.random.Generator) -> Floats:
    """Return blocks drawn within a box a little wider than their own, `(program.size,)`."""
    low = np.concatenate([block.low for block in program.blocks])
    high = np.concatenate([block.high for block in program.blocks])
    wide = 0.1 * (high - low) + 0.01
    drawn: Floats = rng.uniform(low - wide, high + wide)
    return drawn


def arrays_of(
    P: Floats,
    q: Floats,
    A: Floats,
    rows: tuple[Floats, Floats],
    bounds: tuple[Floats, Floats],
    constant: float = 0.0,
    passes: float = 0.0,
) -> Arrays:
    """Return arrays of one block `x` and one rule `limit` from dense matrices."""
    return Arrays(
        P=sparse.csc_array(P),
        q=q,
        A=sparse.csc_array(A),
        row_low=rows[0],
        row_high=rows[1],
        low=bounds[0],
        high=bounds[1],
        box_low=bounds[0],
        box_high=bounds[1],
        constant=constant,
        columns={"x": slice(0, len(q))},
        rows={"limit": np.arange(len(A))},
        owners=tuple(("limit", str(row)) for row in range(len(A))),
        meanings=((0, DEFINITION),),
        row_pass=np.full(len(A), passes),
        column_pass=np.full(len(q), passes),
        left_out=0.0,
        costs={"cost": q},
        constants={"cost": constant},
        above={},
        weights={"cost": ""},
    )
