"""Small households with whole shares: against every plan there is, and where limits leave one."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from benchmarks.hunt.books.kinds import BLOCK, book_of
from models.arrays import Floats
from models.book import read_book
from models.household import Household
from models.order import Order, Side
from models.plan import Plan, Status
from models.policy import Gate, Limits, Policy, TradeRules
from optimizer.inputs.frame import frame
from optimizer.judge import verify as judge
from optimizer.judge.bench import Bench
from optimizer.mip.chosen_together import chosen_together
from optimizer.mip.question import Effort
from optimizer.mip.small_accounts import refined
from optimizer.mip.ticket_program import TicketProgram
from optimizer.rebalance import by_whole_tickets, rebalance
from optimizer.rounding.candidate import candidate_of, judged
from optimizer.rounding.tickets import tickets_of
from optimizer.search.te_limit import search_within_limits
from optimizer.settings import MORE_NODES, NODES, WORK_TOGETHER
from optimizer.solvers.chain import chain_of
from optimizer.solvers.highs import Answer, Question, unheard
from scenarios.changes import with_securities
from scenarios.four_funds import drawn
from scenarios.synthetic import generate_book
from tests.households import ASOF, BOND, account, buy, household, lot, security, sell

OPEN = Gate(min_bps=0.0, min_order_usd=0.0)
"""No gate: every plan and order that pays at all."""

KNOWN_BPS = 68.6
"""Above what a legal plan is worth that is known of one household of funds."""

FREE = Policy(trades=TradeRules(min_usd=0.0), gate=OPEN)


def student(cash: float, held: int, seed: int) -> Household:
    """Return an IRA of three funds whose shares cost a good part of what there is."""
    rng = np.random.default_rng(seed)
    prices = np.round(rng.uniform(20.0, 260.0, 3), 2)
    return household(
        [account("IRA", "roth_ira", cash=cash)],
        [lot("A", "IRA", "VTI", float(held))] if held else [],
        [
            security("VTI", prices[0], half_spread_bps=1.0),
            security("ITOT", prices[1], specific_vol=0.01, half_spread_bps=1.0),
            security("BND", prices[2], BOND, half_spread_bps=1.0),
        ],
    )


def best_of_all(of: Household, policy: Policy) -> float:
    """Return the least objective over every legal plan of whole shares, bps."""
    cash = Decimal(repr(float(of.accounts.cash[0])))
    held = int(of.lots.shares.sum())
    prices = [Decimal(repr(float(price))) for price in of.market.securities.price]
    known, least = Bench(of, policy), np.inf
    reach = [int((cash + held * prices[0]) / price) + 1 for price in prices]
    for vti, itot, bnd in product(range(-held, reach[0]), range(reach[1]), range(reach[2])):
        if vti * prices[0] + itot * prices[1] + bnd * prices[2] > cash:
            continue
        orders: list[Order] = []
        if vti:
            make = buy if vti > 0 else sell
            orders.append(make(of, "IRA", "VTI", abs(vti)))
        orders += [buy(of, "IRA", "ITOT", itot)] if itot else []
        orders += [buy(of, "IRA", "BND", bnd)] if bnd else []
        verdict = judge.judged(known, orders)
        if verdict.kept and verdict.figures.objective_after_bps is not None:
            least = min(least, verdict.figures.objective_after_bps)
    return least


def objective(plan: Plan) -> float:
    """Return what a plan reaches, bps."""
    assert plan.figures is not None
    assert plan.figures.objective_after_bps is not None
    return plan.figures.objective_after_bps


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("cash", "held"), [(577.44, 3), (300.0, 0)])
def test_the_best_of_all_plans_of_whole_shares_is_found(cash: float, held: int, seed: int) -> None:
    """An account of a few shares: no plan that a person could enumerate is better."""
    of = student(cash, held, seed)
    plan = rebalance(of, FREE)
    assert plan.status in (Status.PLANNED, Status.NO_ACTION)
    assert objective(plan) <= best_of_all(of, FREE) + 0.05


@pytest.mark.parametrize(("ticket_usd", "seed"), [(1.0, 0), (1.0, 2), (1.0, 4), (3.0, 2), (3.0, 3)])
def test_the_nearest_legal_plan_is_improved_like_any_other(ticket_usd: float, seed: int) -> None:
    """What keeps every rule and lies nearest to real amounts may be far from the best of all."""
    policy = replace(FREE, trades=TradeRules(min_usd=0.0, ticket_usd=ticket_usd))
    of = student(900.0, 2, seed)
    outcome = by_whole_tickets(search_within_limits(frame(of, policy), chain_of(policy)), None)
    assert isinstance(outcome, tuple)
    _, found = outcome
    assert found.kept
    assert found.objective <= best_of_all(of, policy) + 0.05


def test_households_that_lose_nothing_by_whole_shares_are_not_asked_again() -> None:
    """Shares of $100 in $300,000: the rounded plan itself comes back."""
    for seed in range(10):
        search = search_within_limits(frame(drawn(seed), FREE), chain_of(FREE))
        assert search.incumbent is not None
        found = candidate_of(search.model, search.incumbent)
        assert found is not None
        assert refined(search.model, search.incumbent, found) is found


def test_a_legal_plan_far_from_the_solution_is_improved_however_fine_the_shares_are() -> None:
    """Doing nothing is legal and far off; shares of $100 in $300,000 bring it near."""
    search = search_within_limits(frame(drawn(3), FREE), chain_of(FREE))
    found = candidate_of(search.model, search.incumbent)
    assert found is not None
    idle = judged(search.model, found.supported, found.settled_objective, (), found.flows)
    assert idle.kept
    assert idle.objective > found.objective + 10.0
    better = refined(search.model, search.incumbent, idle)
    assert better is not None
    assert better.objective <= found.objective + 0.5


def test_a_question_that_ends_without_a_point_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where much is at stake, neither a point nor a proof in few nodes is not the last word."""
    search = search_within_limits(frame(drawn(3), FREE), chain_of(FREE))
    assert search.incumbent is not None
    found = candidate_of(search.model, search.incumbent)
    assert found is not None
    idle = judged(search.model, found.supported, found.settled_objective, (), found.flows)
    asked, better = [], TicketProgram.better

    def in_vain_at_first(
        self: TicketProgram, amount: Floats, best: float, nodes: int, *, light: bool
    ) -> Answer:
        asked.append(nodes)
        if nodes == NODES and len(asked) == 1:
            return Answer(None, np.inf)
        return better(self, amount, best, nodes, light=light)

    monkeypatch.setattr(TicketProgram, "better", in_vain_at_first)
    tickets = tickets_of(search.model.frame)
    near, effort = np.ones(tickets.size, bool), Effort(WORK_TOGETHER)
    plans = chosen_together(
        search.model, search.incumbent, tickets, idle, near, search.incumbent.regime, effort
    )
    assert asked[:2] == [NODES, MORE_NODES]
    assert min(plan.objective for plan in plans if plan.kept) <= found.objective + 0.5


