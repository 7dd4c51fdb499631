"""The contract suite: every term and rule, symbol against number, in both compilers.

Terms and rules are found by themselves. Each is compiled alone, in every situation that wakes it,
to arrays and to cvxpy, and both are held against a third, slow reading of its statement.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cvxpy as cp
import numpy as np
import pytest

from models.arrays import Floats
from models.household import Household
from optimizer.inputs.frame import Frame
from optimizer.program.arrays import Arrays
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.compile_cvxpy import CvxpyProgram, compile_cvxpy
from optimizer.program.language import (
    DEFINITION,
    Block,
    Bounds,
    Branch,
    Linear,
    Part,
    Program,
    Rows,
    assemble,
)
from optimizer.program.rules import RULES
from optimizer.program.terms import TERMS
from optimizer.search.tax_regimes import tax_regimes
from optimizer.solvers.chain import Door, door
from optimizer.solvers.solution import SolveStatus
from optimizer.solvers.through_cvxpy import solve_through_cvxpy
from tests.optimizer.situations import SITUATIONS
from tests.optimizer.statements import (
    alone,
    broken_by,
    random_point,
    tight,
    value_of,
)

RELATIVE = 1e-7
"""Of the objective: what the two compilers may differ by at any point."""

ROUNDING = 1e-9
"""Percents of the household: residuals are sums of a hundred products of numbers up to 100."""

SOLVED = 1e-4
"""bps: what two solves may end apart, each at its own scale and order of columns."""

WEAK = 1e-5
"""bps: by what a bound may be above the objective of its own solve, whose point misses its rows by
noise; another solve's point may be as far off as `SOLVED`."""

BOUNDS = 1e-2
"""bps: what two safe bounds may differ by, each from the multipliers of its own solve."""

POINTS = 4
"""Random points a program is compared at; every place of every block moves in each of them."""

Statement = Callable[[Frame], Part]


def name_of(state: Statement) -> str:
    """Return the name of the file that states a part."""
    return state.__module__.rpartition(".")[2]


EVERY = {name_of(state): state for state in (*RULES, *TERMS)}

MOST_SCENES = 5
"""Situations a part is compared in: the first few in which it has something to say."""


def says_something(part: Part, frame: Frame) -> bool:
    """Whether a part prices anything, has a row, or cuts off a column that supply would allow."""
    if part.maxima or part.convex_rows or part.rows or part.quadratic:
        return True
    if any(cost.coefficients.any() for cost in part.linear):
        return True
    boxes = {"sale": frame.sales.value, "buy": frame.buys.most}
    if any(bounds.low is not None and bounds.block in boxes for bounds in part.bounds):
        return True
    return any(
        bounds.high is not None
        and bool((bounds.high < boxes.get(bounds.block, bounds.high + 1.0)).any())
        for bounds in part.bounds
    )


@lru_cache(maxsize=64)
def _compiled_situation(name: str, of: _Same) -> tuple[Frame, Program, tuple[Branch, ...]]:
    """Return the frame, the program and the branches of a household in a situation."""
    frame = SITUATIONS[name].frame(of.household)
    program = program_of(frame)
    return frame, program, tuple(each.branch for each in tax_regimes(program, frame.ranges))


class _Same:
    """A household as a key: equal to itself alone."""

    def __init__(self, household: Household) -> None:
        self.household = household


@pytest.fixture(scope="session")
def households(plain_households: tuple[Household, ...]) -> tuple[_Same, ...]:
    """Return households as keys of the cache."""
    return tuple(_Same(each) for each in plain_households)


def put(program: Program, compiled: CvxpyProgram, point: Floats) -> None:
    """Give a point of the arrays to the variables of cvxpy."""
    for name, where in program.layout.items():
        if compiled.variables[name] is not None:
            compiled.variables[name].value = point[where]
    for variable, height in zip(compiled.above, point[program.size :], strict=True):
        variable.value = float(height)


def row_residuals(arrays: Arrays, branch: Branch, point: Floats) -> Floats:
    """Return by how much each row is missed, `(m,)`."""
    row_low, row_high, *_ = arrays.branched(branch)
    rows = arrays.A @ point
    missed: Floats = np.maximum(np.maximum(row_low - rows, rows - row_high), 0.0)
    return missed


def bound_residual(arrays: Arrays, branch: Branch, point: Floats) -> float:
    """Return the sum of what columns miss their bounds by."""
    *_, low, high = arrays.branched(branch)
    return float((np.maximum(low - point, 0.0) + np.maximum(point - high, 0.0)).sum())


def residuals_of(compiled: CvxpyProgram) -> tuple[Floats, float]:
    """Return the same two from what cvxpy says of its own constraints."""
    rows = np.zeros(compiled.size)
    known = set()
    for row in compiled.rows:
        np.maximum.at(rows, row.rows, np.atleast_1d(row.constraint.violation()))
        known.add(row.constraint.id)
    others = (each for each in compiled.problem.constraints if each.id not in known)
    return rows, float(sum(np.sum(each.violation()) for each in others))


