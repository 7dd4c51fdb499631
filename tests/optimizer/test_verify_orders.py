"""What an order must say, and that nothing is sold that is not there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from models.policy import Policy
from optimizer.judge.verify import verify
from tests.households import (
    buy,
    sell,
)
from tests.optimizer.judging import broken, sheltered, two_lots


def test_price_is_the_books() -> None:
    """A cent off is a breach."""
    of = two_lots()
    order = buy(of, "TX", "VTI", 10)
    assert broken(of, [order]) == []
    assert broken(of, [replace(order, price=Decimal("80.01"))]) == ["price"]


def test_order_id_follows_from_the_order() -> None:
    """An id of another day, account, security or side is a breach."""
    of = two_lots()
    order = buy(of, "TX", "VTI", 10)
    other = buy(of, "TX", "BND", 10)
    assert broken(of, [order, other]) == []
    assert broken(of, [replace(order, order_id=other.order_id)]) == ["order_id"]


def test_one_order_per_account_security_and_side() -> None:
    """Two tickets for the same thing are one too many."""
    of = two_lots()
    order = buy(of, "TX", "VTI", 10)
    assert broken(of, [order, buy(of, "IRA", "VTI", 10)]) == []
    assert broken(of, [order, order]) == ["one_order"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"account_id": "XX"}, "unknown_account"),
        ({"security_id": "XX"}, "unknown_security"),
        ({"shares": Decimal(0)}, "positive_shares"),
        ({"shares": Decimal(-5)}, "positive_shares"),
        ({"shares": Decimal("NaN")}, "positive_shares"),
        ({"side": "hold"}, "unknown_side"),
    ],
)
def test_orders_that_mean_nothing_are_named(change: dict[str, object], rule: str) -> None:
    """They are left out of the replay, and the fault is named first."""
    of = two_lots()
    order = replace(buy(of, "TX", "VTI", 10), **change)  # type: ignore[arg-type]
    verdict = verify(of, Policy(), [order])
    assert verdict.breaches[0].rule == rule
    assert verdict.ledger.orders == ()


def test_unknown_lot_is_named() -> None:
    """A lot that the household does not hold cannot be sold."""
    of = two_lots()
    assert broken(of, [sell(of, "TX", "VTI", {"ZZ": 10})]) == ["unknown_lot"]


@pytest.mark.parametrize(
    ("lots", "names"),
    [
        ({"A": "100"}, []),
        ({"A": "100.0000000001"}, []),
        ({"A": "101"}, ["lot_supply"]),
        ({"B": "10"}, ["lot_supply"]),
    ],
)
def test_lots_are_there_and_belong_to_the_order(lots: dict[str, str], names: list[str]) -> None:
    """No lot is oversold, nor taken from another position; 1e-9 shares are noise."""
    of = two_lots()
    assert broken(of, [sell(of, "TX", "VTI", lots)]) == names


def test_lots_add_up_to_a_taxable_sale() -> None:
    """An order for more than its lots says nothing about the rest."""
    of = two_lots()
    order = sell(of, "TX", "VTI", {"A": 50})
    assert broken(of, [replace(order, shares=Decimal(51))]) == ["lot_supply"]
    assert broken(of, [replace(order, lots=())]) == ["lot_supply"]


def test_buys_and_sheltered_sales_carry_no_lots() -> None:
    """Lots matter where gains are taxed."""
    of = two_lots()
    lots = sell(of, "TX", "VTI", {"A": 10}).lots
    assert broken(of, [replace(buy(of, "TX", "VTI", 10), lots=lots)]) == ["lot_supply"]


@pytest.mark.parametrize(("shares", "names"), [(10, []), (11, ["lot_supply"])])
def test_a_sheltered_position_is_not_oversold(shares: int, names: list[str]) -> None:
    """Selling all of it is exempt from sizes; more than it is not there."""
    assert broken(sheltered(), [sell(sheltered(), "IRA", "VTI", shares)]) == names
