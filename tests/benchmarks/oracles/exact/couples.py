"""A couple of accounts, and what oracle, optimizer and judge must agree on about them."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from benchmarks.oracles.exact.solve import Exact, solve
from models.household import Household
from models.policy import Policy
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import BOND, Row, account, household, lot, security

Case = tuple[Household, Policy]

SLACK_BPS = 2e-3
"""What a judge lets pass, a cent here and there, in basis points of households of $60,000."""

TELLS_BPS = 0.01
"""Basis points by which a rule must move the optimum to be tested by it."""

SECONDS = 30.0

MARKET = (
    security("VTI", 250.0, half_spread_bps=1.0, qualified_yield=0.013, specific_vol=0.01),
    security("ITOT", 120.0, half_spread_bps=1.5, qualified_yield=0.013, specific_vol=0.01),
    security("BND", 75.0, BOND, half_spread_bps=2.0, ordinary_yield=0.04, specific_vol=0.004),
)

OWNED = (
    lot("gain", "TAX", "VTI", 60, 9_000.0, "2019-03-01"),
    lot("short", "TAX", "VTI", 12, 2_600.0, "2026-03-02"),
    lot("loss", "TAX", "VTI", 30, 8_400.0, "2024-05-01"),
    lot("kept", "TAX", "BND", 100, 7_900.0, "2023-05-01"),
    lot("bonds", "IRA", "BND", 350, acquired="2021-03-01"),
)


def couple(
    lots: Sequence[Row] = OWNED,
    securities: Sequence[Row] = MARKET,
    taxable: Mapping[str, Any] | None = None,
    ira: Mapping[str, Any] | None = None,
    **given: Any,
) -> Household:
    """Return a taxable account heavy in stocks, with gains and losses, and an IRA of bonds."""
    return household(
        [
            account("TAX", **{"cash": 1_500.0, **(taxable or {})}),
            account("IRA", "traditional_ira", **{"cash": 300.0, **(ira or {})}),
        ],
        lots,
        securities,
        **given,
    )


GAINS = (
    lot("old", "TAX", "VTI", 60, 9_000.0, "2019-03-01"),
    lot("short", "TAX", "VTI", 120, 27_800.0, "2026-03-02"),
    lot("bonds", "IRA", "BND", 80, acquired="2021-03-01"),
)
"""Stocks, and only gains: some have to be taken."""

BONDS = (
    lot("old", "TAX", "VTI", 20, 3_000.0, "2019-03-01"),
    lot("bonds", "IRA", "BND", 500, acquired="2021-03-01"),
)
"""Too few stocks: some have to be bought."""


def optimum(of: Household, policy: Policy) -> Exact:
    """Return the exact optimum of a case; cases that say the same are solved once."""
    return _optimum(pickle.dumps((of, policy)))


@cache
def _optimum(case: bytes) -> Exact:
    return solve(*pickle.loads(case), seconds=SECONDS)  # noqa: S301 -- it is ours


def check_order(of: Household, policy: Policy) -> None:
    """The bound ≤ the exact optimum ≤ the plan, in bps, and the judge agrees with the oracle."""
    plan = rebalance(of, policy)
    assert plan.figures is not None and plan.certificate is not None, plan.reason
    exact = optimum(of, policy)
    assert exact.status in ("optimal", "gaplimit")
    judged = verify(of, policy, exact.orders, exact.flows)
    assert judged.breaches == ()
    assert judged.figures.objective_after_bps == pytest.approx(exact.objective_bps, abs=SLACK_BPS)
    reached = plan.figures.objective_after_bps
    assert reached is not None
    assert plan.certificate.bound_bps <= exact.objective_bps + SLACK_BPS
    assert exact.objective_bps <= reached + SLACK_BPS


def check_difference(case: Case, twin: Case) -> None:
    """The optima of two cases differ."""
    values = [optimum(*each).objective_bps for each in (case, twin)]
    assert abs(values[0] - values[1]) > TELLS_BPS
