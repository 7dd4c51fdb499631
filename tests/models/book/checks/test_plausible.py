"""What can be read and can hardly be meant: wrong, or uncertain with the figure, never a plan."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.book.before import Before, Seen, Worth
from models.book.book import Book
from models.book.read import read_book
from tests.books import ASOF, tiny_book, write

YESTERDAY = ASOF - timedelta(days=1)


def kinds(book: Book) -> set[str]:
    """Return the kinds of fault of a book."""
    return {fault.kind for fault in book.faults}


def read(tables: dict[str, Any], place: Path, before: Before | None = None) -> Book:
    """Write a book and read it after earlier nights."""
    return read_book(write(tables, place / "book"), ASOF, before)


def test_a_sound_book_is_plausible(tmp_path: Path) -> None:
    """Without a last night and with one that saw the same."""
    tables = tiny_book()
    prices = {
        row["security_id"]: Seen(float(row["price"]), YESTERDAY) for row in tables["securities"]
    }
    assert not read(tables, tmp_path / "a").uncertain
    assert not read(tables, tmp_path / "b", Before(prices, {})).faults


@pytest.mark.filterwarnings("error")
def test_what_no_float_holds_is_told_shortly(tmp_path: Path) -> None:
    """Shares whose dollars overflow are too many; no number has a page of digits, none warns."""
    tables = tiny_book()
    tables["lots"][0] |= {"shares": 1e308, "basis": 1e300}
    tables["accounts"][0]["cash"] = 1e308
    book = read(tables, tmp_path)
    told = {(fault.table, fault.column): fault.what for fault in book.faults}
    assert told["accounts", "cash"] == "1e+308 comes to $1e+308"
    assert told["lots", "shares"] == "1e+308 comes to $1.8e+308"
    assert max(map(len, told.values())) < 200


@pytest.mark.filterwarnings("error")
def test_an_infinite_basis_is_one_fault(tmp_path: Path) -> None:
    """It is no number; that it is many times what the lot is worth says nothing more."""
    tables = tiny_book()
    tables["lots"][0]["basis"] = "inf"
    assert ["is infinite" in fault.what for fault in read(tables, tmp_path).faults] == [True]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("accounts", "cash", 2e13),
        ("accounts", "net_flow", -2e13),
        ("households", "net_flow", 2e13),
        ("filing_units", "ordinary_income", 2e13),
        ("lots", "shares", 1e14),
        ("lots", "basis", 2e13),
        ("securities", "price", 2e13),
    ],
)
def test_more_dollars_than_there_are_is_invalid(
    table: str, column: str, value: float, tmp_path: Path
) -> None:
    """Wherever they stand, with row and figure."""
    tables = tiny_book()
    tables[table][0][column] = value
    book = read(tables, tmp_path)
    found = [fault for fault in book.faults if fault.kind == "amount_beyond_belief"]
    assert found and not any(fault.uncertain for fault in found)
    assert (found[0].table, found[0].row) in {(table, 0), ("lots", 0)}
    assert "$" in found[0].what and found[0].households
    assert set(found[0].households) <= set(book.faults_by_household)


@pytest.mark.parametrize("typed", ["\x1b[2K", "\u200b", "\u202e", "\x00", "\n"])
def test_what_nobody_sees_in_an_id_is_invalid(typed: str, tmp_path: Path) -> None:
    """Control, format and direction characters; the text of the fault shows them escaped."""
    tables = tiny_book()
    tables["lots"][0]["lot_id"] += typed
    book = read(tables, tmp_path)
    (fault,) = (fault for fault in book.faults if fault.kind == "unseen_character")
    assert (fault.table, fault.row, fault.column) == ("lots", 0, "lot_id")
    assert typed not in str(fault) and len(fault.households) == 1


@pytest.mark.parametrize("factor", [30.0, 1e-5])
def test_an_absurd_basis_is_uncertain(factor: float, tmp_path: Path) -> None:
    """Dollars for cents and cents for dollars, with the multiple; in taxable accounts alone."""
    tables = tiny_book()
    price = {row["security_id"]: float(row["price"]) for row in tables["securities"]}
    lot = tables["lots"][0]
    lot["basis"] = factor * float(lot["shares"]) * price[lot["security_id"]]
    book = read(tables, tmp_path)
    (fault,) = (fault for fault in book.faults if fault.kind == "absurd_basis")
    assert fault.uncertain and f"{factor:,.4g} times" in fault.what
    assert set(book.uncertain) == set(fault.households) <= set(book.faults_by_household)


def one_account(*lots: tuple[float, float, str]) -> dict[str, Any]:
    """Return the book with these shares, bases and dates of VTI in one taxable account."""
    tables = tiny_book()
    rows = [lot for lot in tables["lots"] if lot["account_id"] != "A2-TAX"]
    for number, (shares, basis, acquired) in enumerate(lots):
        own = {"lot_id": f"P{number}", "account_id": "A2-TAX", "security_id": "VTI"}
        rows.append({**rows[0], **own, "shares": shares, "basis": basis, "acquired": acquired})
    del tables["open_orders"], tables["trades"]
    return {**tables, "lots": rows}


OLD, LATE = "2003-05-06", "2021-03-04"


@pytest.mark.parametrize(
    ("lots", "doubted"),
    [
        ([(100, 210.0, LATE)], True),  # a share's cost
        ([(100, 21_000.0, LATE)], False),  # the lot's
        ([(100, 210.0, OLD)], False),  # a hundredfold in 23 years: great stocks have it
        ([(19, 210.0, LATE)], False),  # too few shares to say so
        ([(100, 2_100.0, LATE)], False),  # no share costs that
        ([(100, 210.0, LATE), (80, 9_000.0, LATE)], False),  # half of them is not most
        ([(100, 210.0, LATE), (80, 215.0, LATE), (80, 9_000.0, LATE)], True),
        ([(100, 210.0, LATE), (10, 1_000.0, LATE), (5, 900.0, LATE)], True),
    ],
)
def test_most_lots_of_an_account_with_a_basis_of_one_share(
    lots: list[tuple[float, float, str]], doubted: bool, tmp_path: Path
) -> None:
    """Once an account, with the figures; a policy that asks nothing is asked nothing."""
    tables = one_account(*lots)
    book = read(tables, tmp_path)
    found = [fault for fault in book.faults if fault.kind == "per_share_basis"]
    assert len(found) == doubted and set(book.uncertain) == ({"H2"} if doubted else set())
    for fault in found:
        assert fault.what.startswith("210 is like the price of one share, ")
        assert fault.what.endswith(" lots of 'A2-TAX'")
    tables["households"][1]["overrides"] = "data.min_basis_multiple = 0.0"
    assert not read(tables, tmp_path / "asked").uncertain


def with_price(tables: dict[str, Any], factor: float) -> tuple[str, Before]:
    """Return the first lot's security and a last night that saw `factor` times its price."""
    name = tables["lots"][0]["security_id"]
    now = {row["security_id"]: float(row["price"]) for row in tables["securities"]}[name]
    return name, Before({name: Seen(factor * now, YESTERDAY)}, {})


