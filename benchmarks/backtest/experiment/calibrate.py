"""One night's promise in many lives: the first night of each, carried out or not.

Nobody saves or spends in these lives: J values what is held over its horizon, and a retiree who
lives on his account sells a seventh of it in five years, promise and all. Taxes are paid and
required distributions taken all the same. The household says what its usual year's rates are:
wealth is liquidated at them, and a promise at other rates (15% where a pensioner's gains are free)
could not arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Final

import pandas as pd

from benchmarks.backtest.experiment.run import Experiment, Life, lives_of, side_by_side
from benchmarks.backtest.lives.life import check_years
from benchmarks.backtest.lives.one_night import Night, one_night
from benchmarks.backtest.lives.state import Course
from benchmarks.backtest.methods.catalogue import AFTERWARDS, MAIN, chosen
from scenarios.market_history import MarketHistory

AFTER: Final = (5, 10)
"""Years after which wealth is compared: the horizon of J, and twice that."""

ALIKE: Final = (1.0,)
"""Phases of a household whose years are all alike: given, it knows what is usual."""


def calibrate(
    history: MarketHistory,
    experiment: Experiment,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, all_of: None,
    method: str = MAIN,
) -> pd.DataFrame:
    """Return a row a life and number of years of `AFTER` that the experiment's lives last.

    Raises
    ------
    ValueError
        When the past does not hold the years, or lives are shorter than the first of `AFTER`.
    """
    after = tuple(years for years in AFTER if years <= experiment.years)
    if not after:
        raise ValueError(f"lives of {experiment.years} years are too short: give {AFTER[0]}")
    lives = lives_of(history, experiment)
    stage = lives[0].stage()
    for start in {life.start for life in lives}:
        check_years(stage, start, experiment.years)
    nights: list[Night] = []
    lived = side_by_side(partial(_night, after=after, method=method), lives, workers)
    for done, found in enumerate(lived, start=1):
        nights += found
        progress(done, len(lives))
    return pd.DataFrame([asdict(night) for night in nights], columns=list(Night.columns()))


def _night(life: Life, after: tuple[int, ...], method: str) -> tuple[Night, ...]:
    by_name = chosen((method, AFTERWARDS))
    asked, then = by_name[method], by_name[AFTERWARDS]
    plan = replace(life.plan, saving_usd=0.0, deferral_usd=0.0, spending=0.0)
    plan = replace(plan, phases=plan.phases or ALIKE)
    return one_night(Course(life.stage(), plan, life.start, asked), after, then)
