"""Compare every method on a book: ``python -m benchmarks.compare BOOK --out DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.heuristics import NAIVE
from benchmarks.suite.compare.books import SEED, SYNTHETIC, opened
from benchmarks.suite.compare.methods import METHODS
from benchmarks.suite.compare.report import write_report
from benchmarks.suite.compare.run import Comparison, compare


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the book, run every method, write the report."""
    compared(arguments)


def compared(arguments: Sequence[str] | None = None) -> Comparison:
    """Do what the command does, and return what was measured."""
    given = _parser().parse_args(arguments)
    methods = {name: each for name, each in METHODS.items() if given.naive or name not in NAIVE}
    with opened(given.book, given.households, given.seed, given.asof) as book:
        name = given.name or f"compare-{book.path.name}"
        found = compare(book, methods, given.households, given.sweep, say=_say)
    shown = given.book if given.book.startswith(SYNTHETIC) else Path(given.book).name
    write_report(found, given.out, name, _command(shown, given))
    _say(f"wrote {name}.md, .html, .csv and pictures")
    return found


def _command(book: str, given: argparse.Namespace) -> str:
    parts = [f"python -m benchmarks.compare {book}"]
    if given.households is not None:
        parts.append(f"--households {given.households}")
    if book.startswith(SYNTHETIC):
        parts.append(f"--seed {given.seed}")
    return " ".join([*parts, f"--sweep {given.sweep}"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("book", help="folder of the book, `sample`, or `synthetic:KIND`")
    parser.add_argument("--asof", type=date.fromisoformat, help="default: newest price date")
    parser.add_argument("--households", type=int, help="how many, evenly spaced; default: all")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of a synthetic book ({SEED})")
    parser.add_argument("--sweep", type=int, default=20, help="how many of them are swept (20)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"), help="folder")
    parser.add_argument("--name", help="name of the files; default: compare-BOOK")
    parser.add_argument(
        "--no-naive", dest="naive", action="store_false", help="leave out naive cvxpy modelling"
    )
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
