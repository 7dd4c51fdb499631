"""What the commands of the suite share: where rows are kept, and where the report goes."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.suite.measure import Report, write_report


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command."""
    parser.add_argument("--out", type=Path, help="folder for the report; else it is printed")
    parser.add_argument(
        "--rows", type=Path, help="file that keeps rows as they are made; run again, it goes on"
    )


def finish(told: Report, name: str, out: Path | None) -> None:
    """Print a report, and write it where asked."""
    print(told.text())
    if out is not None:
        write_report(told, out, name)
