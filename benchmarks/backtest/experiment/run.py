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

from benchmarks.backtest.experiment.outcome import KeptLives, Outcome, Unlived, kept_lives
from benchmarks.backtest.lives.diary import YearRecord
from benchmarks.backtest.lives.life import check_years, live
from benchmarks.backtest.market.stage import set_stage
from benchmarks.backtest.methods.catalogue import chosen
from benchmarks.backtest.people.draw import LifePlan, draw_people
from scenarios.market_history import MarketHistory
from scenarios.synthetic.portfolios import ETF_MODELS


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
    kept: KeptLives | None


def run(
    history: MarketHistory,
    experiment: Experiment,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, all_of: None,
    parts: Path | None = None,
) -> Outcome:
    """Live every life under every method; one that breaks off does not stop the others.

    With `parts`, every household that is done is kept in that folder, and a run that was stopped
    goes on from there; parts of another experiment or market are not taken.

    Raises
    ------
    ValueError
        When a method is unknown, or the past does not hold the years of the experiment.
    """
    chosen(experiment.methods)
    stage = set_stage(history, experiment.months, experiment.cash_pays)
    for start in experiment.starts:
        check_years(stage, start, experiment.years)
    targets = list(ETF_MODELS)
    people = draw_people(experiment.households * len(experiment.starts), experiment.seed, targets)
    kept = None if parts is None else kept_lives(parts, history, repr(experiment))
    tasks = [
        _Task(history, plan, experiment.starts[k % len(experiment.starts)], experiment, kept)
        for k, plan in enumerate(people)
    ]
    records: list[YearRecord] = []
    unlived: list[Unlived] = []
    for done, found in enumerate(_lives(tasks, workers), start=1):
        records += found.records
        unlived += found.unlived
        progress(done, len(tasks))
    return Outcome(tuple(records), tuple(unlived))


def write_records(records: Sequence[YearRecord], path: Path) -> None:
    """Write the tidy table: a row a method, household and year; whole dollars."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(YearRecord.columns())
        for record in records:
            writer.writerow([_cell(name, value) for name, value in asdict(record).items()])


def _lives(tasks: Sequence[_Task], workers: int) -> Iterator[Outcome]:
    if workers <= 1:
        yield from map(_life, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_life, tasks)


def _life(task: _Task) -> Outcome:
    name = f"{task.plan.household_id}-{task.start}"
    found = None if task.kept is None else task.kept.read(name)
    if found is not None:
        return found
    outcome = _lived(task)
    if task.kept is not None:
        task.kept.write(name, outcome)
    return outcome


def _lived(task: _Task) -> Outcome:
    stage = set_stage(task.history, task.experiment.months, task.experiment.cash_pays)
    records: list[YearRecord] = []
    unlived: list[Unlived] = []
    for name, method in chosen(task.experiment.methods).items():
        try:
            records += list(live(stage, task.plan, task.start, task.experiment.years, method))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            unlived.append(Unlived(task.plan.household_id, task.start, name, reason))
    return Outcome(tuple(records), tuple(unlived))


def _cell(name: str, value: object) -> object:
    if not isinstance(value, float):
        return value
    return f"{value:.0f}" if name.endswith("_usd") else f"{value:.5g}"
