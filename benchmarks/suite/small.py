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
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd

from benchmarks.backtest import __main__ as backtest
from benchmarks.suite import quality, speed
from benchmarks.suite.compare import command as comparison
from benchmarks.suite.compare.run import Comparison
from benchmarks.suite.measure import Report, write_report
from benchmarks.suite.measure.alone import alone
from benchmarks.suite.small_cases import small_households
from benchmarks.suite.small_page import Page, Part, Sentences
from models.policy import BRANCHING
from scenarios.cases import CASES

RESULTS: Final = Path("benchmarks") / "results"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large each part is.

    `books` are (book, households, how many of them are swept); `exact` households get
    `exact_seconds` of SCIP each; `speed` maps kinds of book to households, `swept` are
    swept over the weight of tax; `lives` are extra arguments of the small back-test.
    """

    books: tuple[tuple[str, int, int], ...]
    exact: int
    exact_seconds: float
    speed: tuple[tuple[str, int], ...]
    swept: int = 0
    lives: tuple[str, ...] = ()


USUAL: Final = Sizes(
    books=(
        ("sample", 43, 8),
        ("synthetic:etf", 40, 8),
        ("synthetic:mixed", 6, 2),
        ("synthetic:index", 2, 0),
    ),
    exact=8,
    exact_seconds=10.0,
    speed=(("etf", 20), ("mixed", 5), ("index", 2)),
    swept=3,
)
"""About four minutes on an idle machine of two cores, under ten on a busy one."""

FULL: Final = (
    ("python -m benchmarks.compare sample", "comparison and dominance, every household"),
    ("python -m benchmarks.compare synthetic:etf --households 200 --sweep 40", "larger books"),
    ("python -m benchmarks.quality --households 100 --seconds 60", "the exact optimum"),
    ("python -m benchmarks.quality --households 30 --seconds 60 --tight", "tight tax budgets"),
    ("python -m benchmarks.speed", "stages, ratios to one raw solve"),
    ("python -m benchmarks.extremes --seeds 0 10000", "extreme households: each answered, when"),
    ("python -m scenarios.cases", "named scenarios, sentence by sentence"),
    ("python -m benchmarks.backtest --workers 2", "the shipped market, three decades"),
    (
        "python -m benchmarks.backtest --prices DIR --dividends FILE --starts 2007 2011 2015 "
        "--years 10 --households 20",
        "prices of your own",
    ),
)
"""The same parts in full, and what they are for."""

Measured: TypeAlias = tuple[str, Callable[[], object]]


def main(arguments: Sequence[str] | None = None, sizes: Sizes = USUAL) -> int:
    """Run every part and write the page; return 1 if a part broke or a sentence does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the reports")
    out: Path = parser.parse_args(arguments).out
    parts = [_done(name, part) for name, part in _parts(out, sizes)]
    Page(tuple(parts), FULL).write(out)
    for part in parts:
        print(f"{part.name}: {part.broke or 'done'}, {part.seconds:.0f} s", file=sys.stderr)
    told = [part.found for part in parts if isinstance(part.found, Sentences)]
    return int(any(part.broke for part in parts) or any(each.failing for each in told))


def _parts(out: Path, sizes: Sizes) -> list[Measured]:
    """Name every part, and how it is run."""
    return [
        *(
            (f"comparison, {book}", _comparison(out, book, households, sweep))
            for book, households, sweep in sizes.books
        ),
        ("exact optimum", lambda: _exact(out, sizes)),
        ("named scenarios", _scenarios),
        ("speed", lambda: _speed(out, sizes)),
        ("back-test", lambda: _lives(out, sizes)),
    ]


def _done(name: str, part: Callable[[], object]) -> Part:
    started = time.monotonic()
    try:
        found, broke = part(), ""
    except Exception as error:  # one part must not cost the others; the page says what broke
        traceback.print_exc()
        found, broke = None, f"{type(error).__name__}: {error}"
    return Part(name, found, time.monotonic() - started, broke)


def _comparison(out: Path, book: str, households: int, sweep: int) -> Callable[[], Comparison]:
    given = [book, "--households", str(households), "--sweep", str(sweep), "--out", str(out)]
    return lambda: comparison.compared(given)


def _exact(out: Path, sizes: Sizes) -> Report:
    found = quality.cases(small_households(sizes.exact, 7), seconds=sizes.exact_seconds)
    command = (
        f"python -m benchmarks.quality --households {sizes.exact} --seed 7 "
        f"--seconds {sizes.exact_seconds:g}"
    )
    told = quality.report(found, command)
    write_report(told, out, "quality")
    return told


def _scenarios() -> Sentences:
    told = [(case.name, text, bool(held)) for case in CASES for text, held in case.expected()]
    return Sentences(tuple(told))


def _speed(out: Path, sizes: Sizes) -> Report:
    timed = [
        each
        for kind, count in sizes.speed
        for each in alone(speed.run, [kind], count, seed=1, certify=BRANCHING, repeats=2)
    ]
    kinds = ", ".join(f"{kind} {count}" for kind, count in sizes.speed)
    swept = alone(speed.sweeps, seed=1, count=sizes.swept) if sizes.swept else ()
    command = f"python -m benchmarks.speed --sizes KIND --households N ({kinds})"
    told = speed.report(timed, command, swept)
    write_report(told, out, "speed")
    return told


def _lives(out: Path, sizes: Sizes) -> pd.DataFrame:
    code = backtest.main(["--small", *sizes.lives, "--out", str(out / "backtest")])
    table = pd.read_csv(out / "backtest" / "small" / "years.csv")
    if code:
        raise RuntimeError("lives broke off; see backtest/small/README.md")
    return table