def test_fine_shares_that_lose_much_are_opened_and_closed_too(tmp_path: Path) -> None:
    """Tickets of funds: single steps and pairs of them stopped 1.7 basis points off."""
    generate_book(tmp_path, 9, "etf", 2612)
    book = read_book(tmp_path, ASOF)
    of = book.household("etf-0000008")
    plan = rebalance(of, book.policy(of.policy_id))
    assert plan.figures is not None
    assert plan.figures.objective_after_bps is not None
    assert plan.figures.objective_after_bps < KNOWN_BPS


def test_a_budget_that_ends_a_tax_regime_is_kept_in_the_next_one(
    plain_households: tuple[Household, ...],
) -> None:
    """No gain over the year, in whole shares: just under it lies another case of the netting."""
    policy = Policy(limits=Limits(gain_budget_usd=0.0), gate=OPEN)
    for of in plain_households[:10]:
        plan = rebalance(of, policy)
        assert plan.certificate is not None
        assert plan.certificate.gap_bps < 3.0


def test_no_plan_of_whole_shares_is_proven_where_real_amounts_would_do() -> None:
    """$101 short with shares at $100 and a turnover that allows $150 of sales: two shares sell.

    Real amounts sell 1.01 shares, half of $101 is within 0.5% of $15,000; two shares are not.
    """
    of = household(
        [account("IRA", "roth_ira", cash=-101.0)],
        [lot("A", "IRA", "VTI", 151.01)],
    )
    limit = 0.5 * 150.0 / 15_000.0
    policy = Policy(trades=TradeRules(min_usd=0.0, max_turnover=limit), gate=OPEN)
    plan = rebalance(of, policy)
    assert plan.status is Status.INFEASIBLE
    assert "whole share steps" in plan.reason
    wider = Policy(trades=TradeRules(min_usd=0.0, max_turnover=2.01 * limit), gate=OPEN)
    assert rebalance(of, wider).status is Status.PLANNED


@pytest.mark.parametrize(("speck", "status"), [(0, Status.PLANNED), (1, Status.INFEASIBLE)])
def test_a_position_of_losses_is_sold_out_where_nothing_but_losses_may_be_sold(
    speck: int, status: Status
) -> None:
    """$40 out of half a share of whole steps, all of it lost on; not so with a speck of gain."""
    lost = lot("LOST", "TX", "VTI", 0.5, 80.0, "2024-01-04")
    gain = lot("GAIN", "TX", "BND", 150.0, 1_000.0, "2019-01-04")
    specks = [lot("SPECK", "TX", "VTI", 1e-9, 0.0, "2019-01-04")]
    of = household(
        [account("TX", cash=0.0)],
        [lost, gain, *specks[:speck]],
        [security("VTI", 100.0, share_step=1.0), security("BND", 50.0, BOND)],
        net_flow=-40.0,
    )
    only = TradeRules(min_usd=0.0, mode="harvest_only")
    assert rebalance(of, Policy(trades=only, gate=OPEN)).status is status


