"""Compare every method on a book: ``python -m benchmarks.compare BOOK --out DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks.heuristics import NAIVE
from benchmarks.suite.compare.books import SEED, SYNTHETIC, opened
from benchmarks.suite.compare.methods import METHODS
from benchmarks.suite.compare.report import write_report
from benchmarks.suite.compare.run import Comparison, compare

RESULTS: Final = Path("benchmarks") / "results"


@dataclass(frozen=True, slots=True)
class Compare:
    """Every method on a book: a folder, `sample`, or `synthetic:KIND` of so many households.

    `households` are how many are asked, evenly spaced, None: all; `sweep` how many of them are
    swept; `naive` whether naive modelling is asked too.
    """

    book: str
    households: int | None = None
    seed: int = SEED
    sweep: int = 20
    asof: date | None = None
    naive: bool = True

    @property
    def command(self) -> str:
        """The command line of these settings, without the place of a folder."""
        synthetic = self.book.startswith(SYNTHETIC)
        told = f"python -m benchmarks.compare {self.book if synthetic else Path(self.book).name}"
        if self.households is not None:
            told += f" --households {self.households}"
        if synthetic:
            told += f" --seed {self.seed}"
        return f"{told} --sweep {self.sweep}"

    def measured(self, out: Path, name: str | None = None, kept: Path | None = None) -> Comparison:
        """Run every method and write the report; return what was measured."""
        methods = {each: run for each, run in METHODS.items() if self.naive or each not in NAIVE}
        with opened(self.book, self.households, self.seed, self.asof) as book:
            name = name or f"compare-{book.path.name}"
            found = compare(
                book,
                methods,
                self.households,
                self.sweep,
                say=_say,
                command=self.command,
                kept=kept,
            )
        write_report(found, out, name, self.command)
        _say(f"wrote {name}.md, .html, .csv and pictures")
        return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the book, run every method, write the report."""
    given = _parser().parse_args(arguments)
    spec = Compare(given.book, given.households, given.seed, given.sweep, given.asof, given.naive)
    spec.measured(given.out, given.name, given.rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("book", help="folder of the book, `sample`, or `synthetic:KIND`")
    parser.add_argument("--asof", type=date.fromisoformat, help="default: newest price date")
    parser.add_argument("--households", type=int, help="how many, evenly spaced; default: all")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of a synthetic book ({SEED})")
    parser.add_argument("--sweep", type=int, default=20, help="how many of them are swept (20)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder")
    parser.add_argument("--name", help="name of the files; default: compare-BOOK")
    parser.add_argument("--rows", type=Path, help="file that keeps rows; run again, it goes on")
    parser.add_argument(
        "--no-naive", dest="naive", action="store_false", help="leave out naive cvxpy modelling"
    )
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
