"""One worker process seen from its driver: started when needed, replaced when it dies.

`Driver.answered` is where a household's crash or time-out becomes that household's `failed`: the
worker said whom it began on, so a death or a silence has a name. A household whose worker died is
tried once more on a new one, since somebody else may have killed the first (a machine short of
memory does); a second death is its answer. A time-out is not tried again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socketpair
from typing import Any, Final

from models.errors import HearthError
from nightly.partition.partitions import Chunk
from nightly.workers.messages import Answered, Begun, Broken, Job, Task, Tick

DEATHS_ALLOWED: Final = 1
"""Deaths of workers on one household that are taken for somebody else's doing."""

STARTS_TRIED: Final = 3
"""Workers in a row that may die before their first household: then it is the machine or the job."""

WORKER: Final = "nightly.workers.worker"
"""Module that a worker process runs."""

ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that keep numeric libraries to one thread: workers are the parallelism, and sums
added up by one thread are the same on every machine with any number of cores."""


class WorkerError(HearthError):
    """Workers die before they can answer anybody: see what they wrote, then resume the run."""


class WorkerProcess:
    """A running worker process and the pipe to it."""

    def __init__(self, job: Job) -> None:
        mine, theirs = socketpair()
        environment = {
            **os.environ,
            **dict.fromkeys(ONE_THREAD, "1"),
            "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        }
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", WORKER, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
                start_new_session=True,  # an interrupt is for the driver, who closes the pipe
            )
        self.pipe = Connection(mine.detach())
        self.pipe.send(job)

    def end(self) -> str:
        """End the process, if it still runs, and say how it ended."""
        self.pipe.close()
        if self._process.poll() is None:
            self._process.kill()
        code = self._process.wait()
        if code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"

    def death(self) -> str:
        """Say how a process ended whose pipe broke."""
        # should the process live on with a broken pipe, it is of no more use
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5.0)
        return self.end()


class Driver:
    """Drives one worker after another; `limit_seconds` bounds each household, None is no bound."""

    def __init__(self, job: Job, limit_seconds: float | None) -> None:
        self.job, self.limit_seconds = job, limit_seconds
        self._worker: WorkerProcess | None = None
        self._closed = False

    def answered(self, chunk: Chunk, on_tick: Callable[[Tick], None]) -> Answered:
        """Return the answers of a chunk, whatever becomes of the workers on the way.

        Raises
        ------
        WorkerError
            If workers die before their first household, again and again.
        Exception
            What opening the chunk's partition raised.
        """
        failed: dict[str, str] = {}
        deaths: Counter[str] = Counter()
        ticked: set[str] = set()
        for _ in range(STARTS_TRIED):
            while True:
                current, ended = self._try(Task(chunk, failed), on_tick, ticked)
                if isinstance(ended, Answered):
                    return ended
                if current is None:
                    break
                deaths[current] += 1
                if ended.timed_out or deaths[current] > DEATHS_ALLOWED:
                    failed[current] = ended.reason
        raise WorkerError(
            f"{STARTS_TRIED} worker processes in a row died before answering anybody, the last by "
            f"{ended.how}; if memory is short, run with fewer workers; what was done is kept: "
            "resume the run"
        )

    def start(self) -> None:
        """Start the worker already now: it loads its libraries while nobody needs it yet."""
        if self._worker is None and not self._closed:
            self._worker = WorkerProcess(self.job)

    def close(self) -> None:
        """End the worker; no other is started."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _try(
        self, task: Task, on_tick: Callable[[Tick], None], ticked: set[str]
    ) -> tuple[str | None, Any]:
        """Run a task once: (household the worker was at, its answers or how the worker ended)."""
        current: str | None = None
        begun = time.monotonic()
        try:
            if self._closed:
                raise WorkerError("the run has ended")
            if self._worker is None:
                self._worker = WorkerProcess(self.job)
            pipe = self._worker.pipe
            pipe.send(task)
            while True:
                left = None
                if current is not None and self.limit_seconds is not None:
                    left = max(begun + self.limit_seconds - time.monotonic(), 0.0)
                if not pipe.poll(left):
                    self._let_go()
                    return current, Ended(f"took longer than {self.limit_seconds:g} seconds", True)
                match pipe.recv():
                    case Begun(household_id):
                        current, begun = household_id, time.monotonic()
                    case Tick() as tick:
                        if tick.household_id not in ticked:
                            ticked.add(tick.household_id)
                            on_tick(tick)
                    case Answered() as answered:
                        return current, answered
                    case Broken(error):
                        raise error
        except (EOFError, ConnectionError):
            how = self._worker.death() if self._worker is not None else "an error at its start"
            self._worker = None
            return current, Ended(how, False)


class Ended:
    """How a worker ended before its chunk was done."""

    def __init__(self, how: str, timed_out: bool) -> None:
        self.how, self.timed_out = how, timed_out

    @property
    def reason(self) -> str:
        """What the household's answer says."""
        if self.timed_out:
            return self.how
        return f"its worker process died twice while planning it (the last by {self.how})"
