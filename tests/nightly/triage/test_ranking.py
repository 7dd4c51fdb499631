"""First things first: cash, those who waited, taxable accounts, large drift; and who waits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy import Capacity
from nightly.triage.ranking import Standing, beyond_capacity, deferred, in_order


def who(**given: list[object]) -> Standing:
    """Return six households: all needed, none special, of one policy, each moving $100."""
    plain = Standing(
        needed=np.ones(6, bool),
        cash=np.zeros(6, bool),
        waited=np.zeros(6, np.int64),
        taxable=np.zeros(6, bool),
        beyond=np.zeros(6),
        moved_usd=np.full(6, 100.0),
        policy=np.zeros(6, np.int64),
    )
    return replace(plain, **{name: np.array(values) for name, values in given.items()})


YES, NO = True, False


def test_the_order_is_that_of_the_rule() -> None:
    """A cash need beats waiting, waiting beats taxable, taxable beats drift, drift decides last."""
    crowd = who(
        cash=[NO, NO, NO, NO, YES, YES],
        waited=[0, 0, 0, 1, 0, 2],
        taxable=[NO, NO, YES, NO, NO, NO],
        beyond=[0.01, 0.30, 0.02, 0.0, 0.0, 0.0],
    )
    assert in_order(crowd).tolist() == [5, 4, 3, 2, 1, 0]


def test_equals_stay_in_order_of_id_and_others_are_left_out() -> None:
    """Nobody without need has a place."""
    assert in_order(who(needed=[YES, NO, YES, YES, NO, YES])).tolist() == [0, 2, 3, 5]


@pytest.mark.parametrize(
    ("capacity", "late"),
    [
        (Capacity(), [NO, NO, NO, NO]),
        (Capacity(max_households=3), [NO, NO, NO, YES]),
        (Capacity(max_households=0), [YES, YES, YES, YES]),
        (Capacity(max_usd=300.0), [NO, NO, NO, YES]),
        (Capacity(max_usd=299.0), [NO, NO, YES, YES]),
        (Capacity(max_usd=10.0), [NO, YES, YES, YES]),  # one is answered whatever it moves
        (Capacity(max_households=1, max_usd=300.0), [NO, YES, YES, YES]),
    ],
)
def test_limits_cut_the_order(capacity: Capacity, late: list[bool]) -> None:
    """Four households of $100 each."""
    assert beyond_capacity(np.arange(4), np.full(4, 100.0), capacity).tolist() == late


def test_nobody_overtakes_a_large_household() -> None:
    """The second of the order is too much for tonight: the small third waits behind it."""
    moved = np.array([100.0, 1000.0, 1.0])
    assert beyond_capacity(np.arange(3), moved, Capacity(max_usd=500.0)).tolist() == [NO, YES, YES]


def test_policies_and_the_night_have_limits_of_their_own() -> None:
    """Policy 1 answers one household; of the rest the night answers three."""
    crowd = who(policy=[0, 1, 0, 1, 0, 1], beyond=[0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    order, waiting, own = deferred(
        crowd, (Capacity(), Capacity(max_households=1)), Capacity(max_households=3)
    )
    assert order.tolist() == [0, 1, 2, 3, 4, 5]
    assert waiting.tolist() == [3, 4, 5]
    assert own.tolist() == [YES, NO, YES]


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 4), st.integers(2, 12))
def test_whoever_waits_is_answered_in_the_end(limit: int, households: int) -> None:
    """Nights of a limited capacity, everybody in need each night: waiting ends after n/limit."""
    last = np.zeros(households, np.int64)
    waited = np.zeros(households, np.int64)
    rng = np.random.default_rng(limit * 100 + households)
    for night in range(1, 3 * households):
        crowd = Standing(
            needed=np.ones(households, bool),
            cash=np.zeros(households, bool),
            waited=waited,
            taxable=rng.random(households) < 0.5,
            beyond=rng.random(households),
            moved_usd=np.ones(households),
            policy=np.zeros(households, np.int64),
        )
        order, waiting, _ = deferred(crowd, (Capacity(max_households=limit),), Capacity())
        late = order[waiting]
        last[np.setdiff1d(order, late)] = night
        waited = np.where(np.isin(np.arange(households), late), waited + 1, 0)
        assert (night - last).max() <= -(-households // limit)
