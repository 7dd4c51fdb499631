"""Who was told that nothing pays is not solved for again on the next night, and it is counted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from nightly.main import main

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
IDS = ("drifted-60-40", "single-account", "withdrawal-best-account")
"""Two who may wait, and one who needs cash."""


def night(book: Path, out: Path, asof: str, *more: str) -> Path:
    """Run the households and return the run's folder."""
    listed = out.parent / "ids"
    listed.write_text("\n".join(IDS))
    command = ["run", str(book), "--asof", asof, "--out", str(out), "--households", str(listed)]
    assert main([*command, "--workers", "0", *more]) == 0
    return sorted(out.glob(f"{asof}-*"))[-1]


def rows(run: Path, table: str = "plans") -> pd.DataFrame:
    """Return a table of a run by household, without what a clock measured."""
    found = run / f"{table}.parquet"
    read = pd.read_parquet(found) if found.exists() else pd.read_csv(run / f"{table}.csv")
    return read.set_index("household_id" if "household_id" in read else "order_id")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample book under policies of which the gate lets nothing pass."""
    copied = tmp_path_factory.mktemp("standing") / "book"
    shutil.copytree(SAMPLE, copied)
    for policy in (copied / "policies").glob("*.toml"):
        policy.write_text(policy.read_text() + "\n[gate]\nmin_bps = 100000.0\n")
    return copied


@pytest.fixture(scope="module")
def first(book: Path) -> Path:
    """Return the first night."""
    return night(book, book.parent / "runs", "2026-11-20")


@pytest.fixture(scope="module")
def second(book: Path, first: Path) -> Path:
    """Return the night after it."""
    return night(book, first.parent, "2026-11-21")


def test_the_first_night_keeps_what_it_said_no_to(first: Path) -> None:
    """Of whom needs cash nothing is kept: he has a plan."""
    nos = rows(first, "nos")
    assert sorted(nos.index) == list(IDS[:2])
    assert (nos["nights"] == 0).all()
    assert rows(first)["status"][IDS[2]] == "planned"


def test_the_next_night_answers_by_it(first: Path, second: Path) -> None:
    """No solver, the day of the answer in the reason, and the same no handed on."""
    found = rows(second)
    for name in IDS[:2]:
        assert found["solver"][name] == "none"
        said = "the answer of 2026-11-20 stands, until 2026-11-30 unless something changes: "
        assert found["reason"][name] == said + rows(first)["reason"][name]
    handed = rows(second, "nos")
    assert (handed["nights"] == 1).all()
    assert handed.drop(columns="nights").equals(rows(first, "nos").drop(columns="nights"))
    assert found["status"][IDS[2]] == "planned"


def test_the_way_it_is_answered_leaves_no_trace(
    book: Path, first: Path, second: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables as text and a limit on the night: the same answers, counted on page and as data."""
    runs = tmp_path / "runs"
    shutil.copytree(first, runs / first.name)
    capsys.readouterr()
    again = night(book, runs, "2026-11-21", "--format", "csv", "--max-households", "1")
    assert "2 households not solved again" in capsys.readouterr().out
    assert rows(again)["reason"].fillna("").equals(rows(second)["reason"].fillna(""))
    third = night(book, runs, "2026-11-22", "--json")  # handed on by a run of text
    assert json.loads(capsys.readouterr().out)["standing"] == 2
    assert rows(third)["solver"].eq("none").sum() == 2


def test_the_day_can_be_made_again(book: Path, second: Path) -> None:
    """Whoever replays a household sees the no that its night saw."""
    assert main(["replay", str(second), IDS[0], "--book", str(book)]) == 0
