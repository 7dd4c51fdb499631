"""What is implausible after the last night is no plan, and is told until somebody looks."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nightly.main import main
from tests.books import ASOF, Tables, tiny_book, write

SAMPLE = Path(__file__).parents[3] / "scenarios" / "sample"

FIRST = ASOF - timedelta(days=2)


def dated(tables: Tables, day: str) -> Tables:
    """Return the tables with prices of a day."""
    for row in tables["securities"]:
        row["price_date"] = day
    return tables


class Nights:
    """Nights of a book in one folder of runs."""

    def __init__(self, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.place, self.capsys, self.count = place, capsys, 0

    def __call__(self, tables: Tables, days_ago: int, *options: str) -> tuple[dict[str, Any], Any]:
        """Return the summary and the plans of one night."""
        self.count += 1
        asof = (ASOF - timedelta(days=days_ago)).isoformat()
        book = write(dated(tables, asof), self.place / f"book{self.count}")
        where = ["--asof", asof, "--out", str(self.place / "runs"), "--workers", "0", "--json"]
        code = main(["run", str(book), *where, *options])
        facts = json.loads(self.capsys.readouterr().out)
        facts["code"] = code
        plans = pd.read_parquet(Path(facts["folder"]) / "plans.parquet")
        return facts, plans.set_index("household_id")


@pytest.fixture
def nights(tmp_path: Path, capsys: pytest.CaptureFixture[str], unplanned: None) -> Nights:
    """Return what runs nights that plan nothing."""
    return Nights(tmp_path, capsys)


def without_a_lot() -> Tables:
    """Return the book without the largest lot of H2."""
    tables = tiny_book()
    tables["lots"] = [lot for lot in tables["lots"] if lot["lot_id"] != "L7"]
    return tables


def test_a_household_that_lost_a_lot_waits_every_night(nights: Nights) -> None:
    """Counted on each of two nights, compared with the last one that was believed."""
    first, _ = nights(tiny_book(), 3)
    assert (first["code"], first["uncertain"]) == (0, 0)
    for days_ago in (2, 1):
        facts, plans = nights(without_a_lot(), days_ago)
        assert (facts["code"], facts["uncertain"], facts["failed_on"]) == (1, 1, ["uncertain"])
        assert set(plans.index[plans["status"] == "invalid"]) == {"H2"}
        reason = plans.loc["H2", "reason"]
        assert reason.startswith("households, row 3, column household_id: lots and cash are $")
        assert (ASOF - timedelta(days=3)).isoformat() in reason
    seen = pd.read_parquet(Path(facts["folder"]) / "seen.parquet").set_index("household_id")
    assert seen["uncertain"].notna().to_dict() == {"007": False, "H1": False, "H2": True}
    facts, _ = nights(tiny_book(), 0)
    assert (facts["code"], facts["uncertain"]) == (0, 0)


def test_who_looked_is_believed_the_night_after_too(nights: Nights) -> None:
    """The confirmed value is what the next night is held to."""
    nights(tiny_book(), 2)
    tables = without_a_lot()
    tables["households"][1]["confirmed"] = (ASOF - timedelta(days=1)).isoformat()
    facts, plans = nights(tables, 1)
    assert facts["uncertain"] == 0 and "invalid" not in set(plans["status"])
    facts, _ = nights(tables, 0)
    assert (facts["code"], facts["uncertain"]) == (0, 0)


def test_a_policy_that_lets_it_pass_has_it_counted(nights: Nights) -> None:
    """Planned, and the night still says that somebody should look."""
    nights(tiny_book(), 1)
    tables = without_a_lot()
    tables["households"][1]["overrides"] = 'data.uncertain = "pass"'
    facts, plans = nights(tables, 0)
    assert plans.loc["H2", "status"] != "invalid"
    assert (facts["code"], facts["uncertain"]) == (1, 1)


def test_a_jump_that_a_policy_lets_pass_is_told_every_night(nights: Nights) -> None:
    """What jumped is not what the next night is held to, until somebody looked."""
    nights(tiny_book(), 3)
    tables = without_a_lot()
    tables["households"][1]["overrides"] = 'data.uncertain = "pass"'
    for days_ago in (2, 1):
        facts, _ = nights(tables, days_ago)
        assert (facts["code"], facts["uncertain"]) == (1, 1)
    tables["households"][1]["confirmed"] = ASOF.isoformat()
    facts, _ = nights(tables, 0)
    assert (facts["code"], facts["uncertain"]) == (0, 0)


def test_a_second_run_of_a_day_is_held_to_the_first(nights: Nights) -> None:
    """And the next night to neither of its doubts; what runs a day twice alike is told nothing."""
    nights(tiny_book(), 1)
    again, _ = nights(tiny_book(), 1)
    assert (again["code"], again["uncertain"]) == (0, 0)
    facts, plans = nights(without_a_lot(), 1)
    assert (facts["code"], facts["uncertain"]) == (1, 1)
    assert set(plans.index[plans["status"] == "invalid"]) == {"H2"}
    held = json.loads((Path(facts["folder"]) / "manifest.json").read_text())["previous"]
    assert held["last_night"] is None and held["held_to"]["run_id"] == again["run_id"]
    facts, _ = nights(tiny_book(), 0)
    assert (facts["code"], facts["uncertain"]) == (0, 0)
    facts, _ = nights(without_a_lot(), 0, "--no-earlier")
    assert (facts["code"], facts["uncertain"]) == (0, 0)


def with_lots_of_nobody() -> Tables:
    """Return the book with the accounts of all lots, and of what sells them, in other words."""
    tables = tiny_book()
    del tables["open_orders"], tables["trades"], tables["scheduled_buys"]
    for lot in tables["lots"]:
        lot["account_id"] = f"renamed throughout {lot['lot_id']}"
    return tables


def test_a_book_without_a_lot_waits_until_somebody_looked(nights: Nights) -> None:
    """On its first night too: whose lots are nobody's is as poor as whose file is empty."""
    tables = with_lots_of_nobody()
    facts, plans = nights(tables, 1, "--fail-on", "uncertain")
    assert (facts["code"], facts["uncertain"]) == (1, 3)
    assert set(plans["status"]) == {"invalid"}
    assert plans["reason"].str.contains("the whole book holds nothing but cash").all()
    for row in tables["households"]:
        row["confirmed"] = ASOF.isoformat()
    facts, plans = nights(tables, 0, "--fail-on", "uncertain")
    assert (facts["code"], facts["uncertain"]) == (0, 0) and "invalid" not in set(plans["status"])


