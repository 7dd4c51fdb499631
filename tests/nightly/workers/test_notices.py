"""What is worth knowing of a household: lots about to turn long-term, budgets nearly used."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from models.household import Household
from models.order import Order, OrderLot, Side
from models.plan import Plan, Status
from models.policy import Policy
from nightly.workers.notices import notices_of
from tests.households import ASOF, STOCK, account, household, lot, security, target, unit

CALM = Plan("h", Status.NO_ACTION, "calm")


def home(days: int, gain: float, kind: str = "taxable", realized: float = 0.0) -> Household:
    """Return a household of one lot whose first long-term day is so many days away."""
    bought = ASOF - timedelta(days=365 - days)
    return household(
        units=[unit(lt_realized_ytd=realized)],
        accounts=[account("a", kind)],
        lots=[lot("l1", "a", "VTI", 100.0, 30_000.0 - gain, str(bought))],
        securities=[security("VTI", 300.0, STOCK)],
        targets={"T": target({STOCK: 1.0})},
    )


@pytest.mark.parametrize(
    ("days", "gain", "kind", "told"),
    [
        (10, 5_000.0, "taxable", True),
        (40, 5_000.0, "taxable", False),
        (-1, 5_000.0, "taxable", False),
        (10, 500.0, "taxable", False),
        (10, -5_000.0, "taxable", False),
        (10, 5_000.0, "roth_ira", False),
    ],
)
def test_a_gain_lot_about_to_turn_is_told(days: int, gain: float, kind: str, told: bool) -> None:
    """Soon, with a gain, where tax is paid."""
    found = notices_of(home(days, gain, kind), Policy(), CALM)
    assert [(row["kind"], row["where"], row["usd"]) for row in found] == (
        [("turning", "l1", gain)] if told else []
    )


def test_a_lot_that_the_plan_sells_turns_no_more() -> None:
    """It is gone before."""
    sold = (OrderLot("l1", Decimal(100)),)
    order = Order("o", "a", "VTI", Side.SELL, Decimal(100), Decimal(300), sold, "tracking")
    plan = replace(CALM, status=Status.PLANNED, orders=(order,))
    assert notices_of(home(10, 5_000.0), Policy(), plan) == []


@pytest.mark.parametrize(("realized", "told"), [(7_900.0, False), (8_000.0, True), (9e3, True)])
def test_a_budget_of_which_four_fifths_are_used_is_told(realized: float, told: bool) -> None:
    """With both figures; nobody else's is."""
    policy = Policy()
    policy = replace(policy, limits=replace(policy.limits, gain_budget_usd=10_000.0))
    found = notices_of(home(200, 0.0, realized=realized), policy, CALM)
    assert [(row["kind"], row["usd"], row["limit_usd"]) for row in found] == (
        [("nearly_used", realized, 10_000.0)] if told else []
    )
    assert notices_of(home(200, 0.0, realized=realized), Policy(), CALM) == []