@pytest.mark.parametrize(
    ("kind", "seed", "block", "name", "found_bps"),
    [
        ("small", 1102, 5, "etf-0000003", 27.013),
        ("small", 1401, 1, "etf-0000019", 84.5),
        ("random", 701, 1, "etf-0000009", 134.714),
        ("random", 701, 13, "etf-0000004", 98.0),
        pytest.param("small", 701, 7, "etf-0000007", 245.226, marks=pytest.mark.full),
        pytest.param("small", 701, 4, "etf-0000002", 680.365, marks=pytest.mark.full),
        pytest.param("small", 901, 3, "etf-0000013", -37.0, marks=pytest.mark.full),
        pytest.param("small", 1102, 0, "etf-0000010", 272.486, marks=pytest.mark.full),
        pytest.param("small", 1103, 1, "etf-0000008", 277.474, marks=pytest.mark.full),
    ],
)
def test_other_tickets_are_written_where_those_of_the_solution_lose_a_basis_point(
    kind: str, seed: int, block: int, name: str, found_bps: float
) -> None:
    """Households whose plan was 0.9 to 266 bps worse than one that a hunt knows.

    One is at te_max; one missed its turnover by a hair, and 31 bps by that. In the second the plan
    that tickets are chosen from has no place in the program: it is a cent short of cash.
    """
    with book_of(kind, seed, block, BLOCK) as (_, book):
        of = book.household(name)
        plan = rebalance(of, book.policy(of.policy_id))
    assert objective(plan) < found_bps


@pytest.mark.parametrize(
    ("seed", "te_max", "found_bps"), [(20, 0.00284, 9.0), (42, 0.00263, -17.0)]
)
def test_the_nearest_plan_at_the_edge_of_tracking_error_is_improved_too(
    seed: int, te_max: float, found_bps: float
) -> None:
    """Five shares a step, and a limit of 1.1 and 1.02 times the least of real amounts, 0.258%.

    Rounding keeps it nowhere, and the legal plan nearest to real amounts is 390 bps and 132.
    """
    of = with_securities(drawn(seed), share_step=np.array([5.0, 0.01, 5.0, 5.0]))
    plan = rebalance(of, replace(FREE, limits=Limits(te_max=te_max)))
    assert plan.status is Status.PLANNED
    assert objective(plan) < found_bps


def test_a_limit_that_single_steps_cannot_keep_is_kept_by_other_tickets() -> None:
    """$5,000 out of TX with a short-term limit of $0: the old lot pays, whatever it costs."""
    of = household(
        [account("TX", cash=0.0)],
        [
            lot("NEW", "TX", "VTI", 80.0, 4_000.0, "2026-09-01"),
            lot("OLD", "TX", "BND", 150.0, 1_000.0, "2019-01-04"),
        ],
        net_flow=-5_000.0,
    )
    policy = Policy(
        limits=Limits(max_short_gain_usd=0.0), trades=TradeRules(min_usd=0.0), gate=OPEN
    )
    plan = rebalance(of, policy)
    assert plan.status is Status.PLANNED, plan.reason
    sold = [order.security_id for order in plan.orders if order.side is Side.SELL]
    assert sold == ["BND"]


def test_highs_stopped_without_a_point_is_no_proof() -> None:
    """One node to think gives neither a point nor a proof; x ≥ 1 and x ≤ 0 is one."""
    none = Question(
        sparse.csc_array(np.array([[1.0]])),
        (np.array([1.0]), np.array([np.inf]), np.array([-5.0]), np.array([0.0])),
        np.array([0.0]),
        np.array([1]),
    ).solve()
    assert (none.x, none.impossible) == (None, True)
    rng = np.random.default_rng(1)
    size = 60
    weights = rng.integers(1_000, 9_999, (8, size)).astype(float)
    exactly = np.floor(0.5 * weights.sum(axis=1))
    stopped = Question(
        sparse.csc_array(weights),
        (exactly, exactly, np.zeros(size), np.ones(size)),
        np.zeros(size),
        np.ones(size, np.int64),
    ).solve(nodes=1)
    assert (stopped.x, stopped.impossible) == (None, False)


def test_what_costs_the_cutoff_or_more_is_no_point() -> None:
    """Half of 2x + 3y ≥ 7 in whole numbers is 3.5 at the least: 4 leaves it and 3 nothing."""
    asked = Question(
        sparse.csc_array(np.array([[2.0, 3.0]])),
        (np.array([7.0]), np.array([np.inf]), np.zeros(2), np.full(2, 9.0)),
        np.array([1.0, 1.5]),
        np.ones(2, np.int64),
    )
    assert asked.solve(cutoff=4.0).value == asked.solve().value == 3.5
    below = asked.solve(cutoff=3.0)
    assert (below.x, below.impossible) == (None, True)


def test_what_c_libraries_print_on_hard_questions_is_not_heard(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Standard output may be a document: HiGHS writes into it past Python."""
    with unheard():
        os.write(1, b"tmpSolver.run();")
    os.write(1, b"heard")
    assert capfd.readouterr().out == "heard"
