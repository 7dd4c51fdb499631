"""Order sizes, share steps, and no ticket against another in one account."""

from __future__ import annotations

import pytest

from models.policy import Policy, TradeRules
from tests.households import (
    account,
    buy,
    household,
    lot,
    security,
    sell,
)
from tests.optimizer.judging import ALL_STOCK, broken, sheltered, two_lots


def test_one_account_does_not_buy_and_sell_a_security_on_one_day() -> None:
    """But two accounts may, and gain lots may be harvested where the policy says so."""
    of = two_lots()
    gain = sell(of, "TX", "VTI", {"A": 100})
    harvest = Policy(trades=TradeRules(gain_harvest=True))
    assert broken(of, [gain, buy(of, "IRA", "VTI", 10)]) == []
    assert broken(of, [gain, buy(of, "TX", "VTI", 10)]) == ["same_day"]
    assert broken(of, [gain, buy(of, "TX", "VTI", 10)], policy=harvest) == []
    loss = [sell(of, "TX", "BND", {"B": 100}), buy(of, "TX", "BND", 10)]
    assert broken(of, loss, policy=harvest)[0] == "same_day"
    ira = sheltered()
    both = [sell(ira, "IRA", "VTI", 5), buy(ira, "IRA", "VTI", 2)]
    assert broken(ira, both, policy=harvest) == ["same_day"]


SIZES = [
    (TradeRules(), 2, []),
    (TradeRules(), 1, ["minimum_trade"]),
    (TradeRules(min_usd=0.0), 1, []),
    (TradeRules(min_usd=160.005), 2, []),
    (TradeRules(min_usd=160.006), 2, ["minimum_trade"]),
    (TradeRules(min_weight=0.01), 4, []),
    (TradeRules(min_weight=0.01), 3, ["minimum_trade"]),
]


@pytest.mark.parametrize(("trades", "shares", "names"), SIZES)
def test_orders_have_a_minimum(trades: TradeRules, shares: int, names: list[str]) -> None:
    """The greater of dollars and weight; half a cent is forgiven. W = 32,000, a share is 80."""
    of = household(
        [account("TX", cash=24_000.0)],
        [lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02")],
        [security("VTI", 80.0)],
        targets=ALL_STOCK,
    )
    assert broken(of, [buy(of, "TX", "VTI", shares)], policy=Policy(trades=trades)) == names


def test_selling_out_is_exempt_from_sizes() -> None:
    """Half a share left over may go, in whatever size; half of it may not."""
    of = household(
        [account("TX")],
        [lot("A", "TX", "VTI", 0.5, 30.0, "2024-01-02")],
        [security("VTI", 80.0)],
        targets=ALL_STOCK,
    )
    assert broken(of, [sell(of, "TX", "VTI", {"A": "0.5"})]) == []
    quarter = [sell(of, "TX", "VTI", {"A": "0.25"})]
    assert broken(of, quarter) == ["minimum_trade", "share_step"]


@pytest.mark.parametrize(
    ("step", "shares", "names"),
    [
        (1.0, "10", []),
        (1.0, "10.5", ["share_step"]),
        (0.001, "10.123", []),
        (0.001, "10.1235", ["share_step"]),
        (5.0, "10", []),
        (5.0, "12", ["share_step"]),
    ],
)
def test_orders_are_whole_steps(step: float, shares: str, names: list[str]) -> None:
    """The total of an order, not each of its lots, is a multiple of the step."""
    of = household(
        [account("TX", cash=10_000.0)],
        securities=[security("VTI", 80.0, share_step=step)],
        targets=ALL_STOCK,
    )
    assert broken(of, [buy(of, "TX", "VTI", shares)]) == names


def test_steps_bind_the_order_and_not_its_lots() -> None:
    """5.5 and 4.5 of two lots are ten shares."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 5.5, 400.0, "2024-01-02"),
            lot("B", "TX", "VTI", 9.5, 400.0, "2024-02-02"),
        ],
        [security("VTI", 80.0)],
        targets=ALL_STOCK,
    )
    assert broken(of, [sell(of, "TX", "VTI", {"A": "5.5", "B": "4.5"})]) == []
