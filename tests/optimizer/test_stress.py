"""All rules mixed at random on small households: every one is answered, verified and bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.household import Household
from models.plan import Status
from models.policy import Limits, Policy, RiskAversion, TaxRates, TradeRules, WashSales
from optimizer.rebalance import rebalance
from scenarios.changes import with_columns, worth_usd
from scenarios.four_funds import drawn
from tests.optimizer.test_plans import Answer, assert_conserved, assert_sound

Options = dict[str, tuple[float, tuple[Any, ...]]]

LIMITS: Options = {
    "tax_budget_usd": (0.3, (0.0, 500.0, 3_000.0)),
    "gain_budget_usd": (0.2, (0.0, 3_000.0)),
    "gain_share_of_unrealized": (0.15, (0.1,)),
    "max_short_gain_usd": (0.15, (200.0,)),
    "te_max": (0.15, (0.002, 0.005, 0.01)),
    "long_term_guard_days": (0.15, (80,)),
}
TRADES: Options = {
    "max_turnover": (0.2, (0.02, 0.1)),
    "ticket_usd": (0.2, (5.0,)),
    "min_usd": (0.2, (1_000.0, 5_000.0)),
    "gain_harvest": (0.15, (True,)),
    "mode": (0.2, ("buy_only", "sell_only", "harvest_only", "hold")),
}
"""Keys of a policy, how often each is given, and its values."""


def given(rng: np.random.Generator, options: Options) -> dict[str, Any]:
    """Draw some keys and their values."""
    return {
        name: values[int(rng.integers(len(values)))]
        for name, (often, values) in options.items()
        if rng.random() < often
    }


def mixed(seed: int) -> tuple[Household, Policy]:
    """Draw a small household and a policy with several rules at once."""
    rng = np.random.default_rng(10_000 + seed)
    of = drawn(
        seed,
        units=int(rng.integers(1, 3)),
        ranked=bool(rng.random() < 0.3),
        fresh=bool(rng.random() < 0.4),
    )
    worth = worth_usd(of)
    if rng.random() < 0.3:
        of = replace(of, net_flow=round(float(rng.choice([-0.1, -0.02, 0.05])) * worth, 2))
    if rng.random() < 0.3:
        due = np.where(of.accounts.account_type == "traditional_ira", round(0.03 * worth, 2), 0.0)
        of = with_columns(of, "accounts", rmd_due_usd=due)
    if rng.random() < 0.2:
        penalty = np.where(of.accounts.account_type == "traditional_ira", 0.1, 0.0)
        of = with_columns(of, "accounts", early_penalty_rate=penalty)
    flat = TaxRates(short_rate=0.37, long_rate=0.2)
    policy = Policy(
        limits=Limits(**given(rng, LIMITS)),
        trades=TradeRules(**given(rng, TRADES)),
        wash_sale=WashSales(mode=str(rng.choice(["avoid", "avoid", "price"]))),
        tax=flat if rng.random() < 0.2 else TaxRates(),
        risk=RiskAversion(after_tax_weights=bool(rng.random() < 0.15)),
    )
    return of, policy


def assert_answered(seed: int) -> Status:
    """Assert that a mixed household is answered soundly; return how."""
    of, policy = mixed(seed)
    plan = rebalance(of, policy)
    answer = Answer(of, policy, plan)
    assert plan.status not in (Status.FAILED, Status.REFUSED), plan.reason
    assert_sound(answer)
    assert_conserved(answer)
    return plan.status


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_mixed_rules_are_answered(first: int) -> None:
    """Sixty households: each planned, left alone, or infeasible with a reason."""
    for seed in range(first, first + 15):
        assert_answered(seed)


@pytest.mark.full
@pytest.mark.parametrize("first", range(60, 1060, 250))
def test_a_thousand_mixtures_are_answered(first: int) -> None:
    """At most one in a hundred ends without an answer, and none in a crash or a false bound."""
    unanswered = []
    for seed in range(first, first + 250):
        of, policy = mixed(seed)
        plan = rebalance(of, policy)
        assert "exceeds the objective" not in plan.reason, seed
        if plan.status in (Status.FAILED, Status.REFUSED):
            unanswered.append((seed, plan.reason))
            continue
        assert_sound(Answer(of, policy, plan))
    assert len(unanswered) <= 2, unanswered
