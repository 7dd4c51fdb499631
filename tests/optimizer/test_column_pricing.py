"""Columns left at a bound and priced afterwards: the answer is that of the whole program."""

from __future__ import annotations

import numpy as np
import pytest

from models.policy import Policy
from optimizer.inputs.frame import frame
from optimizer.search.incumbent import search
from optimizer.search.model import Model
from optimizer.solvers import chain
from optimizer.solvers.adapters import RawAnswer
from optimizer.solvers.chain import door
from optimizer.solvers.presolve import Reduced
from scenarios.four_funds import drawn

NOISE_BPS = 2e-4
"""Basis points: two optima of one program, and what columns left out may be worth."""


@pytest.fixture
def columns_asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many columns each program had that a solver was asked, with small ones priced too."""
    asked: list[int] = []

    def recorded(name: str, program: Reduced) -> RawAnswer:
        asked.append(len(program.q))
        return answer_of(name, program)

    answer_of = chain.answer_of
    monkeypatch.setattr(chain, "answer_of", recorded)
    monkeypatch.setattr(chain, "PRICED_FROM", 0)
    return asked


def _model(seed: int) -> Model:
    return search(frame(drawn(seed), Policy()), door("piqp")).model


@pytest.mark.parametrize("seed", range(6))
def test_fewer_columns_give_the_answer_of_all(seed: int, columns_asked: list[int]) -> None:
    """With what the search has learned every regime is solved by less, to the same objective."""
    model = _model(seed)
    slope = model.cutoff.slope(model.arrays)
    assert slope is not None
    found = search(frame(drawn(seed), Policy()), door("piqp"))
    for regime in found.bounds.regimes:
        whole = model.door.solve(model.program, model.arrays, regime.branch)
        if not whole.usable:
            continue
        columns_asked.clear()
        priced = model.door.solve(model.program, model.arrays, regime.branch, slope)
        assert priced.objective == pytest.approx(whole.objective, abs=NOISE_BPS)
        assert priced.bound == pytest.approx(whole.bound, abs=NOISE_BPS)
        assert columns_asked[0] < len(model.arrays.q)


@pytest.mark.parametrize("wrong", [1e3, -1e3])
def test_slopes_that_are_wrong_cost_time_and_nothing_else(
    wrong: float, columns_asked: list[int]
) -> None:
    """Told to trade nothing, or all there is: prices see it, and the whole program is asked."""
    model = _model(1)
    for regime in search(model.frame, door("piqp")).bounds.regimes:
        whole = model.door.solve(model.program, model.arrays, regime.branch)
        if not whole.usable:
            continue
        slope = np.zeros(len(model.arrays.q))
        for block in ("sale", "buy"):
            slope[model.arrays.columns[block]] = wrong
        columns_asked.clear()
        priced = model.door.solve(model.program, model.arrays, regime.branch, slope)
        assert priced.objective == pytest.approx(whole.objective, abs=NOISE_BPS)
        assert len(columns_asked) > 1
