"""Closing a ticket: what others become of it is made legal, not given up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import scenarios
from models.book import read_book
from optimizer.inputs.frame import frame
from optimizer.rounding.minimum_trade import rested_on, supported, too_small
from optimizer.rounding.ticket_pruning import without
from optimizer.rounding.tickets import emptiable, tickets_of
from optimizer.search.te_limit import search_within_limits
from optimizer.settings import TOUCH
from optimizer.solvers.chain import chain_of

SAMPLE = Path(scenarios.__file__).parent / "sample"
LEAVE_OTHERS_SMALL = ("drifted-60-40", "low-turnover", "rmd-due", "two-filing-units")
"""Households where one ticket closed leaves another under the minimum: each had one that stayed."""


@pytest.mark.parametrize("name", LEAVE_OTHERS_SMALL)
def test_any_ticket_that_no_harvest_rests_on_can_be_closed(name: str) -> None:
    """Another that falls under the minimum is closed or held there; none is left too small."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    of = book.household(name)
    policy = book.policy(of.policy_id)
    search = search_within_limits(frame(of, policy), chain_of(policy))
    model, tickets = search.model, tickets_of(search.model.frame)
    assert search.incumbent
    before = supported(model, search.incumbent, tickets)
    assert before is not None
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
