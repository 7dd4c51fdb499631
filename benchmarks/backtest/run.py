"""Many lives, many methods: the same households under each, in as many processes as wanted.

One task is one household under every method, so that what is compared was computed side by side
and nothing global is needed. The answer does not depend on the number of processes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.backtest.diary import YearRecord
from benchmarks.backtest.life import live
from benchmarks.backtest.markets import set_stage
from benchmarks.backtest.methods import chosen
from benchmarks.backtest.people import LifePlan, draw_people
from models.errors import HearthError
from scenarios.market_history import MarketHistory
from scenarios.synthetic.portfolios import ETF_MODELS


class LifeError(HearthError):
    """A life could not be lived to its end: says whose, under what."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What to run: `households` new ones for each of `starts` (year ends), `years` long.

    `methods` are names of methods or of sets of them; `months` lie between looks; with `cash_pays`
    idle cash earns what bills do.
    """

    methods: tuple[str, ...]
    starts: tuple[int, ...]
    years: int
    households: int
    months: int = 3
    seed: int = 1
    cash_pays: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    history: MarketHistory
    plan: LifePlan
    start: int
    experiment: Experiment


def run(
    history: MarketHistory,
    experiment: Experiment,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, all_of: None,
) -> list[YearRecord]:
    """Live every life under every method.

    Raises
    ------
    LifeError
        When a method or the past fails a household.
    """
    targets = list(ETF_MODELS)
    people = draw_people(experiment.households * len(experiment.starts), experiment.seed, targets)
    tasks = [
        _Task(history, plan, experiment.starts[k % len(experiment.starts)], experiment)
        for k, plan in enumerate(people)
    ]
    records: list[YearRecord] = []
    for done, found in enumerate(_lives(tasks, workers), start=1):
        records += found
        progress(done, len(tasks))
    return records


def write_records(records: Sequence[YearRecord], path: Path) -> None:
    """Write the tidy table: a row a method, household and year; whole dollars."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(YearRecord.columns())
        for record in records:
            writer.writerow([_cell(name, value) for name, value in asdict(record).items()])


def _lives(tasks: Sequence[_Task], workers: int) -> Iterator[list[YearRecord]]:
    if workers <= 1:
        yield from map(_life, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_life, tasks)


def _life(task: _Task) -> list[YearRecord]:
    stage = set_stage(task.history, task.experiment.months, task.experiment.cash_pays)
    records: list[YearRecord] = []
    for method in chosen(task.experiment.methods).values():
        try:
            records += live(stage, task.plan, task.start, task.experiment.years, method)
        except Exception as error:
            raise LifeError(
                f"{task.plan.household_id} from {task.start} under {method.name!r}: {error}"
            ) from error
    return records


def _cell(name: str, value: object) -> object:
    if not isinstance(value, float):
        return value
    return f"{value:.0f}" if name.endswith("_usd") else f"{value:.5g}"
