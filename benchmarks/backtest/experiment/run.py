"""Many lives, many methods: the same households under each, in as many processes as wanted.

One task is one life under every method, so that what is compared was computed side by side, on the
same path, and nothing global is needed. The answer does not depend on the number of processes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.backtest.experiment.outcome import KeptLives, Outcome, Unlived, kept_lives
from benchmarks.backtest.lives.diary import YearRecord
from benchmarks.backtest.lives.life import check_years, live
from benchmarks.backtest.market.stage import Stage, set_stage
from benchmarks.backtest.market.worlds import BEGINS, WORLDS, Draw, path_of
from benchmarks.backtest.methods.catalogue import chosen
from benchmarks.backtest.people.draw import LifePlan, draw_people
from benchmarks.backtest.people.phases import with_phases
from scenarios.market_history import MarketHistory
from scenarios.synthetic.portfolios import ETF_MODELS

Result = TypeVar("Result")

PRICES: Final = "prices"
"""The world as it was: the history itself, once."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What to run: `households` new ones for each of `starts` (year ends), `years` long.

    `methods` are names of methods or of sets of them; `months` lie between looks; with `cash_pays`
    idle cash earns what bills do, with `changing_incomes` years differ (see `people.phases`).
    `world` is prices, or one of `WORLDS`: every household then lives on a path of its own and on
    its mirror, and lives begin when paths say.
    """

    methods: tuple[str, ...]
    starts: tuple[int, ...]
    years: int
    households: int
    months: int = 3
    seed: int = 1
    cash_pays: bool = True
    changing_incomes: bool = False
    world: str = PRICES

    @property
    def drawn(self) -> bool:
        """Whether markets are drawn."""
        return self.world != PRICES


@dataclass(frozen=True, slots=True)
class Life:
    """Who lives from when on, on the past of `history` or on the path that `draw` makes of it."""

    history: MarketHistory
    plan: LifePlan
    start: int
    experiment: Experiment
    draw: Draw | None = None

    def stage(self) -> Stage:
        """Prepare the market of the life."""
        months, pays = self.experiment.months, self.experiment.cash_pays
        if self.draw is None:
            return set_stage(self.history, months, pays)
        world = WORLDS[self.experiment.world]
        history = path_of(self.history, world, self.draw, self.experiment.years)
        return set_stage(history, months, pays, self.draw.path)


def run(
    history: MarketHistory,
    experiment: Experiment,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, all_of: None,
    parts: Path | None = None,
) -> Outcome:
    """Live every life under every method; one that breaks off does not stop the others.

    With `parts`, every life that is done is kept in that folder, and a run that was stopped goes
    on from there; parts of another experiment or market are not taken.

    Raises
    ------
    ValueError
        When a method is unknown, or the past does not hold the years of the experiment.
    """
    chosen(experiment.methods)
    lives = lives_of(history, experiment)
    stage = lives[0].stage()
    for start in {life.start for life in lives}:
        check_years(stage, start, experiment.years)
    kept = None if parts is None else kept_lives(parts, history, repr(experiment))
    records: list[YearRecord] = []
    unlived: list[Unlived] = []
    for done, found in enumerate(side_by_side(partial(_kept, kept=kept), lives, workers), start=1):
        records += found.records
        unlived += found.unlived
        progress(done, len(lives))
    return Outcome(tuple(records), tuple(unlived))


def lives_of(history: MarketHistory, experiment: Experiment) -> list[Life]:
    """Return every life of an experiment; on drawn markets a path and its mirror side by side."""
    starts = (BEGINS,) if experiment.drawn else experiment.starts
    count = experiment.households * len(starts)
    people = draw_people(count, experiment.seed, list(ETF_MODELS))
    if experiment.changing_incomes:
        people = tuple(with_phases(plan) for plan in people)
    found = []
    for k, plan in enumerate(people):
        life = Life(history, plan, starts[k % len(starts)], experiment)
        if not experiment.drawn:
            found.append(life)
            continue
        twin = replace(plan, household_id=f"{plan.household_id}-mirrored")
        found.append(replace(life, draw=Draw(experiment.seed, k, mirrored=False)))
        found.append(replace(life, plan=twin, draw=Draw(experiment.seed, k, mirrored=True)))
    return found


def side_by_side(
    live_one: Callable[[Life], Result], lives: Sequence[Life], workers: int
) -> Iterator[Result]:
    """Yield what comes of each life, in their order, from as many processes as wanted."""
    if workers <= 1:
        yield from map(live_one, lives)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(live_one, lives)


def write_records(records: Sequence[YearRecord], path: Path) -> None:
    """Write the tidy table: a row a method, household and year; whole dollars."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(YearRecord.columns())
        for record in records:
            writer.writerow([_cell(name, value) for name, value in asdict(record).items()])


def _kept(life: Life, kept: KeptLives | None) -> Outcome:
    name = f"{life.plan.household_id}-{life.start}"
    found = None if kept is None else kept.read(name)
    if found is not None:
        return found
    outcome = _lived(life)
    if kept is not None:
        kept.write(name, outcome)
    return outcome


def _lived(life: Life) -> Outcome:
    stage, years = life.stage(), life.experiment.years
    records: list[YearRecord] = []
    unlived: list[Unlived] = []
    for name, method in chosen(life.experiment.methods).items():
        try:
            records += list(live(stage, life.plan, life.start, years, method))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            unlived.append(Unlived(life.plan.household_id, life.start, name, reason))
    return Outcome(tuple(records), tuple(unlived))


def _cell(name: str, value: object) -> object:
    if not isinstance(value, float):
        return value
    return f"{value:.0f}" if name.endswith("_usd") else f"{value:.5g}"
