"""Households so small that all their plans can be judged: ours is the best of them."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.hunt.books.kinds import TINY, book_of
from benchmarks.hunt.hunted import hunt
from benchmarks.hunt.starts.every_plan import every_plan
from models.policy import Policy
from tests.households import BOND, account, household, lot, security


def test_every_plan_that_cash_pays_for_is_there_once() -> None:
    """One share of $100 is held beside $150 of cash; another fund costs $60."""
    of = household(
        [account("TX", cash=150.0)],
        [lot("one", "TX", "A", 1, 80.0, "2021-03-01")],
        [security("A", 100.0), security("B", 60.0, BOND)],
    )
    plans = [start.point.key for start in every_plan(of, Policy())]
    assert len(plans) == len(set(plans))
    kept = 3 + 1  # none of A: 0 to 2 of B; one more of A: $50 are no share of B
    sold = 5  # $250: 0 to 4 of B
    assert len(plans) == kept + sold


@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.full)])
def test_no_plan_of_a_tiny_household_is_better_than_ours(seed: int) -> None:
    """Every legal plan judged: none better, none below a bound, none where we found none."""
    few = 2 if seed == 11 else 20
    with book_of(TINY, seed, 0, 20) as (_, book):
        assert book.asof == date(2026, 11, 20)
        for name in book.household_ids[:few]:
            of = book.household(str(name))
            found = hunt(
                of,
                book.policy(of.policy_id),
                plans=50,
                seed=seed,
                extra=(every_plan,),
                others=0,
            )
            assert not found.row.wrong
            assert found.row.false_bps == 0.0
            assert found.row.missed_usd < 0.5
