"""Where wash sales have a price, no plan is worse than the best that avoids them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.household import Household
from models.policy import Gate, Policy, TradeRules, WashSales
from optimizer.inputs.frame import frame
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from optimizer.rounding.candidate import candidate_of
from optimizer.search.branch_and_bound import certified
from optimizer.search.incumbent import resolved
from optimizer.search.restriction import restricted, sides_of
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of
from tests.households import BOND, STOCK, account, household, lot, security, unit

DAYS = ("2020-01-02", "2024-03-01", "2026-03-03", "2026-10-25", "2026-11-05", "2026-11-12")
"""When lots were bought: half of them within the last 30 days."""

GROUPS, LOTS, ACCOUNTS = 12, 90, ("TX", "T2", "IRA", "ROTH")

PRICED = Policy(
    gate=Gate(min_bps=0.0, min_order_usd=0.0),
    trades=TradeRules(min_usd=0.0),
    wash_sale=WashSales(mode="price"),
)


def drawn(seed: int) -> Household:
    """Draw lots of many groups in four accounts, half of them bought lately."""
    rng = np.random.default_rng([72, seed])
    funds = [
        security(
            f"F{n}",
            20.0 + n,
            STOCK if n % 2 else BOND,
            identical_group=f"G{n // 2}",
            half_spread_bps=2.0,
            specific_vol=0.01 + 0.03 * (n // 2) / GROUPS,
            ordinary_yield=0.01,
            share_step=0.001,
        )
        for n in range(2 * GROUPS)
    ]
    lots = []
    for n in range(LOTS):
        fund, where = int(rng.integers(2 * GROUPS)), str(rng.choice(ACCOUNTS))
        shares = float(round(float(rng.choice((1_000.0, 8_000.0, 40_000.0))) / (20.0 + fund)))
        basis = shares * (20.0 + fund) * float(rng.choice((0.7, 0.95, 1.02, 1.1, 1.3)))
        lots.append(lot(f"L{n}", where, f"F{fund}", shares, basis, str(rng.choice(DAYS))))
    return household(
        [
            account("TX", cash=2_000.0),
            account("T2", cash=2_000.0),
            account("IRA", "traditional_ira", cash=2_000.0),
            account("ROTH", "roth_ira", cash=2_000.0),
        ],
        lots,
        funds,
        units=[unit(st_realized_ytd=float(rng.choice((0.0, 20_000.0))))],
    )


AVOIDED = replace(PRICED, wash_sale=WashSales(mode="avoid"))


@pytest.mark.parametrize("seed", range(8))
def test_what_avoids_wash_sales_is_a_start_where_they_have_a_price(seed: int) -> None:
    """In the sides that it is written by, and in the regime that nets as it does, no worse."""
    of = drawn(seed)
    free = search_within_limits(frame(of, PRICED), chain_of(PRICED))
    avoids = restricted(free.model.frame)
    assert avoids is not None
    avoiding = search_within_limits(avoids, chain_of(AVOIDED))
    assert free.incumbent is not None
    assert avoiding.incumbent is not None
    groups = free.incumbent.groups
    sides = sides_of(free.model.frame, groups, avoiding.model, avoiding.incumbent)
    regime = free.bounds.regimes.like(avoiding.incumbent.regime.cases)
    assert regime is not None
    assert regime.nettings == avoiding.incumbent.regime.nettings
    start = resolved(free.model, regime, groups, sides)
    assert start is not None
    assert start.solution.objective <= avoiding.incumbent.solution.objective + 1e-6


@pytest.mark.parametrize("seed", [1, 10])
def test_who_may_pay_for_wash_sales_is_no_worse_off_than_who_avoids_them(seed: int) -> None:
    """Half a basis point worse, where flips alone found no way to harvest as well."""
    of = drawn(seed)
    priced, avoided = rebalance(of, PRICED), rebalance(of, AVOIDED)
    other = verify(of, PRICED, avoided.orders, avoided.flows)
    assert other.kept
    assert priced.figures is not None
    after, least = priced.figures.objective_after_bps, other.figures.objective_after_bps
    assert after is not None
    assert least is not None
    assert after <= least + 1e-3


def test_who_avoids_is_tried_as_tickets_too() -> None:
    """Better in real amounts can be worse as whole orders: both are made, and the better leaves."""
    of = drawn(0)
    found = certified(search_within_limits(frame(of, PRICED), chain_of(PRICED)), 0)
    assert found.incumbent is not None
    assert found.others
    for each in (found.incumbent, *found.others):
        made = candidate_of(found.model, each)
        assert made is not None
        plan = rebalance(of, PRICED)
        assert plan.figures is not None
        assert plan.figures.objective_after_bps is not None
        assert plan.figures.objective_after_bps <= made.objective + 1e-9


def test_what_a_harvest_rests_on_is_sold_in_shares_too() -> None:
    """Where recent shares are used up, no sale that uses them up is given up for idle cash."""
    plan = rebalance(drawn(0), PRICED)
    assert plan.certificate is not None
    assert plan.certificate.gap_by_cause["shares"] < 0.5


def test_nothing_is_restricted_where_wash_sales_are_avoided_or_nothing_was_bought_lately() -> None:
    """There the second search would be the first again."""
    of = drawn(0)
    assert restricted(frame(of, AVOIDED)) is None
    old = lot("OLD", "TX", "VTI", 10, 2_000.0, "2020-01-02")
    assert restricted(frame(household([account("TX")], [old]), PRICED)) is None
