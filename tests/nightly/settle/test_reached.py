"""A corporate action reaches all who hold its security, or the book stays as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.book.read import read_book
from nightly.main import main
from nightly.reconcile.expected import differences
from nightly.register.register import Register
from tests.nightly.register import orders
from tests.nightly.settle.small import DAY, RUN, Trading, book, lot, of, read, tables

SPLIT = {
    "action_id": "s",
    "security_id": "VTI",
    "date": "2026-11-21",
    "kind": "split",
    "ratio": 2.0,
    "new_security_id": None,
    "basis_fraction": None,
}
SPIN_OFF = {
    **SPLIT,
    "action_id": "o",
    "security_id": "OLD",
    "date": "2026-11-22",
    "kind": "spin_off",
    "ratio": 0.1,
    "new_security_id": "SPN",
    "basis_fraction": 0.1,
}


def holders(*actions: dict[str, Any]) -> Any:
    """Return a book in which h1 and h2 hold VTI, h1 also OLD, and h3 only NEW."""
    rows = tables(
        [
            lot("l1", "h1-a", "VTI", 40.0, 4_000.0, "2020-01-02"),
            lot("o1", "h1-a", "OLD", 10.0, 400.0, "2020-01-02"),
            lot("m1", "h2-a", "VTI", 100.0, 9_000.0, "2020-01-02"),
            lot("n1", "h3-a", "NEW", 5.0, 100.0, "2020-01-02"),
        ],
        "h1",
        "h2",
        "h3",
    )
    rows["corporate_actions"] = [dict(row) for row in actions]
    return rows


def settle(trading: Trading, before: Path, *more: str) -> int:
    """Settle a book into `next` through the 23rd."""
    told = ["settle", str(before), "--register", str(trading.register), "--asof", "2026-11-23"]
    return main([*told, "--out", str(trading.root / "next"), *more])


@pytest.fixture
def trading(tmp_path: Path) -> Trading:
    """Return a register in which h1 sold 50 of VTI, which is more than it holds."""
    world = Trading(tmp_path)
    sell = orders.ticket(RUN, "h1")
    world.send(sell)
    world.fill(sell, "50", "300")
    return world


def test_an_action_reaches_all_who_hold_its_security_or_nobody(
    trading: Trading, capsys: pytest.CaptureFixture[str]
) -> None:
    """h1 cannot be settled: h2 is not split alone, at a price that is halved for both."""
    before = book(trading.root / "book", holders(SPLIT))
    assert settle(trading, before) == 2
    said = capsys.readouterr().err
    assert "h1: 50 of VTI were sold in h1-a" in said
    assert "h2" not in said
    assert "--leave-out" in said
    assert not (trading.root / "next").exists()


def test_an_action_that_cannot_be_applied_is_not_taken_as_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SPN is not in securities: told once for whom it reaches; with its row all is booked."""
    world = Trading(tmp_path)
    world.send(orders.ticket(RUN, "h2"))
    rows = holders(SPLIT, SPIN_OFF)
    before = book(tmp_path / "book", rows)
    assert settle(world, before) == 2
    assert "h1: o: SPN is not in securities. Mend" in capsys.readouterr().err
    rows["securities"].append({**rows["securities"][0], "security_id": "SPN", "price": 7.5})
    assert settle(world, book(tmp_path / "mended", rows)) == 0
    lots = of(read(tmp_path / "next", "lots"), "lot_id", "shares")
    assert lots == {"l1": ("80",), "o1": ("10",), "o1/o": ("1",), "m1": ("200",), "n1": ("5.0",)}


def test_a_household_that_an_action_does_not_reach_stops_nobody(tmp_path: Path) -> None:
    """h3 sold what it does not hold, and holds none of VTI: it stays as it was."""
    world = Trading(tmp_path)
    sell = orders.ticket(RUN, "h3", security_id="NEW", lots=())
    world.send(sell)
    world.fill(sell, "50", "30")
    assert settle(world, book(tmp_path / "book", holders(SPLIT))) == 1
    lots = of(read(tmp_path / "next", "lots"), "lot_id", "shares")
    assert lots == {"l1": ("80",), "o1": ("10.0",), "m1": ("200",), "n1": ("5.0",)}


def test_who_is_left_out_on_purpose_is_invalid_until_its_accounts_are_back(
    trading: Trading, capsys: pytest.CaptureFixture[str]
) -> None:
    """h1 keeps its name only: no night plans on old shares at a new price."""
    before = book(trading.root / "book", holders(SPLIT))
    assert settle(trading, before, "--leave-out") == 1
    assert "not settled: h1: 50 of VTI" in capsys.readouterr().out
    after = trading.root / "next"
    assert of(read(after, "lots"), "lot_id", "shares") == {"m1": ("200",), "n1": ("5.0",)}
    assert of(read(after, "securities"), "security_id", "price")["VTI"] == ("150",)
    found = read_book(after, DAY)
    assert list(found.faults_by_household) == ["h1"]
    assert "has no account" in str(found.faults_by_household["h1"][0])


def test_lots_of_nobody_are_not_left_behind_by_a_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped account would be mended later, with old shares at a new price."""
    world = Trading(tmp_path)
    world.send(orders.ticket(RUN, "h2"))
    rows = holders(SPLIT)
    rows["lots"].append(lot("x", "h4-a", "VTI", 7.0, 700.0, "2020-01-02"))
    before = book(tmp_path / "book", rows)
    assert settle(world, before) == 2
    assert "h4-a" in capsys.readouterr().err
    assert settle(world, before, "--leave-out") == 1
    assert "x" not in of(read(tmp_path / "next", "lots"), "lot_id", "shares")


def test_a_custodian_is_compared_although_somebody_cannot_be_settled(trading: Trading) -> None:
    """The comparison goes on: whom the action reached and who is not settled differs in whole."""
    before = book(trading.root / "book", holders(SPLIT))
    rows = holders()
    for row in rows["securities"]:
        row["price_date"] = "2026-11-23"
    rows["lots"][0]["shares"], rows["lots"][2]["shares"] = 80.0, 200.0
    custodian = book(trading.root / "custodian", rows)
    found = differences(before, Register(trading.register), custodian)
    assert found["waiting"] == ["h1"]
