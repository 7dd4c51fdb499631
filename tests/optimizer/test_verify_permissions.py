"""Modes, menus, restrictions, sheltered income and ranks."""

from __future__ import annotations

import pytest

from models.household import Household
from models.policy import Policy, TradeRules
from tests.households import (
    BOND,
    STOCK,
    account,
    buy,
    household,
    lot,
    open_order,
    restriction,
    security,
    sell,
    target,
    trade,
)
from tests.optimizer.judging import ALL_STOCK, broken, sheltered, two_lots

SIDES = {
    "full": ([], [], []),
    "buy_only": (["mode"], ["mode"], []),
    "sell_only": ([], [], ["mode"]),
    "hold": (["mode"], ["mode"], ["mode"]),
    "harvest_only": (["mode"], [], []),
}


@pytest.mark.parametrize(("mode", "names"), SIDES.items())
def test_modes_mask_sides(mode: str, names: tuple[list[str], list[str], list[str]]) -> None:
    """A gain lot sold, a loss lot sold, a buy."""
    of, policy = two_lots(), Policy(trades=TradeRules(mode=mode))
    orders = (
        sell(of, "TX", "VTI", {"A": 100}),
        sell(of, "TX", "BND", {"B": 100}),
        buy(of, "TX", "AGG", 10),
    )
    assert tuple(broken(of, [order], policy=policy) for order in orders) == names


def test_harvest_only_sells_nothing_in_sheltered_accounts() -> None:
    """There is nothing to harvest there."""
    policy = Policy(trades=TradeRules(mode="harvest_only"))
    assert broken(sheltered(), [sell(sheltered(), "IRA", "VTI", 10)], policy=policy) == ["mode"]


def test_buys_are_on_the_menu() -> None:
    """What is off the menu may be sold, not bought."""
    of = household(
        [account("K", "401k", cash=10_000.0, menu_id="M")],
        [lot("A", "K", "VTI", 10)],
        targets=ALL_STOCK,
        menus={"M": ["BND"]},
    )
    assert broken(of, [sell(of, "K", "VTI", 10), buy(of, "K", "BND", 10)]) == []
    assert broken(of, [buy(of, "K", "VTI", 10)]) == ["menu"]


RESTRICTED = [
    (restriction("VTI", "no_buy"), "buy", ["restriction"]),
    (restriction("VTI", "no_buy", "TX"), "buy", ["restriction"]),
    (restriction("VTI", "no_buy", "IRA"), "buy", []),
    (restriction("VTI", "no_buy"), "sell", []),
    (restriction("VTI", "no_sell"), "sell", ["restriction"]),
    (restriction("VTI", "no_sell", "IRA"), "sell", []),
    (restriction("VTI", "hold_at_least", None, 60), "sell", ["restriction"]),
    (restriction("VTI", "hold_at_least", None, 50), "sell", []),
    (restriction("VTI", "hold_at_least", "TX", 500), "sell", ["restriction"]),
    (restriction("VTI", "hold_at_least", "TX", 500), "buy", []),
]


@pytest.mark.parametrize(("rule", "side", "names"), RESTRICTED)
def test_restrictions(rule: dict[str, object], side: str, names: list[str]) -> None:
    """50 of 100 shares are sold, or 10 bought, in the taxable account."""
    of = two_lots(restrictions=[rule])
    order = buy(of, "TX", "VTI", 10) if side == "buy" else sell(of, "TX", "VTI", {"A": 50})
    assert broken(of, [order]) == names


