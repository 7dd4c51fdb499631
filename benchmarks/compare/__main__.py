"""Compare every method on a book: ``python -m benchmarks.compare BOOK --out DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.baselines import NAIVE
from benchmarks.compare.methods import METHODS
from benchmarks.compare.report import write_report
from benchmarks.compare.run import compare
from models.book import read_book
from nightly.newest_price import newest_price_date


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the book, run every method, write the report."""
    given = _parser().parse_args(arguments)
    methods = {name: each for name, each in METHODS.items() if given.naive or name not in NAIVE}
    book = read_book(given.book, given.asof or newest_price_date(given.book))
    found = compare(book, methods, given.households, given.sweep, say=_say)
    name = given.name or f"compare-{given.book.name}"
    command = f"python -m benchmarks.compare {given.book.name}"
    if given.households is not None:
        command += f" --households {given.households}"
    write_report(found, given.out, name, f"{command} --sweep {given.sweep}")
    _say(f"wrote {name}.md, .html, .csv and pictures")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("book", type=Path, help="folder of the book")
    parser.add_argument("--asof", type=date.fromisoformat, help="default: newest price date")
    parser.add_argument("--households", type=int, help="how many, evenly spaced; default: all")
    parser.add_argument("--sweep", type=int, default=20, help="how many of them are swept (20)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"), help="folder")
    parser.add_argument("--name", help="name of the files; default: compare-BOOK")
    parser.add_argument(
        "--no-naive", dest="naive", action="store_false", help="leave out naive cvxpy modelling"
    )
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
