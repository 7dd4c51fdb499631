"""Closing a ticket: what others become of it is made legal, not given up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import scenarios
from models.book import read_book
from optimizer.inputs.frame import frame
from optimizer.rounding.minimum_trade import Supported, rested_on, supported, too_small
from optimizer.rounding.ticket_pruning import without, without_most
from optimizer.rounding.tickets import emptiable, tickets_of
from optimizer.search.model import Model
from optimizer.search.te_limit import search_within_limits
from optimizer.settings import TOUCH
from optimizer.solvers.chain import chain_of

SAMPLE = Path(scenarios.__file__).parent / "sample"
LEAVE_OTHERS_SMALL = ("drifted-60-40", "low-turnover", "rmd-due", "two-filing-units")
"""Households where one ticket closed leaves another under the minimum: each had one that stayed."""


MUST_RAISE_CASH = ("rmd-due", "overdrawn", "married-filing-separately", "share-class-twins")
"""Households of which an account needs a sale or another to keep its cash: two of them one sale."""


def opened(name: str) -> tuple[Model, Supported]:
    """Return a household's model and its solution with legal tickets."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    of = book.household(name)
    policy = book.policy(of.policy_id)
    search = search_within_limits(frame(of, policy), chain_of(policy))
    assert search.incumbent
    found = supported(search.model, search.incumbent, tickets_of(search.model.frame))
    assert found is not None
    return search.model, found


@pytest.mark.parametrize("name", LEAVE_OTHERS_SMALL)
def test_any_ticket_that_no_harvest_rests_on_can_be_closed(name: str) -> None:
    """Another that falls under the minimum is closed or held there; none is left too small."""
    model, before = opened(name)
    tickets = before.tickets
    amounts = tickets.amounts(before.sale, before.buy)
    asked = (amounts > TOUCH) & ~rested_on(before.settled, tickets)
    assert asked.any()
    for ticket in np.flatnonzero(asked):
        after = without(model, before, np.array([ticket]))
        assert after is not None
        left = tickets.amounts(after.sale, after.buy)
        can_empty = emptiable(model.frame, tickets, after.sale_high)
        assert left[ticket] <= TOUCH
        assert not too_small(tickets, left, can_empty).any()
        assert not (left[amounts <= TOUCH] > TOUCH).any()


@pytest.mark.parametrize("name", MUST_RAISE_CASH)
def test_all_tickets_but_the_needed_are_closed_at_once(name: str) -> None:
    """What a proof needs stays open, all else goes; what it needs alone cannot go at all."""
    model, before = opened(name)
    tickets = before.tickets
    amounts = tickets.amounts(before.sale, before.buy)
    asked = np.flatnonzero((amounts > TOUCH) & ~rested_on(before.settled, tickets))
    assert without(model, before, asked) is None
    tried = without_most(model, before, asked)
    assert tried.supported is not None
    assert 0 < len(tried.needed) < len(tried.closed)
    assert sorted([*tried.closed, *tried.needed]) == asked.tolist()
    left = tickets.amounts(tried.supported.sale, tried.supported.buy)
    assert (left[tried.closed] <= TOUCH).all()
    assert (left[tried.needed] > TOUCH).any()
    assert set(tried.alone) <= set(tried.needed)
    for ticket in tried.alone:
        assert without(model, before, np.array([ticket])) is None
    assert bool(len(tried.alone)) == (name in MUST_RAISE_CASH[2:])


def test_tickets_that_can_all_go_are_closed_as_before() -> None:
    """Nothing is needed where no cash must be raised; what harvests rest on always is."""
    model, before = opened("drifted-60-40")
    tickets = before.tickets
    amounts = tickets.amounts(before.sale, before.buy)
    asked = np.flatnonzero((amounts > TOUCH) & ~rested_on(before.settled, tickets))
    tried = without_most(model, before, asked)
    assert tried.supported is not None and not len(tried.needed) and not len(tried.alone)
    assert tried.closed.tolist() == asked.tolist()
