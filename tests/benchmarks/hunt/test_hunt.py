"""The hunt finds what was planted: a better plan, a false bound, an answer that must never be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.hunt.books.kinds import book_of
from benchmarks.hunt.finds.page import page, worth_a_look
from benchmarks.hunt.hunted import hunt, ours
from benchmarks.hunt.keep import keep
from benchmarks.hunt.local_search.descent import Descent
from benchmarks.hunt.local_search.legs import board_of
from benchmarks.hunt.local_search.probes import Prober, barred_legs
from benchmarks.hunt.plans.court import Court
from benchmarks.hunt.plans.point import orders_of, point_of
from benchmarks.hunt.starts.questions import Question
from benchmarks.hunt.starts.start import answers_to
from models.book import read_book
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from scenarios.four_funds import drawn

SEED = 6
"""A household of four funds with a plan of several tickets."""

ENOUGH = 400
"""Plans judged that are enough for a household of four funds."""


def spoiled(household: Household, policy: Policy, certify: int) -> Plan:
    """Our plan with nothing done: legal, and worse."""
    plan = ours(household, policy, certify)
    assert plan.certificate is not None
    idle = verify(household, policy, ()).figures
    return replace(plan, orders=(), figures=idle)


def boasting(household: Household, policy: Policy, certify: int) -> Plan:
    """Our plan with a bound that it does not keep."""
    plan = ours(household, policy, certify)
    assert plan.certificate is not None and plan.figures is not None
    above = float(plan.figures.objective_after_bps or 0.0) + 0.5
    return replace(plan, certificate=replace(plan.certificate, bound_bps=above))


def test_a_better_plan_that_was_planted_is_found_by_changing_orders_alone() -> None:
    """From nothing done, local search by the judge comes within 0.1 bps of our plan."""
    household, policy = drawn(SEED), Policy()
    planned = rebalance(household, policy).figures
    assert planned is not None and planned.objective_after_bps is not None
    court, board = Court(household, policy), board_of(household, policy)
    descent = Descent(
        court, board, np.random.default_rng(0), Prober(court, board, barred_legs(court, board))
    )
    start = court.idle()
    found = descent.run(start, ENOUGH)
    assert found.kept
    assert start.bps > planned.objective_after_bps + 1.0
    assert found.bps < planned.objective_after_bps + 0.1
    row = hunt(household, policy, plans=ENOUGH, seed=1, others=0, planner=spoiled).row
    assert row.missed_bps > 1.0
    assert worth_a_look(row)


def test_a_false_bound_that_was_planted_is_flagged() -> None:
    """A bound half a basis point above the plan is above a legal plan, and said to be false."""
    row = hunt(drawn(SEED), Policy(), plans=20, seed=1, others=0, planner=boasting).row
    assert row.false_bps == pytest.approx(0.5, abs=0.05)
    assert worth_a_look(row)


def test_our_own_plan_keeps_its_bound_and_is_not_beaten_by_much() -> None:
    """What is true of the plans as they are, on a household of four funds."""
    row = hunt(drawn(SEED), Policy(), plans=ENOUGH, seed=1, others=3).row
    assert (row.false_bps, row.wrong, row.status) == (0.0, "", "planned")
    assert row.missed_bps < 0.5
    assert row == hunt(drawn(SEED), Policy(), plans=ENOUGH, seed=1, others=3).row


def test_an_infeasible_household_with_a_legal_plan_is_wrong() -> None:
    """Doing nothing is legal here, so that nothing is feasible is not true."""

    def despairing(household: Household, policy: Policy, certify: int) -> Plan:
        return Plan(household.household_id, Status.INFEASIBLE, "no way")

    row = hunt(drawn(SEED), Policy(), plans=20, seed=1, others=0, planner=despairing).row
    assert row.wrong == "infeasible, and a legal plan exists"


def test_a_crash_is_an_answer_that_must_never_be() -> None:
    """It is told with its words, and the hunt goes on to the next household."""

    def crashing(household: Household, policy: Policy, certify: int) -> Plan:
        raise ZeroDivisionError("no weight")

    row = hunt(drawn(SEED), Policy(), plans=20, seed=1, others=0, planner=crashing).row
    assert (row.wrong, row.reason) == ("crash", "ZeroDivisionError: no weight")


def test_what_must_never_be_is_noted_whatever_was_asked() -> None:
    """A question that is answered with a crash is told beside the household's row."""

    class Crashing(Policy):
        """A policy that cannot be read."""

        def __getattribute__(self, name: str) -> object:
            raise ZeroDivisionError("no weight")

    noted: list[str] = []
    of = drawn(SEED)
    asked = [Question("odd", of, Crashing.__new__(Crashing)), Question("usual", of, Policy())]
    found = list(answers_to(of, asked, noted))
    assert [start.name for start in found] == ["usual"]
    assert noted == ["odd: ZeroDivisionError no weight"]


def test_a_point_reads_and_writes_the_same_orders() -> None:
    """Orders of a plan, read as a point and written again, are judged alike to the last digit."""
    household, policy = drawn(SEED), Policy()
    plan = rebalance(household, policy)
    orders, flows = orders_of(household, point_of(household, plan.orders, plan.flows))
    again = verify(household, policy, orders, flows)
    assert again.kept
    assert again.objective_usd == verify(household, policy, plan.orders, plan.flows).objective_usd


def test_a_find_is_a_book_that_plans_alike(tmp_path: Path) -> None:
    """A household cut out of its book and read again gets the same orders, beside the better."""
    with book_of("small", 1, 0, 3) as (folder, book):
        household = book.household(str(book.household_ids[1]))
        policy = book.policy(household.policy_id)
        found = hunt(household, policy, plans=20, seed=1, others=0, book="small:1.0")
        kept = keep(folder, household, found, tmp_path)
        again = read_book(kept, date(2026, 11, 20))
        assert [str(name) for name in again.household_ids] == [household.household_id]
        alone = again.household(household.household_id)
        plan = rebalance(alone, again.policy(alone.policy_id))
        assert plan.orders == found.plans[0].orders
    assert (kept / "better.txt").exists()
    assert "missed_bps" in (kept / "find.txt").read_text("utf-8")


def test_the_page_counts_what_must_never_be_and_lists_the_worst() -> None:
    """A row that is worth a look stands on the page with its household."""
    row = hunt(drawn(SEED), Policy(), plans=20, seed=1, others=0, planner=boasting).row
    told = page([replace(row, book="four:1")], "command").text()
    assert "| four | 1 | 1 | 0 | 0 | 1 |" in told
    assert f"| four:1 | {row.household_id} | planned |" in told
    assert told.index("machine:") < told.index("Limitations") < told.index("| four |")