@pytest.mark.usefixtures("unplanned")
def test_an_empty_table_of_lots_is_no_sound_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its header is there and no row is: many households wait, three may be an adviser's newest."""
    shutil.copytree(SAMPLE, tmp_path / "many")
    write(tiny_book(), tmp_path / "three")
    for name, code, least in (("many", 1, 40), ("three", 0, 0)):
        lots = tmp_path / name / "lots.csv"
        lots.write_text(lots.read_text().splitlines()[0] + "\n")
        (tmp_path / name / "open_orders.csv").unlink(missing_ok=True)
        where = ["--asof", ASOF.isoformat(), "--workers", "0", "--json"]
        asked = ["run", str(tmp_path / name), "--out", str(tmp_path / f"of-{name}"), *where]
        assert main(asked) == code
        facts = json.loads(capsys.readouterr().out)
        assert facts["uncertain"] >= least
        assert bool(facts["uncertain"]) is bool(least)


def test_a_table_that_lost_its_rows_is_told(nights: Nights) -> None:
    """Restrictions that were there yesterday: by name, with how many, in the exit code, once."""
    nights(tiny_book(), 2)
    tables = tiny_book()
    tables["restrictions"], tables["scheduled_buys"] = [], []
    facts, _ = nights(tables, 1)
    assert (facts["code"], facts["failed_on"]) == (1, ["emptied"])
    assert facts["found"]["emptied"].endswith("had some: restrictions (2 then)")
    facts, _ = nights(tables, 0)
    assert facts["code"] == 0 and "emptied" not in facts["found"]


def without_h2() -> Tables:
    """Return the book without a row of H2."""
    theirs = {"H2", "A2-TAX", "A2-ROTH"}
    tables = {
        name: [row for row in rows if not theirs & {str(cell) for cell in row.values()}]
        for name, rows in tiny_book().items()
    }
    assert "A2" not in str(tables)
    return tables


