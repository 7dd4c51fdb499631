"""The bound in exact rational numbers: by hand, and beside the floats of real households."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from benchmarks.hunt.exact_bound import ROUNDING_BPS, Doubted, doubted, exact_bound, exact_proof
from models.policy import Policy, WashSales
from optimizer.inputs.frame import frame
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.solvers.dual_bound import safe_bound
from scenarios.four_funds import drawn


@pytest.mark.parametrize("seed", range(6))
def test_floats_never_claim_more_than_is_true(seed: int) -> None:
    """Every piece of households of four funds: floats are at most a millionth of a bp above."""
    policy = replace(Policy(), wash_sale=WashSales(mode=("avoid", "price")[seed % 2]))
    found = list(doubted(drawn(seed, units=1 + seed % 2), policy))
    assert found
    assert [one for one in found if not one.holds] == []


def test_a_bound_that_is_claimed_too_high_is_doubted() -> None:
    """Two millionths of a basis point above the exact value is too much."""
    assert Doubted("piece", 1.0 + ROUNDING_BPS / 2, 1.0, False).holds
    assert not Doubted("piece", 1.0 + 2 * ROUNDING_BPS, 1.0, False).holds
    assert not Doubted("piece", 1.0, -1e-12, True).holds


def test_any_point_and_any_multipliers_give_the_same_bound_both_ways() -> None:
    """Random ones too, which no solver would give: floats and fractions agree to their noise."""
    arrays = compile_arrays(program_of(frame(drawn(1), Policy())))
    rng = np.random.default_rng(0)
    rows, columns = arrays.A.shape
    limits = arrays.row_low, arrays.row_high, arrays.low, arrays.high
    for scale in (0.0, 1.0, 100.0):
        x, multipliers = scale * rng.normal(size=columns), scale * rng.normal(size=rows)
        exactly = exact_bound(arrays, x, multipliers, limits)
        assert isinstance(exactly, Fraction)
        floats = safe_bound(arrays, x, multipliers, limits)
        assert float(exactly) == pytest.approx(floats, rel=1e-9, abs=1e-9)


def test_a_proof_by_multipliers_of_nothing_proves_nothing() -> None:
    """Farkas' multipliers of zero leave exactly zero."""
    arrays = compile_arrays(program_of(frame(drawn(1), Policy())))
    limits = arrays.row_low, arrays.row_high, arrays.low, arrays.high
    assert exact_proof(arrays, np.zeros(arrays.A.shape[0]), limits) == 0
