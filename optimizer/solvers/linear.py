"""Linear and mixed-integer questions, put to HiGHS through scipy.

An answer without a point is not yet a proof: HiGHS also stops at limits and fails. Its word
`infeasible` alone says that nothing is feasible. Questions end by counts of nodes: a clock would
give other answers on a busy machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from models.arrays import Floats, Ints
from optimizer.program.compile_arrays import Limits
from optimizer.settings import STEEP_COLUMN

STDOUT = 1
"""What C libraries print into."""

OPTIMAL, STOPPED, INFEASIBLE = 0, 1, 2
"""What scipy says: solved, stopped at a limit of nodes or seconds, proven that nothing is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A point and its cost; without a point the cost is infinite.

    `impossible` says that HiGHS has proven that nothing is feasible; no point and no proof is no
    answer. `bound` is what no point costs less than, `nodes` what the search took, `work` its
    simplex iterations where they are known.
    """

    x: Floats | None
    value: float
    impossible: bool = False
    bound: float = -np.inf
    nodes: int = 0
    work: int = 0


def solve_linear(
    A: sparse.csc_array,
    limits: Limits,
    cost: Floats,
    integral: Ints | None = None,
    *,
    nodes: int | None = None,
    gap: float = 0.0,
) -> Answer:
    """Minimise cost'x over row_low ≤ Ax ≤ row_high, low ≤ x ≤ high, some x integral (1).

    `nodes` is the most nodes of a branching search, `gap` its relative gap.
    """
    row_low, row_high, low, high = limits
    if (low > high).any():
        return Answer(None, np.inf, impossible=True)
    options: Any = {}
    if integral is not None:
        options["mip_rel_gap"] = gap
    if nodes is not None:
        options["node_limit"] = nodes
    matrix, unit = scaled(A, integral)
    with unheard():
        answer = milp(
            cost * unit,
            constraints=LinearConstraint(matrix, row_low, row_high),
            bounds=Bounds(low / unit, high / unit),
            integrality=integral,
            options=options,
        )
    taken = int(getattr(answer, "mip_node_count", None) or 0)
    if answer.x is None:
        return Answer(None, np.inf, impossible=answer.status == INFEASIBLE, nodes=taken)
    bound = getattr(answer, "mip_dual_bound", None)
    value = float(answer.fun)
    return Answer(
        np.asarray(answer.x) * unit,
        value,
        bound=value if bound is None else float(bound),
        nodes=taken,
    )


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


def scaled(A: sparse.csc_array, integral: Ints | None) -> tuple[sparse.csc_array, Floats]:
    """A in units of its columns, and what one of each stands for.

    Less than 1 where a column is steep (see `Arrays.units`) and not integral.
    """
    unit = _units(A, integral)
    return sparse.csc_array(A @ sparse.diags_array(unit)), unit


def _units(A: sparse.csc_array, integral: Ints | None) -> Floats:
    steepest = abs(A).max(axis=0).toarray().ravel() if A.shape[0] else np.zeros(A.shape[1])
    steep = steepest > STEEP_COLUMN
    if integral is not None:
        steep &= integral == 0
    return np.where(steep, 1.0 / np.maximum(steepest, 1.0), 1.0)
