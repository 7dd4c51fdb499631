"""Experiments on drawn markets: a household on a path and on its mirror, every method on both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.backtest.__main__ import main
from benchmarks.backtest.experiment.run import Experiment, lives_of, run
from benchmarks.backtest.methods.catalogue import MAIN, STILL
from scenarios.market_history_synthetic import synthetic_history

ARGUMENTS = ["--world", "neutral", "--lives", "4", "--years", "1", "--methods", MAIN, STILL]


def test_a_household_lives_on_a_path_and_on_its_mirror() -> None:
    """Same facts, one path name for both; the next household has another path."""
    asked = Experiment((STILL,), (), years=1, households=2, world="neutral")
    lives = lives_of(synthetic_history(4, 1), asked)
    assert [life.plan.household_id for life in lives] == [
        *("life-0000", "life-0000-mirrored", "life-0001", "life-0001-mirrored"),
    ]
    assert [life.draw.mirrored for life in lives if life.draw] == [False, True, False, True]
    stages = [life.stage() for life in lives]
    assert [stage.path for stage in stages] == ["path-0000"] * 2 + ["path-0001"] * 2
    assert lives[0].plan.wages == lives[1].plan.wages != lives[2].plan.wages
    up, down = (stage.history.total_returns()[1:] for stage in stages[:2])
    assert np.ptp((up + down).mean(axis=0)) < 1e-6 < np.ptp(up.mean(axis=0))


def test_every_method_meets_the_same_market() -> None:
    """The target returns the same in each life and year, whoever follows it; paths differ."""
    asked = Experiment((MAIN, STILL), (), years=2, households=2, world="neutral")
    found = run(synthetic_history(6, 1), asked)
    assert not found.unlived
    table = pd.DataFrame([{n: getattr(r, n) for n in r.columns()} for r in found.records])
    by_life = table.groupby(["household", "year"])["target_return"]
    assert (by_life.nunique() == 1).all() and (by_life.size() == 2).all()
    assert table["target_return"].nunique() == 8
    assert set(table["path"]) == {"path-0000", "path-0001"}


def test_the_command_leads_with_certainty_equivalents(tmp_path: Path) -> None:
    """Four lives are two paths and their mirrors; the page says how intervals were made."""
    assert main([*ARGUMENTS, "--out", str(tmp_path)]) == 0
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith("return-neutral-world-days-of-synthetic-market")
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "4 lives on 2 paths" in text
    assert "`python -m benchmarks.backtest --world neutral --methods hearth" in text
    assert "bootstrap over paths" in text and "calendar years" not in text
    order = (
        "## In short",
        "## Certainty equivalent and money",
        "## What household-level",
        "## Growth",
    )
    places = [text.index(head) for head in order]
    assert places == sorted(places)
    head = next(line for line in text.splitlines() if line.startswith("| bps a year"))
    assert "| equity over target | the same after tax |" in head
    table = pd.read_csv(folder / "years.csv")
    assert table.groupby("method")["household"].nunique().to_dict() == {MAIN: 4, STILL: 4}


def test_cash_earns_what_bills_do_unless_it_is_said_not_to(tmp_path: Path) -> None:
    """The title says so where it earns nothing, and everybody is then poorer."""
    one = ["--small", "--households", "1", "--years", "1", "--methods", STILL, "--out"]
    assert main([*one, str(tmp_path), "--cash-idle"]) == 0
    assert "cash earns nothing" in (tmp_path / "small" / "README.md").read_text(encoding="utf-8")
    idle = pd.read_csv(tmp_path / "small" / "years.csv")["pre_tax_usd"]
    assert main([*one, str(tmp_path)]) == 0
    assert (pd.read_csv(tmp_path / "small" / "years.csv")["pre_tax_usd"] > idle).all()
