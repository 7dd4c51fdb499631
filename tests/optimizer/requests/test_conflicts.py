"""Thirty requests that policy, book, law or the request itself keep from being: who is named.

What would do is told with a figure, the figure is asked for, and then there is a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from models.answer import Answer, Remedy
from models.household import Household
from models.plan import Plan, Status
from models.policy import Limits, Policy, TradeRules
from models.request.reading import request_of
from models.request.record import Request
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from optimizer.requests.ask import ask
from optimizer.requests.remedies import AT_LEAST, remedies
from tests.households import (
    BOND,
    account,
    household,
    lot,
    open_order,
    restriction,
    security,
    unit,
)

SECURITIES = (
    security("VTI", 100.0, half_spread_bps=5.0),
    security("BND", 50.0, BOND, half_spread_bps=5.0),
)


def one_account(*more: Any, **given: Any) -> Household:
    """Return $100,000 of VTI with a long-term gain of $40,000, 60% of stock wanted."""
    lots = [lot("A", "TX", "VTI", 1000, 60_000.0, "2020-01-02"), *more]
    return household([account("TX")], lots, SECURITIES, **given)


def with_ira(*more: Any, rmd: float = 0.0, floor: float = 0.0, **given: Any) -> Household:
    """Return the account beside an IRA of $50,000 of VTI."""
    return household(
        [account("TX"), account("IRA", "traditional_ira", rmd_due_usd=rmd, cash_floor=floor)],
        [
            lot("A", "TX", "VTI", 1000, 60_000.0, "2020-01-02"),
            lot("I", "IRA", "VTI", 500),
            *more,
        ],
        SECURITIES,
        **given,
    )


def losing() -> Household:
    """Return a loss lot of VTI, and shares that the IRA bought ten days ago and would wash it."""
    return household(
        [account("TX"), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 1000, 120_000.0, "2020-01-02"),
            lot("I", "IRA", "VTI", 1000, acquired="2026-11-10"),
        ],
        SECURITIES,
    )


def with_a_dear_share() -> Household:
    """Return the account beside a share of $5,000 that has neither gain nor loss."""
    return household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 1000, 60_000.0, "2020-01-02"),
            lot("B", "TX", "VTI", 40, 2_000.0, "2020-01-02"),
            lot("D", "TX", "DEAR", 2, 10_000.0, "2020-01-02"),
        ],
        (*SECURITIES, security("DEAR", 5_000.0)),
    )


def policy(**sections: Any) -> Policy:
    """Return the standard policy with limits or trade rules."""
    limits = {key: value for key, value in sections.items() if key in Limits.__dataclass_fields__}
    trades = {key: value for key, value in sections.items() if key not in limits}
    return Policy(limits=Limits(**limits), trades=TradeRules(**trades))


@dataclass(frozen=True, slots=True)
class Clashing:
    """A request, whose rules it meets, and the keys of which less or more would do."""

    name: str
    of: Household
    asks: dict[str, Any]
    whose: dict[str, str]
    would_do: set[str]
    under: Policy = field(default_factory=Policy)


REQUEST, POLICY, BOOK, LAW = "request", "policy", "book", "law"
RAISE = {"raise_usd": 50_000.0}
FLOW = {"household_flow": REQUEST}
SELL = {"sell": ["VTI"]}

CASES = (
    Clashing("more than there is", one_account(), {"raise_usd": 150e3}, FLOW, {"raise_usd"}),
    Clashing(
        "a raise and its tax",
        one_account(),
        {**RAISE, "tax_budget_usd": 1e3},
        {**FLOW, "tax_budget": REQUEST},
        {"raise_usd", "tax_budget_usd"},
    ),
    Clashing(
        "a raise and its gains",
        one_account(),
        {**RAISE, "gain_budget_usd": 5e3},
        {**FLOW, "gain_budget": REQUEST},
        {"raise_usd", "gain_budget_usd"},
    ),
    Clashing(
        "a raise of what is kept",
        one_account(),
        {**RAISE, "keep": ["VTI"]},
        {**FLOW, "keep": REQUEST},
        {"keep"},
    ),
    Clashing(
        "a raise of a lot that is kept",
        one_account(),
        {**RAISE, "keep_lots": ["A"]},
        {**FLOW, "keep": REQUEST},
        {"keep_lots"},
    ),
    Clashing(
        "a raise without gains",
        one_account(),
        {**RAISE, "avoid_gains": True},
        {**FLOW, "avoid_gains": REQUEST},
        {"avoid_gains"},
    ),
    Clashing(
        "a raise and turnover",
        one_account(),
        {**RAISE, "max_turnover": 0.1},
        {**FLOW, "turnover": REQUEST},
        {"raise_usd", "max_turnover"},
    ),
    Clashing(
        "a raise and its cost",
        one_account(),
        {**RAISE, "max_cost_usd": 10.0},
        {**FLOW, "cost_limit": REQUEST},
        {"raise_usd", "max_cost_usd"},
    ),
    Clashing(
        "a raise and its cost in basis points",
        one_account(),
        {**RAISE, "max_cost_bps": 1.0},
        {**FLOW, "cost_limit": REQUEST},
        {"raise_usd", "max_cost_bps"},
    ),
    Clashing(
        "a raise from accounts that are left alone",
        one_account(),
        {**RAISE, "accounts_out": ["TX"]},
        {**FLOW, "accounts_out": REQUEST},
        {"accounts_out"},
    ),
    Clashing(
        "a raise where the policy only buys",
        one_account(),
        RAISE,
        {**FLOW, "mode": POLICY},
        {"raise_usd"},
        policy(mode="buy_only"),
    ),
    Clashing(
        "a raise and the policy's turnover",
        one_account(),
        RAISE,
        {**FLOW, "turnover": POLICY},
        {"raise_usd"},
        policy(max_turnover=0.1),
    ),
    Clashing(
        "a raise and the policy's tax budget",
        one_account(),
        RAISE,
        {**FLOW, "tax_budget": POLICY},
        {"raise_usd"},
        policy(tax_budget_usd=1e3),
    ),
    Clashing(
        "a raise of what a client may not sell",
        one_account(restrictions=[restriction("VTI", "no_sell")]),
        RAISE,
        {**FLOW, "restriction": BOOK},
        {"raise_usd"},
    ),
    Clashing(
        "in hand, and the tax on it",
        one_account(),
        {"raise_usd": 95e3, "after_tax": True},
        FLOW,
        {"raise_usd"},
    ),
    Clashing(
        "in hand under a tax budget",
        one_account(),
        {"raise_usd": 60e3, "after_tax": True, "tax_budget_usd": 2e3},
        {**FLOW, "tax_budget": REQUEST},
        {"raise_usd", "tax_budget_usd"},
    ),
    Clashing(
        "a sale that a client may not make",
        one_account(restrictions=[restriction("VTI", "no_sell")]),
        SELL,
        {"sell": REQUEST, "restriction": BOOK},
        {"sell"},
    ),
    Clashing(
        "a sale and the policy's tax budget",
        one_account(),
        SELL,
        {"sell": REQUEST, "tax_budget": POLICY},
        {"sell"},
        policy(tax_budget_usd=1e3),
    ),
    Clashing(
        "a sale and the request's tax budget",
        one_account(),
        {**SELL, "tax_budget_usd": 1e3},
        {"sell": REQUEST, "tax_budget": REQUEST},
        {"sell", "tax_budget_usd"},
    ),
    Clashing(
        "a sale where the policy holds",
        one_account(),
        SELL,
        {"sell": REQUEST, "mode": POLICY},
        {"sell"},
        policy(mode="hold"),
    ),
    Clashing(
        "a sale whose loss a purchase washes",
        losing(),
        {"sell_lots": ["A"]},
        {"sell": REQUEST, "wash_sale": LAW},
        {"sell_lots"},
    ),
    Clashing(
        "a sale of a lot and the policy's gains",
        one_account(),
        {"sell_lots": ["A"]},
        {"sell": REQUEST, "gain_budget": POLICY},
        {"sell_lots"},
        policy(gain_budget_usd=1e3),
    ),
    Clashing(
        "a sale of a lot beside that of a dear share, and gains",
        with_a_dear_share(),
        {"sell_lots": ["B", "D"], "gain_budget_usd": 1e3},
        {"sell": REQUEST, "gain_budget": REQUEST},
        {"sell_lots", "gain_budget_usd"},
    ),
    Clashing(
        "a sale of what waits in the market",
        one_account(open_orders=[open_order("TX", "VTI", "sell", 10, lot_id="A")]),
        SELL,
        {"sell": REQUEST, "open_order": BOOK},
        {"sell"},
    ),
    Clashing(
        "a sale and its cost",
        one_account(),
        {**SELL, "max_cost_usd": 20.0},
        {"sell": REQUEST, "cost_limit": REQUEST},
        {"sell", "max_cost_usd"},
    ),
    Clashing(
        "more gains than there are",
        one_account(),
        {"take_gains_usd": 50e3},
        {"take_gains": REQUEST},
        {"take_gains_usd"},
    ),
    Clashing(
        "gains and their tax",
        one_account(),
        {"take_gains_usd": 20e3, "tax_budget_usd": 1e3},
        {"take_gains": REQUEST, "tax_budget": REQUEST},
        {"take_gains_usd", "tax_budget_usd"},
    ),
    Clashing(
        "gains and the policy's budget of them",
        one_account(),
        {"take_gains_usd": 20e3},
        {"take_gains": REQUEST, "gain_budget": POLICY},
        {"take_gains_usd"},
        policy(gain_budget_usd=10e3),
    ),
    Clashing(
        "gains of what is kept",
        one_account(),
        {"take_gains_usd": 5e3, "keep": ["VTI"]},
        {"take_gains": REQUEST, "keep": REQUEST},
        {"take_gains_usd", "keep"},
    ),
    Clashing(
        "the target without its only bonds",
        one_account(),
        {"te_max": 0.01, "exclude": ["BND"]},
        {"te_max": REQUEST, "exclude": REQUEST},
        {"te_max", "exclude"},
    ),
    Clashing(
        "the target with what is kept",
        one_account(),
        {"te_max": 0.01, "keep": ["VTI"]},
        {"te_max": REQUEST, "keep": REQUEST},
        {"te_max", "keep"},
    ),
    Clashing(
        "the target and the policy's turnover",
        one_account(),
        {"te_max": 0.01},
        {"te_max": REQUEST, "turnover": POLICY},
        {"te_max"},
        policy(max_turnover=0.05),
    ),
    Clashing(
        "what is kept and the policy's tracking error",
        one_account(),
        {"keep": ["VTI"]},
        {"te_max": POLICY, "keep": REQUEST},
        {"keep"},
        policy(te_max=0.01),
    ),
    Clashing(
        "two wishes that neither alone does without",
        one_account(),
        {"keep": ["VTI"], "accounts_out": ["TX"], "raise_usd": 10e3, "te_max": 0.01},
        {"household_flow": REQUEST},
        set(),
    ),
    Clashing(
        "a distribution that the law asks for has nowhere to go",
        with_ira(rmd=5e3),
        {"accounts_out": ["TX"]},
        {"accounts_out": REQUEST},
        {"accounts_out"},
    ),
    Clashing(
        "an account under its floor is left alone",
        with_ira(floor=5e3),
        {"accounts_out": ["IRA"]},
        {"cash_floor": BOOK, "accounts_out": REQUEST},
        {"accounts_out"},
    ),
    Clashing(
        "cash that may go nowhere",
        with_ira(),
        {"invest_usd": 10e3, "accounts_out": ["TX"]},
        {**FLOW, "accounts_out": REQUEST},
        {"invest_usd", "accounts_out"},
    ),
)


def answered(case: Clashing, **changes: Any) -> Answer:
    """Return the answer to a case's request, with some keys changed."""
    asks = {key: value for key, value in {**case.asks, **changes}.items() if value is not None}
    return ask(case.of, case.under, request_of(asks))


