"""An order under a thousandth of a household is looked at, signed and settled like any other.

Households of many old positions wrote dozens of them a night, each worth a few dollars.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from models.book import read_book
from models.order import Order
from models.policy import Gate, Policy
from optimizer.rebalance import rebalance
from scenarios.synthetic import generate_book

SOME = 4
"""Households of funds and single shares asked: 100 orders or so each."""


def test_an_order_under_a_thousandth_of_the_household_must_be_worth_twenty_times_as_much() -> None:
    """Of a million: $40 below $1,000, $2 from there on; none where none must."""
    assert Gate().asked_usd(np.array([999.0, 1000.0]), 1e6).tolist() == [40.0, 2.0]
    assert not Gate(min_order_usd=0.0).asked_usd(np.array([1.0]), 1e6).any()


def test_few_orders_are_small_and_each_is_worth_what_its_size_asks(tmp_path: Path) -> None:
    """At most a tenth where a third was; what leaves for less is needed, and says for what."""
    generate_book(tmp_path / "book", SOME, "mixed", 4242)
    book = read_book(tmp_path / "book", date(2026, 11, 20))
    small, every, before = 0, 0, 0
    for name in book.household_ids:
        of = book.household(name)
        plan, as_any = rebalance(of, Policy()), Policy(gate=Gate(small_order_times=1.0))
        assert plan.figures is not None
        value = plan.figures.value_usd
        for order in plan.orders:
            asked = Policy().gate.asked_usd(np.array([float(order.amount)]), value)[0]
            worth = order.marginal_usd
            assert order.needed_for if worth is None else worth >= asked, order.order_id
        small += _small(plan.orders, value)
        every += len(plan.orders)
        before += _small(rebalance(of, as_any).orders, value)
    assert small <= 0.1 * every
    assert before > 3 * small


def _small(orders: tuple[Order, ...], value: float) -> int:
    return sum(float(order.amount) < 0.001 * value for order in orders)
