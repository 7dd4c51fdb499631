"""A harvest that rests on a sale as large as the minimum is asked again on the other side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from models.book import read_book
from models.household import Household
from models.policy import Policy
from optimizer.inputs.frame import frame
from optimizer.rebalance import rebalance
from optimizer.rounding.minimum_trade import other_ways, rested_on, supported
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.model import Incumbent, Model
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of
from scenarios.synthetic import generate_book

NAME = "mixed-0000009"
"""Who harvests small losses that rest on recent shares of the same group."""


def harvester(folder: Path) -> tuple[Household, Policy]:
    """Return the household and its policy."""
    generate_book(folder / "book", 10, "mixed", 3)
    book = read_book(folder / "book", date(2026, 11, 20))
    of = book.household(NAME)
    return of, book.policy(of.policy_id)


def directions(folder: Path) -> tuple[Model, Incumbent, Tickets]:
    """Return its model, the sides settled in real amounts, and its tickets."""
    of, policy = harvester(folder)
    search = search_within_limits(frame(of, policy), chain_of(policy))
    assert search.incumbent is not None
    return search.model, search.incumbent, tickets_of(search.model.frame)


def test_a_harvest_that_does_not_pay_for_its_sales_is_left(tmp_path: Path) -> None:
    """Four orders more were written for half a basis point less with their gates."""
    of, policy = harvester(tmp_path)
    plan = rebalance(of, policy)
    assert plan.figures is not None
    assert plan.figures.objective_after_bps is not None
    value = plan.figures.value_usd
    amounts = np.array([float(order.amount) for order in plan.orders])
    gates = 1e4 * policy.gate.asked_usd(amounts, value).sum() / value
    assert plan.figures.objective_after_bps + gates < 122.2


def test_other_ways_leave_the_sales_that_a_harvest_rests_on_free(tmp_path: Path) -> None:
    """Each turns one group, costs no less than what was settled, and comes best first."""
    model, settled, tickets = directions(tmp_path)
    rests = rested_on(settled, tickets)
    assert rests.any()
    ways = other_ways(model, settled, tickets, rests, settled.sides)
    costs = [way.solution.objective for way in ways]
    assert costs == sorted(costs)
    assert costs[0] >= settled.solution.objective - 1e-6
    for way in ways:
        turned = [a != b for a, b in zip(way.sides, settled.sides, strict=True)]
        assert sum(turned) == 1
        assert supported(model, way, tickets) is not None
    none = np.zeros(tickets.size, bool)
    assert other_ways(model, settled, tickets, none, settled.sides) == []


def test_a_group_that_tickets_turned_is_asked_for_what_is_neither_side(tmp_path: Path) -> None:
    """What was settled in real amounts failed as tickets, and what they ended in is known."""
    model, settled, tickets = directions(tmp_path)
    many = [len(each.options) for each in settled.disjunctions]
    place = int(np.argmax(many))
    assert many[place] > 2
    side = settled.sides[place]
    turned = (side + 1) % many[place]
    ended = (*settled.sides[:place], turned, *settled.sides[place + 1 :])
    none = np.zeros(tickets.size, bool)
    ways = other_ways(model, settled, tickets, none, ended)
    assert ways
    assert {way.sides[place] for way in ways}.isdisjoint({side, turned})
    for way in ways:
        assert way.sides[:place] == settled.sides[:place]
        assert way.sides[place + 1 :] == settled.sides[place + 1 :]
