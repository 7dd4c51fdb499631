"""Wash-sale windows of the past, of the run and of what is scheduled; open orders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.household import Household
from models.policy import Policy, WashSales
from tests.households import (
    account,
    buy,
    household,
    lot,
    open_order,
    security,
    sell,
    trade,
)
from tests.optimizer.judging import ALL_STOCK, broken, sheltered


def losing(**given: object) -> Household:
    """Return 100 VTI at a loss of 10 a share in taxable, an IRA with cash, and AGG to buy."""
    return household(
        [account("TX", cash=10_000.0), account("IRA", "traditional_ira", cash=10_000.0)],
        [
            lot("A", "TX", "VTI", 100, 9000.0, "2024-01-02"),
            lot("G", "TX", "VTI", 100, 7000.0, "2024-01-03"),
            *given.pop("lots", ()),  # type: ignore[misc]
        ],
        [security("VTI", 80.0, identical_group="US"), security("ITOT", 80.0, identical_group="US")],
        targets=ALL_STOCK,
        **given,  # type: ignore[arg-type]
    )


def test_a_loss_and_a_buy_of_the_group_exclude_each_other() -> None:
    """In any account; a gain and a buy do not."""
    of = losing()
    harvest, gain = sell(of, "TX", "VTI", {"A": 100}), sell(of, "TX", "VTI", {"G": 100})
    assert broken(of, [harvest]) == []
    assert broken(of, [gain, buy(of, "IRA", "ITOT", 10)]) == []
    assert set(broken(of, [harvest, buy(of, "IRA", "ITOT", 10)])) == {"wash_sale"}
    price = Policy(wash_sale=WashSales(mode="price"))
    assert broken(of, [harvest, buy(of, "IRA", "ITOT", 10)], policy=price) == ["wash_sale"]


@pytest.mark.parametrize(("day", "names"), [("2026-10-20", []), ("2026-10-21", ["wash_sale"])])
def test_a_past_loss_locks_its_group_through_the_thirtieth_day(day: str, names: list[str]) -> None:
    """2026-10-21 is 30 days ago: today is the last blocked day."""
    of = losing(trades=[trade("TX", "ITOT", day, "sell", 10, realized_gain=-50.0)])
    for mode in ("avoid", "price"):
        policy = Policy(wash_sale=WashSales(mode=mode))
        assert broken(of, [buy(of, "IRA", "VTI", 10)], policy=policy) == names


@pytest.mark.parametrize(("day", "names"), [("2026-10-20", []), ("2026-10-21", ["wash_sale"])])
def test_recent_shares_block_a_loss_sale(day: str, names: list[str]) -> None:
    """Bought 30 days ago and still held, in any account of the household."""
    for account_id in ("TX", "IRA"):
        of = losing(lots=[lot("R", account_id, "ITOT", 10, 700.0, day)])
        assert sorted(set(broken(of, [sell(of, "TX", "VTI", {"A": 100})]))) == names


def test_selling_recent_shares_cures_in_taxable_accounts_only() -> None:
    """An IRA's recent shares stay a replacement though they are sold in the same run."""
    of = losing(lots=[lot("R", "TX", "ITOT", 10, 700.0, "2026-11-10")])
    cured = [sell(of, "TX", "VTI", {"A": 100}), sell(of, "TX", "ITOT", {"R": 10})]
    assert broken(of, cured) == []
    ira = losing(lots=[lot("R", "IRA", "ITOT", 10, 700.0, "2026-11-10")])
    stays = [sell(ira, "TX", "VTI", {"A": 100}), sell(ira, "IRA", "ITOT", 10)]
    assert set(broken(ira, stays)) == {"wash_sale"}


@pytest.mark.parametrize(
    ("day", "names"),
    [("2026-11-20", ["wash_sale"]), ("2026-12-20", ["wash_sale"]), ("2026-12-21", [])],
)
def test_a_scheduled_buy_blocks_a_loss_sale(day: str, names: list[str]) -> None:
    """Payroll or reinvestment within 30 days, both ends inclusive; a gain sale is free."""
    of = losing(scheduled=[("IRA", "ITOT", day)])
    assert broken(of, [sell(of, "TX", "VTI", {"A": 100})]) == names
    assert broken(of, [sell(of, "TX", "VTI", {"G": 100})]) == []


def test_open_buys_block_a_loss_sale_and_open_losses_a_buy() -> None:
    """Orders under way count as if they filled."""
    bought = losing(open_orders=[open_order("IRA", "ITOT", "buy", 10)])
    assert set(broken(bought, [sell(bought, "TX", "VTI", {"A": 100})])) == {"wash_sale"}
    lost = losing(open_orders=[open_order("TX", "VTI", "sell", 10, lot_id="A")])
    assert broken(lost, [buy(lost, "IRA", "ITOT", 10)]) == ["wash_sale"]
    gained = losing(open_orders=[open_order("TX", "VTI", "sell", 10, lot_id="G")])
    assert broken(gained, [buy(gained, "IRA", "ITOT", 10)]) == []


def test_open_orders_reserve_cash_and_shares() -> None:
    """A sale without a lot takes the earliest acquired: A is gone, G is free."""
    waiting = losing(
        open_orders=[
            open_order("IRA", "ITOT", "buy", 100),
            open_order("TX", "VTI", "sell", 100),
        ]
    )
    # 8,000 of the IRA's 10,000 are set aside.
    spend = [buy(waiting, "IRA", "VTI", 26)]
    assert broken(waiting, spend) == ["cash_floor", "wash_sale"]
    resold = broken(waiting, [sell(waiting, "TX", "VTI", {"A": 10})])
    assert resold[:2] == ["lot_supply", "open_order"]
    assert broken(waiting, [sell(waiting, "TX", "VTI", {"G": 10})]) == ["open_order"]


def test_an_open_sale_in_a_sheltered_account_reserves_its_shares() -> None:
    """4 of 10 are under way: 7 more are not there."""
    of = replace(
        sheltered(),
        open_orders=household(
            [account("IRA", "traditional_ira")],
            open_orders=[open_order("IRA", "VTI", "sell", 4)],
        ).open_orders,
    )
    assert broken(of, [sell(of, "IRA", "VTI", 7)]) == ["lot_supply", "open_order"]
