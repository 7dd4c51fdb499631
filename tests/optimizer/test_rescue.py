"""Proofs of whole tickets: never against a plan that is known to exist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.hunt.books.kinds import BLOCK, book_of
from models.household import Household
from models.plan import Status
from models.policy import Policy
from optimizer.inputs.frame import frame
from optimizer.mip.feasibility_repair import repaired
from optimizer.rebalance import rebalance
from optimizer.rounding.candidate import Proof
from optimizer.search.te_limit import search_within_limits
from optimizer.search.tracking_region import allowed_square, least_square, region
from optimizer.solvers.chain import door
from scenarios.changes import with_securities
from scenarios.four_funds import drawn

ABOVE = 1e-9
"""Relative: how far the limit lies above what the known plan reaches."""


def at_the_limit(seed: int, step: float) -> tuple[Household, Policy]:
    """Return a household whose limit on tracking error is what a plan of its own reaches."""
    of = with_securities(drawn(seed), share_step=np.full(4, step))
    free = Policy(weights=replace(Policy().weights, tracking_error=1e3))
    reached = rebalance(of, free)
    assert reached.status is Status.PLANNED
    assert reached.figures is not None
    te_max = reached.figures.te_after * (1.0 + ABOVE)
    return of, replace(free, limits=replace(free.limits, te_max=te_max))


@pytest.mark.parametrize("step", [0.01, 1.0, 25.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_plan_that_exists_is_not_proven_away(seed: int, step: float) -> None:
    """Whatever the share step: with te_max where a plan stands, nobody says that there is none."""
    of, policy = at_the_limit(seed, step)
    search = search_within_limits(frame(of, policy), door("piqp"))
    assert not isinstance(repaired(search), Proof)
    assert rebalance(of, policy).status is not Status.INFEASIBLE


def test_coarse_steps_that_cannot_come_near_are_proven() -> None:
    """Lots of $60,000 and a limit just above what real amounts reach: no whole shares keep it."""
    of = with_securities(drawn(1), share_step=np.full(4, 600.0))
    limits = Policy().limits
    search = search_within_limits(
        frame(of, Policy(limits=replace(limits, te_max=0.2))), door("piqp")
    )
    squares = [
        least_square(search.model.frame, search.model.door, n.branch).squared
        for n in search.bounds.regimes
    ]
    te_max = np.sqrt(min(squares)) / 100.0 * (1.0 + 1e-4)
    plan = rebalance(of, Policy(limits=replace(limits, te_max=float(te_max))))
    assert plan.status is Status.INFEASIBLE
    assert "te_max" in plan.reason


@pytest.mark.parametrize(
    ("block", "name", "status"),
    [
        pytest.param(0, "etf-0000008", Status.INFEASIBLE, marks=pytest.mark.full),
        pytest.param(1, "etf-0000003", Status.PLANNED, marks=pytest.mark.full),
    ],
)
def test_a_small_household_at_a_tight_limit_is_answered(
    block: int, name: str, status: Status
) -> None:
    """A fifth less tracking error than whole shares of $1,000 reach: a plan, or proof of none."""
    with book_of("small", 55, block, BLOCK) as (_, book):
        of = book.household(name)
        policy = book.policy(of.policy_id)
    reached = rebalance(of, policy)
    assert reached.figures is not None and reached.figures.te_after is not None
    limits = replace(policy.limits, te_max=0.8 * reached.figures.te_after)
    plan = rebalance(of, replace(policy, limits=limits))
    assert plan.status is status
    assert plan.orders or "proven" in plan.reason


@pytest.mark.parametrize("seed", range(4))
def test_the_region_of_a_limit_holds_every_point_that_keeps_it(seed: int) -> None:
    """Squares add up to TE²; the settled solution of a looser search lies inside its box."""
    of, policy = at_the_limit(seed, 1.0)
    search = search_within_limits(frame(of, policy), door("piqp"))
    assert search.incumbent is not None
    x, limit = search.incumbent.solution.x, allowed_square(search.model.frame)
    branch = search.incumbent.regime.branch
    around = region(
        search.model, least_square(search.model.frame, search.model.door, branch), limit
    )
    assert around is not None
    assert around.squares.at(x) <= limit
    levels = around.squares.levels(x)
    noise = 1e-6 * (1.0 + np.abs(levels))
    assert (levels >= around.low - noise).all()
    assert (levels <= around.high + noise).all()
