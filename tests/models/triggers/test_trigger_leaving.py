"""What may leave: the gate's arithmetic, and what goes beyond a pre-approved limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.order import Flow, Order, Side
from models.plan import Figures, Plan, Status
from models.policy import Approval, Gate, Policy, Season, Weights
from models.triggers import approved_beforehand, held_back, in_season

FIGURES = Figures(
    value_usd=100_000.0,
    objective_before_bps=50.0,
    objective_after_bps=40.0,
    te_before=0.02,
    te_after=0.01,
    tax_usd=30.0,
    distribution_tax_usd=0.0,
    cost_usd=20.0,
    drag_before_usd=0.0,
    drag_after_usd=0.0,
    realized_st=75.0,
    realized_lt=0.0,
    disallowed_loss=0.0,
    orders=2,
)
"""Ten basis points better, $100; cost and tax $50."""


def order(side: Side, amount: str) -> Order:
    """Return an order of so many dollars."""
    return Order(f"o/{side}", "A", "S", side, Decimal(amount), Decimal(1))


PLAN = Plan(
    "H",
    Status.PLANNED,
    "",
    figures=FIGURES,
    orders=(order(Side.BUY, "10000"), order(Side.SELL, "12000")),
)
"""A turnover of 11%."""


@pytest.mark.parametrize(
    ("gate", "held"),
    [
        (Gate(), False),
        (Gate(min_bps=9.99), False),
        (Gate(min_bps=10.0), True),
        (Gate(cost_multiple=1.99), False),
        (Gate(cost_multiple=2.0), True),
        (Gate(min_bps=1.0, cost_multiple=3.0), True),
    ],
)
def test_the_gate_asks_for_more_than_its_figures(gate: Gate, held: bool) -> None:
    """Exactly as much is not more; a saving of tax is no cost."""
    said = held_back(gate, FIGURES)
    assert (said is not None) is held
    if said:
        assert "10.000 bps" in said
    assert held_back(Gate(cost_multiple=4.9), replace(FIGURES, tax_usd=-30.0)) is None


@pytest.mark.parametrize(
    ("saved_usd", "times", "asked", "said"),
    [
        (0.0, 5.0, 9.99, None),
        (50.0, 1.0, 9.99, None),
        (50.0, 5.0, 5.99, None),
        (50.0, 5.0, 6.0, "5.000 of them by location, which can wait and counts one part in 5: 6.0"),
        (400.0, 5.0, 2.0, "10.000 of them by location, which can wait and counts one part in 5: 2"),
        (400.0, 5.0, 1.99, None),
        (-400.0, 5.0, 9.99, None),
    ],
)
def test_what_location_saves_counts_in_part(
    saved_usd: float, times: float, asked: float, said: str | None
) -> None:
    """Half of ten basis points: 5 + 5/5 = 6. At most what the plan saves, and no less than none."""
    figures = replace(
        FIGURES, terms_before_usd={"tax_drag": 500.0}, terms_usd={"tax_drag": 500.0 - saved_usd}
    )
    found = held_back(Gate(min_bps=asked, location_times=times), figures)
    assert (found is None) is (said is None)
    assert (said or "") in (found or "")


def test_nothing_to_compare_with_is_not_held_back() -> None:
    """A household whose state before is undefined needs its plan."""
    assert held_back(Gate(min_bps=1e9), replace(FIGURES, objective_before_bps=None)) is None


@pytest.mark.parametrize(
    ("approval", "said"),
    [
        (Approval(), "the policy lets no plan leave by itself"),
        (Approval(always=False), None),
        (Approval(always=True, max_orders=2), "the policy lets no plan leave by itself"),
        (Approval(max_turnover=0.11), None),
        (Approval(max_turnover=0.10), "turnover 11.00%, pre-approved 10.00%"),
        (Approval(max_tax_usd=30.0), None),
        (Approval(max_tax_usd=29.0), "tax $30.00, pre-approved $29.00"),
        (Approval(max_orders=2), None),
        (Approval(max_orders=1), "2 orders, pre-approved 1"),
        (Approval(max_short_gain_usd=0.0), "short-term gain $75.00, pre-approved $0.00"),
        (Approval(always=True), "the policy lets no plan leave by itself"),
    ],
)
def test_limits_that_are_pre_approved(approval: Approval, said: str | None) -> None:
    """At a limit is inside it; beyond it the reason has both figures."""
    found = approved_beforehand(PLAN, approval)
    assert found.approval == ("auto" if said is None else "needs_approval")
    assert found.reason == ("" if said is None else f"needs approval: {said}")


def test_all_limits_are_told_at_once() -> None:
    """Whoever approves sees every reason."""
    found = approved_beforehand(PLAN, Approval(max_turnover=0.1, max_orders=1, max_tax_usd=0.0))
    assert found.reason.count(";") == 2


def test_what_has_no_orders_needs_no_approval() -> None:
    """An answer without orders leaves nothing to approve."""
    idle = replace(PLAN, status=Status.NO_ACTION, orders=())
    assert approved_beforehand(idle, Approval(always=True)) == idle


def test_money_alone_needs_approval_too() -> None:
    """A withdrawal of cash leaves without an order, and not without a person."""
    paying = replace(PLAN, status=Status.NO_ACTION, orders=(), flows=(Flow("TX", Decimal(-500)),))
    assert approved_beforehand(paying, Approval(always=True)).approval == "needs_approval"
    assert approved_beforehand(paying, Approval(max_orders=1)).approval == "auto"


@pytest.mark.parametrize(
    ("asof", "factor"),
    [
        (date(2026, 9, 30), 1.0),  # 92 days left
        (date(2026, 10, 2), 1.0),  # 90 days left
        (date(2026, 11, 16), 1.25),  # 45 days left: half of the way
        (date(2026, 12, 31), 1.5),
    ],
)
def test_tax_counts_more_toward_year_end(asof: date, factor: float) -> None:
    """A straight line over the last days, used up so that it cannot count twice."""
    policy = Policy(weights=Weights(tax=2.0), season=Season(tighten=0.5, days=90))
    found = in_season(policy, asof)
    assert found.weights.tax == pytest.approx(2.0 * factor)
    assert in_season(found, asof) == found
    assert in_season(Policy(), asof) == Policy()
