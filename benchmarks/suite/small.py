"""Every benchmark in small, in one command of a few minutes: ``python -m benchmarks.small``.

Each part is the code of its full command with smaller numbers, so that what is small is the sample
and never the rules. A part that breaks is told on the page and costs the exit code; the others
still run. Refused: a fixed subset of easy households, which would flatter.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd

from benchmarks.backtest import __main__ as backtest
from benchmarks.suite.measure import Report, write_report
from benchmarks.suite.measure.alone import alone
from benchmarks.suite.registry import IN_FULL, IN_SMALL, Sizes
from benchmarks.suite.small_page import Page, Part, Sentences
from benchmarks.suite.spec import rows_of
from benchmarks.suite.speed import report, sweeps
from scenarios.cases import CASES

RESULTS: Final = Path("benchmarks") / "results"


FULL: Final = (
    *((spec.command, what) for spec, what in IN_FULL),
    ("python -m scenarios.cases", "named scenarios, sentence by sentence"),
    ("python -m benchmarks.backtest --workers 2", "the shipped market, three decades"),
    (
        "python -m benchmarks.backtest --prices DIR --starts 2007 2011 2015 --lives 60 --workers 2",
        "prices of your own",
    ),
    (
        "python -m benchmarks.backtest --world neutral --prices DIR --lives 80 --workers 2",
        "the same days, no class can win; with --world premium each wins what is stated",
    ),
)
"""Every part in full as a command, and what it is for."""

Measured: TypeAlias = tuple[str, Callable[[], object]]


def parts_of(out: Path, sizes: Sizes) -> list[Measured]:
    """Name every part, and how it is run."""
    return [
        *((f"comparison, {spec.book}", partial(spec.measured, out)) for spec in sizes.books),
        ("exact optimum", lambda: _exact(out, sizes)),
        ("named scenarios", _scenarios),
        ("speed", lambda: _speed(out, sizes)),
        ("back-test", lambda: _lives(out, sizes)),
    ]


def main(
    arguments: Sequence[str] | None = None,
    sizes: Sizes = IN_SMALL,
    named: Callable[[Path, Sizes], list[Measured]] = parts_of,
) -> int:
    """Run every part and write the page; return 1 if a part broke or a sentence does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the reports")
    out: Path = parser.parse_args(arguments).out
    parts = [_done(name, part) for name, part in named(out, sizes)]
    Page(tuple(parts), FULL).write(out)
    for part in parts:
        print(f"{part.name}: {part.broke or 'done'}, {part.seconds:.0f} s", file=sys.stderr)
    told = [part.found for part in parts if isinstance(part.found, Sentences)]
    return int(any(part.broke for part in parts) or any(each.failing for each in told))


def _done(name: str, part: Callable[[], object]) -> Part:
    started = time.monotonic()
    try:
        found, broke = part(), ""
    except Exception as error:  # one part must not cost the others; the page says what broke
        traceback.print_exc()
        found, broke = None, f"{type(error).__name__}: {error}"
    return Part(name, found, time.monotonic() - started, broke)


def _exact(out: Path, sizes: Sizes) -> Report:
    told = sizes.exact.told(rows_of(sizes.exact))
    write_report(told, out, sizes.exact.name)
    return told


def _scenarios() -> Sentences:
    told = [(case.name, text, bool(held)) for case in CASES for text, held in case.expected()]
    return Sentences(tuple(told))


def _speed(out: Path, sizes: Sizes) -> Report:
    timed = [each for spec in sizes.speed for each in alone(rows_of, spec)]
    kinds = ", ".join(f"{','.join(spec.sizes)} {spec.households}" for spec in sizes.speed)
    swept = alone(sweeps, seed=1, count=sizes.swept) if sizes.swept else ()
    command = f"python -m benchmarks.speed --sizes KIND --households N ({kinds})"
    told = report(timed, command, swept)
    write_report(told, out, "speed")
    return told


def _lives(out: Path, sizes: Sizes) -> pd.DataFrame:
    code = backtest.main(["--small", *sizes.lives, "--out", str(out / "backtest")])
    table = pd.read_csv(out / "backtest" / "small" / "years.csv")
    if code:
        raise RuntimeError("lives broke off; see backtest/small/README.md")
    return table
