"""A fill that a book shows under another day is not booked again; what is unclear is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nightly.main import main
from nightly.settle.same import NEAR, shown_near
from tests.nightly.settle.small import BUY, DAY, TWO_LOTS, Trading, book, lot, of, read, tables

D = Decimal
MONDAY = "2026-11-23"


def shows(*trades: tuple[str, float]) -> Any:
    """Return a book of Monday that shows buys of NEW by the custodian, by day and shares."""
    rows = tables([*TWO_LOTS, lot("c", "h1-a", "NEW", 40.0, 1_200.0, MONDAY)])
    for row in rows["securities"]:
        row["price_date"] = MONDAY
    rows["trades"] = [
        {
            **{"trade_id": f"c{n}", "account_id": "h1-a", "security_id": "NEW", "side": "buy"},
            **{"trade_date": day, "shares": shares, "amount": 30 * shares},
        }
        for n, (day, shares) in enumerate(trades)
    ]
    return rows


def settle(trading: Trading, before: Path) -> int:
    """Settle a book into `next`."""
    out = str(trading.root / "next")
    return main(["settle", str(before), "--register", str(trading.register), "--out", out])


@pytest.fixture
def trading(tmp_path: Path) -> Trading:
    """Return a register in which 40 of NEW were bought in parts of 15 and 25 on the night's day."""
    world = Trading(tmp_path)
    world.send(BUY)
    world.fill(BUY, "15", "30")
    world.fill(BUY, "25", "30")
    return world


@pytest.mark.parametrize(
    "trades",
    [
        [(MONDAY, 15.0), (MONDAY, 25.0)],
        [("2026-11-23", 15.0), ("2026-11-24", 25.0)],
        [(MONDAY, 40.0)],
        [("2026-11-19", 40.0)],
        [("2026-11-20", 20.0), (MONDAY, 20.0)],
    ],
)
def test_the_same_shares_a_few_days_apart_are_the_same_trade(
    trading: Trading, trades: list[tuple[str, float]]
) -> None:
    """Whatever parts they come in, and whichever of both days is later."""
    assert settle(trading, book(trading.root / "book", shows(*trades))) == 0
    after = trading.root / "next"
    assert of(read(after, "accounts"), "account_id", "cash")["h1-a"] == ("10000.0",)
    assert "40.0" in of(read(after, "lots"), "lot_id", "shares")["c"]
    assert len(read(after, "trades")) == len(trades)


def test_other_shares_nearby_are_told_and_the_household_is_not_settled(
    trading: Trading, capsys: pytest.CaptureFixture[str]
) -> None:
    """30 on Monday are neither 15 nor 25 nor both."""
    before = book(trading.root / "book", shows((MONDAY, 30.0)))
    assert settle(trading, before) == 1
    said = capsys.readouterr().out
    assert "not settled: h1: is it the same trade?" in said
    assert "25 on 2026-11-20, where the book shows 30 on 2026-11-23" in said
    assert read(trading.root / "next", "lots") == read(before, "lots")


def test_a_trade_long_ago_has_nothing_to_do_with_it(trading: Trading) -> None:
    """The fills are booked: $1,200 leave."""
    assert settle(trading, book(trading.root / "book", shows(("2026-11-14", 40.0)))) == 0
    after = trading.root / "next"
    assert of(read(after, "accounts"), "account_id", "cash")["h1-a"] == ("8800",)


@pytest.mark.parametrize(("away", "shown"), [(NEAR.days, {"f"}), (NEAR.days + 1, set())])
def test_how_far_a_day_may_be(away: int, shown: set[str]) -> None:
    """Five days, either way; a sixth is another trade."""
    for day in (DAY.toordinal() - away, DAY.toordinal() + away):
        assert shown_near([("f", DAY, D(3))], {date.fromordinal(day): D(3)}) == (shown, {})


def test_a_fill_leaves_the_window_before_the_trade_that_shows_it(tmp_path: Path) -> None:
    """Its trade of five days before is gone from a book of 61 days: it is not booked then."""
    world = Trading(tmp_path)
    long_ago = replace(BUY, asof=date(2026, 9, 24))  # 60 days before Monday
    world.send(long_ago)
    world.fill(long_ago, "40", "30", long_ago.asof)
    assert settle(world, book(tmp_path / "book", shows())) == 0
    assert read(tmp_path / "next", "trades") == []


def test_cash_that_is_not_there_is_told_and_the_household_is_not_settled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """$1,200 were paid of $1,194, as a price slips; of $1,193 they cannot have been."""
    world = Trading(tmp_path)
    world.send(BUY)
    world.fill(BUY, "40", "30")
    rows = tables(TWO_LOTS)
    rows["accounts"][0]["cash"] = 1_194.0
    assert settle(world, book(tmp_path / "slipped", rows)) == 0
    cash = of(read(tmp_path / "next", "accounts"), "account_id", "cash")
    assert cash["h1-a"] == ("-6",)
    (tmp_path / "next").rename(tmp_path / "first")
    rows["accounts"][0]["cash"] = 1_193.0
    assert settle(world, book(tmp_path / "short", rows)) == 1
    assert "h1-a would have -7.00 dollars of cash" in capsys.readouterr().out
    assert of(read(tmp_path / "next", "accounts"), "account_id", "cash")["h1-a"] == ("1193.0",)
