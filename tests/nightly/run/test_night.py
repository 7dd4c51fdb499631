"""A whole run of the sample book with a decision that never trades, and its audit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from models.book.book import Book
from models.book.read import read_book
from models.errors import RunFolderError, UnknownHouseholdError
from models.household import Household
from models.plan import Plan, Status
from models.policy import Limits, Policy
from nightly.proof.audit import audit
from nightly.proof.changed_inputs import changed_inputs
from nightly.results.run_folder import RunFolder
from nightly.results.stored import read_run
from nightly.results.tables import TABLES
from nightly.run.night import start_run
from nightly.run.request import Request
from optimizer.judge.verify import verify

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ASOF = date(2026, 11, 20)
SOME = ("faulty-data", "single-account", "inside-bands", "carryforward-to-use-up")


def hold(household: Household, policy: Policy) -> Plan:
    """Trade nothing, and say what the judge measures of that."""
    figures = verify(household, policy, (), ()).figures
    return Plan(household.household_id, Status.NO_ACTION, "holding", figures)


@pytest.fixture(scope="module")
def book() -> Book:
    """Return the sample book."""
    return read_book(SAMPLE, ASOF)


def run(out: Path, **asked: object) -> RunFolder:
    """Run a few households and return the folder."""
    request = Request(str(SAMPLE), ASOF, out, households=SOME, **asked)  # type: ignore[arg-type]
    return start_run(request, hold)[0]


def test_households_come_in_book_order(book: Book, tmp_path: Path) -> None:
    """However they are asked for, households are answered in the order of the book."""
    folder = run(tmp_path)
    plans = pd.read_parquet(folder.path / "plans.parquet")
    order = [name for name in book.household_ids if name in SOME]
    assert plans["household_id"].tolist() == order
    assert sorted(plans["status"]) == ["invalid", "no_action", "no_action", "no_action"]


def test_an_invalid_household_names_table_column_and_row(book: Book, tmp_path: Path) -> None:
    """All three faults of the faulty household stand in its reason."""
    plans = pd.read_parquet(run(tmp_path).path / "plans.parquet").set_index("household_id")
    reason = plans.loc["faulty-data", "reason"]
    for fault in book.faults_of("faulty-data"):
        assert f"{fault.table}, row {fault.sheet_row}, column {fault.column}" in reason


def test_two_runs_differ_only_in_seconds(book: Book, tmp_path: Path) -> None:
    """A second run makes a second folder with the same bytes, `seconds` aside."""
    first, second = run(tmp_path), run(tmp_path)
    assert first.run_id < second.run_id
    for name in TABLES:
        if name != "plans":
            files = [(f.path / f"{name}.parquet").read_bytes() for f in (first, second)]
            assert files[0] == files[1]
    plans = [pd.read_parquet(f.path / "plans.parquet") for f in (first, second)]
    pd.testing.assert_frame_equal(*(p.drop(columns="seconds") for p in plans))


def test_the_manifest_says_what_the_run_was_made_from(book: Book, tmp_path: Path) -> None:
    """Hashes of every file, dates, policies as they were in force, law, versions, counts."""
    folder = run(tmp_path)
    facts = folder.manifest()
    files = {source["path"]: source for source in facts["inputs"]["files"]}
    assert {"lots.csv", "households.csv"} <= set(files)
    assert all(len(source["sha256"]) == 64 for source in files.values())
    assert facts["asof"] == "2026-11-20"
    assert facts["inputs"]["dates"]["last_price"] == "2026-11-20"
    assert facts["policies"]["standard"]["weights"]["tax"] == 1.0
    assert facts["law"]["year"] == 2026
    assert facts["law"]["topics"]["niit"]
    assert set(facts["versions"]) >= {"numpy", "piqp", "clarabel"}
    assert facts["counts"] == {"no_action": 3, "invalid": 1}


def test_the_log_begins_and_ends(book: Book, tmp_path: Path) -> None:
    """events.jsonl: start with the inputs, one line a household, end with the counts."""
    folder = run(tmp_path)
    events = [json.loads(line) for line in (folder.path / "events.jsonl").read_text().splitlines()]
    assert [e["event"] for e in events] == ["start", *["household"] * 4, "end"]
    assert events[0]["inputs"]["files"]
    assert events[-1]["counts"] == {"no_action": 3, "invalid": 1}


@pytest.mark.parametrize("table_format", ["parquet", "csv"])
def test_the_judge_agrees_with_what_was_stored(
    book: Book, tmp_path: Path, table_format: str
) -> None:
    """Every figure of a stored run is found again by replaying it."""
    folder = run(tmp_path, table_format=table_format)
    found = audit(book, SOME, read_run(folder.path), verify)
    assert [str(d) for _, differences in found for d in differences] == []


def test_an_unknown_household_stops_the_run_before_it_starts(book: Book, tmp_path: Path) -> None:
    """Asking for a household that is not there names it and writes nothing."""
    with pytest.raises(UnknownHouseholdError, match="'nobody'"):
        start_run(Request(str(SAMPLE), ASOF, tmp_path / "runs", households=("nobody",)), hold)
    assert not (tmp_path / "runs").exists()


def test_a_book_that_changed_since_is_found(book: Book, tmp_path: Path) -> None:
    """Files with another hash and policies with other rules are named; the same book is not."""
    facts = run(tmp_path).manifest()
    sources, policies = book.sources, book.policies
    assert changed_inputs(facts, sources, policies, lambda policy: policy) == []
    facts["inputs"]["files"][0]["sha256"] = "0" * 64
    found = changed_inputs(
        facts, sources, policies, lambda p: replace(p, limits=Limits(te_max=0.01))
    )
    assert {d.what for d in found} == {"input", "policy"}
    assert facts["inputs"]["files"][0]["path"] in {d.where for d in found}


def test_a_manifest_of_something_else_is_refused(book: Book, tmp_path: Path) -> None:
    """A manifest that is no JSON, or of no complete run, is one clear error."""
    folder = run(tmp_path)
    for text in ("{", "{}"):
        (folder.path / "manifest.json").write_text(text)
        with pytest.raises(RunFolderError, match=r"manifest\.json"):
            folder.manifest()