def test_there_are_thirty() -> None:
    """Each has a name of its own."""
    assert len({case.name for case in CASES}) == len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_sides_are_named_and_the_figure_that_would_do_does(case: Clashing) -> None:
    """The set is named with its owners; each remedy, asked anew, has a plan that is kept."""
    found = answered(case)
    assert found.plan.status is Status.INFEASIBLE, (found.plan.status, found.plan.reason)
    named = {clash.rule: clash.whose for clash in found.plan.clashes}
    assert case.whose.items() <= named.items(), named
    assert case.would_do <= {remedy.key for remedy in found.remedies}, found.remedies
    assert found.remedies
    for remedy in found.remedies:
        other = remedy.on(found.request)
        again = ask(case.of, case.under, other)
        assert again.plan.status in (Status.PLANNED, Status.NO_ACTION), remedy.words
        of, under = again.household, again.policy
        assert verify(of, under, again.plan.orders, again.plan.flows).kept
        if remedy.value is not None:
            assert getattr(other, remedy.key) == remedy.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_two_hundredths_short_of_the_figure_that_would_do_there_is_no_plan(case: Clashing) -> None:
    """A household is told what it can have, and not a quarter less."""
    found = answered(case)
    for remedy in found.remedies:
        if remedy.value is not None:
            more = remedy.value * (1.02 if remedy.key in AT_LEAST else 0.98)
            short = replace(found.request, **{remedy.key: more})
            again = ask(case.of, case.under, short)
            assert again.plan.status is not Status.PLANNED, (remedy.words, more)


