"""Fills become lots, cash, trades and gains, to the cent and share; nothing is booked twice."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from models.book.read import read_book
from nightly.main import main
from tests.nightly.register import orders
from tests.nightly.settle.small import (
    BUY,
    DAY,
    RUN,
    TWO_LOTS,
    Trading,
    book,
    lot,
    of,
    read,
    security,
    tables,
)

D = Decimal
LATER = date(2026, 11, 23)
SELL = orders.ticket(RUN, "h1")


def settle(trading: Trading, before: Path, name: str = "next", *more: str) -> int:
    """Settle a book beside a register."""
    out = trading.root / name
    return main(
        ["settle", str(before), "--register", str(trading.register), "--out", str(out), *more]
    )


def test_partial_and_late_fills_are_booked_on_their_days(tmp_path: Path) -> None:
    """Sold 70 of l1 then l2 at two prices on two days, bought 40; by hand to the cent.

    Lots are sold as the ticket names them: 60 of l1, then 10 of its 40 of l2. On the 20th 50 of l1
    at $301.10: 15,055 − 5,000. On the 23rd 10 of l1 at $299: 2,990 − 1,000, and 10 of l2: 2,990 −
    3,200 = −210. Cash 10,000 + 15,055 + 5,980 − 40 · 30.05 = 29,833.
    """
    before = book(tmp_path / "book", tables(TWO_LOTS))
    trading = Trading(tmp_path)
    trading.send(SELL, BUY)
    trading.fill(SELL, "50", "301.10")
    trading.fill(SELL, "20", "299", LATER)
    trading.fill(BUY, "40", "30.05", LATER)
    assert settle(trading, before) == 0
    after = tmp_path / "next"
    assert of(read(after, "lots"), "lot_id", "security_id", "shares", "basis", "acquired") == {
        "l1": ("VTI", "20", "2000", "2020-01-02"),
        "l2": ("VTI", "40", "12800", "2026-06-01"),
        f"{BUY.order_id}/f3": ("NEW", "40", "1202", "2026-11-23"),
    }
    assert of(read(after, "accounts"), "account_id", "cash")["h1-a"] == ("29833",)
    units = of(read(after, "filing_units"), "filing_unit_id", "st_realized_ytd", "lt_realized_ytd")
    assert units == {"h1-u": ("-210", "12045")}
    columns = ("trade_id", "trade_date", "shares", "amount", "lot_id", "acquired")
    trades = of(read(after, "trades"), *columns)
    assert trades[f"{SELL.order_id}/f1/l1"] == ("2026-11-20", "50", "15055", "l1", "2020-01-02")
    assert trades[f"{SELL.order_id}/f2/l2"] == ("2026-11-23", "10", "2990", "l2", "2026-06-01")
    assert read_book(after, LATER).faults == ()


def test_prices_of_no_instrument_are_too_old_to_be_settled(tmp_path: Path) -> None:
    """Fills are booked at what was paid: a limit by instrument keeps no household waiting."""
    rows = tables(TWO_LOTS)
    for row in rows["securities"]:
        row["instrument"] = "stock"
    before = book(tmp_path / "book", rows)
    (before / "policies").mkdir(exist_ok=True)
    limit = "[data]\nmax_age_by_instrument = { stock = 1 }\n"
    (before / "policies" / "standard.toml").write_text(limit, "utf-8")
    trading = Trading(tmp_path)
    trading.send(SELL)
    trading.fill(SELL, "50", "301", LATER)
    assert settle(trading, before) == 0
    assert of(read(tmp_path / "next", "lots"), "lot_id", "shares")["l1"] == ("30",)


def test_settling_again_books_nothing(tmp_path: Path) -> None:
    """The next book shows what was booked; only a fill that came since is added."""
    trading = Trading(tmp_path)
    trading.send(SELL)
    trading.fill(SELL, "50", "301")
    assert settle(trading, book(tmp_path / "book", tables(TWO_LOTS))) == 0
    assert settle(trading, tmp_path / "next", "same") == 0
    for path in sorted((tmp_path / "next").glob("*.csv")):
        assert path.read_bytes() == (tmp_path / "same" / path.name).read_bytes()
    trading.fill(SELL, "50", "300", LATER)
    assert settle(trading, tmp_path / "next", "later") == 0
    assert settle(trading, tmp_path / "book", "at-once") == 0
    for name in ("lots", "accounts", "filing_units"):
        assert read(tmp_path / "later", name) == read(tmp_path / "at-once", name)


def test_what_the_custodian_shows_is_not_booked_again(tmp_path: Path) -> None:
    """30 of 50 stand in the book under the custodian's own names: 20 are booked."""
    rows = tables([lot("c1", "h1-a", "VTI", 50.0, 5_000.0, "2020-01-02"), TWO_LOTS[1]])
    rows["trades"] = [
        {
            "trade_id": "x",
            "account_id": "h1-a",
            "security_id": "VTI",
            "trade_date": DAY,
            "side": "sell",
            "shares": 30.0,
            "amount": 9_000.0,
        }
    ]
    trading = Trading(tmp_path)
    trading.send(SELL)
    trading.fill(SELL, "50", "300")
    assert settle(trading, book(tmp_path / "book", rows)) == 0
    shares = of(read(tmp_path / "next", "lots"), "lot_id", "shares")
    assert shares == {"c1": ("30",), "l2": ("50.0",)}


