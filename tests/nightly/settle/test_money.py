"""Money that moved is booked on its day, once: cash, what is still due, income, what was wished."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nightly.main import main
from nightly.register.fold import MONEY, SENT
from nightly.register.money import Movement
from nightly.register.records import Parcel, data_of
from nightly.register.register import Register
from tests.nightly.register import orders
from tests.nightly.settle.small import DAY, RUN, TWO_LOTS, Trading, book, of, read, tables

MOVED = date(2026, 11, 23)
D = Decimal


def movement(number: int, kind: str, paying: str, paid: str, usd: str) -> Movement:
    """Return a movement of h1's."""
    name = f"{RUN}/money/{number}"
    return Movement(name, RUN, DAY, "h1", kind, paying, paid, D(usd), False, "", "policy")


REQUIRED = movement(1, "distribution", "h1-ira", "h1-a", "3000")
WISHED = movement(2, "withdrawal", "h1-a", "client", "1250.5")


@pytest.fixture
def trading(tmp_path: Path) -> Trading:
    """Return a register from which a distribution and a withdrawal left and moved on Monday."""
    world = Trading(tmp_path)
    (tmp_path / "runs" / RUN).mkdir(parents=True)
    with Register(world.register).held() as held:
        orders.propose(held, RUN, ["h1"])
        moves = (REQUIRED, WISHED)
        names = tuple(each.movement_id for each in moves)
        parcel = Parcel(0, SENT, RUN, f"{RUN}/exports/1", "csv", {}, (), "", movements=names)
        told = {"parcel": data_of(parcel), "tickets": [], "lockouts": []}
        held.add(SENT, "Dan", "", {**told, "movements": [data_of(each) for each in moves]})
        answers = [
            {"movement_id": name, "state": "moved", "moved_on": str(MOVED), "text": ""}
            for name in names
        ]
        held.add(MONEY, "Eve", "said", {"sha256": "1", "answers": answers, "refused": []})
    return world


def rows(**household: Any) -> Any:
    """Return a book in which $5,000 are to be distributed and $1,250.50 are to be withdrawn."""
    found = tables(TWO_LOTS)
    found["households"][0] |= {"net_flow": -1_250.5, **household}
    found["accounts"][1]["rmd_due_usd"] = 5_000.0
    found["filing_units"][0]["magi"] = None
    return found


