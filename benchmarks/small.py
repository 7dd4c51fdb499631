"""A small honest comparison in a few minutes: ``python -m benchmarks.small [--out DIR]``.

The sample book whole, and a synthetic book of each kind in proportion to what its households cost.
Larger ones are the same commands with larger numbers (see each report's first line).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.compare.methods import METHODS
from benchmarks.compare.report import write_report
from benchmarks.compare.run import compare
from models.book import read_book
from nightly.newest_price import newest_price_date
from scenarios.book_files import write_book
from scenarios.policy_texts import sample_policies
from scenarios.sample_book import sample_tables
from scenarios.synthetic import generate_book

SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Part:
    """A book (`sample`, or a kind of synthetic book), how many households, how many swept."""

    book: str
    households: int
    sweep: int

    @property
    def command(self) -> str:
        """How to repeat it alone, from the folder that holds the book."""
        return (
            f"python -m benchmarks.compare {self.book} --households {self.households} "
            f"--sweep {self.sweep}"
        )


PARTS: Final = (
    Part("sample", 43, 16),
    Part("etf", 60, 16),
    Part("mixed", 12, 4),
    Part("index", 3, 1),
)


def run(parts: Sequence[Part], out: Path) -> None:
    """Compare on each book and write its report."""
    with tempfile.TemporaryDirectory() as scratch:
        for part in parts:
            place = Path(scratch) / part.book
            if part.book == "sample":
                write_book(sample_tables(), sample_policies(), place, format="csv")
            else:
                generate_book(place, part.households, part.book, SEED)
            book = read_book(place, newest_price_date(place))
            found = compare(book, METHODS, part.households, part.sweep, say=_say)
            note = "" if part.book == "sample" else f"  (synthetic, kind {part.book}, seed {SEED})"
            write_report(found, out, f"compare-{part.book}", part.command + note)
            _say(f"compare-{part.book} written")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"), help="folder")
    run(PARTS, parser.parse_args(arguments).out)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
