"""Mixed-integer questions where time must be bounded: HiGHS with a single heuristic.

Asked through scipy, HiGHS spends most of a question at its first node, on sub-problems and
restarts that nobody can limit but by a clock. Here it rounds its first relaxation once (the
neighbourhood in which all that is whole there stays), dives and branches: a question ends after a
count of nodes, and what it took is told in work, so that the same household gets the same answer
on any machine. The smallest tolerances are asked for: at the very edge of a limit a millionth
decides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from optimizer.program.compile_arrays import Limits
from optimizer.settings import MOST_ITERATIONS, TOLERANCE, WHOLE_WITHIN
from optimizer.solvers.linear import Answer, scaled, unheard

SPARE: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_detect_symmetry": False,
    "mip_allow_restart": False,
    "primal_feasibility_tolerance": TOLERANCE,
    "mip_feasibility_tolerance": WHOLE_WITHIN,
}
"""Settings of every question."""


def branched(
    A: sparse.csc_array,
    limits: Limits,
    cost: Floats,
    integral: Ints,
    *,
    nodes: int,
    gap: float,
    first: bool = False,
) -> Answer:
    """Minimise cost'x over row_low ≤ Ax ≤ row_high, low ≤ x ≤ high, some x integral (1).

    At most `nodes` nodes, to a relative `gap`; `first` ends at the first point. The answer's work
    is simplex iterations.
    """
    # imported for the few who ask: it takes a worker a tenth of a second
    import highspy

    low, high = limits[2], limits[3]
    if (low > high).any():
        return Answer(None, np.inf, impossible=True)
    model, unit = _model(A, limits, cost, integral)
    kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
    model.integrality_ = [kinds[whole] for whole in integral.tolist()]
    solver = highspy.Highs()
    asked = SPARE | {"mip_max_nodes": nodes, "mip_rel_gap": gap}
    if first:
        asked["mip_max_improving_sols"] = 1
    with unheard():
        for name, value in asked.items():
            solver.setOptionValue(name, value)
        solver.passModel(model)
        solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    work = int(info.simplex_iteration_count)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        proven = status == highspy.HighsModelStatus.kInfeasible
        return Answer(None, np.inf, impossible=proven, nodes=info.mip_node_count, work=work)
    return Answer(
        np.array(solver.getSolution().col_value) * unit,
        float(info.objective_function_value),
        bound=float(info.mip_dual_bound),
        nodes=int(info.mip_node_count),
        work=work,
    )


class Relaxation:
    """A linear relaxation that is asked again and again how far single columns can go."""

    def __init__(self, A: sparse.csc_array, limits: Limits, integral: Ints) -> None:
        """Solve nothing yet."""
        import highspy

        self.optimal = highspy.HighsModelStatus.kOptimal
        self.infeasible = highspy.HighsModelStatus.kInfeasible
        model, self.unit = _model(A, limits, np.zeros(A.shape[1]), integral)
        self.work = 0
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("primal_feasibility_tolerance", TOLERANCE)
        self.solver.setOptionValue("simplex_iteration_limit", MOST_ITERATIONS)
        self.solver.passModel(model)

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


def _model(A: sparse.csc_array, limits: Limits, cost: Floats, integral: Ints) -> tuple[Any, Floats]:
    """A model for HiGHS, and what one of each of its columns stands for."""
    import highspy

    row_low, row_high, low, high = limits
    matrix, unit = scaled(A, integral)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = matrix.shape[1], matrix.shape[0]
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    model.col_cost_, model.row_lower_, model.row_upper_ = cost * unit, row_low, row_high
    model.col_lower_, model.col_upper_ = low / unit, high / unit
    return model, unit