def settled(trading: Trading, before: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Settle a book into `next` beside it and return what is said."""
    capsys.readouterr()
    out = before.with_name(f"{before.name}+")
    told = ["settle", str(before), "--register", str(trading.register), "--out", str(out)]
    assert main([*told, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def figures(place: Path) -> tuple[Any, ...]:
    """Return cash and what is due by account, income of the unit, and the household's wish."""
    return (
        of(read(place, "accounts"), "account_id", "cash", "rmd_due_usd"),
        of(read(place, "filing_units"), "filing_unit_id", "ordinary_income", "magi"),
        of(read(place, "households"), "household_id", "net_flow"),
    )


def held(place: Path) -> tuple[float, float]:
    """Return all cash of a book, and what is still to be distributed."""
    accounts = read(place, "accounts")
    due = sum(float(row["rmd_due_usd"] or 0.0) for row in accounts)
    return sum(float(row["cash"]) for row in accounts), due


BOOKED = (
    {"h1-a": ("11749.5", ""), "h1-ira": ("7000", "2000")},
    {"h1-u": ("103000", "")},
    {"h1": ("0",)},
)
"""$3,000 from the IRA count as income and to what is required; $1,250.50 left the household."""


def test_money_is_booked_once_with_all_that_follows(
    trading: Trading, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the day of the book's prices at first, by its table of movements from then on."""
    before = book(trading.root / "book", rows())
    assert settled(trading, before, capsys)["movements"] == 2
    after = before.with_name("book+")
    assert figures(after) == BOOKED
    legs = {(r["account_id"], r["amount"], r["date"]) for r in read(after, "movements")}
    day = str(MOVED)
    assert legs == {("h1-ira", "-3000", day), ("h1-a", "3000", day), ("h1-a", "-1250.5", day)}
    assert settled(trading, after, capsys)["movements"] == 0
    assert figures(before.with_name("book++")) == BOOKED


@pytest.mark.parametrize("empty", [False, True])
def test_a_book_of_its_day_shows_it(
    trading: Trading, capsys: pytest.CaptureFixture[str], empty: bool
) -> None:
    """Prices of Monday: nothing is booked, and the new book has the rows to say so.

    A table of movements without a row, as every database has, says no more than none.
    """
    shown = rows()
    if empty:
        (trading.root / "book").mkdir()
        header = "movement_id,account_id,date,amount,kind\n"
        (trading.root / "book" / "movements.csv").write_text(header)
    for row in shown["securities"]:
        row["price_date"] = MOVED
    before = book(trading.root / "book", shown)
    assert settled(trading, before, capsys)["movements"] == 0
    assert figures(before.with_name("book+")) == figures(before)
    assert len(read(before.with_name("book+"), "movements")) == 3


SHOWN: dict[str, tuple[list[tuple[str, float, str]], int]] = {
    "all, a day later": (
        [("h1-ira", -3_000.0, "24"), ("h1-a", 3_000.0, "24"), ("h1-a", -1_250.5, "24")],
        0,
    ),
    "taxes withheld": (
        [("h1-ira", -2_700.0, "23"), ("h1-ira", -300.0, "23"), ("h1-a", 3_000.0, "23")],
        1,
    ),
    "one leg": ([("h1-ira", -3_000.0, "23")], 2),
    "too early": ([("h1-a", -1_250.5, "20")], 2),
    "too little": ([("h1-a", -50.0, "23")], 2),
    "once": ([("h1-a", -1_250.5, "23"), ("h1-ira", -3_000.0, "23"), ("h1-a", 3_000.0, "23")], 0),
}


@pytest.mark.parametrize("case", SHOWN)
def test_rows_under_any_name_show_what_they_cover(
    trading: Trading, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """A leg that a row shows is not booked again; one that none covers is."""
    given, booked = SHOWN[case]
    shown = rows()
    shown["movements"] = [
        {"movement_id": f"c{n}", "account_id": account, "date": f"2026-11-{day}", "amount": usd}
        for n, (account, usd, day) in enumerate(given)
    ]
    before = book(trading.root / "book", shown)
    assert settled(trading, before, capsys)["movements"] == booked
    once, due = held(before.with_name("book+"))
    assert due == (5_000.0 if any(account == "h1-ira" for account, _, _ in given) else 2_000.0)
    assert settled(trading, before.with_name("book+"), capsys)["movements"] == 0
    assert held(before.with_name("book++")) == (once, due)


@pytest.mark.parametrize(("wish", "left"), [(-2_000.0, "-749.5"), (-100.0, "0"), (500.0, "500.0")])
def test_what_has_moved_is_not_wished_again(
    trading: Trading, capsys: pytest.CaptureFixture[str], wish: float, left: str
) -> None:
    """What is left of a larger wish stays; one the other way has nothing to do with it."""
    before = book(trading.root / "book", rows(net_flow=wish))
    settled(trading, before, capsys)
    assert figures(before.with_name("book+"))[2] == {"h1": (left,)}


def test_money_of_a_day_to_come_is_refused_and_stops_its_household_only(
    trading: Trading, capsys: pytest.CaptureFixture[str]
) -> None:
    """A year that was mistyped: the row is refused; one that was booked is told with its id."""
    later = movement(3, "withdrawal", "h1-a", "client", "10")
    with Register(trading.register).held() as held:
        parcel = Parcel(0, SENT, RUN, f"{RUN}/exports/2", "csv", {}, (), "")
        parcel = replace(parcel, movements=(later.movement_id,))
        told = {"parcel": data_of(parcel), "tickets": [], "lockouts": []}
        held.add(SENT, "Dan", "", {**told, "movements": [data_of(later)]})
    row = f"movement_id,state,moved_on\n{later.movement_id},moved,2099-11-23\n"
    (trading.root / "said.csv").write_text(row)
    assert main(["fills", str(trading.root / "said.csv"), "--register", str(trading.register)]) == 1
    assert "moved_on 2099-11-23 is after today" in capsys.readouterr().out
    with Register(trading.register).held() as held:
        said = {"movement_id": later.movement_id, "state": "moved", "text": ""}
        answers = [{**said, "moved_on": "2099-11-23"}]
        held.add(MONEY, "Eve", "said", {"sha256": "2", "answers": answers, "refused": []})
    before = book(trading.root / "book", rows())
    told = ["settle", str(before), "--register", str(trading.register)]
    assert main([*told, "--out", str(trading.root / "next")]) == 1
    assert f"not settled: h1: {later.movement_id}: moved_on 2099" in capsys.readouterr().out


def test_an_account_that_is_gone_leaves_its_household_as_it_was(
    trading: Trading, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told with the movement; nothing of the household is booked."""
    gone = rows()
    gone["accounts"].pop()
    before = book(trading.root / "book", gone)
    out = trading.root / "next"
    capsys.readouterr()
    told = ["settle", str(before), "--register", str(trading.register), "--out", str(out)]
    assert main(told) == 1
    assert f"{REQUIRED.movement_id}: there is no account h1-ira" in capsys.readouterr().out
    assert read(out, "accounts") == read(before, "accounts")
