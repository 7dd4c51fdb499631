"""A newer answer takes an older one's place, and old prices leave only for who means them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from nightly.alerts.events import events_of
from nightly.main import main
from nightly.register.superseded import LEAVES_WITHIN
from nightly.results import moment
from nightly.results.run_folder import RunFolder
from tests.books import write
from tests.nightly.settle.small import account, lot, security, tables

NIGHT, LATER = date(2026, 11, 20), date(2026, 11, 24)
RULES = "[approval]\nalways = false\n"


def at(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let today be a day."""
    monkeypatch.setattr(moment, "today", lambda: day)


def book(place: Path, *households: str) -> str:
    """Write a book of households that sell VTI for bonds."""
    lots = [lot(f"{h}-1", f"{h}-a", "VTI", 120.0, 35_000.0, "2020-01-02") for h in households]
    rows = tables(lots, *households)
    rows["accounts"] = [{**row, "net_flow": -1_000.0} for row in rows["accounts"]]
    write(rows, place, "csv")
    (place / "policies").mkdir(exist_ok=True)
    (place / "policies" / "standard.toml").write_text(RULES)
    return str(place)


def night(book: str, runs: Path, day: date, *more: str) -> Path:
    """Plan a book as of a day."""
    command = ["run", book, "--asof", day.isoformat(), "--out", str(runs), "--workers", "0"]
    assert main([*command, *more, "--fail-on", "none"]) == 0
    return max(runs.glob(f"{day}-*"))


def answered(runs: Path, day: date, *names: str, **options: Any) -> None:
    """Write a complete run by hand that answered households; it is in no register."""
    folder = runs / f"{day}-0001"
    source = min(path for path in runs.glob("2026-*") if RunFolder(path).complete)
    folder.mkdir()
    for path in source.glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    facts = json.loads((source / "manifest.json").read_text())
    facts |= {"run_id": folder.name, "asof": day.isoformat()}
    facts["options"] |= options
    plans = pq.read_table(folder / "plans.parquet")
    pq.write_table(
        plans.filter(pc.is_in(plans["household_id"], value_set=pa.array(names, pa.string()))),
        folder / "plans.parquet",
    )
    (folder / "manifest.json").write_text(json.dumps(facts))


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return the runs of two households' book, a night of both planned."""
    night(book(tmp_path / "book", "h1", "h2"), tmp_path / "runs", NIGHT)
    return tmp_path / "runs"


def told(capsys: pytest.CaptureFixture[str], runs: Path, *more: str) -> dict[str, Any]:
    """Export the first night and return the facts."""
    capsys.readouterr()
    assert main(["export", str(runs / f"{NIGHT}-0001"), "--json", *more]) == 0
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return facts


def test_two_orders_with_one_id_keep_their_household_back_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Account h1-a with security X/VTI, and account h1-a/X with VTI: everybody else leaves."""
    lots = [
        lot("l1", "h1-a", "X/VTI", 120.0, 35_000.0, "2020-01-02"),
        lot("l2", "h1-a/X", "VTI", 120.0, 35_000.0, "2020-01-02"),
        lot("l3", "h2-a", "VTI", 120.0, 35_000.0, "2020-01-02"),
    ]
    rows = tables(lots, "h1", "h2")
    rows["securities"].append(security("X/VTI", 300.0))
    rows["accounts"].append(account("h1", "a/X", "taxable"))
    rows["accounts"] = [{**row, "cash": 0.0, "net_flow": -9_000.0} for row in rows["accounts"]]
    held = {each["account_id"] for each in lots}
    rows["accounts"] = [row for row in rows["accounts"] if row["account_id"] in held]
    write(rows, tmp_path / "book", "csv")
    (tmp_path / "book" / "policies").mkdir(exist_ok=True)
    (tmp_path / "book" / "policies" / "standard.toml").write_text(RULES)
    run = night(str(tmp_path / "book"), tmp_path / "runs", NIGHT)
    ids = pq.read_table(run / "orders.parquet")["order_id"].to_pylist()
    assert ids.count(f"{NIGHT}/h1-a/X/VTI/sell") == 2
    facts = told(capsys, tmp_path / "runs")
    assert (facts["households"], set(facts["left_out"])) == (1, {"h1"})
    assert "names two orders" in facts["left_out"]["h1"]


def test_a_newer_answer_takes_the_place_of_an_older_plan(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever the newer run answered stays behind with its name; of some households only these."""
    answered(runs, LATER, "h1", households=["h1"])
    facts = told(capsys, runs)
    assert facts["households"] == 1
    assert f"{LATER}-0001 answered it since" in facts["left_out"]["h1"]
    assert set(facts["left_out"]) == {"h1"}


