"""A small honest comparison in a few minutes: ``python -m benchmarks.small [--out DIR]``.

The sample book whole, and synthetic books in proportion to what their households cost. Larger ones
are the same commands with larger numbers: each report begins with its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.compare import __main__ as compare

RUNS: Final = (
    ("sample", 43, 16),
    ("synthetic:etf", 60, 12),
    ("synthetic:mixed", 12, 4),
    ("synthetic:index", 2, 1),
)
"""Book, households, and how many of them are swept."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every comparison and write its report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.small", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"), help="folder")
    out = str(parser.parse_args(arguments).out)
    for book, households, sweep in RUNS:
        sizes = ["--households", str(households), "--sweep", str(sweep)]
        compare.main([book, *sizes, "--out", out])


if __name__ == "__main__":
    main()