def assert_same_program(program: Program, branch: Branch, part: Part | None, seed: int) -> None:
    """Hold both compilers, and the statement of one part, equal at random points."""
    arrays, compiled = compile_arrays(program), compile_cvxpy(program, branch)
    rng = np.random.default_rng(seed)
    assert compiled.problem.is_dcp()
    assert compiled.size == arrays.A.shape[0]
    for _ in range(POINTS):
        blocks = random_point(program, rng)
        point = tight(program, branch, blocks)
        put(program, compiled, point)
        value = arrays.objective(point)
        assert compiled.problem.objective.value == pytest.approx(value, rel=RELATIVE, abs=1e-9)
        rows, bounds = residuals_of(compiled)
        np.testing.assert_allclose(rows, row_residuals(arrays, branch, point), atol=ROUNDING)
        assert bounds == pytest.approx(bound_residual(arrays, branch, point), abs=1e-8)
        if part is not None:
            named = {name: blocks[where] for name, where in program.layout.items()}
            open_point = tight(program, Branch(plan=True), blocks)
            assert arrays.objective(open_point) == pytest.approx(value_of(part, named), rel=1e-9)
            said = sum(each.amount for each in broken_by(part, named, 0.0))
            measured = row_residuals(arrays, Branch(plan=True), open_point).sum()
            measured += bound_residual(arrays, Branch(plan=True), open_point)
            assert measured == pytest.approx(said, rel=1e-9, abs=1e-8)


def _says(part: str, frame: Frame) -> bool:
    return says_something(EVERY[part](frame), frame)


def scenes(part: str, household: _Same) -> list[str]:
    """Return the situations in which a part is compared: where it says something."""
    awake = [name for name in SITUATIONS if _says(part, _compiled_situation(name, household)[0])]
    groups = [name for name in awake if name.endswith("over groups")]
    return list(dict.fromkeys([*awake[:MOST_SCENES], *groups]))


@pytest.mark.parametrize("part", EVERY)
def test_both_compilers_say_what_the_part_says(part: str, households: tuple[_Same, ...]) -> None:
    """A part alone has one value and one set of violations at every point, read three ways.

    Some situation makes every part say something; a new one is found here by itself.
    """
    compared = scenes(part, households[0])
    assert compared
    for seed, situation in enumerate(compared):
        frame, program, _ = _compiled_situation(situation, households[0])
        order = [each.name for each in program.parts]
        stated = program.parts[order.index(EVERY[part](frame).name)]
        assert_same_program(alone(program, stated), Branch(plan=True), stated, seed)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_both_compilers_state_the_same_whole(situation: str, households: tuple[_Same, ...]) -> None:
    """The whole program of a household is the same in every netting case."""
    household = households[1 + list(SITUATIONS).index(situation) % (len(households) - 1)]
    _, program, branches = _compiled_situation(situation, household)
    for number, branch in enumerate(branches):
        assert_same_program(program, branch, None, number)


def assert_same_optimum(program: Program, branch: Branch) -> SolveStatus:
    """Solve through both compilers and compare; return what both answer."""
    arrays = compile_arrays(program)
    direct = door("clarabel").solve(program, arrays, branch)
    through = Door("clarabel", solve_through_cvxpy).solve(program, arrays, branch)
    assert direct.status == through.status
    if direct.usable:
        assert through.objective == pytest.approx(direct.objective, rel=RELATIVE, abs=SOLVED)
        for one in (direct, through):
            assert one.bound <= one.objective + WEAK
        assert max(direct.bound, through.bound) <= min(direct.objective, through.objective) + SOLVED
        assert through.bound == pytest.approx(direct.bound, abs=BOUNDS)
    return direct.status


@pytest.mark.parametrize("situation", SITUATIONS)
def test_both_compilers_have_the_same_optimum(
    situation: str, households: tuple[_Same, ...]
) -> None:
    """Clarabel finds the same optimum of both, and refuses both where nothing is feasible."""
    household = households[1 + list(SITUATIONS).index(situation) % (len(households) - 1)]
    _, program, branches = _compiled_situation(situation, household)
    statuses = {assert_same_optimum(program, branch) for branch in branches}
    assert statuses <= {SolveStatus.SOLVED, SolveStatus.INFEASIBLE}
    assert SolveStatus.SOLVED in statuses


@pytest.mark.full
@pytest.mark.parametrize("place", range(1, 9))
@pytest.mark.parametrize("situation", SITUATIONS)
def test_many_households_are_the_same_through_both(
    situation: str, place: int, households: tuple[_Same, ...]
) -> None:
    """Points, residuals and optima agree on eight more households in every situation."""
    _, program, branches = _compiled_situation(situation, households[place])
    for number, branch in enumerate(branches):
        assert_same_program(program, branch, None, 100 * place + number)
        assert_same_optimum(program, branch)


def test_a_row_that_nothing_can_move_is_kept_by_both() -> None:
    """A row without columns whose bounds exclude 0 makes both programs infeasible."""
    nothing, one = np.zeros(0, np.int64), np.ones(1)
    empty = Rows(
        "bands", ("T/gold",), (("x", nothing, nothing, np.zeros(0)),), one, one, DEFINITION
    )
    part = Part(
        "decisions",
        blocks=(Block("x", 0.0 * one, one),),
        bounds=(Bounds("supply", "x", 0.0 * one, one),),
        rows=(empty,),
        linear=(Linear("x", one),),
    )
    program = assemble((part,))
    assert assert_same_optimum(program, Branch(plan=True)) is SolveStatus.INFEASIBLE


def test_an_analyst_may_add_a_term_of_their_own(households: tuple[_Same, ...]) -> None:
    """Asking for more cash through cvxpy raises cash and cannot lower the household's own cost."""
    _, program, branches = _compiled_situation("plain", households[0])
    compiled = compile_cvxpy(program, branches[0])
    compiled.problem.solve(solver="CLARABEL")
    before, cost = float(compiled.variables["cash"].value.sum()), compiled.problem.value
    own = cp.Minimize(
        compiled.problem.objective.args[0] - 50.0 * cp.sum(compiled.variables["cash"])
    )
    problem = cp.Problem(own, compiled.problem.constraints)
    problem.solve(solver="CLARABEL")
    after = float(compiled.variables["cash"].value.sum())
    assert after > before + 1e-3
    assert problem.value + 50.0 * after >= cost - 1e-5