def test_hold_at_least_counts_the_household() -> None:
    """100 in taxable and 50 in the IRA: selling 60 leaves 90 of the 90 required."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira")],
        [lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02"), lot("B", "IRA", "VTI", 50)],
        targets=ALL_STOCK,
        restrictions=[restriction("VTI", "hold_at_least", None, 90)],
    )
    assert broken(of, [sell(of, "TX", "VTI", {"A": 60})]) == []
    assert broken(of, [sell(of, "TX", "VTI", {"A": 61})]) == ["restriction"]


def test_unusable_securities_are_not_bought() -> None:
    """A fault in its row bars a security."""
    of = household(
        [account("TX", cash=10_000.0)],
        securities=[security("VTI", 80.0, usable=False)],
        targets=ALL_STOCK,
    )
    assert broken(of, [buy(of, "TX", "VTI", 10)]) == ["unusable_security"]


def test_mostly_exempt_income_stays_out_of_sheltered_accounts() -> None:
    """Unless the policy says otherwise; equal yields are not mostly exempt."""
    of = household(
        [account("TX", cash=10_000.0), account("IRA", "traditional_ira", cash=10_000.0)],
        securities=[
            security("MUB", 100.0, BOND, exempt_yield=0.03, ordinary_yield=0.001),
            security("HALF", 100.0, BOND, exempt_yield=0.02, ordinary_yield=0.02),
        ],
        targets=ALL_STOCK,
    )
    order = buy(of, "IRA", "MUB", 10)
    assert broken(of, [buy(of, "TX", "MUB", 10), buy(of, "IRA", "HALF", 10)]) == []
    assert broken(of, [order]) == ["exempt_in_sheltered"]
    assert broken(of, [order], policy=Policy(trades=TradeRules(exempt_in_sheltered=True))) == []


def ranked(**given: object) -> Household:
    """Return three stock funds of rank 1, 2 and none, and a loss lot of the first."""
    parts: dict[str, object] = {
        "targets": {"T": target({STOCK: 1.0})},
        "menus": {"M": ["TWO", "NONE"]},
        **given,
    }
    return household(
        [
            account("TX", cash=50_000.0),
            account("IRA", "traditional_ira", cash=50_000.0),
            account("K", "401k", cash=50_000.0, menu_id="M"),
        ],
        [
            lot("G", "TX", "ONE", 100, 6000.0, "2024-01-02"),
            lot("L", "TX", "ONE", 100, 9000.0, "2024-02-02"),
        ],
        [
            security("ONE", 80.0, rank=1.0),
            security("TWO", 80.0, rank=2.0),
            security("NONE", 80.0),
            security("BND", 50.0, BOND, rank=3.0),
        ],
        **parts,  # type: ignore[arg-type]
    )


def test_buys_go_to_the_lowest_rank_that_may_be_bought() -> None:
    """Rank 2 stands in only where rank 1 is not on the menu; another class has its own ranks."""
    of = ranked()
    assert broken(of, [buy(of, "IRA", "ONE", 10), buy(of, "IRA", "BND", 10)]) == []
    assert broken(of, [buy(of, "IRA", "TWO", 10)]) == ["rank"]
    assert broken(of, [buy(of, "K", "TWO", 10)]) == []
    assert broken(of, [buy(of, "K", "NONE", 10)]) == ["rank"]


@pytest.mark.parametrize(
    "blocked",
    [
        {"restrictions": [restriction("ONE", "no_buy", "IRA")]},
        {"trades": [trade("TX", "ONE", "2026-11-08", "sell", 100, realized_gain=-500.0)]},
        {"open_orders": [open_order("TX", "ONE", "sell", 100, lot_id="L")]},
        {"targets": {"T": target({"TWO": 0.5, STOCK: 0.5})}},
    ],
)
def test_a_blocked_rank_is_passed_over(blocked: dict[str, object]) -> None:
    """By a restriction, a past loss, an open loss sale; a named security needs no rank."""
    of = ranked(**blocked)
    assert broken(of, [buy(of, "IRA", "TWO", 10)]) == []


def test_a_harvest_blocks_its_rank() -> None:
    """The loss lot of rank 1 is sold, so the proceeds go to rank 2; a gain lot blocks nothing."""
    of = ranked()
    replacement = buy(of, "TX", "TWO", 100)
    assert broken(of, [sell(of, "TX", "ONE", {"L": 100}), replacement]) == []
    assert broken(of, [sell(of, "TX", "ONE", {"G": 100}), replacement]) == ["rank"]