def test_a_plan_that_a_newer_night_answered_waits_for_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is in no list of what waits, no alert, no approval of all that do; by name it is refused.

    The refusal says who answered it, and what would do; rejecting it does no harm.
    """
    book(tmp_path / "book", "h1", "h2")
    (tmp_path / "book" / "policies" / "standard.toml").write_text("[approval]\nalways = true\n")
    run = night(str(tmp_path / "book"), tmp_path / "runs", NIGHT)

    def waiting() -> list[str]:
        return [event.household_id for event in events_of(RunFolder(run), ("waiting",))]

    assert waiting() == ["h1", "h2"]
    answered(tmp_path / "runs", LATER, "h1", households=["h1"])
    assert waiting() == ["h2"]
    capsys.readouterr()
    main(["pending", str(run), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["waiting"], [plan["household_id"] for plan in told["plans"]]) == (1, ["h2"])
    assert list(told["superseded"]) == ["h1"]
    main(["pending", str(run)])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"1 more plan of no use any more: h1: {LATER}-0001 answered it since")
    said = ["--by", "Ann", "--why", "so", "--json"]
    assert main(["approve", str(run), "--waiting", *said]) == 0
    made = json.loads(capsys.readouterr().out)["made"]
    assert [row["household_id"] for row in made] == ["h2"]
    assert main(["approve", str(run), "h1", *said]) == 2
    refusal = json.loads(capsys.readouterr().out)["error"]["message"]
    assert f"{LATER}-0001 answered it since" in refusal and "hearth propose" in refusal
    assert main(["approve", str(run), "h1", "h2", *said]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [row["household_id"] for row in found["made"]] == ["h2"]
    assert list(found["refused"]) == ["h1"]
    assert main(["reject", str(run), "h1", *said]) == 0


def test_who_left_the_book_stays_behind(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newer night of the whole book without a household is as good an answer."""
    answered(runs, LATER, "h1")
    facts = told(capsys, runs)
    assert facts["folder"] is None
    assert "does not know it" in facts["left_out"]["h2"]


@pytest.mark.parametrize(
    ("names", "options"),
    [((), {}), (("h1", "h2"), {"asked": {"household_id": "h1"}})],
    ids=["another book", "asked for"],
)
def test_what_answers_nobody_supersedes_nobody(
    runs: Path, names: tuple[str, ...], options: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A night of another book beside it, and what was proposed by name."""
    answered(runs, LATER, *names, **options)
    assert told(capsys, runs)["households"] == 2


def test_old_prices_leave_only_for_who_means_them(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the last day it leaves; a day later only with the day of its prices, which is said."""
    run = str(runs / f"{NIGHT}-0001")
    at(monkeypatch, NIGHT + timedelta(LEAVES_WITHIN + 1))
    assert main(["export", run]) == 2
    assert "6 days ago" in (said := capsys.readouterr().err)
    assert f"--prices-of {NIGHT}" in said
    assert main(["export", run, "--prices-of", "2026-11-25"]) == 2
    assert not list((runs / f"{NIGHT}-0001" / "exports").glob("[0-9]*"))
    assert main(["export", run, "--prices-of", str(NIGHT)]) == 0
    assert f"prices are of {NIGHT}, 6 days ago" in capsys.readouterr().out
    assert main(["export", run]) == 0


def test_a_run_leaves_over_the_longest_weekend(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody has to say anything on the last of its days."""
    at(monkeypatch, NIGHT + timedelta(LEAVES_WITHIN))
    assert told(capsys, runs)["prices_days"] == LEAVES_WITHIN
