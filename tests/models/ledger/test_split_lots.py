"""Lots that wash sales split more than once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models.household import Household
from models.ledger import book_orders, household_after, read_history, replay, reserve
from models.order import Order
from models.policy import Policy
from tests.households import ASOF, account, buy, household, lot, sell


def _done(of: Household, *orders: Order) -> Household:
    booked = book_orders(of, orders)
    assert not booked.faults
    ledger = replay(of, Policy(), booked.orders, (), read_history(of), reserve(of, Policy()))
    return household_after(of, ledger)


def test_a_part_never_takes_the_name_of_another_lot() -> None:
    """A purchase of 100, split before into `b` and `b/1`: 10 lost shares split `b` once more."""
    day = str(ASOF - timedelta(days=10))
    held = [
        lot("old", "A", "VTI", 100, 15_000.0, str(ASOF - timedelta(days=900))),
        lot("b", "A", "VTI", 30, 3_000.0, day),
        lot("b/1", "A", "VTI", 70, 7_000.0, day),
    ]
    of = household([account("A")], held)
    after = _done(of, sell(of, "A", "VTI", {"old": 10}))
    names = after.lots.lot_id.tolist()
    assert sorted(names) == ["b", "b/1", "b/2", "old"]
    shares = dict(zip(names, after.lots.shares.tolist(), strict=True))
    basis = dict(zip(names, after.lots.basis.tolist(), strict=True))
    assert (shares["b"], shares["b/2"], shares["b/1"]) == (10.0, 20.0, 70.0)
    assert (basis["b"], basis["b/2"], basis["b/1"]) == (1_500.0, 2_000.0, 7_000.0)


def test_a_purchase_split_twice_keeps_shares_and_dollars() -> None:
    """100 bought replace 10 lost shares, ten days later 20 more: 30 losses of 50 are in bases."""
    held = [lot("old", "A", "VTI", 100, 15_000.0, str(ASOF - timedelta(days=900)))]
    of = household([account("A", cash=20_000.0)], held)
    first = _done(of, sell(of, "A", "VTI", {"old": 10}), buy(of, "A", "VTI", 100))
    later = replace(first, asof=ASOF + timedelta(days=10))
    second = _done(later, sell(later, "A", "VTI", {"old": 20}))
    names = second.lots.lot_id.tolist()
    assert len(set(names)) == len(names) == 4
    parts = {n: s for n, s in zip(names, second.lots.shares.tolist(), strict=True) if n != "old"}
    assert sorted(parts.values()) == [10.0, 20.0, 70.0]
    bought = sum(b for n, b in zip(names, second.lots.basis.tolist(), strict=True) if n != "old")
    assert bought == 100 * 100.0 + 30 * 50.0
    assert second.units.lt_realized_ytd[0] == 0.0