def test_a_wash_sale_goes_into_the_basis_of_its_replacement(tmp_path: Path) -> None:
    """10 of l2 sold at $300: a loss of $200; 4 bought three days later bear 4/10 of it, $80."""
    trading = Trading(tmp_path)
    sell = orders.ticket(RUN, "h1", shares=D(10), lots=(("l2", D(10)),))
    buy = orders.ticket(RUN, "h1", "buy", shares=D(4))
    trading.send(sell, buy)
    trading.fill(sell, "10", "300")
    trading.fill(buy, "4", "290", LATER)
    assert settle(trading, book(tmp_path / "book", tables(TWO_LOTS))) == 0
    lots = of(read(tmp_path / "next", "lots"), "lot_id", "basis", "holding_start")
    # held since 1 June, sold 20 November, bought 23 November: 172 days are added
    assert lots[f"{buy.order_id}/f2"] == ("1240", "2026-06-04")
    units = of(read(tmp_path / "next", "filing_units"), "filing_unit_id", "st_realized_ytd")
    assert units["h1-u"] == ("-120",)


def test_actions_are_applied_once_and_told(tmp_path: Path) -> None:
    """A split, a merger for cash, a dividend: lots, cash, gains, prices; a second time nothing."""
    rows = tables(
        [
            *TWO_LOTS,
            lot("o1", "h1-a", "OLD", 40.0, 1_500.0, "2026-03-02"),
            lot("o2", "h1-ira", "OLD", 10.0, None, None),
        ]
    )
    columns = dict.fromkeys(("ratio", "cash_per_share", "new_security_id", "basis_fraction"))
    rows["corporate_actions"] = [
        {**columns, "action_id": name, "security_id": of_, "date": day, "kind": kind, **facts}
        for name, of_, day, kind, facts in (
            ("s", "VTI", "2026-11-23", "split", {"ratio": 2.0}),
            ("d", "VTI", "2026-11-24", "cash_dividend", {"cash_per_share": 0.5}),
            ("m", "OLD", "2026-11-24", "cash_merger", {"cash_per_share": 55.0}),
            ("past", "VTI", "2026-11-19", "split", {"ratio": 3.0}),
        )
    ]
    trading = Trading(tmp_path)
    trading.send(SELL)
    assert settle(trading, book(tmp_path / "book", rows), "next", "--asof", "2026-11-24") == 0
    after = tmp_path / "next"
    lots = of(read(after, "lots"), "lot_id", "shares", "basis")
    assert lots == {"l1": ("160", "8000"), "l2": ("100", "16000")}
    cash = of(read(after, "accounts"), "account_id", "cash")
    assert cash == {"h1-a": ("12330",), "h1-ira": ("10550",)}  # 260 · 0.5 + 40 · 55; 10 · 55
    units = of(read(after, "filing_units"), "filing_unit_id", "st_realized_ytd")
    assert units["h1-u"] == ("700",)
    assert of(read(after, "securities"), "security_id", "price")["VTI"] == ("150",)
    booked = of(read(after, "corporate_actions"), "action_id", "booked")
    assert booked == {
        **dict.fromkeys(("s", "d", "m"), ("2026-11-24",)),
        "past": ("",),
    }
    assert settle(trading, after, "again", "--asof", "2026-11-24") == 0
    for path in sorted(after.glob("*.csv")):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_a_household_that_cannot_be_settled_stays_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """h1 sold more than its book holds: it is told with both figures; h2 is settled."""
    rows = tables(
        [
            lot("l1", "h1-a", "VTI", 40.0, 1.0, "2020-01-02"),
            lot("m1", "h2-a", "VTI", 100.0, 1.0, "2020-01-02"),
        ],
        "h1",
        "h2",
    )
    trading = Trading(tmp_path)
    other = orders.ticket(RUN, "h2", lots=(("m1", D(100)),))
    trading.send(SELL, other)
    trading.fill(SELL, "50", "300")
    trading.fill(other, "100", "300")
    assert settle(trading, book(tmp_path / "book", rows), "next", "--json") == 1
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["fills"], told["households"]) == (1, 1)
    assert "50 of VTI were sold in h1-a" in told["unsettled"]["h1"]
    assert of(read(tmp_path / "next", "lots"), "lot_id", "shares") == {"l1": ("40.0",)}


