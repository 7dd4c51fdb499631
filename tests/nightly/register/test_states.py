"""An order's life: only the ways of the table, and what was sent is never taken back."""

from __future__ import annotations

from itertools import product

import pytest

from nightly.register.states import ENDED, TRANSITIONS, UNDER_WAY, State, TransitionError, moved

WAYS = """
proposed -> approved rejected
approved -> approved rejected sent
rejected -> approved rejected
sent -> acknowledged partly_filled filled cancelled expired replaced
acknowledged -> partly_filled filled cancelled expired replaced
partly_filled -> partly_filled filled cancelled expired replaced
"""
"""The ways, written once more by hand."""

ALLOWED = {
    (start, end)
    for line in WAYS.strip().splitlines()
    for start, _, ends in [line.partition(" -> ")]
    for end in ends.split()
}


@pytest.mark.parametrize(("start", "end"), list(product(State, State)))
def test_only_these_ways_lead_on(start: State, end: State) -> None:
    """Every pair of states, one by one."""
    if (start.value, end.value) in ALLOWED:
        assert moved("an order", start, end) is end
    else:
        with pytest.raises(TransitionError, match="cannot be"):
            moved("an order", start, end)


def test_every_state_is_before_under_way_or_ended() -> None:
    """Nothing leads back from what was sent to what was not."""
    before = set(State) - UNDER_WAY - ENDED
    assert before == {State.PROPOSED, State.APPROVED, State.REJECTED}
    assert all(not TRANSITIONS[state] & before for state in UNDER_WAY | ENDED)
    assert all(not TRANSITIONS[state] for state in ENDED)
