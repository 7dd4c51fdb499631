"""Large households: ten accounts, thousands of lots, and small positions that much rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.book import read_book
from models.order import Order
from models.plan import Plan, Status
from models.policy import Gate
from optimizer.rebalance import rebalance
from scenarios.synthetic import ASOF, generate_book

ANSWERED = (Status.PLANNED, Status.NO_ACTION)


def plans(folder: Path, kind: str, count: int, seed: int) -> Iterator[Plan]:
    """Plan every household of a synthetic book."""
    generate_book(folder, count, kind, seed)
    book = read_book(folder, ASOF)
    for household_id in book.household_ids:
        household = book.household(str(household_id))
        yield rebalance(household, book.policy(household.policy_id))


def told(kind: str, count: int, folder: Path, seed: int = 7) -> dict[str, str]:
    """Return why households got no plan, or one with orders worth less than asked, by their id."""
    found = {}
    for plan in plans(folder, kind, count, seed):
        if plan.status not in ANSWERED:
            found[plan.household_id] = f"{plan.status}: {plan.reason}"
        elif cheap := [order.order_id for order in plan.orders if worth_less(order, plan)]:
            found[plan.household_id] = f"orders worth less than the gate asks: {cheap}"
    return found


def worth_less(order: Order, plan: Plan) -> bool:
    """Whether an order is worth less than the standard gate asks of its size."""
    assert plan.figures is not None
    asked = Gate().asked_usd(np.array([float(order.amount)]), plan.figures.value_usd)[0]
    return order.marginal_usd is not None and order.marginal_usd < asked


def test_a_household_of_ten_accounts_is_answered(tmp_path: Path) -> None:
    """500 names and 5,000 lots: harvests whose fresh shares are worth a few dollars."""
    assert told("family", 1, tmp_path) == {}


@pytest.mark.full
@pytest.mark.parametrize(("kind", "count"), [("family", 100), ("office", 20)])
def test_a_hundred_and_twenty_large_households_are_answered(
    tmp_path: Path, kind: str, count: int
) -> None:
    """500 and 3,000 names, 5,000 and 20,000 lots, ten accounts: nobody is refused."""
    assert told(kind, count, tmp_path) == {}