def test_parquet_and_unknown_columns_come_out_as_they_went_in(tmp_path: Path) -> None:
    """The format stays, in parts too, and a column that nobody knows keeps its values."""
    rows = tables([{**each, "colour": "red"} for each in TWO_LOTS])
    trading = Trading(tmp_path)
    trading.send(SELL)
    trading.fill(SELL, "50", "300")
    rows["trades"] = [
        {
            "trade_id": "x",
            "account_id": "h1-a",
            "security_id": "OLD",
            "trade_date": DAY,
            "side": "buy",
            "shares": 1.0,
            "amount": 50.0,
            "realized_gain": None,
            "lot_id": None,
        }
    ]
    for row in rows["lots"]:
        row["acquired"] = date.fromisoformat(row["acquired"])
    for format in ("parquet", "parts"):
        before = book(tmp_path / format, rows, format)
        assert settle(trading, before, f"{format}-next") == 0
        after = tmp_path / f"{format}-next"
        assert {path.name for path in after.iterdir()} == {path.name for path in before.iterdir()}
        lots = pq.read_table(next(iter(after.glob("lots*")))).to_pylist()
        assert [(row["lot_id"], row["shares"], row["colour"]) for row in lots] == [
            ("l1", 30.0, "red"),
            ("l2", 50.0, "red"),
        ]
        assert read_book(after, DAY).faults == ()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("there", "never written over"),
        ("no trades", "no table trades"),
        ("no date", "--since"),
        ("next year", "anew"),
        ("bad action", "row 2: ratio is missing"),
    ],
)
def test_what_cannot_be_settled_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, says: str
) -> None:
    """Exit 2, one message, and no new folder."""
    rows, more = tables(TWO_LOTS), []
    if what == "no date":
        rows["securities"] = [security("VTI", 300.0, price_date=None)]
    if what == "bad action":
        rows["corporate_actions"] = [
            {"action_id": "s", "security_id": "VTI", "date": "2026-11-23", "kind": "split"}
        ]
        more = ["--asof", "2026-11-23"]
    if what == "next year":
        more = ["--asof", "2027-01-04"]
    before = book(tmp_path / "book", rows)
    if what == "no trades":
        (before / "trades.csv").unlink()
    if what == "there":
        (tmp_path / "next").mkdir()
    trading = Trading(tmp_path)
    trading.send(SELL)
    assert settle(trading, before, "next", *more) == 2
    assert says in capsys.readouterr().err
    assert (tmp_path / "next").exists() is (what == "there")


def test_orders_that_the_register_knows_leave_the_open_orders(tmp_path: Path) -> None:
    """What is left of them the register says; the custodian's own stay."""
    rows = tables(TWO_LOTS)
    rows["open_orders"] = [
        {
            "order_id": name,
            "account_id": "h1-a",
            "security_id": "VTI",
            "side": "sell",
            "shares": 5.0,
            "lot_id": None,
            "status": "open",
        }
        for name in (SELL.ticket_id, "another")
    ]
    trading = Trading(tmp_path)
    trading.send(SELL)
    assert settle(trading, book(tmp_path / "book", rows)) == 0
    assert [row["order_id"] for row in read(tmp_path / "next", "open_orders")] == ["another"]


@pytest.mark.parametrize("ratio", [2.0, 0.125])
def test_a_fill_told_after_its_shares_were_split_is_booked_in_new_ones(
    tmp_path: Path, ratio: float
) -> None:
    """40 of l1 sold at $300 before a split that the book shows already; once, and never again."""
    rows = tables(TWO_LOTS)
    rows["lots"] = [{**row, "shares": row["shares"] * ratio} for row in rows["lots"]]
    rows["corporate_actions"] = [
        {
            "action_id": "s",
            "security_id": "VTI",
            "date": "2026-11-23",
            "kind": "split",
            "ratio": ratio,
            "booked": "2026-11-23",
        }
    ]
    trading = Trading(tmp_path)
    trading.send(SELL)
    trading.fill(SELL, "40", "300")
    assert settle(trading, book(tmp_path / "book", rows), "next", "--asof", "2026-11-23") == 0
    assert settle(trading, tmp_path / "next", "again", "--asof", "2026-11-23") == 0
    for name in ("next", "again"):
        lots = of(read(tmp_path / name, "lots"), "lot_id", "shares", "basis")
        assert [float(cell) for cell in lots["l1"]] == [40.0 * ratio, 4_000.0]
        assert of(read(tmp_path / name, "accounts"), "account_id", "cash")["h1-a"] == ("22000",)


def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copying fails file by file, each with words of its own: the first will do."""
    trading = Trading(tmp_path)
    trading.send(SELL)
    before = book(tmp_path / "book", tables(TWO_LOTS))

    def full(place: Path, aside: Path, **how: Any) -> None:
        aside.mkdir()
        faults = [(str(place / name), "", "[Errno 28] No space left") for name in "abc"]
        raise shutil.Error(faults)

    monkeypatch.setattr(shutil, "copytree", full)
    assert settle(trading, before) == 2
    assert "3 files, the first: [Errno 28] No space left; what" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book", "runs"]
