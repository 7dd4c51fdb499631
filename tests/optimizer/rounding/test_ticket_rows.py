"""Rows over tickets: two moves at once need only keep a row together."""

from __future__ import annotations

import numpy as np

from optimizer.rounding.ticket_rows import TicketRows


def test_a_pair_may_give_and_take_what_one_of_it_may_not() -> None:
    """At a limit on turnover one ticket grows by what another shrinks, and both may not grow."""
    rows = TicketRows(np.ones((1, 3)), np.array([10.0]), np.array([-np.inf]), np.array([10.0]))
    place, move = np.array([0, 1, 2]), np.array([2.0, -2.0, 1.0])
    assert rows.kept(place, move).tolist() == [False, True, False]
    assert rows.kept_in_pairs(place, move).tolist() == [
        [False, True, False],
        [True, True, True],
        [False, True, False],
    ]


def test_a_pair_beyond_a_limit_may_stay_as_far_beyond_and_no_farther() -> None:
    """What is passed already is never passed by more."""
    rows = TicketRows(np.array([[1.0, -1.0]]), np.array([5.0]), np.array([0.0]), np.array([4.0]))
    place, move = np.array([0, 1]), np.array([1.0, 1.0])
    assert rows.kept_in_pairs(place, move).tolist() == [[False, True], [True, True]]
    assert TicketRows(*(np.zeros((0, 2)), *3 * (np.zeros(0),))).kept_in_pairs(place, move).all()