def test_a_household_without_a_row_is_told_once(nights: Nights) -> None:
    """By name and number, though nothing of the book that is left is wrong."""
    first, _ = nights(tiny_book(), 3)
    assert first["gone"] == {} and "gone" not in first["found"]
    facts, plans = nights(without_h2(), 2)
    assert (facts["code"], facts["failed_on"]) == (1, ["gone"]) and len(plans) == 2
    assert facts["gone"] == {"run_id": first["run_id"], "households": 1, "named": ["H2"]}
    said = f"1 household of {first['run_id']} not in this book: H2"
    assert facts["found"] == {"gone": said}
    facts, _ = nights(without_h2(), 1)
    assert facts["code"] == 0 and facts["gone"] == {}
    facts, _ = nights(tiny_book(), 0)
    assert facts["code"] == 0 and facts["gone"] == {}


def test_a_run_of_some_households_neither_misses_others_nor_hides_them(
    nights: Nights, tmp_path: Path
) -> None:
    """The last run of the whole book is compared with, be it two runs ago."""
    (tmp_path / "ids").write_text("007\nH1\n")
    nights(tiny_book(), 3)
    some, _ = nights(tiny_book(), 2, "--households", str(tmp_path / "ids"))
    assert some["code"] == 0 and some["gone"] == {}
    some, _ = nights(without_h2(), 2, "--households", str(tmp_path / "ids"))
    assert some["gone"]["named"] == ["H2"]  # everybody whom this book has
    facts, _ = nights(without_h2(), 1)
    assert facts["code"] == 0 and facts["gone"] == {}


def test_another_book_beside_this_one_is_not_missed(nights: Nights, tmp_path: Path) -> None:
    """Its runs have none of these households; the last run of this one is still compared with."""
    nights(tiny_book(), 2)
    other = ["run", str(SAMPLE), "--asof", (ASOF - timedelta(days=1)).isoformat()]
    main([*other, "--out", str(tmp_path / "runs"), "--workers", "0", "--json"])
    nights.capsys.readouterr()
    facts, _ = nights(without_h2(), 0)
    assert facts["gone"]["named"] == ["H2"] and "gone" in facts["failed_on"]


def test_what_nobody_reads_of_a_book_is_said_by_the_night(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the document and on the page; a name that nearly is another ends the night instead."""
    tables = tiny_book()
    for lot in tables["lots"]:
        lot["colour"] = "red"
    note = "lots.csv: no column of a book, and ignored: colour"
    facts, _ = nights(tables, 0)
    assert (facts["code"], facts["warnings"]) == (0, [note])
    asked = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "page"), "--workers", "0"]
    main(["run", str(tmp_path / "book1"), *asked])
    assert f"note: {note}\n" in capsys.readouterr().out
    lots = tmp_path / "book1" / "lots.csv"
    lots.write_text(lots.read_text().replace("origin", "Origin", 1))
    assert main(["run", str(tmp_path / "book1"), *asked]) == 2
    assert "has a column 'Origin', and none 'origin'" in capsys.readouterr().err


def test_a_price_that_halved_without_a_split_stops_who_reaches_it(nights: Nights) -> None:
    """Two nights in a row; the split's row explains it."""
    nights(tiny_book(), 3)
    tables = tiny_book()
    name, old = tables["securities"][2]["security_id"], tables["securities"][2]["price"]
    tables["securities"][2]["price"] = old / 2
    for days_ago in (2, 1):
        facts, plans = nights(tables, days_ago)
        assert facts["code"] == 1 and facts["uncertain"] > 0
        told = plans.loc[plans["status"] == "invalid", "reason"]
        assert told.str.contains(
            "securities, row 4, column price: .* is -50% from", regex=True
        ).all()
    for lot in tables["lots"]:
        lot["shares"] *= 2 if lot["security_id"] == name else 1
    day = (ASOF - timedelta(days=2)).isoformat()
    split = {"action_id": "a", "security_id": name, "date": day, "kind": "split", "ratio": 2.0}
    facts, _ = nights({**tables, "corporate_actions": [split]}, 0)
    assert (facts["code"], facts["uncertain"]) == (0, 0)


def test_a_split_of_three_for_two_that_nobody_told_is_told_every_night(nights: Nights) -> None:
    """Less than a jump; the others of the book rest, and the old price is what is believed."""
    nights(tiny_book(), 3)
    tables = tiny_book()
    tables["securities"][0]["price"] = round(float(tables["securities"][0]["price"]) / 1.5, 2)
    for days_ago in (2, 1):
        facts, plans = nights(tables, days_ago)
        assert facts["code"] == 1 and facts["uncertain"] > 0
        told = plans.loc[plans["status"] == "invalid", "reason"]
        assert told.str.contains("as after a split of 3 for 2").any()


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"price": None}, "column price: is empty or NaN"),
        ({"price_date": (ASOF + timedelta(days=1)).isoformat()}, "is after the as-of date"),
        ({"price_date": (ASOF - timedelta(days=9)).isoformat()}, "is too old"),
        (None, "is there more than once"),
    ],
)
def test_a_fund_that_nobody_holds_and_nobody_can_buy_is_told(
    cells: dict[str, Any] | None, why: str, nights: Nights, tmp_path: Path
) -> None:
    """Plans would turn to others without a word; halted is halted, and no class needs gold."""
    dated(tables := tiny_book(), ASOF.isoformat())
    fund = {**tables["securities"][0], "security_id": "NEW", "identical_group": None}
    tables["securities"] += [fund] if cells else [fund, {**fund}]
    fund |= cells or {}
    base = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "r"), "--workers", "0", "--json"]
    for name, change, told in (
        ("a", {}, True),
        ("b", {"tradable": "false"}, False),
        ("c", {"asset_class": "gold"}, False),
    ):
        for row in tables["securities"]:
            row |= change if row["security_id"] == "NEW" else {}
        code = main(["run", str(write(tables, tmp_path / name)), *base, "--no-earlier"])
        facts = json.loads(nights.capsys.readouterr().out)
        assert (code, facts["failed_on"]) == ((1, ["not-bought"]) if told else (0, []))
        assert not told or why in facts["found"]["not-bought"]
    again = ["run", str(tmp_path / "a"), *base[:2], "--out", str(tmp_path / "s"), *base[4:]]
    assert [main(again), main(again)] == [1, 0], "told once: a fund that is dead stays dead"


