"""`python -m benchmarks.backtest`: run lives, write a table, plots and a report.

Small, on the shipped synthetic market: `python -m benchmarks.backtest --small`.
On prices of your own, as they were:
`python -m benchmarks.backtest --prices DIR --starts 2007 2011 2015 --lives 60 --workers 2`.
In a world where no class can win, and in one where each wins what is stated:
`python -m benchmarks.backtest --world neutral --prices DIR --lives 80 --workers 2` (or premium).
What J promises of one night against what arrives after years: `--calibrate`, beside any of these.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.backtest.command import (
    command_of,
    experiment_of,
    history_of,
    parser_of,
    slug_of,
    title_of,
)
from benchmarks.backtest.experiment.calibrate import calibrate
from benchmarks.backtest.experiment.outcome import Unlived
from benchmarks.backtest.experiment.run import run, write_records
from benchmarks.backtest.pages import calibrated
from benchmarks.backtest.pages.report import Run, broken_off, report
from benchmarks.backtest.pages.tables import by_method_and_year
from models.errors import HearthError
from models.law.load import known_years
from scenarios.market_history import MarketHistory
from scenarios.market_history_files import write_market_history

MONTHS = 12
"""Of a year."""

PARTS = "parts"
"""Where lives that are done are kept until the run is complete."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a back-test; return 0, 1 if a life broke off, or 2 if it could not be run."""
    given = parser_of(__doc__).parse_args(arguments)
    try:
        history = history_of(given)
        if given.write_market:
            write_market_history(history, given.write_market)
            return 0
        return (_calibrate if given.calibrate else _run)(given, history)
    except (HearthError, ValueError) as error:
        print(f"backtest: {error}", file=sys.stderr)
        return 2


def _calibrate(given: argparse.Namespace, history: MarketHistory) -> int:
    table = calibrate(history, experiment_of(given), given.workers, _progress())
    out = _folder(given, history, "-calibration")
    table.to_csv(out / "nights.csv", index=False, float_format="%.6g")
    text = calibrated.page(table, _told(given, history))
    (out / "README.md").write_text(text, encoding="utf-8")
    print(calibrated.slopes(table), f"written: {out}/README.md, nights.csv", sep="\n")
    return 0


def _run(given: argparse.Namespace, history: MarketHistory) -> int:
    experiment = experiment_of(given)
    out = _folder(given, history)
    outcome = run(history, experiment, given.workers, _progress(), out / PARTS)
    for line in broken_off(outcome.unlived):
        print(f"broke off: {line}", file=sys.stderr)
    if not outcome.records:
        raise ValueError("no life was lived to its end")
    write_records(outcome.records, out / "years.csv")
    table = pd.read_csv(out / "years.csv")
    by_method_and_year(table).to_csv(out / "figures.csv", index=False, float_format="%.5g")
    plots: list[str] = []
    try:
        from benchmarks.backtest.pages.plots import draw

        plots = draw(table, out)
    except ImportError:
        print("no plots: install matplotlib (the `plots` extra)", file=sys.stderr)
    text = report(table, _told(given, history, outcome.unlived), plots)
    (out / "README.md").write_text(text, encoding="utf-8")
    shutil.rmtree(out / PARTS)
    print(f"written: {out}/README.md, years.csv, figures.csv, {len(plots)} plots")
    return 1 if outcome.unlived else 0


def _folder(given: argparse.Namespace, history: MarketHistory, suffix: str = "") -> Path:
    name = "small" if given.small else slug_of(title_of(given, history))
    out: Path = given.out / f"{name}{suffix}"
    out.mkdir(parents=True, exist_ok=True)
    return out


def _told(
    given: argparse.Namespace, history: MarketHistory, unlived: Sequence[Unlived] = ()
) -> Run:
    looks = MONTHS // experiment_of(given).months
    law = known_years()[-1]
    return Run(title_of(given, history), command_of(given), law, looks, unlived)


def _progress() -> Callable[[int, int], None]:
    started = time.monotonic()

    def progress(done: int, every: int) -> None:
        print(f"{done}/{every} lives, {time.monotonic() - started:.0f} s", flush=True)

    return progress


if __name__ == "__main__":
    sys.exit(main())
