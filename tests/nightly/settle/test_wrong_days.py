"""What is told of a day that cannot be stops its household, and nobody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from nightly.main import main
from nightly.register.records import Ticket
from tests.nightly.register import orders
from tests.nightly.settle.small import DAY, RUN, Trading, book, lot, of, read, tables

OTHER = orders.ticket(RUN, "h2", lots=(("m1", Decimal(100)),))


@pytest.mark.parametrize("day", [date(2099, 11, 20), date(2026, 11, 19)])
@pytest.mark.parametrize("more", [(), ("--asof", "2026-11-23")])
def test_a_day_that_cannot_be_stops_its_household_until_it_is_corrected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], day: date, more: tuple[str, ...]
) -> None:
    """h2 is settled; h1 is as soon as a row corrects its fill."""
    lots = [
        lot("l1", "h1-a", "VTI", 80.0, 8_000.0, "2020-01-02"),
        lot("m1", "h2-a", "VTI", 100.0, 9_000.0, "2020-01-02"),
    ]
    before = book(tmp_path / "book", tables(lots, "h1", "h2"))
    trading = Trading(tmp_path)
    sell = orders.ticket(RUN, "h1")
    trading.send(sell, OTHER)
    trading.fill(sell, "50", "300", day)
    trading.fill(OTHER, "100", "300")
    told = ["settle", str(before), "--register", str(trading.register), *more]
    assert main([*told, "--out", str(tmp_path / "next")]) == 1
    said = capsys.readouterr().out
    assert f"not settled: h1: {sell.order_id}/f1: trade_date {day} is " in said
    assert "corrects = its fill_id" in said
    assert of(read(tmp_path / "next", "lots"), "lot_id", "shares") == {"l1": ("80.0",)}
    rows = f"ticket_id,shares,price,trade_date,corrects\n{sell.ticket_id},50,300,{DAY},f1\n"
    (tmp_path / "rows.csv").write_text(rows)
    assert main(["fills", str(tmp_path / "rows.csv"), "--register", str(trading.register)]) == 0
    assert "1 fill corrected in day or price" in capsys.readouterr().out
    assert main([*told, "--out", str(tmp_path / "mended")]) == 0
    assert of(read(tmp_path / "mended", "lots"), "lot_id", "shares") == {"l1": ("30",)}


def corrected(trading: Trading, row: str) -> None:
    """Let a row of answers correct the first fill."""
    file = trading.root / "rows.csv"
    file.write_text(f"ticket_id,shares,price,trade_date,corrects\n{row}\n")
    assert main(["fills", str(file), "--register", str(trading.register)]) == 0


def shown_on_monday(folder: Path, held: float) -> tuple[Path, Trading, Ticket]:
    """Return a book whose custodian shows 50 sold on Monday, and a fill of 50 on Friday."""
    rows = tables([lot("l1", "h1-a", "VTI", held, 100.0 * held, "2020-01-02")])
    shown = {"trade_id": "c", "account_id": "h1-a", "security_id": "VTI", "side": "sell"}
    rows["trades"] = [{**shown, "trade_date": "2026-11-23", "shares": 50.0, "amount": 15_000.0}]
    trading = Trading(folder)
    sell = orders.ticket(RUN, "h1")
    trading.send(sell)
    trading.fill(sell, "50", "300")
    return book(folder / "book", rows), trading, sell


def test_a_day_that_was_corrected_is_not_doubted(tmp_path: Path) -> None:
    """The book shows 50 on Monday: another trade, since the fill's own day was looked at."""
    before, trading, sell = shown_on_monday(tmp_path, 80.0)
    told = ["settle", str(before), "--register", str(trading.register)]
    told += ["--asof", "2026-11-23", "--out"]
    assert main([*told, str(tmp_path / "same")]) == 0
    assert of(read(tmp_path / "same", "lots"), "lot_id", "shares") == {"l1": ("80.0",)}
    corrected(trading, f"{sell.ticket_id},50,300,{DAY},f1")
    assert main([*told, str(tmp_path / "another")]) == 0
    assert of(read(tmp_path / "another", "lots"), "lot_id", "shares") == {"l1": ("30",)}


def test_a_price_that_was_corrected_says_nothing_of_the_day(tmp_path: Path) -> None:
    """The day is the night's still: what the book shows on Monday is not booked a second time."""
    before, trading, sell = shown_on_monday(tmp_path, 50.0)
    (tmp_path / "rows.csv").write_text(
        f"ticket_id,shares,price,corrects\n{sell.ticket_id},50,300.5,f1\n"
    )
    assert main(["fills", str(tmp_path / "rows.csv"), "--register", str(trading.register)]) == 0
    told = ["settle", str(before), "--register", str(trading.register), "--asof", "2026-11-23"]
    assert main([*told, "--out", str(tmp_path / "next")]) == 0
    assert of(read(tmp_path / "next", "lots"), "lot_id", "shares") == {"l1": ("50.0",)}


def settled_once(tmp_path: Path) -> tuple[Trading, Ticket, list[str]]:
    """Settle a fill of 50 of 80 shares into `next`; return how to settle from there."""
    before = book(tmp_path / "book", tables([lot("l1", "h1-a", "VTI", 80.0, 8e3, "2020-01-02")]))
    trading = Trading(tmp_path)
    sell = orders.ticket(RUN, "h1")
    trading.send(sell)
    trading.fill(sell, "50", "300")
    to = ["--register", str(trading.register), "--asof", "2026-11-23", "--out"]
    assert main(["settle", str(before), *to, str(tmp_path / "next")]) == 0
    return trading, sell, to


@pytest.mark.parametrize(
    ("price", "day", "said"),
    [
        ("301", DAY, "at 300 a share, corrected to 301"),
        ("300", "2026-11-23", f"on {DAY}, corrected to 2026-11-23"),
        ("299", "2026-11-23", "at 300 a share, corrected to 299 and on"),
        ("300", DAY, ""),
    ],
)
def test_what_is_corrected_after_it_was_booked_is_told_and_not_booked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], price: str, day: date | str, said: str
) -> None:
    """The new book has the first telling, and whoever keeps it would never know."""
    trading, sell, to = settled_once(tmp_path)
    assert "corrected since" not in capsys.readouterr().out
    corrected(trading, f"{sell.ticket_id},50,{price},{day},f1")
    capsys.readouterr()
    assert main(["settle", str(tmp_path / "next"), *to, str(tmp_path / "after")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"corrected since: {sell.order_id}/f1: written {said}" if said else "0 f")
    assert "0 fills" in out
    assert of(read(tmp_path / "after", "lots"), "lot_id", "shares") == {"l1": ("30",)}


def test_a_price_corrected_upward_takes_no_row_of_the_custodians(tmp_path: Path) -> None:
    """Less than a share seemed left of the first fill, and that much of the second was booked."""
    trading, sell, to = settled_once(tmp_path)
    corrected(trading, f"{sell.ticket_id},50,310,{DAY},f1")
    trading.fill(sell, "20", "300")
    rows = read(tmp_path / "next", "trades")
    shown = {**rows[0], "trade_id": "c", "shares": "20", "amount": "6000", "lot_id": ""}
    lines = [",".join(rows[0]), *(",".join(each.values()) for each in (*rows, shown))]
    (tmp_path / "next" / "trades.csv").write_text("\n".join(lines) + "\n")
    assert main(["settle", str(tmp_path / "next"), *to, str(tmp_path / "after")]) == 0
    assert of(read(tmp_path / "after", "lots"), "lot_id", "shares") == {"l1": ("30",)}
