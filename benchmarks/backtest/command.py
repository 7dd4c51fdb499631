"""The command line: what is asked for, as an experiment on a market, and as words again."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.backtest.experiment.run import PRICES, Experiment
from benchmarks.backtest.market.worlds import BEGINS, WORLDS
from benchmarks.backtest.methods.catalogue import SETS
from scenarios.market_history import MarketHistory
from scenarios.market_history_files import read_funds, read_market_history
from scenarios.market_history_funds import FUNDS
from scenarios.market_history_synthetic import synthetic_history

RESULTS = Path("benchmarks") / "results" / "backtest"

SYNTHETIC_FIRST = 2000
"""First year of the synthetic market; years before the first life give risk and past lots."""

SYNTHETIC_SOURCE = 15
"""Years of the synthetic market, beyond those of a life, whose days drawn worlds are made of."""

MIRRORS = 2
"""Lives of a household on drawn markets: on a path, and on its mirror."""

SMALL = Experiment(methods=tuple(SETS), starts=(2004,), years=4, households=4)
FULL_SYNTHETIC = Experiment(methods=tuple(SETS), starts=(2004, 2008, 2012), years=10, households=12)
DRAWN = Experiment(methods=("headline",), starts=(BEGINS,), years=10, households=40)


def history_of(given: argparse.Namespace) -> MarketHistory:
    """Return the market: the prices given, else the shipped one, long enough."""
    if given.prices is None:
        asked = experiment_of(given)
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


def title_of(given: argparse.Namespace, history: MarketHistory) -> str:
    """Return what a report is headed."""
    experiment = experiment_of(given)
    title = history.name
    if experiment.drawn:
        title = f"{WORLDS[experiment.world].title}, days of {title}"
    if experiment.changing_incomes:
        title += ", incomes change"
    return title + ("" if experiment.cash_pays else ", cash earns nothing")


def experiment_of(given: argparse.Namespace) -> Experiment:
    """Return what is to be run."""
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


def command_of(given: argparse.Namespace) -> str:
    """Return the command without the paths of this machine."""
    parts = ["python -m benchmarks.backtest"]
    for flag in ("calibrate", "small", "cash_idle", "changing_incomes"):
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


def slug_of(name: str) -> str:
    """Return a name of a folder."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtest", description=description)
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
    add("--calibrate", action="store_true", help="one night's promise against what arrives")
    add("--workers", type=int, default=1, help="processes")
    add("--out", type=Path, default=RESULTS, help="where results go")
    add("--write-market", type=Path, help="only write the market as CSV into this folder")
    return parser
