"""`python -m benchmarks.backtest`: run lives, write a table, plots and a report.

Small, on the shipped synthetic market: `python -m benchmarks.backtest --small`.
On prices of your own, as they were:
`python -m benchmarks.backtest --prices DIR --starts 2007 2011 2015 --lives 60 --workers 2`.
In a world where no class can win, and in one where each wins what is stated:
`python -m benchmarks.backtest --world neutral --prices DIR --lives 80 --workers 2` (or premium).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.backtest.experiment.run import PRICES, Experiment, run, write_records
from benchmarks.backtest.market.worlds import BEGINS, WORLDS
from benchmarks.backtest.methods.catalogue import SETS
from benchmarks.backtest.pages.report import Run, broken_off, report
from benchmarks.backtest.pages.tables import by_method_and_year
from models.errors import HearthError
from models.law.load import known_years
from scenarios.market_history import MarketHistory
from scenarios.market_history_files import read_funds, read_market_history, write_market_history
from scenarios.market_history_funds import FUNDS
from scenarios.market_history_synthetic import synthetic_history

RESULTS = Path("benchmarks") / "results" / "backtest"

SYNTHETIC_FIRST = 2000
"""First year of the synthetic market; years before the first life give risk and past lots."""

SYNTHETIC_SOURCE = 15
"""Years of the synthetic market, beyond those of a life, whose days drawn worlds are made of."""

MIRRORS = 2
"""Lives of a household on drawn markets: on a path, and on its mirror."""

PARTS = "parts"
"""Where households that are done are kept until the run is complete."""

SMALL = Experiment(methods=tuple(SETS), starts=(2004,), years=4, households=4)
FULL_SYNTHETIC = Experiment(methods=tuple(SETS), starts=(2004, 2008, 2012), years=10, households=12)
DRAWN = Experiment(methods=("headline",), starts=(BEGINS,), years=10, households=40)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a back-test; return 0, 1 if a life broke off, or 2 if it could not be run."""
    given = _parser().parse_args(arguments)
    try:
        history = _history(given)
        if given.write_market:
            write_market_history(history, given.write_market)
            return 0
        return _run(given, history)
    except (HearthError, ValueError) as error:
        print(f"backtest: {error}", file=sys.stderr)
        return 2


def _run(given: argparse.Namespace, history: MarketHistory) -> int:
    experiment = _experiment(given)
    out: Path = given.out / ("small" if given.small else _slug(_title(given, history)))
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()

    def progress(done: int, every: int) -> None:
        print(f"{done}/{every} households, {time.monotonic() - started:.0f} s", flush=True)

    outcome = run(history, experiment, given.workers, progress, out / PARTS)
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
    text = report(
        table,
        Run(
            _title(given, history),
            _command(given),
            known_years()[-1],
            12 // experiment.months,
            outcome.unlived,
        ),
        plots,
    )
    (out / "README.md").write_text(text, encoding="utf-8")
    shutil.rmtree(out / PARTS)
    print(f"written: {out}/README.md, years.csv, figures.csv, {len(plots)} plots")
    return 1 if outcome.unlived else 0


def _history(given: argparse.Namespace) -> MarketHistory:
    if given.prices is None:
        asked = _experiment(given)
        last = SYNTHETIC_SOURCE if asked.drawn else max(asked.starts) - SYNTHETIC_FIRST
        return synthetic_history(max(1, last + asked.years) + 2, given.market_seed)
    dividends = given.dividends or _dividends_beside(given.prices)
    funds = read_funds(given.funds) if given.funds else FUNDS
    return read_market_history(given.prices, dividends, funds, given.name)


def _dividends_beside(prices: Path) -> Path:
    """Return the one file of dividends in the folder of the prices.

    Raises
    ------
    ValueError
        If there is none, or more than one.
    """
    found = sorted(prices.glob("*dividends.csv")) if prices.is_dir() else []
    if len(found) != 1:
        raise ValueError("--prices needs --dividends: a price without its dividends is half")
    return found[0]


def _title(given: argparse.Namespace, history: MarketHistory) -> str:
    experiment = _experiment(given)
    title = history.name
    if experiment.drawn:
        title = f"{WORLDS[experiment.world].title}, days of {title}"
    if experiment.changing_incomes:
        title += ", incomes change"
    return title + ("" if experiment.cash_pays else ", cash earns nothing")


def _experiment(given: argparse.Namespace) -> Experiment:
    drawn = given.world != PRICES
    base = SMALL if given.small else DRAWN if drawn else FULL_SYNTHETIC
    wishes = {
        "methods": tuple(given.methods) if given.methods else None,
        "starts": tuple(given.starts) if given.starts else None,
        "years": given.years,
        "months": given.months,
        "seed": given.seed,
        "world": given.world,
        "cash_pays": not given.cash_idle,
        "changing_incomes": given.changing_incomes,
    }
    found = replace(base, **{name: wish for name, wish in wishes.items() if wish is not None})
    return replace(found, households=_households(given, found))


def _households(given: argparse.Namespace, experiment: Experiment) -> int:
    """Return how many households for each start or pair of paths make the lives asked for."""
    if given.households is not None:
        return int(given.households)
    if given.lives is None:
        return experiment.households
    together = MIRRORS if experiment.drawn else len(experiment.starts)
    return -(-int(given.lives) // together)


def _command(given: argparse.Namespace) -> str:
    """Return the command without the paths of this machine."""
    parts = ["python -m benchmarks.backtest"]
    for flag in ("small", "cash_idle", "changing_incomes"):
        parts += [f"--{flag.replace('_', '-')}"] if getattr(given, flag) else []
    parts += [f"--world {given.world}"] if given.world != PRICES else []
    parts += [f'--prices DIR --name "{given.name}"'] if given.prices else []
    for name in ("methods", "starts", "years", "households", "lives", "months", "seed"):
        value = getattr(given, name)
        if value is not None:
            words = value if isinstance(value, list) else [value]
            parts.append(
                f"--{name} " + " ".join(f'"{w}"' if " " in str(w) else str(w) for w in words)
            )
    return " ".join(parts)


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtest", description=__doc__)
    add = parser.add_argument
    add("--prices", type=Path, help="folder with a table named *close.parquet or *close.csv")
    add("--dividends", type=Path, help="CSV with Date, ticker, Dividends; default: beside prices")
    add("--funds", type=Path, help="CSV of funds; default: the built-in list")
    add("--name", default="supplied prices", help="what the report calls the market")
    add("--market-seed", type=int, default=1, help="seed of the synthetic market")
    add("--world", choices=[PRICES, *WORLDS], default=PRICES, help="prices as they were, or drawn")
    add("--small", action="store_true", help="few households and years")
    add("--methods", nargs="+", help=f"sets ({', '.join(SETS)}) or names of methods")
    add("--starts", nargs="+", type=int, help="years at whose end lives begin")
    add("--years", type=int, help="years of a life")
    add("--households", type=int, help="households for each start, or for each pair of paths")
    add("--lives", type=int, help="how many lives; a household on a path and on its mirror is two")
    add("--months", type=int, help="months between looks, a divisor of 12 (default 3)")
    add("--seed", type=int, help="seed of the households (default 1)")
    add("--cash-idle", action="store_true", help="cash earns nothing; default: as bills do")
    add(
        "--changing-incomes",
        action="store_true",
        help="years without pay, peak years, a late pension",
    )
    add("--workers", type=int, default=1, help="processes")
    add("--out", type=Path, default=RESULTS, help="where results go")
    add("--write-market", type=Path, help="only write the market as CSV into this folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
