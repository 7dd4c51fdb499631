"""The command, end to end and small."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.backtest.__main__ import main
from benchmarks.backtest.experiment.run import Experiment, run
from benchmarks.backtest.lives.diary import YearRecord
from benchmarks.backtest.methods.catalogue import MAIN, NIGHTS, SETS, chosen
from benchmarks.heuristics.steps.proposal import Proposal
from models.household import Household
from models.policy import Policy
from scenarios.market_history_synthetic import synthetic_history


def test_a_small_run_writes_table_report_and_plots(tmp_path: Path) -> None:
    """One household for a year; the report begins with its setting and limits."""
    arguments = ["--small", "--households", "1", "--years", "1", "--out", str(tmp_path)]
    assert main([*arguments, "--methods", NIGHTS, MAIN, "stand still"]) == 0
    out = tmp_path / "small"
    table = pd.read_csv(out / "years.csv")
    assert tuple(table.columns) == YearRecord.columns()
    assert set(table["method"]) == {NIGHTS, MAIN, "stand still"}
    text = (out / "README.md").read_text(encoding="utf-8")
    assert text.index("machine:") < text.index("## Limitations") < text.index("## Growth")
    assert "newest law known (2026)" in text
    assert str(tmp_path) not in text
    for name in ("frontier", "drift", "advantage"):
        assert (out / f"{name}.png").stat().st_size > 1000
        assert (out / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_supplied_prices_run_like_the_shipped_ones(tmp_path: Path) -> None:
    """A market written as files and read back gives the same lives."""
    market = ["--starts", "2004", "--years", "1", "--households", "1"]
    run_with = [*market, "--methods", "stand still", "--out"]
    assert main([*market, "--write-market", str(tmp_path / "prices")]) == 0
    files = [
        *("--prices", str(tmp_path / "prices"), "--name", "written"),
        *("--dividends", str(tmp_path / "prices" / "dividends.csv")),
    ]
    assert main([*run_with, str(tmp_path / "a")]) == 0
    assert main([*files, *run_with, str(tmp_path / "b")]) == 0
    ours = pd.read_csv(next((tmp_path / "a").glob("*/years.csv"))).drop(columns="seconds")
    theirs = pd.read_csv(tmp_path / "b" / "written" / "years.csv").drop(columns="seconds")
    pd.testing.assert_frame_equal(ours, theirs)


def test_workers_do_not_change_the_answer() -> None:
    """Two processes and one, the same records but for the clock."""
    history = synthetic_history(7, 1)
    experiment = Experiment(("new cash only",), starts=(2004,), years=1, households=2)
    one, two = (run(history, experiment, workers).records for workers in (1, 2))
    assert [{**_plain(r), "seconds": 0} for r in one] == [{**_plain(r), "seconds": 0} for r in two]


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is not lived again; another experiment does not take it."""
    history = synthetic_history(7, 1)
    experiment = Experiment(("new cash only",), starts=(2004,), years=1, households=2)
    whole = run(history, experiment, parts=tmp_path)
    monkeypatch.setattr("benchmarks.backtest.experiment.run.live", lambda *given: 1 / 0)
    assert run(history, experiment, parts=tmp_path) == whole
    other = run(history, replace(experiment, seed=2), parts=tmp_path)
    assert not other.records
    assert {life.reason for life in other.unlived} == {"ZeroDivisionError: division by zero"}


def test_a_life_that_breaks_off_is_told_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1; the report names method, household and reason; the others are all there."""
    real = chosen(("stand still", "new cash only"))

    def broken(household: Household, policy: Policy) -> Proposal:
        raise RuntimeError("gave up")

    methods = real | {"stand still": replace(real["stand still"], rebalancer=broken)}
    monkeypatch.setattr("benchmarks.backtest.experiment.run.chosen", lambda names: methods)
    small = ["--small", "--households", "1", "--years", "1", "--out", str(tmp_path)]
    assert main(small) == 1
    text = (tmp_path / "small" / "README.md").read_text(encoding="utf-8")
    assert "* stand still: 1, first life-0000 from 2004: RuntimeError: gave up" in text
    table = pd.read_csv(tmp_path / "small" / "years.csv")
    assert set(table["method"]) == {"new cash only"}


def test_what_cannot_be_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown methods, prices without dividends, a past too short: exit 2 and a reason."""
    for arguments, words in (
        (["--methods", "magic"], "no method or set of methods 'magic'"),
        (["--prices", str(tmp_path)], "--prices needs --dividends"),
        (["--months", "5", "--methods", "stand still"], "divisor of 12"),
        (["--starts", "1990", "--methods", "stand still"], "no looks from 1990"),
    ):
        small = ["--small", "--households", "1", "--years", "1", "--out", str(tmp_path)]
        assert main([*small, *arguments]) == 2
        assert words in capsys.readouterr().err


def test_every_set_names_its_methods_once() -> None:
    """No name means two things."""
    names = [name for make in SETS.values() for name in make()]
    assert len(set(names)) == len(names) == len(chosen(tuple(SETS)))
    assert all(name == method.name for name, method in chosen(tuple(SETS)).items())


def _plain(record: YearRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in YearRecord.columns()}
