"""The arrays compiler: a program as (P, q, A, l, u), ready for a solver.

The nightly path. The same statement goes through `compile_cvxpy`; a contract test holds the two
equal. A maximum of affine functions becomes one variable above all of them; of a single one, plain
linear cost.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from optimizer.program.arrays import Arrays
from optimizer.program.language import DEFINITION, ConvexRow, Entry, Maximum, Meaning, Program


class _Builder:
    """Gathers triplets; thrown away once the arrays stand."""

    def __init__(self, program: Program) -> None:
        self.layout = dict(program.layout)
        self.size = program.size
        self.low = [np.full(program.size, -np.inf)]
        self.high = [np.full(program.size, np.inf)]
        self.box_low = [block.low for block in program.blocks]
        self.box_high = [block.high for block in program.blocks]
        self.entries: list[tuple[Ints, Ints, Floats]] = []
        self.row_low: list[Floats] = []
        self.row_high: list[Floats] = []
        self.owners: list[tuple[str, str]] = []
        self.meanings: list[tuple[int, Meaning]] = []
        self.rules: dict[str, list[Ints]] = {}

    def add_rows(
        self,
        rule: str,
        where: tuple[str, ...],
        entries: tuple[Entry, ...],
        low: Floats,
        high: Floats,
        meaning: Meaning,
    ) -> None:
        first = len(self.owners)
        self.meanings.append((first, meaning))
        for block, rows, columns, values in entries:
            self.entries.append((rows + first, columns + self.layout[block].start, values))
        self.row_low.append(low)
        self.row_high.append(high)
        self.owners += [(rule, place) for place in where]
        self.rules.setdefault(rule, []).append(np.arange(first, len(self.owners)))

    def column(self, block: str, place: int) -> int:
        return int(self.layout[block].start + place)

    def argument(self, maximum: Maximum) -> tuple[Ints, Floats]:
        columns = [self.column(block, place) for block, place, _ in maximum.argument]
        return np.array(columns, np.int64), np.array([value for *_, value in maximum.argument])

    def epigraph(self, rule: str, where: str, maximum: Maximum) -> int:
        """Return the column t of t ≥ slope_i·z + intercept_i for every i."""
        columns, values = self.argument(maximum)
        box_low, box_high = np.concatenate(self.box_low), np.concatenate(self.box_high)
        reach = np.maximum(np.abs(box_low[columns]), np.abs(box_high[columns]))
        most = float(np.abs(values) @ reach) * np.abs(maximum.slopes).max()
        most += float(np.abs(maximum.intercepts).max())
        column = self.size
        self.size += 1
        for pieces, value in (
            (self.low, -np.inf),
            (self.high, np.inf),
            (self.box_low, -most),
            (self.box_high, most),
        ):
            pieces.append(np.array([value]))
        count = len(maximum.slopes)
        first = len(self.owners)
        self.meanings.append((first, DEFINITION))
        rows = np.arange(first, first + count)
        self.entries.append(
            (
                np.repeat(rows, len(columns)),
                np.tile(columns, count),
                np.outer(maximum.slopes, values).ravel(),
            )
        )
        self.entries.append((rows, np.full(count, column), -np.ones(count)))
        self.row_low.append(np.full(count, -np.inf))
        self.row_high.append(-maximum.intercepts)
        self.owners += [(rule, where)] * count
        if maximum.cases is not None:
            self.rules.setdefault(maximum.cases.name, []).append(rows)
        return column


def compile_arrays(program: Program) -> Arrays:
    """Carry a program to arrays."""
    build = _Builder(program)
    squares: list[tuple[Ints, Ints, Floats]] = []
    costs: dict[str, Floats] = {}
    constants: dict[str, float] = {}
    column_pass = np.zeros(program.size)
    for part in program.parts:
        for bounds in part.bounds:
            where = build.layout[bounds.block]
            column_pass[where] = np.maximum(column_pass[where], bounds.lets_pass)
            if bounds.low is not None:
                build.low[0][where] = np.maximum(build.low[0][where], bounds.low)
            if bounds.high is not None:
                build.high[0][where] = np.minimum(build.high[0][where], bounds.high)
        for rows in part.rows:
            build.add_rows(rows.rule, rows.where, rows.entries, rows.low, rows.high, rows.meaning)
        if part.linear or part.maxima:
            costs[part.name] = np.zeros(program.size)
        constants[part.name] = part.constant
        for cost in part.linear:
            costs[part.name][build.layout[cost.block]] += cost.coefficients
        for square in part.quadratic:
            squares.append(
                _square(square.columns + build.layout[square.block].start, square.matrix)
            )
    weighed_above: list[tuple[str, int, float]] = []
    for part in program.parts:
        for maximum in part.maxima:
            if maximum.is_affine:
                columns, values = build.argument(maximum)
                weighed = maximum.weight * maximum.slopes[0] * values
                np.add.at(costs[part.name], columns, weighed)
                constants[part.name] += maximum.weight * float(maximum.intercepts[0])
            else:
                column = build.epigraph(part.name, "maximum", maximum)
                weighed_above.append((part.name, column, maximum.weight))
        for row in part.convex_rows:
            _limit(build, row)
    more = np.zeros(build.size - program.size)
    costs = {name: np.concatenate([cost, more]) for name, cost in costs.items()}
    above: dict[str, list[int]] = {}
    for name, column, weight in weighed_above:
        costs[name][column] += weight
        above.setdefault(name, []).append(column)
    shape = (len(build.owners), build.size)
    return Arrays(
        P=_matrix(squares, (build.size, build.size)),
        q=sum(costs.values(), np.zeros(build.size)),
        A=_matrix(build.entries, shape),
        row_low=np.concatenate(build.row_low),
        row_high=np.concatenate(build.row_high),
        low=np.concatenate(build.low),
        high=np.concatenate(build.high),
        box_low=np.concatenate(build.box_low),
        box_high=np.concatenate(build.box_high),
        constant=sum(constants.values()),
        columns=build.layout,
        rows={rule: np.concatenate(found) for rule, found in build.rules.items()},
        owners=tuple(build.owners),
        meanings=tuple(build.meanings),
        row_pass=_row_pass(build),
        column_pass=np.concatenate([column_pass, more]),
        left_out=sum(part.left_out for part in program.parts),
        costs=costs,
        constants=constants,
        above={name: np.array(columns, np.int64) for name, columns in above.items()},
        weights={part.name: part.weight for part in program.parts},
    )


def _row_pass(build: _Builder) -> Floats:
    """What a legal plan may be outside of each row by, in its own unit."""
    passes = np.zeros(len(build.owners))
    ends = [first for first, _ in build.meanings[1:]] + [len(build.owners)]
    for (first, meaning), end in zip(build.meanings, ends, strict=True):
        if meaning is not DEFINITION:
            passes[first:end] = meaning.lets_pass
    return passes


def _limit(build: _Builder, row: ConvexRow) -> None:
    """Add a convex row: maxima of one piece stay linear, others get a variable above them."""
    columns = [build.column(block, place) for block, place, _ in row.linear]
    values = [value for *_, value in row.linear]
    high = row.high
    for maximum in row.maxima:
        if maximum.is_affine:
            own, weights = build.argument(maximum)
            columns += own.tolist()
            values += (maximum.weight * maximum.slopes[0] * weights).tolist()
            high -= maximum.weight * float(maximum.intercepts[0])
        else:
            columns.append(build.epigraph(row.rule, row.where, maximum))
            values.append(maximum.weight)
    first = len(build.owners)
    build.meanings.append((first, row.meaning))
    build.entries.append(
        (np.full(len(columns), first), np.array(columns, np.int64), np.array(values))
    )
    build.row_low.append(np.array([-np.inf]))
    build.row_high.append(np.array([high]))
    build.owners.append((row.rule, row.where))
    build.rules.setdefault(row.rule, []).append(np.array([first]))


def _square(columns: Ints, matrix: Floats) -> tuple[Ints, Ints, Floats]:
    if matrix.ndim == 1:
        return columns, columns, matrix
    return np.repeat(columns, len(columns)), np.tile(columns, len(columns)), matrix.ravel()


def _matrix(triplets: list[tuple[Ints, Ints, Floats]], shape: tuple[int, int]) -> sparse.csc_array:
    if not triplets:
        return sparse.csc_array(shape)
    rows, columns, values = (np.concatenate([part[i] for part in triplets]) for i in range(3))
    matrix = sparse.csc_array(sparse.coo_array((values, (rows, columns)), shape=shape))
    matrix.sort_indices()
    return matrix
