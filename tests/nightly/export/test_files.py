"""What stands in files that leave: lots and limits, blocks that add up, FIX as CSV, no formula."""

from __future__ import annotations

import csv
import io
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from nightly.export.spreadsheet import csv_text, neutral
from nightly.export.tickets import limit_price
from tests.nightly.export.exported import decide, exported, messages, rows


def test_tickets_name_lots_and_limits(run: Path, tmp_path: Path) -> None:
    """Lots add up to their ticket; limits lie within the policy's tolerance on the right side."""
    decide(run, "approve", "single-account")
    exported(run, tmp_path / "a")
    lots = pd.read_parquet(run / "order_lots.parquet").groupby("order_id")["shares"].sum()
    for ticket in rows(tmp_path / "a" / "tickets.csv"):
        named = [part.rsplit(":", 1) for part in ticket["lots"].split()]
        if ticket["order_id"] in lots:
            assert sum(Decimal(shares) for _, shares in named) == Decimal(ticket["shares"])
        else:
            assert named == []
        bps = 25 if ticket["household_id"] == "single-account" else 50
        price, limit = Decimal(ticket["price"]), Decimal(ticket["limit_price"])
        away = (limit - price) * (1 if ticket["side"] == "buy" else -1)
        assert 0 <= away <= price * bps / 10_000
        assert ticket["ticket_id"] == f"{run.name}/{ticket['order_id']}"


@pytest.mark.parametrize(
    ("price", "side", "bps", "limit"),
    [
        ("100", "buy", "50", "100.50"),
        ("100", "sell", "50", "99.50"),
        ("33.33", "buy", "50", "33.49"),  # 33.49665
        ("33.33", "sell", "50", "33.17"),  # 33.16335
        ("0.5", "buy", "50", "0.5025"),
        ("100", "buy", "0", "100.00"),
    ],
)
def test_limit_prices_by_hand(price: str, side: str, bps: str, limit: str) -> None:
    """Rounded to the tick towards the price."""
    assert str(limit_price(Decimal(price), side, Decimal(bps))) == limit


def test_blocks_are_sums_and_go_back_to_their_tickets(run: Path, tmp_path: Path) -> None:
    """By security and side, at the tightest limit, allocated to the last share."""
    exported(run, tmp_path / "a")
    tickets = pd.DataFrame(rows(tmp_path / "a" / "tickets.csv"))
    blocks = rows(tmp_path / "a" / "blocks.csv")
    for frame in (tickets,):
        frame["shares"] = frame["shares"].map(Decimal)
        frame["limit_price"] = frame["limit_price"].map(Decimal)
    grouped = tickets.groupby(["security_id", "side"])
    assert len(blocks) == len(grouped)
    for block in blocks:
        mine = grouped.get_group((block["security_id"], block["side"]))
        assert Decimal(block["shares"]) == sum(mine["shares"])
        tightest = min if block["side"] == "buy" else max
        assert Decimal(block["limit_price"]) == tightest(mine["limit_price"])
        assert int(block["tickets"]) == len(mine)
    whole = rows(tmp_path / "a" / "allocations.csv")
    assert {a["ticket_id"]: Decimal(a["shares"]) for a in whole} == dict(
        zip(tickets["ticket_id"], tickets["shares"], strict=True)
    )


def test_fix_says_what_the_csv_says(run: Path, tmp_path: Path) -> None:
    """NewOrderSingle of FIX 4.4, one a ticket, one a block; lengths and checksums are right."""
    other = Path(shutil.copytree(run.parent, tmp_path / "other")) / run.name
    exported(run, tmp_path / "csv")
    exported(other, tmp_path / "fix", "--format", "fix")
    by_id = {t["ticket_id"]: t for t in rows(tmp_path / "csv" / "tickets.csv")}
    told = messages(tmp_path / "fix" / "tickets.fix")
    assert len(told) == len(by_id)
    for message in told:
        ticket = by_id[message.get(11).decode()]
        assert (message.get(8), message.get(35), message.get(40)) == (b"FIX.4.4", b"D", b"2")
        assert message.get(1).decode() == ticket["account_id"]
        assert message.get(55).decode() == ticket["security_id"]
        assert message.get(54) == {"buy": b"1", "sell": b"2"}[ticket["side"]]
        assert Decimal(message.get(38).decode()) == Decimal(ticket["shares"])
        assert Decimal(message.get(44).decode()) == Decimal(ticket["limit_price"])
        assert (message.get(58) or b"lots ").decode() == f"lots {ticket['lots']}"
        raw = message.encode(raw=True)
        assert int(message.get(10)) == sum(raw[: raw.rindex(b"10=")]) % 256
    for message in messages(tmp_path / "fix" / "blocks.fix"):
        parts = int(message.get(78))
        quantities = [Decimal(message.get(80, k).decode()) for k in range(1, parts + 1)]
        assert sum(quantities) == Decimal(message.get(38).decode())


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+A1", "'+A1"),
        ("-A1", "'-A1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("plain-id", "plain-id"),
        ("", ""),
        (None, ""),
        (-5.0, -5.0),
    ],
)
def test_no_cell_runs_as_a_formula(cell: object, written: object) -> None:
    """Text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    assert neutral(cell) == written
    text = csv_text(["a", "b"], [{"a": cell, "b": "x"}])
    assert next(iter(csv.DictReader(io.StringIO(text, newline=""))))["a"] == str(written)
