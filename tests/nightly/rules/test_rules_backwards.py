"""Rules asked backwards: what touches a lot, whom a change breaks, what cites a section of law."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.book.book import Book
from models.book.read import read_book
from models.errors import PolicyError
from nightly.main import main
from nightly.rules.breaking import breaking
from nightly.rules.citing import SectionError, citing
from nightly.rules.touched import NoSuchIdError, touched
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from optimizer.rebalance import rebalance
from tests.asked_book import asked_book
from tests.books import ASOF, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book: A2-TAX must hold 10 VTI, and H2 has a tax budget by its policy."""
    return write(asked_book(), tmp_path_factory.mktemp("backwards") / "book")


@pytest.fixture(scope="module")
def book(folder: Path) -> Book:
    """Return the book, read."""
    return read_book(folder, ASOF)


def rules_of(found: dict[str, Any]) -> set[tuple[str, str]]:
    """Return rule and owner of each."""
    return {(each["rule"], each["whose"]) for each in found["rules"]}


def test_a_lot_is_touched_by_what_holds_it_back(book: Book) -> None:
    """L2's loss would be washed by the payroll (law); L6 is restricted, under a tax budget."""
    assert rules_of(touched(book, "L2")) == {("wash_sale", "law")}
    found = touched(book, "L6")
    assert (found["kind"], found["household_id"]) == ("lot", "H2")
    assert {("restriction", "book"), ("tax_budget", "policy")} <= rules_of(found)


def test_an_account_is_touched_by_its_floor_and_what_its_lots_are_touched_by(book: Book) -> None:
    """The sheltered account knows no tax budget; the taxable one knows all of its lots' rules."""
    taxable, sheltered = touched(book, "A2-TAX"), touched(book, "A2-ROTH")
    assert {("cash_floor", "book"), ("tax_budget", "policy")} <= rules_of(taxable)
    assert ("tax_budget", "policy") not in rules_of(sheltered)
    assert rules_of(touched(book, "L6")) <= rules_of(taxable)


def test_what_is_neither_account_nor_lot_is_told(book: Book) -> None:
    """An id of nobody touches nothing, and is a mistake."""
    with pytest.raises(NoSuchIdError, match="no account and no lot"):
        touched(book, "L99")


def test_a_class_limit_breaks_whoever_is_above_it(folder: Path) -> None:
    """H2: VTI $24,000 and a tenth of $30,000 VEA of $56,000 are 48.2% of US equity."""
    found = breaking(folder, ASOF, "limits.class_max = { us_equity = 0.48 }")
    told = {each.household_id: each.figure for each in found}
    assert told["H2"] == pytest.approx(27_000.0 / 56_000.0)
    assert "007" not in told
    assert not breaking(folder, ASOF, "limits.class_max = { us_equity = 0.9 }")


def test_a_trigger_breaks_whom_it_names_first(tmp_path: Path) -> None:
    """Inside wide bands nobody needs an answer but for cash; idle cash of $800 names two more."""
    tables = asked_book()
    for row in tables["targets"]:
        row["band"] = 0.9
    folder = write(tables, tmp_path / "book")
    found = breaking(folder, ASOF, "triggers.cash_usd = 800.0")
    assert {(each.household_id, each.rule) for each in found} == {
        ("H1", "idle_cash"),
        ("H2", "idle_cash"),
    }
    assert not breaking(folder, ASOF, "triggers.cash_usd = 80000.0")


def test_a_nights_own_plans_break_what_only_plans_can(folder: Path, tmp_path: Path) -> None:
    """A limit below a plan's figure names it; one above it nobody."""
    night, _ = start_run(Request(str(folder), ASOF, tmp_path, ("H1",)), rebalance, InProcess())
    (found,) = breaking(folder, ASOF, "limits.te_max = 0.0001", night)
    assert (found.household_id, found.rule) == ("H1", "limits.te_max")
    assert found.figure is not None
    assert found.figure > 0.0001
    assert not breaking(folder, ASOF, "limits.te_max = 0.9", night)
    assert breaking(folder, ASOF, "trades.max_turnover = 0.01", night)


def test_a_change_that_is_none_is_refused_as_in_a_policy(folder: Path) -> None:
    """Misspelt keys and values out of range, all at once."""
    with pytest.raises(PolicyError, match="te_maxx"):
        breaking(folder, ASOF, "limits.te_maxx = 0.1")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("us_equty", "did you mean 'us_equity'? the classes are"), ("gold", "; the")],
)
def test_a_change_of_a_class_that_the_book_lacks_is_refused(
    folder: Path, name: str, meant: str
) -> None:
    """Nobody would break it, whatever it was meant to say."""
    with pytest.raises(PolicyError) as refused:
        breaking(folder, ASOF, f"limits.class_max = {{ {name} = 0.0 }}")
    assert f"limits.class_max names {name!r}, a class that nothing has" in str(refused.value)
    assert meant in str(refused.value)


def test_cash_of_accounts_is_of_the_class_of_cash(folder: Path) -> None:
    """It is a class of every book, and counts as the judge counts it: H2 has $2,000 of $56,000."""
    found = breaking(folder, ASOF, "limits.class_max = { cash = 0.01 }")
    told = {each.household_id: each.figure for each in found}
    assert told["H2"] == pytest.approx(2_000.0 / 56_000.0)


def test_what_cites_a_section_is_found_with_what_is_inside_it() -> None:
    """1091 is cited by the replay, the windows and the law's own files; 1091(z) by nobody."""
    places = {each.place for each in citing("1091")}
    assert "models/tax/wash/replay.py" in places
    assert "optimizer/inputs/windows.py" in places
    assert {each.place for each in citing("1091(a)")} <= places
    assert "models/tax/niit.py" in {each.place for each in citing("26 U.S.C. 1411")}
    assert any(each.place.endswith(".toml") for each in citing("1(h)"))
    assert not citing("1091(z)")
    assert not citing("109")
    with pytest.raises(SectionError):
        citing("wash sales")


def test_each_is_a_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document each."""
    for command in (
        ["touch", str(folder), "L6"],
        ["break", str(folder), "limits.class_max = { us_equity = 0.48 }"],
        ["cite", "1091"],
    ):
        assert main(["rules", *command, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)
        assert main(["rules", *command]) == 0
        assert capsys.readouterr().out