@pytest.mark.parametrize(
    ("factor", "jumps"), [(2.0, True), (0.5, True), (1.6, False), (0.7, False)]
)
def test_a_price_that_jumped_is_uncertain(factor: float, jumps: bool, tmp_path: Path) -> None:
    """By two fifths down, or what undoes that."""
    tables = tiny_book()
    _, before = with_price(tables, factor)
    book = read(tables, tmp_path, before)
    assert ("price_jump" in kinds(book)) is jumps and bool(book.uncertain) is jumps


def after_moves(
    moved: dict[str, float], vol: float | None = None, one_class: bool = True
) -> tuple[dict[str, Any], Before]:
    """Return the book after a night at other prices: VTI, VEA and the rest moved by these factors.

    `vol` is VTI's specific volatility.
    """
    tables = tiny_book()
    seen = {}
    for row in tables["securities"]:
        row["asset_class"] = row["asset_class"] if one_class else f"of {row['security_id']}"
        if row["security_id"] == "VTI" and vol is not None:
            row["specific_vol"] = vol
        factor = moved.get(row["security_id"], moved["rest"])
        seen[row["security_id"]] = Seen(float(row["price"]) / factor, YESTERDAY)
    return tables, Before(seen, {})


@pytest.mark.parametrize(
    ("vti", "rest", "vol", "split"),
    [
        (2 / 3, 1.0, 0.3, "3 for 2"),
        (2 / 3 * 0.95, 0.95, 0.3, "3 for 2"),  # on a day when all fell
        (1.5, 1.0, 0.3, "2 for 3"),
        (0.75, 1.01, 0.02, "4 for 3"),
        (0.8, 1.0, 0.02, "5 for 4"),
        (1.25, 1.0, 0.02, "4 for 5"),
        (0.8, 1.0, 0.3, None),  # as a stock falls
        (0.7, 1.0, 0.02, None),  # no split is so
        (2 / 3, 0.88, 0.02, None),  # the market fell
        (0.95, 0.95, 0.02, None),
    ],
)
def test_a_move_as_of_a_split_while_others_rest_is_uncertain(
    vti: float, rest: float, vol: float, split: str | None, tmp_path: Path
) -> None:
    """Under the limit of a jump, with the split in words."""
    book = read(*_placed(after_moves({"VTI": vti, "rest": rest}, vol), tmp_path))
    found = [fault for fault in book.faults if fault.kind == "like_a_split"]
    assert [f"a split of {split}," in fault.what for fault in found] == [True] * (split is not None)
    assert all(fault.uncertain and fault.row == 0 for fault in found)
    assert "price_jump" not in kinds(book)


