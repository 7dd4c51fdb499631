"""An order under a thousandth of a household is looked at, signed and settled like any other.

Households of many old positions wrote dozens of them a night, each worth a few dollars.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.book import read_book
from models.order import Order, Side
from models.policy import Gate, Policy, RiskAversion, TradeRules
from optimizer.inputs.frame import frame
from optimizer.mip.ticket_program import TicketProgram
from optimizer.mip.whole_orders import whole_candidate
from optimizer.rebalance import rebalance
from optimizer.rounding.candidate import amounts_of, candidate_of, in_shares
from optimizer.rounding.minimum_trade import supported
from optimizer.rounding.ticket_price import small_ticket, ticket_price
from optimizer.rounding.ticket_pruning import fewer
from optimizer.rounding.tickets import tickets_of
from optimizer.search.te_limit import search_within_limits
from optimizer.settings import NODES
from optimizer.solvers.chain import chain_of
from scenarios.synthetic import generate_book
from tests.households import BOND, account, household, lot, security

SAMPLE = Path(__file__).parents[3] / "scenarios" / "sample"

SOME = 4
"""Households of funds and single shares asked: 100 orders or so each."""


def test_an_order_under_a_thousandth_of_the_household_must_be_worth_twenty_times_as_much() -> None:
    """Of a million: $40 below $1,000, $2 from there on; none where none must."""
    assert Gate().asked_usd(np.array([999.0, 1000.0]), 1e6).tolist() == [40.0, 2.0]
    assert not Gate(min_order_usd=0.0).asked_usd(np.array([1.0]), 1e6).any()


def test_few_orders_are_small_and_each_is_worth_what_its_size_asks(tmp_path: Path) -> None:
    """At most a tenth where a third was; what leaves for less is needed, and says for what."""
    generate_book(tmp_path / "book", SOME, "mixed", 4242)
    book = read_book(tmp_path / "book", date(2026, 11, 20))
    small, every, before = 0, 0, 0
    for name in book.household_ids:
        of = book.household(name)
        plan, as_any = rebalance(of, Policy()), Policy(gate=Gate(small_order_times=1.0))
        assert plan.figures is not None
        value = plan.figures.value_usd
        for order in plan.orders:
            asked = Policy().gate.asked_usd(np.array([float(order.amount)]), value)[0]
            worth = order.marginal_usd
            assert order.needed_for if worth is None else worth >= asked, order.order_id
        small += _small(plan.orders, value)
        every += len(plan.orders)
        before += _small(rebalance(of, as_any).orders, value)
    assert small <= 0.1 * every
    assert before > 3 * small


def _small(orders: tuple[Order, ...], value: float) -> int:
    return sum(float(order.amount) < 0.001 * value for order in orders)


def test_an_order_is_needed_only_where_nothing_else_does() -> None:
    """$600 idle in an IRA: a sale and a purchase of bonds, each lifted to where the gate asks less.

    The purchase alone, of what there is, asks $40, is worth more, and spares the sale. The sale was
    said to be needed for the other orders.
    """
    book = read_book(SAMPLE, date(2026, 11, 20))
    of = book.household("tax-budget-binds")
    plan = rebalance(of, book.policy(of.policy_id))
    assert all(order.marginal_usd is not None for order in plan.orders)
    ira = [order for order in plan.orders if order.account_id == "tax-budget-binds.ira"]
    assert [(order.side, order.security_id) for order in ira] == [(Side.BUY, "BND")]


def test_an_order_far_under_the_gates_size_may_still_be_worth_it_where_risk_is_dear() -> None:
    """Whole tickets may be small where leaving one out may cost what the gate asks, else not."""
    of = household(
        [account("IRA", "traditional_ira", cash=500_000.0)],
        [lot("A", "IRA", "VTI", 1_000.0)],
        [security("VTI", 300.0), security("BND", 20.0, BOND)],
    )
    small = []
    for aversion in (1.0, 1e6):
        policy = Policy(risk=RiskAversion(aversion=aversion))
        search = search_within_limits(frame(of, policy), chain_of(policy))
        assert search.incumbent is not None
        model, tickets = search.model, tickets_of(search.model.frame)
        nothing, every = np.zeros(tickets.size), np.ones(tickets.size, bool)
        regime = search.incumbent.regime
        program = TicketProgram.of(model, tickets, every, nothing, regime, room=False)
        ticket = int(np.flatnonzero(~tickets.is_sale & (tickets.step < 0.05))[0])
        column = program.whole.steps[ticket]
        cost = np.zeros(program.whole.rows.size)
        cost[column] = 1.0
        cost[program.whole.used[ticket]] = -1e3
        answer = program.whole.question(cost).solve()
        assert answer.x is not None
        amount = answer.x[column] * tickets.step[ticket]
        small.append(bool(0.0 < amount < small_ticket(model.frame) * 0.99))
    assert small == [False, True]


def test_what_a_ticket_must_bring_is_its_price_and_its_gate() -> None:
    """$1 an order; a household of $100,000: $41 below $100, $3 from there on, nothing for none."""
    policy = Policy(trades=TradeRules(ticket_usd=1.0))
    of = household([account("IRA", "traditional_ira", cash=100_000.0)])
    here = frame(of, policy)
    asked = ticket_price(here, np.array([0.0, 0.09, 0.11, 60.0])) * here.percent_usd / 100.0
    assert asked.round(9).tolist() == [0.0, 41.0, 3.0, 3.0]
    assert small_ticket(here) == 0.1
    assert small_ticket(frame(of, replace(policy, gate=Gate(small_order_times=1.0)))) == 0.0


def test_small_tickets_are_lifted_or_left_out_where_all_of_them_ask_more(tmp_path: Path) -> None:
    """Beside closing one after the other, all are settled as if small ones were not legal.

    Of plans with whole shares each is as good with its gates, and one is better by a tenth of a
    basis point.
    """
    generate_book(tmp_path / "book", SOME, "mixed", 4242)
    book = read_book(tmp_path / "book", date(2026, 11, 20))
    better = []
    for name in book.household_ids:
        policy = Policy()
        search = search_within_limits(frame(book.household(name), policy), chain_of(policy))
        assert search.incumbent is not None
        model, tickets = search.model, tickets_of(search.model.frame)
        found = candidate_of(model, search.incumbent)
        closed = supported(model, search.incumbent, tickets)
        assert found is not None
        assert closed is not None
        wished = search.incumbent.solution.objective
        only_closed = in_shares(model, fewer(model, closed), wished)
        assert only_closed is not None
        better.append(only_closed.gated - found.gated)
    assert min(better) >= -0.01
    assert max(better) > 0.1


def test_tickets_chosen_together_cost_what_the_judge_and_the_gate_say(tmp_path: Path) -> None:
    """Funds of a household of $1.8 million: below $1,800 an order asks $40 as a whole ticket too.

    With $2 for each the program wrote two of them and was below its own plan by their gates.
    """
    generate_book(tmp_path / "book", 8, "etf", 4)
    book = read_book(tmp_path / "book", date(2026, 11, 20))
    of = book.household("etf-0000007")
    policy = book.policy(of.policy_id)
    search = search_within_limits(frame(of, policy), chain_of(policy))
    assert search.incumbent is not None
    model, tickets = search.model, tickets_of(search.model.frame)
    found = candidate_of(model, search.incumbent)
    assert found is not None
    amount, regime = amounts_of(model, found, tickets), search.incumbent.regime
    every = np.ones(tickets.size, bool)
    program = TicketProgram.of(model, tickets, every, amount, regime, room=False)
    program.touch_around(search.incumbent.solution.x)
    answer = program.better(amount, found.gated - model.arrays.constant, NODES, light=True)
    assert answer.x is not None
    point = program.whole.point(answer.x, answer.value)
    written = point.amount[(point.amount > 0.0) & ~point.emptied]
    assert written.min() >= small_ticket(model.frame)
    made = whole_candidate(model, search.incumbent, regime, tickets, point)
    assert made.kept
    assert made.gated - model.arrays.constant == pytest.approx(
        program.value(answer.x, point), abs=0.1
    )