def test_the_judge_says_the_same_after_the_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verify holds a run's book to what the night was held to."""
    nights = Nights(tmp_path, capsys)  # with plans: the judge looks at them
    nights(tiny_book(), 1)
    facts, _ = nights(without_a_lot(), 0)
    assert main(["verify", str(tmp_path / "book2"), facts["folder"]]) == 0


@pytest.mark.parametrize("typed", ["A2-ROHT", "A2-ROT", "A2-ROTHH", "A2-RPTH", "a2 roth"])
def test_a_lot_a_slip_away_makes_its_household_wait(nights: Nights, typed: str) -> None:
    """Letters exchanged, one left out, too many, another: the household is counted."""
    tables = tiny_book()
    next(lot for lot in tables["lots"] if lot["lot_id"] == "L7")["account_id"] = typed
    facts, plans = nights(tables, 0)
    assert set(plans.index[plans["status"] == "invalid"]) == {"H2"}
    assert (facts["code"], facts["uncertain"], facts["orphan_rows"]) == (1, 1, {"lots": 1})
    assert "it may mean 'A2-ROTH' of household 'H2'" in plans.loc["H2", "reason"]


def test_an_account_of_a_household_a_slip_away_makes_it_wait(nights: Nights) -> None:
    """So does a restriction, which would hold nowhere."""
    tables = tiny_book()
    for table in ("households", "filing_units", "accounts", "restrictions"):
        for row in tables[table]:
            row["household_id"] = {"H2": "HOUSE2"}.get(row["household_id"], row["household_id"])
    tables["accounts"][4]["household_id"] = "HUOSE2"
    facts, plans = nights(tables, 0)
    assert set(plans.index[plans["status"] == "invalid"]) == {"HOUSE2"}
    assert facts["uncertain"] == 1 and facts["orphan_rows"]["accounts"] == 1


def test_an_earlier_run_that_cannot_be_read_is_told(nights: Nights) -> None:
    """By name, in the document and the exit code; the night itself is answered."""
    first, _ = nights(tiny_book(), 1)
    (Path(first["folder"]) / "manifest.json").write_text("{")
    facts, plans = nights(tiny_book(), 0)
    assert (facts["code"], facts["failed_on"]) == (1, ["unreadable-run"])
    assert first["run_id"] in facts["found"]["unreadable-run"] and len(plans) == 3
