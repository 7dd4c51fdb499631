"""Sweeps: a plan from its neighbour is as good as one from nothing; the relaxed lies below."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from models.plan import Status
from models.policy import Policy, Weights
from optimizer.inputs.frame import frame
from optimizer.judge.verify import verify
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.reweigh import arrays_at, at_weights, frame_at, reweighed
from optimizer.rebalance import rebalance
from optimizer.sweep import relaxed, sweep
from scenarios.four_funds import drawn

NEAR_BPS = 0.05
"""Basis points by which a plan may miss the one that was searched for from nothing."""

SETTINGS = [Weights(tax=float(tax)) for tax in np.geomspace(0.5, 2.0, 5)]


@pytest.mark.parametrize("seed", [3, 11, 40])
def test_a_plan_from_its_neighbour_is_as_good_as_one_from_nothing(seed: int) -> None:
    """Objective and status agree, every plan is legal, and its bound holds."""
    of = drawn(seed)
    for weights, plan in zip(SETTINGS, sweep(of, Policy(), SETTINGS), strict=True):
        policy = Policy(weights=weights)
        alone = rebalance(of, policy)
        assert plan.status == alone.status
        assert plan.figures is not None
        assert alone.figures is not None
        after, other = plan.figures.objective_after_bps, alone.figures.objective_after_bps
        assert after is not None
        assert other is not None
        assert after == pytest.approx(other, abs=NEAR_BPS)
        assert plan.certificate is not None
        assert plan.certificate.gap_bps >= -1e-4
        assert verify(of, policy, plan.orders, plan.flows).kept


@pytest.mark.parametrize("seed", [3, 11, 40])
def test_no_plan_is_below_the_relaxed_point(seed: int) -> None:
    """The relaxation leaves out what plans must keep, at every weight."""
    of = drawn(seed)
    points = relaxed(of, Policy(), SETTINGS)
    for point, plan in zip(points, sweep(of, Policy(), SETTINGS), strict=True):
        assert plan.figures is not None
        assert plan.figures.objective_after_bps is not None
        assert point.objective <= plan.figures.objective_after_bps + 1e-4
        weighed = sum(getattr(point.weights, name) * bps for name, bps in point.terms.items())
        assert weighed == pytest.approx(point.objective, abs=1e-6)


def test_dearer_taxes_never_buy_more_of_them() -> None:
    """Along a frontier the tax term falls as its weight rises, and the tracking error does not."""
    settings = [Weights(tax=float(tax)) for tax in np.geomspace(0.1, 10.0, 9)]
    points = relaxed(drawn(11), Policy(), settings)
    taxes = [point.terms["tax"] for point in points]
    assert all(later <= sooner + 1e-5 for sooner, later in itertools.pairwise(taxes))
    others = [point.objective - point.weights.tax * point.terms["tax"] for point in points]
    assert all(later >= sooner - 1e-5 for sooner, later in itertools.pairwise(others))


def test_reweighed_arrays_are_those_of_the_other_weights() -> None:
    """Stating the program once and weighing it is stating it at those weights."""
    weights = Weights(2.0, 0.5, 0.25, 3.0, 0.125)
    for seed in range(6):
        whole = frame(drawn(seed), Policy())
        once = program_of(whole)
        anew = compile_arrays(program_of(frame(drawn(seed), Policy(weights=weights))))
        weighed = arrays_at(compile_arrays(once), weights)
        scaled = compile_arrays(reweighed(once, weights))
        for made in (weighed, scaled):
            np.testing.assert_allclose(made.q, anew.q, rtol=1e-12, atol=1e-9)
            np.testing.assert_allclose(made.P.toarray(), anew.P.toarray(), rtol=1e-12)
            assert made.constant == pytest.approx(anew.constant)
        assert frame_at(whole, weights).policy == at_weights(Policy(), weights)


def test_a_household_inside_its_bands_is_answered_at_every_weight() -> None:
    """Who needs nothing is told so at each weight, and a weight of zero is planned from nothing."""
    of = drawn(3)
    hold = replace(Policy(), weights=Weights(tax=0.0))
    plans = list(sweep(of, hold, [Weights(tax=0.0), Weights(tax=1.0)]))
    assert [plan.status for plan in plans] == [
        rebalance(of, replace(hold, weights=Weights(tax=tax))).status for tax in (0.0, 1.0)
    ]
    assert all(plan.status in (Status.PLANNED, Status.NO_ACTION) for plan in plans)
