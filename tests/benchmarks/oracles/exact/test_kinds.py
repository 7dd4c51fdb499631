"""The oracle and the optimizer, which share no line, on one household of every kind of rule.

What the optimizer proves lies below the exact optimum, which lies below its plan; and the judge,
which knows neither, finds the exact orders legal and worth what the oracle says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from benchmarks.oracles.exact.solve import solve
from models.household import Household
from models.policy import (
    Aim,
    Limits,
    Policy,
    RiskAversion,
    TaxRates,
    TradeRules,
    WashSales,
)
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    STOCK,
    Row,
    account,
    household,
    lot,
    open_order,
    restriction,
    security,
    target,
    trade,
    unit,
)

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


def ranked() -> tuple[Row, ...]:
    """Return the market with VTI before ITOT by rank."""
    return tuple({**row, "rank": float(k)} for k, row in enumerate(MARKET))


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

LATELY = (*OWNED[:4], lot("new", "TAX", "VTI", 8, 2_100.0, "2026-11-05"), OWNED[4])
SHELTERED_LATELY = (*OWNED, lot("new", "IRA", "VTI", 8, acquired="2026-11-05"))
PAST_LOSS = (trade("TAX", "VTI", "2026-11-10", "sell", 10.0, amount=2_500.0, realized_gain=-300.0),)
BANDED = {"T": target({STOCK: 0.5, BOND: 0.5}, {STOCK: 0.02, BOND: 0.02})}
BY_SECURITY = {"T": target({"VTI": 0.45, BOND: 0.55}, {"VTI": 0.01})}


def limits(**given: Any) -> Policy:
    """Return the standard policy with limits."""
    return Policy(limits=Limits(**given))


def trades(**given: Any) -> Policy:
    """Return the standard policy with rules for trades."""
    return Policy(trades=TradeRules(**given))


PLAIN = (couple(), Policy())

KINDS: dict[str, tuple[Household, Policy]] = {
    "taxable and ira": PLAIN,
    "tax budget": (couple(GAINS), limits(tax_budget_usd=150.0)),
    "gain budget": (couple(GAINS), limits(gain_budget_usd=800.0)),
    "gain share": (couple(GAINS), limits(gain_share_of_unrealized=0.05)),
    "short gains": (couple(GAINS), limits(max_short_gain_usd=100.0)),
    "long-term guard": (couple(GAINS), limits(long_term_guard_days=180)),
    "tracking error": (couple(), limits(te_max=0.005)),
    "class limit": (couple(), limits(class_max=((STOCK, 0.45),))),
    "hard bands": (couple(targets=BANDED), limits(bands="hard")),
    "a security's hard band": (couple(targets=BY_SECURITY), limits(bands="hard")),
    "tickets": (couple(), trades(ticket_usd=9.0)),
    "minimum trade": (couple(), trades(min_usd=3_000.0, min_weight=0.2)),
    "turnover": (couple(), trades(max_turnover=0.08)),
    "harvest only": (couple(), trades(mode="harvest_only")),
    "buy only": (couple(), trades(mode="buy_only")),
    "gains harvested": (
        couple(GAINS, units=[unit(ordinary_income=20_000.0, magi=20_000.0)]),
        Policy(trades=TradeRules(gain_harvest=True), tax=TaxRates(future_gain_rate=0.15)),
    ),
    "a past loss": (couple(BONDS, trades=PAST_LOSS), Policy()),
    "a scheduled buy": (couple(scheduled=[("IRA", "VTI", "2026-12-01")]), Policy()),
    "an open order": (couple(open_orders=[open_order("IRA", "BND", "buy", 2.0)]), Policy()),
    "bought lately": (couple(LATELY), Policy()),
    "bought lately in the ira": (couple(SHELTERED_LATELY), Policy()),
    "bought lately in the ira, priced": (
        couple(SHELTERED_LATELY),
        Policy(wash_sale=WashSales(mode="price")),
    ),
    "ranks": (couple(BONDS, ranked()), Policy()),
    "a menu": (couple(BONDS, ira={"menu_id": "M"}, menus={"M": ["ITOT"]}), Policy()),
    "a withdrawal": (couple(net_flow=-9_000.0), Policy()),
    "a contribution": (couple(net_flow=6_000.0), Policy()),
    "a required distribution": (couple(ira={"rmd_due_usd": 4_000.0}), Policy()),
    "an early withdrawal": (
        couple(net_flow=-20_000.0, ira={"early_penalty_rate": 0.1}),
        Policy(),
    ),
    "no sale": (couple(restrictions=[restriction("VTI", "no_sell", "TAX")]), Policy()),
    "held at least": (
        couple(restrictions=[restriction("VTI", "hold_at_least", "TAX", 95.0)]),
        Policy(),
    ),
    "carried losses": (couple(units=[unit(lt_carryforward=9_000.0)]), Policy()),
    "flat rates": (couple(), Policy(tax=TaxRates(short_rate=0.4, long_rate=0.24))),
    "drag from its target's": (couple(), Policy(tax=TaxRates(drag_reference="target"))),
    "after-tax weights": (couple(), Policy(risk=RiskAversion(after_tax_weights=True))),
    "half of the way": (couple(), Policy(aim=Aim("fraction", 0.5))),
    "two targets": (
        couple(
            ira={"target_id": "U"},
            targets={"T": target({STOCK: 0.6, BOND: 0.4}), "U": target({STOCK: 0.3, BOND: 0.7})},
        ),
        Policy(),
    ),
}


TWINS: dict[str, tuple[Household, Policy]] = {
    "gains harvested": (KINDS["gains harvested"][0], Policy(tax=TaxRates(future_gain_rate=0.15))),
    **dict.fromkeys(("a past loss", "ranks", "a menu"), (couple(BONDS), Policy())),
}
"""What a kind is compared with, where that is not its household under the standard policy, or the
plain household."""


@pytest.mark.parametrize("kind", KINDS)
def test_bound_exact_optimum_and_plan_are_in_order(kind: str) -> None:
    """The bound ≤ the exact optimum ≤ the plan, in bps, and the judge agrees with the oracle."""
    of, policy = KINDS[kind]
    plan = rebalance(of, policy)
    assert plan.figures is not None and plan.certificate is not None, plan.reason
    exact = solve(of, policy, seconds=SECONDS)
    assert exact.status in ("optimal", "gaplimit")
    judged = verify(of, policy, exact.orders, exact.flows)
    assert judged.breaches == ()
    assert judged.figures.objective_after_bps == pytest.approx(exact.objective_bps, abs=SLACK_BPS)
    reached = plan.figures.objective_after_bps
    assert reached is not None
    assert plan.certificate.bound_bps <= exact.objective_bps + SLACK_BPS
    assert exact.objective_bps <= reached + SLACK_BPS


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind is not PLAIN])
def test_what_a_kind_is_about_decides(kind: str) -> None:
    """Without it the optimum is another."""
    of, policy = KINDS[kind]
    twin = TWINS.get(kind, (of, Policy()) if policy != Policy() else PLAIN)
    values = [solve(*each, seconds=SECONDS).objective_bps for each in ((of, policy), twin)]
    assert abs(values[0] - values[1]) > TELLS_BPS
