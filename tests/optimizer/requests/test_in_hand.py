"""Cash in hand after tax, to the cent: also where no plan of its own set-aside exists."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from models.asked import as_asked
from models.household import Household
from models.plan import Certificate, Plan, Status
from models.policy import Policy, TaxRates
from models.request.reading import request_of
from optimizer.judge.verify import verify
from optimizer.requests.ask import ask
from optimizer.requests.in_hand import InHand
from tests.households import account, flow, household, lot, sell

FLAT = Policy(tax=TaxRates(short_rate=0.4, long_rate=0.2))
ASKS = request_of({"raise_usd": 50_000.0, "after_tax": True})


def two_lots() -> Household:
    """Return 1,000 shares of VTI at $100 with a gain of half, and as many without any."""
    return household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 1000, 50_000.0, "2020-01-02"),
            lot("B", "TX", "VTI", 1000, 100_000.0, "2020-01-02"),
        ],
    )


def test_all_from_one_lot_by_hand() -> None:
    """Half of what is sold is gain at 20%: $10 of $100; $55,555.56 raised leave $50,000.00."""
    of = household(
        [account("IRA", "traditional_ira", withdrawable=False), account("TX")],
        [lot("A", "TX", "VTI", 1000, 50_000.0, "2020-01-02"), lot("I", "IRA", "VTI", 500)],
    )
    found = ask(of, FLAT, ASKS)
    paid = -sum(each.amount for each in found.plan.flows)
    verdict = verify(found.household, found.policy, found.plan.orders, found.plan.flows)
    tax = sum(unit.tax_usd for unit in verdict.units)
    assert abs(paid - tax - 50_000) <= Decimal("0.005")
    assert 55_000 < paid < 60_000


def test_the_judge_names_a_set_aside_that_is_not_the_tax() -> None:
    """$100 more or less than the tax that the orders cause is a breach of as much."""
    of = two_lots()
    orders, moved = (sell(of, "TX", "VTI", {"A": 600}),), 50_000.0
    for aside, off in ((6_000.0, []), (6_100.0, [100.0]), (5_900.0, [-100.0])):
        asked, policy = as_asked(of, FLAT, ASKS, aside)
        verdict = verify(asked, policy, orders, (flow("TX", str(-(moved + aside))),))
        found = [each.amount for each in verdict.breaches if each.rule == "in_hand"]
        assert found == pytest.approx(off)


def test_a_saving_is_not_cash_tonight() -> None:
    """A loss that is sold lowers a tax of next spring: what is asked for is raised all the same."""
    of = household([account("TX")], [lot("A", "TX", "VTI", 1000, 120_000.0, "2020-01-02")])
    found = ask(of, FLAT, ASKS)
    assert found.household.asked is not None
    assert found.household.asked.set_aside_usd == 0.0
    assert sum(each.amount for each in found.plan.flows) == -50_000


def test_where_more_raised_is_taxed_less_the_orders_stay_and_less_is_paid_out() -> None:
    """Up to $52,000 the gains are sold for $6,000 of tax, beyond lots without any for none.

    No set-aside is its own plan's: at $6,000 nothing is due, at $0 it is $6,000. The plan that
    leaves too much pays out $6,000 less, and its tax is still nothing.
    """
    of = two_lots()

    def decide(household: Household, policy: Policy) -> Plan:
        lots: Any = {"A": 600} if household.net_flow > -52_000.0 else {"B": 600}
        orders = (sell(household, "TX", "VTI", lots),)
        paid = (flow("TX", str(household.net_flow)),)
        certificate = Certificate(bound_bps=0.0, gap_bps=0.0)
        return Plan("H", Status.PLANNED, "", None, certificate, orders, paid)

    search = InHand(of, replace(FLAT, trades=replace(FLAT.trades, buys="menu")), ASKS, decide)
    amount, plan = search.plan()
    assert amount == 0.0
    assert plan.status is Status.PLANNED, plan.reason
    assert [lot.lot_id for order in plan.orders for lot in order.lots] == ["B"]
    assert sum(each.amount for each in plan.flows) == -50_000
    assert plan.figures is not None
    assert plan.figures.tax_usd == 0.0
    assert plan.certificate is not None
    assert plan.certificate.gap_bps == pytest.approx(plan.figures.objective_after_bps)


def test_what_must_leave_an_account_leaves_it_when_less_is_paid_out() -> None:
    """$60,000 must leave the IRA, taxed with $24,000: TX pays the rest and pays less.

    Up to $76,000 the gains are sold for $6,000 more of tax, beyond lots without any: no set-aside
    is its own plan's.
    """
    of = household(
        [
            account("TX"),
            account("IRA", "traditional_ira", cash=60_000.0, rmd_due_usd=60_000.0),
        ],
        [
            lot("A", "TX", "VTI", 1000, 50_000.0, "2020-01-02"),
            lot("B", "TX", "VTI", 1000, 100_000.0, "2020-01-02"),
        ],
    )
    policy = Policy(tax=TaxRates(short_rate=0.4, long_rate=0.2))

    def decide(household: Household, policy: Policy) -> Plan:
        lots: Any = {"A": 600} if household.net_flow > -76_000.0 else {"B": 600}
        orders = (sell(household, "TX", "VTI", lots),)
        passed_on = str(60_000.0 + household.net_flow)
        return Plan(
            "H",
            Status.PLANNED,
            "",
            None,
            Certificate(bound_bps=0.0, gap_bps=0.0),
            orders,
            (flow("IRA", "-60000"), flow("TX", passed_on)),
        )

    _, plan = InHand(of, policy, ASKS, decide).plan()
    assert plan.status is Status.PLANNED, plan.reason
    assert {each.account_id: each.amount for each in plan.flows}["IRA"] == -60_000


@pytest.mark.parametrize(("sold", "status"), [(790, Status.PLANNED), (None, Status.INFEASIBLE)])
def test_a_secant_that_leads_beyond_all_there_is_says_nothing_of_less(
    sold: int | None, status: Status
) -> None:
    """$4,000 of tax at no set-aside and $7,900 at $4,000: the secant asks for $160,000 beside.

    The household has $150,000 besides. $7,900 is its own plan's tax; where each $1 that is raised
    is taxed with $1 and more, the answer is that nothing more can be raised.
    """
    of = two_lots()

    def decide(household: Household, policy: Policy) -> Plan:
        aside = -household.net_flow - 50_000.0
        if aside > (150_000.0 if sold else 8_000.0):
            return Plan("H", Status.INFEASIBLE, "all that there is")
        lots: Any = {"A": 400 if aside < 4_000.0 else sold or 1_000}
        orders = (sell(household, "TX", "VTI", lots),)
        paid = (flow("TX", str(household.net_flow)),)
        return Plan("H", Status.PLANNED, "", None, Certificate(0.0, 0.0), orders, paid)

    amount, plan = InHand(of, FLAT, ASKS, decide).plan()
    assert plan.status is status
    assert amount == 7_900.0 if sold else 8_000.0 < amount < 8_100.0
