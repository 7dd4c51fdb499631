"""How far a run is, on standard error always.

On a terminal it is a bar; elsewhere it is a plain line at once, and one each tenth of the way with
what is left, so that a log file stays readable.
"""

from __future__ import annotations

import sys
import time
from typing import Self

import rich.progress
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from nightly.workers.messages import Tick
from workbench.wording import counted


class Progress:
    """Progress of a run on standard error: a bar on a terminal, else a line each tenth of the way.

    A context; inside it `start` is told how many households there are, `tick` of each answer.
    """

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False)
        self._households = self._done = self._before = 0
        self._began = 0.0
        self._bar = None
        if console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = rich.progress.Progress(
                *columns, TimeRemainingColumn(), console=console, transient=True
            )

    def __enter__(self) -> Self:
        """Show the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def start(self, households: int, done: int) -> None:
        """Set how many households there are, and how many an earlier attempt answered."""
        self._households, self._done = households, done
        self._began, self._before = time.monotonic(), done
        if self._bar is not None:
            self._bar.add_task("households", total=households, completed=done)
        else:
            before = f", {done} of them were answered before" if done else ""
            print(f"{counted(households, 'household')}{before}", file=sys.stderr, flush=True)

    def tick(self, tick: Tick) -> None:
        """Count one household."""
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])
        elif self._done % max(1, -(-self._households // 10)) == 0 < self._households - self._done:
            left = (self._households - self._done) * self._seconds_each()
            print(
                f"{self._done} of {self._households} households, about {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )

    def _seconds_each(self) -> float:
        return (time.monotonic() - self._began) / max(1, self._done - self._before)