@pytest.mark.parametrize("asks", [{"raise_usd": 150e3}, {"te_max": 0.01}], ids=str)
def test_what_would_do_takes_one_whole_plan(
    asks: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the standing plan is made again, nor whole plans of figures that do at once."""
    of, under = one_account(), policy(max_turnover=0.05)
    standing, planned = rebalance(of, under), []

    def counted(household: Household, policy: Policy, **given: Any) -> Plan:
        planned.append(policy.policy_id)
        return rebalance(household, policy, **given)

    monkeypatch.setattr("optimizer.requests.ask.rebalance", counted)
    request = request_of(asks)
    assert ask(of, under, request, standing=standing).remedies
    assert planned == [f"{under.policy_id} + {request.name}"]


def test_a_budget_of_gains_is_told_beyond_what_is_over_already() -> None:
    """$10,000 is realised, $40,000 would be: a budget of $50,000, not of $1,000 and 40,000 more."""
    of = one_account(units=[unit(lt_realized_ytd=10_000.0)])
    answer = ask(of, Policy(), request_of({"sell_lots": ["A"], "gain_budget_usd": 1e3}))
    (budget,) = (each for each in answer.plan.clashes if each.rule == "gain_budget")
    assert budget.gives_usd == pytest.approx(40_000.0)
    assert budget.figure == pytest.approx(50_000.0)
    assert "gain_budget would have to give $40,000.00, to $50,000.00" in answer.plan.reason
    assert Remedy("gain_budget_usd", 50_000.0) in answer.remedies


@pytest.mark.parametrize("stays", ["invest_usd", "avoid_gains"])
def test_where_no_two_wishes_are_in_the_way_all_that_are_go_together(stays: str) -> None:
    """There is a plan without three of four keys, whichever may stay; a few plans say so."""
    asks = {"max_turnover": 0.0, "invest_usd": 1e3, "keep": ["VTI"], "avoid_gains": True}
    request = request_of(asks)
    planned = []

    def works(other: Request) -> bool:
        planned.append(other)
        return set(other.as_data()) <= {stays}

    plan = Plan("H", Status.INFEASIBLE, "")
    (remedy,) = remedies(request, plan, lambda other: None, works)
    assert {remedy.key, *remedy.also} == set(asks) - {stays}
    assert len(planned) <= 3 + 6 + 1 + 4
    assert remedies(request, plan, lambda other: None, lambda other: False) == ()
