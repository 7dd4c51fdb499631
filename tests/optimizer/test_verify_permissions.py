"""Modes, menus, targets, restrictions, sheltered income and ranks."""

from __future__ import annotations

from typing import Any

import pytest

from models.household import Household
from models.market import MONEY_MARKET
from models.policy import Policy, TradeRules
from optimizer.inputs.frame import frame
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
from tests.optimizer.judging import ALL_STOCK, HALVES, broken, sheltered, two_lots

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
        menus={"M": ["BND"]},
    )
    assert broken(of, [sell(of, "K", "VTI", 10), buy(of, "K", "BND", 10)]) == []
    assert broken(of, [buy(of, "K", "VTI", 10)]) == ["menu"]


def aimed(**given: object) -> Household:
    """Return cash in a taxable account that follows T and an IRA that follows NAMED.

    T weights stocks and bonds, NAMED the fund VTI, for which only ITOT may stand in.
    """
    return household(
        [
            account("TX", cash=10_000.0),
            account("IRA", "traditional_ira", cash=10_000.0, target_id="NAMED"),
        ],
        securities=[
            security("VTI", 50.0),
            security("ITOT", 50.0),
            security("BND", 50.0, BOND),
            security("SIXTY", 50.0, "MIX"),
            security("WORLD", 50.0, "MIX"),
            security("TWICE", 50.0),
            security("SHORT", 50.0),
            security("GOLD", 50.0, "GOLD"),
            security("FUND", 50.0, BOND, instrument=MONEY_MARKET),
        ],
        targets={"T": target({STOCK: 0.6, BOND: 0.4, "GOLD": 0.0}), "NAMED": target({"VTI": 1.0})},
        exposures={
            "SIXTY": {STOCK: 0.6, BOND: 0.4},
            "WORLD": {STOCK: 0.9, "GOLD": 0.1},
            "TWICE": {STOCK: 2.0, "GOLD": -1.0},
            "SHORT": {STOCK: -1.0},
        },
        **given,  # type: ignore[arg-type]
    )


def off_target(of: Household, account_id: str) -> list[str]:
    """Return the securities that the judge keeps an account from buying, under the defaults."""
    found = []
    for name in of.market.securities.security_id:
        order = buy(of, account_id, name, 10)
        names = broken(of, [order])
        assert broken(of, [order], policy=Policy(trades=TradeRules(buys="menu"))) == []
        assert names in ([], ["off_target"])
        found += [name] if names else []
    return found


def bought(of: Household, account_id: str) -> list[str]:
    """Return the securities that the program may buy in an account, under the defaults."""
    buys = frame(of, Policy()).buys
    mine = buys.account == of.accounts.account_id.tolist().index(account_id)
    return [str(name) for name in of.market.securities.security_id[buys.security[mine]]]


STANDS_IN = {"VTI": ["ITOT"], "ITOT": ["GOLD"]}
"""ITOT for VTI; and GOLD for ITOT, which makes it no substitute of VTI's."""

AIMS = [
    ({}, "TX", ["FUND", "GOLD", "SHORT", "WORLD"]),
    ({}, "IRA", ["BND", "FUND", "GOLD", "ITOT", "SHORT", "SIXTY", "TWICE", "WORLD"]),
    ({"substitutes": STANDS_IN}, "TX", ["FUND", "SHORT", "WORLD"]),
    (
        {"substitutes": STANDS_IN},
        "IRA",
        ["BND", "FUND", "GOLD", "SHORT", "SIXTY", "TWICE", "WORLD"],
    ),
]


@pytest.mark.parametrize(("given", "account_id", "names"), AIMS)
def test_buys_serve_the_target(given: dict[str, object], account_id: str, names: list[str]) -> None:
    """Named, or long of nothing but weighted classes, or a substitute of such a one.

    WORLD is a tenth of gold, which T weights by 0. A fund that is short of gold holds none of it;
    one that is long of nothing serves nothing. A money-market fund asks for a weight of cash.
    """
    of = aimed(**given)
    assert sorted(off_target(of, account_id)) == names
    everything = set(of.market.securities.security_id.tolist())
    assert sorted(everything - set(bought(of, account_id))) == names


@pytest.mark.parametrize(
    ("targets", "names"),
    [(ALL_STOCK, ["MM", "BIL"]), ({"T": target({STOCK: 0.6, "cash": 0.4})}, [])],
)
def test_a_target_with_cash_opens_what_is_cash(targets: dict[str, Any], names: list[str]) -> None:
    """A money-market fund and bills of the class cash; without that weight neither."""
    of = household(
        [account("TX", cash=10_000.0)],
        securities=[
            security("VTI", 50.0),
            security("MM", 50.0, "cash", instrument=MONEY_MARKET),
            security("BIL", 90.0, "cash"),
        ],
        targets=targets,
    )
    assert off_target(of, "TX") == names
    assert {"VTI", *bought(of, "TX")} == {"VTI", "MM", "BIL"} - set(names)


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
        targets=HALVES,
    )
    order = buy(of, "IRA", "MUB", 10)
    assert broken(of, [buy(of, "TX", "MUB", 10), buy(of, "IRA", "HALF", 10)]) == []
    assert broken(of, [order]) == ["exempt_in_sheltered"]
    assert broken(of, [order], policy=Policy(trades=TradeRules(exempt_in_sheltered=True))) == []


def ranked(**given: object) -> Household:
    """Return three stock funds of rank 1, 2 and none, and a loss lot of the first."""
    parts: dict[str, object] = {
        "targets": HALVES,
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
