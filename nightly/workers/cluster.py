"""Chunks answered on a Dask cluster that is there already: the same code, farther away.

A task is a chunk. On the cluster's worker it drives a worker process of ours exactly as the local
engine does, so crashes and time-outs cost a household and not a machine; if the cluster's own
worker dies, its scheduler gives the chunk to another. Every machine must see the run's folder
under the same path and have this package. Only the client writes. Refused: making a cluster (that
is the site's business), and tasks of a household each (a scheduler's time per task is a small
household's).
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from distributed import Client, KilledWorker, WorkerPlugin, as_completed, get_worker

from models.errors import HearthError
from nightly.partition.partitions import Chunk
from nightly.workers.driver import Driver, WorkerError
from nightly.workers.messages import Answered, Job, Tick

AHEAD: Final = 3
"""Chunks handed out for every thread of the cluster: one at work, the others on their way."""

PATIENCE_SECONDS: Final = 30.0
"""How long the scheduler, and its first worker, may take to answer."""

_connect: Any = Client
_as_they_come: Any = as_completed


class ClusterError(HearthError):
    """The cluster cannot be reached: check the scheduler's address and that it has workers."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Dask cluster by the address of its scheduler, such as ``tcp://head:8786``."""

    scheduler: str
    limit_seconds: float | None = None

    def answers(
        self, job: Job, chunks: Iterable[Chunk], on_tick: Callable[[Tick], None]
    ) -> Iterator[Answered]:
        """Yield the answers as they come; the ticks of a chunk come with it.

        Raises
        ------
        ClusterError
            If there is no cluster at the address, or it has no worker.
        WorkerError
            If workers die on a chunk again and again.
        """
        with _client(self.scheduler) as client:
            name = f"hearth-{uuid.uuid4().hex}"
            client.register_plugin(Drivers(job, self.limit_seconds), name=name)
            try:
                yield from self._answers(client, name, iter(chunks), on_tick)
            finally:
                client.unregister_worker_plugin(name)

    def _answers(
        self, client: Any, name: str, chunks: Iterator[Chunk], on_tick: Callable[[Tick], None]
    ) -> Iterator[Answered]:
        def submit(chunk: Chunk) -> Any:
            return client.submit(answer_here, name, chunk, key=f"{name}-{chunk.index}", pure=False)

        threads = sum(client.nthreads().values())
        handed_out = [submit(chunk) for chunk in islice(chunks, AHEAD * threads)]
        running = _as_they_come(handed_out, loop=client.loop)
        for future in running:
            try:
                answered, ticks = future.result()
            except KilledWorker as error:
                raise WorkerError(
                    f"the cluster lost every worker that tried a chunk ({error}); what was done is "
                    "kept: resume the run"
                ) from error
            future.release()
            for chunk in islice(chunks, 1):
                running.add(submit(chunk))
            for tick in ticks:
                on_tick(tick)
            yield answered


class Drivers(WorkerPlugin):
    """What a worker of the cluster keeps for a run: a driver for each thread that needs one."""

    def __init__(self, job: Job, limit_seconds: float | None) -> None:
        self.job, self.limit_seconds = job, limit_seconds

    def setup(self, worker: Any) -> None:
        """Begin without drivers."""
        self._idle: list[Driver] = []
        self._all: list[Driver] = []
        self._lock = threading.Lock()

    def teardown(self, worker: Any) -> None:
        """End every worker process."""
        for driver in self._all:
            driver.close()

    def answered(self, chunk: Chunk) -> tuple[Answered, list[Tick]]:
        """Return a chunk's answers, by an idle driver or a new one."""
        with self._lock:
            driver = self._idle.pop() if self._idle else Driver(self.job, self.limit_seconds)
            if driver not in self._all:
                self._all.append(driver)
        ticks: list[Tick] = []
        try:
            return driver.answered(chunk, ticks.append), ticks
        finally:
            with self._lock:
                self._idle.append(driver)


def answer_here(name: str, chunk: Chunk) -> tuple[Answered, list[Tick]]:
    """Answer a chunk on whatever worker of the cluster this runs."""
    drivers: Any = get_worker().plugins[name]
    found: tuple[Answered, list[Tick]] = drivers.answered(chunk)
    return found


def _client(scheduler: str) -> Any:
    try:
        client = _connect(scheduler, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"--scheduler {scheduler}: no Dask scheduler answers ({error})"
        ) from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError as error:
        client.close()
        raise ClusterError(f"--scheduler {scheduler}: the cluster has no worker") from error
    return client