def _placed(
    book: tuple[dict[str, Any], Before], place: Path
) -> tuple[dict[str, Any], Path, Before]:
    return book[0], place, book[1]


def test_what_explains_a_move_as_of_a_split(tmp_path: Path) -> None:
    """The action, a person who looked, a policy that asks nothing; an action that no price has."""
    name = tiny_book()["securities"][0]["security_id"]
    tables, before = after_moves({name: 2 / 3, "rest": 1.0})
    assert "like_a_split" in kinds(read(tables, tmp_path / "a", before))
    split = {"corporate_actions": [action(name, ASOF, kind="split", ratio=1.5)]}
    assert not read({**tables, **split}, tmp_path / "b", before).uncertain
    unmoved, yesterday = after_moves({"rest": 1.0})
    told = read({**unmoved, **split}, tmp_path / "c", yesterday)
    assert "a split of 2 for 3" in told.faults[0].what
    for row in tables["households"]:
        row["overrides"] = "data.max_price_jump = 1.0"
    assert not read(tables, tmp_path / "d", before).uncertain
    tables = after_moves({name: 2 / 3, "rest": 1.0})[0]
    tables["securities"][0]["confirmed"] = ASOF.isoformat()
    assert not read(tables, tmp_path / "e", before).uncertain


def test_a_security_alone_in_its_class_is_beside_all_others(tmp_path: Path) -> None:
    """Whose median is what the market did."""
    tables, before = after_moves({"VTI": 2 / 3, "rest": 1.0}, one_class=False)
    tables["exposures"] = []
    assert "like_a_split" in kinds(read(tables, tmp_path, before))


def action(name: str, day: date, **more: Any) -> dict[str, Any]:
    """Return a row of corporate actions."""
    return {"action_id": "x", "security_id": name, "date": day.isoformat(), **more}


