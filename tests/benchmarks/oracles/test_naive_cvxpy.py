"""The naive statement and the program agree where the surrogate is exact."""

from __future__ import annotations

import pytest

from benchmarks.oracles import naive_cvxpy
from models.policy import Policy
from optimizer.rebalance import rebalance
from tests.households import BOND, account, household, lot, security, unit


def test_without_losses_the_naive_optimum_is_the_programs_bound() -> None:
    """Gains only, one bracket, nothing to wash: two independent statements, one minimum."""
    of = household(
        [account("TAX", cash=500.0), account("IRA", "traditional_ira", cash=100.0)],
        [
            lot("a", "TAX", "VTI", 500, 30_000.0, "2019-03-01"),
            lot("b", "TAX", "BND", 200, 9_000.0, "2019-03-01"),
            lot("c", "IRA", "BND", 600, None, "2019-03-01"),
        ],
        [
            security("VTI", 100.0, half_spread_bps=2.0, qualified_yield=0.013, specific_vol=0.02),
            security("BND", 50.0, BOND, half_spread_bps=3.0, ordinary_yield=0.04),
        ],
        units=[unit(ordinary_income=120_000.0, state_rate=0.0)],
    )
    plan = rebalance(of, Policy())
    assert plan.certificate is not None
    naive = naive_cvxpy.solve(of, Policy(), "CLARABEL")
    assert naive.status == "optimal"
    assert abs(naive.objective_bps) > 10.0
    assert naive.objective_bps == pytest.approx(plan.certificate.bound_bps, abs=0.02)
