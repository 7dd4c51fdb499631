"""An action that two feeds tell is one action; actions alone need no register."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from models.book.tables.files import read_files
from nightly.main import main
from nightly.settle.acts import Actions, actions_of
from nightly.settle.errors import SettleError
from tests.nightly.settle.small import TWO_LOTS, book, of, read, tables

SPLIT = {"security_id": "VTI", "date": "2026-11-23", "kind": "split", "ratio": 2.0, "booked": None}


def acted(*changes: dict[str, Any]) -> Any:
    """Return a book with a split under one id and another, each with changes."""
    rows = tables(TWO_LOTS)
    rows["corporate_actions"] = [
        {"action_id": f"s{n}", **SPLIT, **changed} for n, changed in enumerate(changes)
    ]
    return rows


def settle(
    root: Path, before: Path, monkeypatch: pytest.MonkeyPatch, name: str = "next"
) -> tuple[int, Path]:
    """Settle a book where there are no runs, and return the exit code and the next book."""
    monkeypatch.chdir(root)
    told = ["settle", str(before), "--asof", "2026-11-24", "--json", "--out", name]
    return main(told), root / name


def shares(place: Path) -> list[float]:
    """Return the shares of all lots."""
    return [float(shares) for (shares,) in of(read(place, "lots"), "lot_id", "shares").values()]


@pytest.mark.parametrize("booked", [None, "2026-11-23"])
def test_an_action_of_two_feeds_is_applied_once_and_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    booked: str | None,
) -> None:
    """Told in one night, or once more after it was booked; both are booked from then on."""
    before = book(tmp_path / "book", acted({"booked": booked}, {}))
    code, after = settle(tmp_path, before, monkeypatch)
    assert code == 0
    assert json.loads(capsys.readouterr().out)["twice"] == {"s1": "s0"}
    assert shares(after) == ([80.0, 50.0] if booked else [160.0, 100.0])
    assert all(row["booked"] for row in read(after, "corporate_actions"))
    price = of(read(after, "securities"), "security_id", "price")["VTI"]
    assert float(price[0]) == (300.0 if booked else 150.0)
    code, again = settle(tmp_path, after, monkeypatch, "again")
    assert json.loads(capsys.readouterr().out)["twice"] == {}
    assert shares(again) == shares(after)


@pytest.mark.parametrize("other", [{"date": "2026-11-24"}, {"ratio": 1.5}])
def test_another_day_or_figure_is_another_action(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]
) -> None:
    """Both are applied."""
    _, after = settle(tmp_path, book(tmp_path / "book", acted({}, other)), monkeypatch)
    assert shares(after)[0] == 80 * 2 * other.get("ratio", 2.0)


def acts(*prices: float | None, booked: int = 0) -> Actions:
    """Return what is due of one merger that was told with prices, the first few of them booked."""
    merger = {"kind": "stock_merger", "new_security_id": "BND", "cash_per_share": 1.0}
    rows = [
        {**merger, "new_price": price, "booked": "2026-11-23" if k < booked else None}
        for k, price in enumerate(prices)
    ]
    with TemporaryDirectory() as place:
        table = read_files(book(Path(place), acted(*rows))).tables["corporate_actions"]
    return actions_of(table, date(2026, 11, 20), date(2026, 11, 24))


@pytest.mark.parametrize(
    ("prices", "counts"),
    [((12.5, 12.5), 12.5), ((None, 12.5), 12.5), ((12.5, None, 12.5), 12.5), ((None, None), None)],
)
def test_what_a_new_share_is_worth_makes_no_other_action(
    prices: tuple[float | None, ...], counts: float | None
) -> None:
    """A feed that has no price says the same merger, and whichever has one says it."""
    found = acts(*prices)
    assert [(act.action_id, act.new_price) for act in found.due] == [("s0", counts)]
    assert found.twice == {f"s{n}": "s0" for n in range(1, len(prices))}


def test_two_worths_of_one_share_are_refused_unless_it_was_applied() -> None:
    """Which one is right nobody can say; both ids are named. A book that shows it has its own."""
    with pytest.raises(SettleError, match=r"s0 and s1 are one stock_merger .* 12.5 and 13"):
        acts(12.5, 13.0)
    shown = acts(12.5, 13.0, 14.0, booked=1)
    assert (shown.due, shown.twice) == ((), {"s1": "s0", "s2": "s0"})


def test_actions_alone_need_no_register_but_one_that_is_named_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said that no fills are booked; without actions there is nothing to settle."""
    before = book(tmp_path / "book", acted({}))
    code, after = settle(tmp_path, before, monkeypatch)
    assert (code, shares(after)) == (0, [160.0, 100.0])
    assert "corporate actions alone are booked" in capsys.readouterr().err
    told = ["settle", str(before), "--asof", "2026-11-24", "--out", "another"]
    assert main([*told, "--register", str(tmp_path)]) == 2
    (before / "corporate_actions.csv").unlink()
    assert main(told) == 2
    assert "no register of orders; name it" in capsys.readouterr().err
    assert not (tmp_path / "another").exists()


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("date", "23.11.2026", "date '23.11.2026' cannot be read"),
        ("date", None, "date is empty"),
        ("booked", "23.11.2026", "booked '23.11.2026' cannot be read"),
        ("new_price", "a hundred", "new_price 'a hundred' cannot be read"),
    ],
)
def test_an_action_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    column: str,
    value: str | None,
    why: str,
) -> None:
    """Nor read as if the cell were empty: it may be due, or booked already."""
    before = book(tmp_path / "book", acted({column: value}))
    code, after = settle(tmp_path, before, monkeypatch)
    assert code == 2 and not after.exists()
    assert f"corporate_actions, row 2: {why}" in capsys.readouterr().out


def test_what_is_shown_long_since_or_is_to_come_need_not_be_read(tmp_path: Path) -> None:
    """A book shows the one by its prices, and another night asks for the other."""
    old, later = {"date": "2026-11-19"}, {"date": "2026-12-19"}
    rows = acted({**old, "ratio": 3.0}, later)
    rows["corporate_actions"][0]["new_price"] = rows["corporate_actions"][1]["new_price"] = "x"
    table = read_files(book(tmp_path / "book", rows)).tables["corporate_actions"]
    assert actions_of(table, date(2026, 11, 20), date(2026, 11, 24)).due == ()
