"""Cutoff against the solver: what is proven of a branch is never above what the branch holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from models.policy import Policy, TaxRates
from optimizer.inputs.frame import frame
from optimizer.program.language import Branch, assemble
from optimizer.search.cutoff import Cutoff
from optimizer.search.disjunctions import side_branch
from optimizer.search.harvests import wash_disjunctions
from optimizer.search.incumbent import search
from optimizer.solvers.chain import door
from scenarios.four_funds import drawn
from tests.optimizer.statements import arrays_of

WHOLE_DRAG = Policy(tax=TaxRates(drag_reference="none"))
"""Gains have more to pay for where all of the drag counts: sides matter."""

NOISE_BPS = 1e-4
"""Basis points: two solvers' optima of one program."""


@pytest.mark.parametrize("seed", range(6))
def test_no_branch_is_below_what_is_proven_of_it(seed: int) -> None:
    """Every side of every choice in every piece, solved; the best plan's own is proven closely."""
    found = search(frame(drawn(seed), WHOLE_DRAG), door("piqp"))
    assert found.incumbent is not None
    disjunctions = wash_disjunctions(found.model.frame, found.model.arrays)
    options = [range(len(disjunction.options)) for disjunction in disjunctions]
    proven = 0
    for regime in found.bounds.regimes:
        for sides in product(*options):
            branch = side_branch(found.model.frame, regime, disjunctions, sides)
            least = (
                door("clarabel").solve(found.model.program, found.model.arrays, branch).objective
            )
            assert not found.model.cutoff.holds(found.model.arrays, branch, least + NOISE_BPS)
            proven += found.model.cutoff.holds(
                found.model.arrays, branch, found.incumbent.solution.objective
            )
    assert proven
    best = found.incumbent.solution.objective - 0.01
    assert found.model.cutoff.holds(found.model.arrays, found.incumbent.branch, best)


def test_a_row_that_a_branch_opens_proves_nothing_of_it() -> None:
    """(x − 3)² with x ≤ 1 as a row is 4 at best; without the row it is 0, and nothing is known."""
    one = np.ones(1)
    row, box = (-np.inf * one, one), (-5.0 * one, 5.0 * one)
    arrays = arrays_of(np.array([[2.0]]), -6.0 * one, np.array([[1.0]]), row, box, 9.0)
    cutoff = Cutoff()
    cutoff.learn(arrays, door("clarabel").solve(assemble(()), arrays, Branch()))
    (rule,) = arrays.rows
    opened = Branch(rows={rule: (-np.inf * one, np.inf * one)})
    assert cutoff.holds(arrays, Branch(), 3.9)
    assert not cutoff.holds(arrays, opened, -100.0)


def test_another_objective_is_not_judged_by_what_was_known() -> None:
    """Solutions of one objective say nothing of a branch under other weights."""
    found = search(frame(drawn(0), Policy()), door("piqp"))
    assert found.incumbent is not None
    other = replace(found.model.arrays, q=2.0 * found.model.arrays.q)
    assert found.model.cutoff.holds(found.model.arrays, found.incumbent.branch, -1e9)
    assert not found.model.cutoff.holds(other, found.incumbent.branch, -1e9)