@pytest.mark.parametrize(
    ("more", "day", "jumps"),
    [
        ({"kind": "split", "ratio": 2.0}, ASOF, False),
        ({"kind": "split", "ratio": 0.5}, ASOF, True),
        ({"kind": "split", "ratio": 2.0}, YESTERDAY, True),
        ({"kind": "split", "ratio": 2.0}, ASOF + timedelta(days=1), True),
        ({"kind": "return_of_capital", "cash_per_share": 1.0}, ASOF, False),
    ],
)
def test_a_corporate_action_since_explains_a_price(
    more: dict[str, Any], day: date, jumps: bool, tmp_path: Path
) -> None:
    """A split by its ratio, on its day: not of the day before, nor of tomorrow."""
    tables = tiny_book()
    name, before = with_price(tables, 2.0)
    tables["corporate_actions"] = [action(name, day, **more)]
    assert ("price_jump" in kinds(read(tables, tmp_path, before))) is jumps


def worth(tables: dict[str, Any], factor: float, flow: float = 0.0) -> tuple[str, Before]:
    """Return the first lot's household, and a last night that saw `factor` times its value."""
    owner = {row["account_id"]: row["household_id"] for row in tables["accounts"]}
    name = owner[tables["lots"][0]["account_id"]]
    price = {row["security_id"]: float(row["price"]) for row in tables["securities"]}
    value = sum(float(row["cash"]) for row in tables["accounts"] if row["household_id"] == name)
    value += sum(
        float(lot["shares"]) * price[lot["security_id"]]
        for lot in tables["lots"]
        if owner.get(lot["account_id"]) == name
    )
    prices = {security: Seen(each, YESTERDAY) for security, each in price.items()}
    return name, Before(prices, {name: Worth(factor * value, flow * value, YESTERDAY)})


@pytest.mark.parametrize(
    ("factor", "flow", "jumps"),
    [
        (1.0, 0.0, False),
        (1.5, 0.0, True),
        (0.5, 0.0, True),
        (0.5, 0.5, False),
        (1.5, -0.5, False),
        (1.2, 0.0, False),
    ],
)
def test_a_value_that_jumped_without_a_flow_is_uncertain(
    factor: float, flow: float, jumps: bool, tmp_path: Path
) -> None:
    """Up or down by a quarter, but not where the last night's flow explains it."""
    tables = tiny_book()
    name, before = worth(tables, factor, flow)
    book = read(tables, tmp_path, before)
    assert set(book.uncertain) == ({name} if jumps else set())


def test_a_market_that_halved_is_no_jump_of_value(tmp_path: Path) -> None:
    """Values are compared at the prices of the last night."""
    tables = tiny_book()
    name, before = worth(tables, 1.0)
    doubled = {key: Seen(1.5 * seen.price, seen.asof) for key, seen in before.prices.items()}
    value = before.worth[name].value_usd
    cash = sum(float(row["cash"]) for row in tables["accounts"] if row["household_id"] == name)
    then = Worth(1.5 * (value - cash) + cash, 0.0, YESTERDAY)
    assert not read(tables, tmp_path, Before(doubled, {name: then})).uncertain


@pytest.mark.parametrize(
    ("table", "column", "written"),
    [
        ("households", "confirmed", ASOF.isoformat()),
        ("households", "overrides", "data.max_value_jump = 0.9"),
    ],
)
def test_who_looked_says_so(table: str, column: str, written: str, tmp_path: Path) -> None:
    """With the as-of date in the row, or a wider limit."""
    tables = tiny_book()
    name, before = worth(tables, 2.0)
    (row,) = (row for row in tables[table] if row["household_id"] == name)
    row[column] = written
    assert not read(tables, tmp_path / "a", before).uncertain
    row[column] = YESTERDAY.isoformat() if column == "confirmed" else "data.max_value_jump = 0.3"
    assert set(read(tables, tmp_path / "b", before).uncertain) == {name}


def test_a_policy_lets_it_pass_and_it_is_told_all_the_same(tmp_path: Path) -> None:
    """The household is planned; the book still says that it is uncertain."""
    tables = tiny_book()
    name, before = worth(tables, 2.0)
    (row,) = (row for row in tables["households"] if row["household_id"] == name)
    row["overrides"] = 'data.uncertain = "pass"'
    book = read(tables, tmp_path, before)
    assert set(book.uncertain) == {name} and name not in book.faults_by_household
    assert book.household(name).household_id == name
