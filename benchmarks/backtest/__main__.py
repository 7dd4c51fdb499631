"""`python -m benchmarks.backtest`: run lives, write a table, plots and a report.

Small, on the shipped synthetic market: `python -m benchmarks.backtest --small`.
Full, on prices of your own:
`python -m benchmarks.backtest --prices DIR --dividends FILE --starts 2007 2011 2015 --years 10
--households 12 --workers 2`.
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

from benchmarks.backtest.experiment.run import Experiment, run, write_records
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

PARTS = "parts"
"""Where households that are done are kept until the run is complete."""

SMALL = Experiment(methods=tuple(SETS), starts=(2004,), years=4, households=4)
FULL_SYNTHETIC = Experiment(methods=tuple(SETS), starts=(2004, 2008, 2012), years=10, households=12)


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
        Run(_title(given, history), _command(given), known_years()[-1], outcome.unlived),
        plots,
    )
    (out / "README.md").write_text(text, encoding="utf-8")
    shutil.rmtree(out / PARTS)
    print(f"written: {out}/README.md, years.csv, figures.csv, {len(plots)} plots")
    return 1 if outcome.unlived else 0


def _history(given: argparse.Namespace) -> MarketHistory:
    if given.prices is None:
        starts = _experiment(given)
        years = max(1, max(starts.starts) - SYNTHETIC_FIRST + starts.years) + 2
        return synthetic_history(years, given.market_seed)
    if given.dividends is None:
        raise ValueError("--prices needs --dividends: a price without its dividends is half")
    funds = read_funds(given.funds) if given.funds else FUNDS
    return read_market_history(given.prices, given.dividends, funds, given.name)


def _title(given: argparse.Namespace, history: MarketHistory) -> str:
    return history.name + (", cash earns what bills do" if given.cash_pays else "")


def _experiment(given: argparse.Namespace) -> Experiment:
    base = SMALL if given.small else FULL_SYNTHETIC
    wishes = {
        "methods": tuple(given.methods) if given.methods else None,
        "starts": tuple(given.starts) if given.starts else None,
        "years": given.years,
        "households": given.households,
        "months": given.months,
        "seed": given.seed,
    }
    found = replace(base, **{name: wish for name, wish in wishes.items() if wish is not None})
    return replace(found, cash_pays=given.cash_pays)


def _command(given: argparse.Namespace) -> str:
    """Return the command without the paths of this machine."""
    parts = ["python -m benchmarks.backtest"]
    parts += ["--small"] if given.small else []
    parts += ["--cash-pays"] if given.cash_pays else []
    parts += [f'--prices DIR --dividends FILE --name "{given.name}"'] if given.prices else []
    for name in ("methods", "starts", "years", "households", "months", "seed"):
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
    add("--dividends", type=Path, help="CSV with Date, ticker, Dividends")
    add("--funds", type=Path, help="CSV of funds; default: the built-in list")
    add("--name", default="supplied prices", help="what the report calls the market")
    add("--market-seed", type=int, default=1, help="seed of the synthetic market")
    add("--small", action="store_true", help="few households and years")
    add("--methods", nargs="+", help=f"sets ({', '.join(SETS)}) or names of methods")
    add("--starts", nargs="+", type=int, help="years at whose end lives begin")
    add("--years", type=int, help="years of a life")
    add("--households", type=int, help="households for each start")
    add("--months", type=int, help="months between looks, a divisor of 12 (default 3)")
    add("--seed", type=int, help="seed of the households (default 1)")
    add("--cash-pays", action="store_true", help="idle cash earns what the bills fund returns")
    add("--workers", type=int, default=1, help="processes")
    add("--out", type=Path, default=RESULTS, help="where results go")
    add("--write-market", type=Path, help="only write the market as CSV into this folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
