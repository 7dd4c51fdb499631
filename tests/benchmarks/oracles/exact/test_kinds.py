"""The oracle and the optimizer, which share no line, on one household of every kind of rule.

What the optimizer proves lies below the exact optimum, which lies below its plan; and the judge,
which knows neither, finds the exact orders legal and worth what the oracle says.
"""

from __future__ import annotations

from typing import Any

import pytest

from models.policy import (
    Aim,
    Limits,
    Policy,
    RiskAversion,
    TaxRates,
    TradeRules,
    WashSales,
)
from tests.benchmarks.oracles.exact.couples import (
    BONDS,
    GAINS,
    MARKET,
    OWNED,
    Case,
    check_difference,
    check_order,
    couple,
)
from tests.households import (
    BOND,
    STOCK,
    Row,
    lot,
    open_order,
    restriction,
    target,
    trade,
    unit,
)


def ranked() -> tuple[Row, ...]:
    """Return the market with VTI before ITOT by rank."""
    return tuple({**row, "rank": float(k)} for k, row in enumerate(MARKET))


THIN = tuple({**row, "adv_shares": 500.0} for row in MARKET)
"""A market that trades 500 shares of each security a day."""

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


def impatient(**given: Any) -> Policy:
    """Return a policy with limits that sells what will be long-term soon like anything else."""
    return Policy(limits=Limits(**given), tax=TaxRates(waiting=False))


LOW_INCOME = couple(
    GAINS,
    taxable={"menu_id": "M"},
    menus={"M": ["VTI", "BND"]},
    units=[unit(ordinary_income=20_000.0, magi=20_000.0)],
)
"""Gains are taxed at 0%; the taxable account that sells VTI has no other stocks to buy."""

PLAIN = (couple(), Policy())

KINDS: dict[str, Case] = {
    "taxable and ira": PLAIN,
    "tax budget": (couple(GAINS), limits(tax_budget_usd=150.0)),
    "gain budget": (couple(GAINS), limits(gain_budget_usd=800.0)),
    "gain share": (couple(GAINS), limits(gain_share_of_unrealized=0.05)),
    "short gains": (couple(GAINS), impatient(max_short_gain_usd=100.0)),
    "long-term guard": (couple(GAINS), impatient(long_term_guard_days=180)),
    "tracking error": (couple(GAINS), limits(te_max=0.005)),
    "class limit": (couple(), limits(class_max=((STOCK, 0.45),))),
    "hard bands": (couple(targets=BANDED), limits(bands="hard")),
    "a security's hard band": (
        couple(targets=BY_SECURITY),
        Policy(limits=Limits(bands="hard"), trades=TradeRules(buys="menu")),
    ),
    "a target's own fund": (couple(targets=BY_SECURITY), Policy()),
    "a substitute": (couple(targets=BY_SECURITY, substitutes={"VTI": ["ITOT"]}), Policy()),
    "tickets": (couple(), trades(ticket_usd=9.0)),
    "minimum trade": (couple(), trades(min_usd=3_000.0, min_weight=0.2)),
    "turnover": (couple(), trades(max_turnover=0.08)),
    "participation": (couple(securities=THIN), trades(participation=0.02, impact=0.0)),
    "harvest only": (couple(), trades(mode="harvest_only")),
    "buy only": (couple(), trades(mode="buy_only")),
    "gains harvested": (LOW_INCOME, trades(gain_harvest=True)),
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
    "held at least, by the household": (
        couple(
            (
                lot("dear", "TAX", "VTI", 40, 9_900.0, "2024-03-01"),
                lot("other", "TAX", "ITOT", 50, 6_100.0, "2024-03-01"),
                lot("bonds", "IRA", "BND", 300, acquired="2021-03-01"),
            ),
            ({**MARKET[0], "qualified_yield": 0.05}, *MARKET[1:]),
            restrictions=[restriction("VTI", "hold_at_least", None, 40.0)],
        ),
        Policy(),
    ),
    "carried losses": (couple(units=[unit(lt_carryforward=9_000.0)]), Policy()),
    "flat rates": (couple(), Policy(tax=TaxRates(short_rate=0.4, long_rate=0.24))),
    "drag counted whole": (couple(), Policy(tax=TaxRates(drag_reference="none"))),
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


TWINS: dict[str, Case] = {
    **dict.fromkeys(("short gains", "long-term guard"), (couple(GAINS), impatient())),
    "a security's hard band": (couple(targets=BY_SECURITY), trades(buys="menu")),
    "a target's own fund": (couple(targets=BY_SECURITY), trades(buys="menu")),
    "a substitute": (couple(targets=BY_SECURITY), Policy()),
    **dict.fromkeys(("a past loss", "ranks", "a menu"), (couple(BONDS), Policy())),
}
"""What a kind is compared with, where that is not its household under the standard policy, or the
plain household."""


@pytest.mark.parametrize("kind", KINDS)
def test_bound_exact_optimum_and_plan_are_in_order(kind: str) -> None:
    """Whatever rule a household keeps."""
    check_order(*KINDS[kind])


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind is not PLAIN])
def test_what_a_kind_is_about_decides(kind: str) -> None:
    """Without it the optimum is another."""
    of, policy = KINDS[kind]
    twin = TWINS.get(kind, (of, Policy()) if policy != Policy() else PLAIN)
    check_difference((of, policy), twin)
