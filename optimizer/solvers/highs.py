"""The one adapter of HiGHS: linear and mixed-integer questions, and relaxations asked repeatedly.

An answer without a point is not yet a proof: HiGHS also stops at limits and fails. Its word
`infeasible` alone says that nothing is feasible. Questions end by counts of nodes, and what they
took is told in simplex iterations: a clock would give other answers on a busy machine.

Left to itself HiGHS spends most of a whole question at its first node, on sub-problems and restarts
that nobody can limit but by a clock. A `spare` question rounds its first relaxation once (the
neighbourhood in which all that is whole there stays), dives and branches, and asks for the smallest
tolerances: at the very edge of a limit a millionth decides. Asking through scipy was refused: it
carries another HiGHS, which knows none of that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from optimizer.program.arrays import Limits
from optimizer.settings import MOST_ITERATIONS, STEEP_COLUMN, TOLERANCE, WHOLE_WITHIN

STDOUT = 1
"""What C libraries print into."""

SPARE: dict[str, Any] = {
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_detect_symmetry": False,
    "mip_allow_restart": False,
    "primal_feasibility_tolerance": TOLERANCE,
    "mip_feasibility_tolerance": WHOLE_WITHIN,
}
"""Settings of a spare question."""

LIGHT: dict[str, Any] = {
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_pscost_minreliable": 1,
    "mip_allow_restart": False,
}
"""Settings of a light question. What it leaves out took half of the time, and where tickets are
chosen together finds as much elsewhere (seventy small households of benchmarks.hunt, seed 1201);
the jump and reduced costs were a third of what was left (51 questions of seeds 1402 and 21)."""

AGAIN: dict[str, Any] = {
    "primal_feasibility_tolerance": TOLERANCE,
    "simplex_iteration_limit": MOST_ITERATIONS,
}
"""Settings of a relaxation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A point and its cost; without a point the cost is infinite.

    `impossible` says that HiGHS has proven that nothing is feasible, or costs less than a cutoff
    that was given; no point and no proof is no answer. `bound` is what no point costs less than,
    `nodes` what the search took, `work` its simplex iterations.
    """

    x: Floats | None
    value: float
    impossible: bool = False
    bound: float = -np.inf
    nodes: int = 0
    work: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Minimise cost'x over row_low ≤ Ax ≤ row_high, low ≤ x ≤ high, some x integral (1)."""

    A: sparse.csc_array
    limits: Limits
    cost: Floats
    integral: Ints | None = None

    def solve(
        self,
        *,
        nodes: int | None = None,
        gap: float = 0.0,
        cutoff: float = np.inf,
        spare: bool = False,
        light: bool = False,
        first: bool = False,
        start: tuple[Ints, Floats] | None = None,
    ) -> Answer:
        """Ask once: by at most `nodes` nodes, to a relative `gap`, or to the `first` point.

        Points that cost the `cutoff` or more are none.
        A search may `start` where some integral columns have these values; the rest is made up.
        A linear question is answered by an optimum alone, one with integral columns by any point.
        """
        # imported for the few who ask: it takes a worker a tenth of a second
        import highspy

        if (self.limits[2] > self.limits[3]).any():
            return Answer(None, np.inf, impossible=True)
        settings: dict[str, Any] = {**(SPARE if spare else {}), **(LIGHT if light else {})}
        settings["mip_rel_gap"], settings["objective_bound"] = gap, cutoff
        if nodes is not None:
            settings["mip_max_nodes"] = nodes
        if first:
            settings["mip_max_improving_sols"] = 1
        model, scale = self.model()
        if self.integral is not None:
            kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
            model.integrality_ = [kinds[whole] for whole in self.integral.tolist()]
        solver = _solver(model, settings)
        with unheard():
            if start is not None:
                solver.setSolution(len(start[0]), *start)
            solver.run()
        info, status = solver.getInfo(), solver.getModelStatus()
        took = {"nodes": info.mip_node_count, "work": int(info.simplex_iteration_count)}
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if self.integral is None:
            found = status == highspy.HighsModelStatus.kOptimal
        if not found:
            proven = status == highspy.HighsModelStatus.kInfeasible
            return Answer(None, np.inf, impossible=proven, **took)
        value = float(info.objective_function_value)
        bound = value if self.integral is None else float(info.mip_dual_bound)
        return Answer(np.array(solver.getSolution().col_value) * scale, value, bound=bound, **took)

    def relaxed(self) -> _Relaxation:
        """Its linear relaxation, to be asked again and again how far single columns can go."""
        return _Relaxation(self)

    def model(self) -> tuple[Any, Floats]:
        """The same for HiGHS, and what one of each of its columns stands for.

        Less than 1 where a column is steep (see `Arrays.scales`) and not integral.
        """
        import highspy

        A, (row_low, row_high, low, high) = self.A, self.limits
        steepest = abs(A).max(axis=0).toarray().ravel() if A.shape[0] else np.zeros(A.shape[1])
        steep = steepest > STEEP_COLUMN
        if self.integral is not None:
            steep &= self.integral == 0
        scale = np.where(steep, 1.0 / np.maximum(steepest, 1.0), 1.0)
        matrix = sparse.csc_array(A @ sparse.diags_array(scale))
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = matrix.shape
        model.a_matrix_.num_row_, model.a_matrix_.num_col_ = matrix.shape
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = matrix.indptr
        model.a_matrix_.index_ = matrix.indices
        model.a_matrix_.value_ = matrix.data
        model.col_cost_, model.row_lower_, model.row_upper_ = self.cost * scale, row_low, row_high
        model.col_lower_, model.col_upper_ = low / scale, high / scale
        return model, scale


class _Relaxation:
    """A linear relaxation and where its solver stands: see `Question.relaxed`."""

    def __init__(self, question: Question) -> None:
        """Solve nothing yet; the question's own cost does not count."""
        import highspy

        self.optimal = highspy.HighsModelStatus.kOptimal
        self.infeasible = highspy.HighsModelStatus.kInfeasible
        model, _ = replace(question, cost=0.0 * question.cost).model()
        self.work = 0
        self.solver = _solver(model, AGAIN)

    def least(self, column: int, sign: float) -> float | None:
        """Least of sign·column; None where there is no answer, infinite where there is no point."""
        self.solver.changeColCost(column, sign)
        with unheard():
            self.solver.run()
        info, status = self.solver.getInfo(), self.solver.getModelStatus()
        self.work += max(int(info.simplex_iteration_count), 0)
        self.solver.changeColCost(column, 0.0)
        if status == self.infeasible:
            return np.inf
        return float(info.objective_function_value) if status == self.optimal else None

    def bound(self, column: int, low: float, high: float) -> None:
        """Give a column other bounds."""
        self.solver.changeColBounds(column, low, high)


def _solver(model: Any, settings: dict[str, Any]) -> Any:
    import highspy

    solver = highspy.Highs()
    with unheard():
        for name, value in {"output_flag": False, "threads": 1, **settings}.items():
            solver.setOptionValue(name, value)
        solver.passModel(model)
    return solver


@contextmanager
def unheard() -> Iterator[None]:
    """Keep what HiGHS prints on hard questions, though told not to, out of standard output."""
    sys.stdout.flush()
    try:
        heard = os.dup(STDOUT)
    except OSError:  # there is no standard output
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STDOUT)
        yield
    finally:
        os.dup2(heard, STDOUT)
        os.close(heard)
        os.close(nowhere)
