"""An earlier night's answer that nothing pays stands while what it rested on does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.earlier_no import EarlierNo
from models.household import Household
from models.plan import Plan, Status
from models.policy import Gate, Limits, Policy, Triggers
from models.triggers.standing_no import NO_DAYS
from optimizer.rebalance import rebalance
from scenarios.changes import with_securities
from tests.households import BOND, STOCK, account, household, lot, security, target

FUNDS = (
    security("VTI", 100.0, qualified_yield=0.015),
    security("BND", 50.0, BOND, ordinary_yield=0.04),
)

POLICY = Policy(gate=Gate(min_bps=10.0))
"""A gate that two points of drift, $600 of gain and $150 of loss do not pass."""


SIXTY = {STOCK: 0.6, BOND: 0.4}


def of(
    asof: date = date(2026, 11, 20), aim: Mapping[str, float] = SIXTY, **more: float
) -> Household:
    """Return $100,000, two points off 60/40, with little to gain from a trade."""
    found = household(
        [account("TX", cash=100.0, **more)],
        [
            lot("A", "TX", "VTI", 620, 61_400.0, "2020-01-02"),
            lot("B", "TX", "BND", 758, 38_050.0, "2020-01-02"),
        ],
        FUNDS,
        targets={"T": target(aim)},
    )
    return replace(found, asof=asof)


@pytest.fixture(scope="module")
def no() -> EarlierNo:
    """Return the no of the first night."""
    plan = rebalance(of(), POLICY)
    assert plan.status is Status.NO_ACTION
    assert plan.no is not None
    return plan.no


def after(no: EarlierNo, days: int = 1, **more: float) -> Household:
    """Return the household some days later."""
    return replace(of(no.asof + timedelta(days=days), **more), earlier_no=no)


def stood(plan: Plan) -> bool:
    """Whether a plan is the earlier answer."""
    return plan.solver == "none" and "stands" in plan.reason


def test_it_says_the_day_and_the_figure_of_then(no: EarlierNo) -> None:
    """And hands itself on as it was, so that it does not stand for ever."""
    plan = rebalance(after(no), POLICY)
    assert plan.status is Status.NO_ACTION
    assert plan.reason.startswith("the answer of 2026-11-20 stands, until 2026-11-30 unless")
    assert plan.reason.endswith(no.reason)
    assert " bps" in no.reason
    assert plan.no == no
    assert plan.orders == ()


def test_it_stands_for_ten_days(no: EarlierNo) -> None:
    """On the tenth the household is solved again, and the answer is a new one."""
    assert stood(rebalance(after(no, NO_DAYS - 1), POLICY))
    again = rebalance(after(no, NO_DAYS), POLICY)
    assert not stood(again)
    assert again.no is not None
    assert again.no.asof == date(2026, 11, 30)


def _priced(**moves: float) -> Callable[[Household], Household]:
    def moved(household: Household) -> Household:
        securities = household.market.securities
        by = [moves.get(str(name), 1.0) for name in securities.security_id]
        return with_securities(household, price=securities.price * np.array(by))

    return moved


def _lots(**columns: object) -> Callable[[Household], Household]:
    return lambda household: replace(household, lots=replace(household.lots, **columns))


CHANGES: dict[str, Callable[[Household], Household]] = {
    "a lot": _lots(shares=np.array([758.0, 620.5])),
    "a basis": _lots(basis=np.array([38_050.0, 60_000.0])),
    "income": lambda each: replace(
        each, units=replace(each.units, ordinary_income=np.array([50_000.0]))
    ),
    "a gain this year": lambda each: replace(
        each, units=replace(each.units, lt_realized_ytd=np.array([-5_000.0]))
    ),
    "the target": lambda each: replace(each, market=of(aim={STOCK: 0.601, BOND: 0.399}).market),
    "drift": _priced(VTI=1.06),
    "a loss that grew": _priced(VTI=0.985, BND=0.985),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_falls_with_what_it_rested_on(no: EarlierNo, change: str) -> None:
    """Each of these is looked at tonight."""
    assert not stood(rebalance(CHANGES[change](after(no)), POLICY))


def test_small_moves_of_prices_leave_it(no: EarlierNo) -> None:
    """A tenth of a percent is no news."""
    assert stood(rebalance(_priced(VTI=1.001, BND=0.999)(after(no)), POLICY))


def test_another_policy_and_another_year_are_looked_at(no: EarlierNo) -> None:
    """The gate of another policy is another question, and so is the law of another year."""
    assert not stood(rebalance(after(no), replace(POLICY, gate=Gate(min_bps=9.0))))
    december = rebalance(of(date(2025, 12, 28)), POLICY).no
    assert december is not None
    assert stood(rebalance(after(december), POLICY))
    assert not stood(rebalance(after(december, 5), POLICY))


def test_a_trigger_that_had_not_fired_is_looked_at(no: EarlierNo) -> None:
    """A day of the calendar comes due on which drift alone had called before."""
    looking = replace(POLICY, triggers=Triggers(drift="either", calendar="weekly"))
    thursday = rebalance(of(date(2026, 11, 19)), looking).no
    assert thursday is not None
    assert thursday.triggers == ("drift",)
    assert stood(rebalance(after(thursday), looking))
    assert not stood(rebalance(after(thursday, 4), looking))


def test_cash_is_never_refused(no: EarlierNo) -> None:
    """A flow, a required distribution, cash under its floor: each has its plan tonight."""
    for need in ({"net_flow": -5_000.0}, {"cash_floor": 5_000.0}):
        plan = rebalance(after(no, **need), POLICY)
        assert plan.status is Status.PLANNED, need
        assert plan.no is None


def test_a_rule_that_doing_nothing_breaks_is_kept(no: EarlierNo) -> None:
    """A no under a limit on tracking error does not outlast the day on which it is broken."""
    limited = replace(POLICY, limits=Limits(te_max=0.0042))
    first = rebalance(of(), limited)
    assert first.status is Status.NO_ACTION
    moved = _priced(VTI=1.0072)(replace(after(no), earlier_no=first.no))
    plan = rebalance(moved, limited)
    assert not stood(plan)
    assert plan.status is Status.PLANNED


def test_without_a_gate_there_is_no_no() -> None:
    """Where nothing is held back nothing is remembered."""
    free = Policy(gate=Gate(min_bps=0.0, min_order_usd=0.0))
    assert rebalance(of(), free).no is None
