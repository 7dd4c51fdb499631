"""What a plan does where a loss and a purchase of one group meet, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy, TradeRules, WashSales
from optimizer.rebalance import rebalance
from tests.households import BOND, STOCK, Row, account, household, lot, security, target, trade

FUNDS = [
    security("VTI", 100.0, identical_group="US", specific_vol=0.002, qualified_yield=0.012),
    security("ITOT", 100.0, specific_vol=0.005, qualified_yield=0.012),
    security("BND", 50.0, BOND, specific_vol=0.002, ordinary_yield=0.04),
]


def couple(*lots: Row, **given: Any) -> Household:
    """Return his taxable account, her taxable account with $30,000, and an IRA with $30,000."""
    return household(
        [
            account("HIS"),
            account("HERS", owner="B", cash=30_000.0),
            account("IRA", "traditional_ira", cash=30_000.0),
        ],
        lots,
        FUNDS,
        targets={"T": target({STOCK: 0.7, BOND: 0.3})},
        **given,
    )


LOSS = lot("L", "HIS", "VTI", 400, 52_000.0, "2024-01-02")
GAIN = lot("G", "HIS", "VTI", 400, 39_900.0, "2024-01-02")


def traded(plan: Plan, security_id: str) -> set[tuple[str, str]]:
    """Return accounts and sides in which a security trades."""
    return {(o.account_id, o.side.value) for o in plan.orders if o.security_id == security_id}


def sides(plan: Plan, security_id: str) -> set[str]:
    """Return the sides on which a security trades anywhere in the household."""
    return {side for _, side in traded(plan, security_id)}


def test_a_harvested_group_is_bought_by_nobody_and_its_substitute_is() -> None:
    """$12,000 of loss in VTI: it is sold, ITOT stands in, and VTI is locked to 20 December."""
    plan = rebalance(couple(LOSS), Policy())
    assert plan.status is Status.PLANNED
    assert sides(plan, "VTI") == {"sell"}
    assert "buy" in sides(plan, "ITOT")
    assert [(each.identical_group, each.until) for each in plan.lockouts] == [
        ("US", date(2026, 12, 20))
    ]


def test_without_a_loss_the_same_fund_may_be_sold_here_and_bought_there() -> None:
    """Bonds pay 22% of 4% in HIS and nothing in the IRA: the swap sells and buys one fund."""
    of = household(
        [account("HIS"), account("IRA", "traditional_ira")],
        [lot("B", "HIS", "BND", 600, 29_900.0, "2024-01-02"), lot("V", "IRA", "VTI", 700)],
        FUNDS,
        targets={"T": target({STOCK: 0.7, BOND: 0.3})},
    )
    plan = rebalance(of, Policy())
    assert traded(plan, "BND") == {("HIS", "sell"), ("IRA", "buy")}
    assert plan.lockouts == ()


def test_a_loss_still_waiting_keeps_the_group_from_her_account_and_the_ira() -> None:
    """Ten days ago VTI lost $100: nobody buys it; what stock is wanted is ITOT."""
    past = trade("HIS", "VTI", "2026-11-10", "sell", 10.0, realized_gain=-100.0)
    plan = rebalance(couple(GAIN, trades=[past]), Policy())
    assert "buy" not in sides(plan, "VTI")
    assert "buy" in sides(plan, "ITOT")
    old = trade("HIS", "VTI", "2026-10-20", "sell", 10.0, realized_gain=-100.0)
    assert "buy" in sides(rebalance(couple(GAIN, trades=[old]), Policy()), "VTI")


def test_a_scheduled_purchase_keeps_the_loss_and_names_what_to_pause() -> None:
    """Payroll buys VTI in the IRA on 1 December: no loss is sold, and the plan says why."""
    plan = rebalance(couple(LOSS, scheduled=[("IRA", "VTI", "2026-12-01")]), Policy())
    assert "sell" not in sides(plan, "VTI")
    assert any("VTI" in note and "2026-12-01" in note for note in plan.notes)


@pytest.mark.parametrize("mode", ["avoid", "price"])
def test_nothing_is_disallowed_that_need_not_be(mode: str) -> None:
    """40 shares bought in the IRA on 10 November: `avoid` sells none of the loss.

    `price` may: the first 40 loss shares are washed, $1,200, and $3,000 are recognised: a loss
    beyond the offset is carried at just what its basis was worth. A share loses $30.
    """
    fresh = lot("F", "IRA", "VTI", 40, acquired="2026-11-10")
    policy = Policy(wash_sale=WashSales(mode=mode))
    plan = rebalance(couple(LOSS, fresh), policy)
    assert plan.figures is not None
    if mode == "avoid":
        assert "sell" not in {side for name, side in traded(plan, "VTI") if name == "HIS"}
        assert plan.figures.disallowed_loss == 0.0
    else:
        assert plan.figures.disallowed_loss <= 1_200.0 + 1e-6
        assert plan.figures.realized_lt == pytest.approx(-3_000.0, abs=31.0)


def test_in_one_account_a_security_goes_one_way_unless_gains_are_harvested() -> None:
    """At $20,000 of income a long gain is free: with `gain_harvest` it is sold and bought back."""
    of = couple(lot("G", "HIS", "VTI", 600, 30_000.0, "2020-01-02"))
    low = replace(
        of,
        units=replace(of.units, ordinary_income=of.units.ordinary_income * 0.0 + 20_000.0),
    )
    plain = rebalance(low, Policy())
    assert not {("HIS", "buy"), ("HIS", "sell")} <= traded(plain, "VTI")
    policy = Policy(trades=TradeRules(gain_harvest=True))
    plan = rebalance(low, policy)
    assert plan.status is Status.PLANNED
    for name in ("VTI", "ITOT", "BND"):
        both = {("HIS", "buy"), ("HIS", "sell")} <= traded(plan, name)
        assert not both or name == "VTI"


def test_notes_name_what_people_hold_and_not_its_group() -> None:
    """A group of two funds that is called g7: its loss waits for a payroll buy of the twin."""
    of = household(
        accounts=[account("TX")],
        lots=[lot("l1", "TX", "VTI", 100.0, 15_000.0, "2025-01-02")],
        securities=[
            security("VTI", 100.0, identical_group="g7"),
            security("TWIN", 50.0, identical_group="g7"),
            security("BND", 50.0, BOND),
        ],
        scheduled=[("TX", "TWIN", "2026-12-01")],
    )
    notes = rebalance(of, Policy()).notes
    assert any(note.startswith("losses of VTI are left alone: scheduled buy of") for note in notes)
    assert not any("g7" in note for note in notes)
