"""A night in a process of its own, to be killed: `python -m tests.nightly.night_process`.

Arguments: the book, the folder of runs, and for a run to go on with its id.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nightly.partition.sizes import Sizes
from nightly.run.new_run import find_run
from nightly.run.night import resume_run, start_run
from nightly.run.request import Request
from nightly.workers.engines import Processes
from scenarios.synthetic import ASOF
from tests.nightly.deciders import sell_a_little

SIZES = Sizes(partition_lots=1_500, chunk_households=2)


def main(book: str, runs: str, resumed: str | None = None) -> None:
    """Start a night, or go on with one."""
    engine = Processes(2)
    if resumed is None:
        start_run(Request(book, ASOF, Path(runs)), sell_a_little, engine, sizes=SIZES)
    else:
        resume_run(find_run(Path(runs), resumed), sell_a_little, engine)


if __name__ == "__main__":
    main(*sys.argv[1:])
