"""Who answers the chunks of a run: this process, or worker processes of this machine.

An engine takes chunks in order and gives their answers in any order; whoever writes them down
knows by their index where they belong. The cluster is in `nightly.workers.cluster`.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from nightly.partition.partitions import Chunk
from nightly.workers.chunk_answers import ChunkAnswers
from nightly.workers.driver import Driver
from nightly.workers.messages import Answered, Begun, Job, Task, Tick

WAITING: Final = 256
"""Ticks and answers that may wait to be written down: workers that are faster wait, or the answers
of a whole book would gather in memory."""

PATIENCE_SECONDS: Final = 0.5
"""How long a driver waits for room before it looks whether the run has ended."""

OnTick = Callable[[Tick], None]


class Engine(Protocol):
    """Answers chunks."""

    def answers(self, job: Job, chunks: Iterable[Chunk], on_tick: OnTick) -> Iterator[Answered]:
        """Yield the answers of every chunk, in any order; closing ends all work."""
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """Answers in this very process: for debuggers and tests; a crash here ends the run."""

    def answers(self, job: Job, chunks: Iterable[Chunk], on_tick: OnTick) -> Iterator[Answered]:
        """Yield the answers in order."""
        answers = ChunkAnswers(job)

        def tell(said: Begun | Tick) -> None:
            if isinstance(said, Tick):
                on_tick(said)

        for chunk in chunks:
            yield answers.of(Task(chunk), tell)


@dataclass(frozen=True, slots=True)
class Processes:
    """Worker processes of this machine, each driven by a thread that mostly waits.

    `drivers` are those that `ready` started beforehand.
    """

    workers: int = 1
    limit_seconds: float | None = None
    drivers: tuple[Driver, ...] = ()

    def answers(self, job: Job, chunks: Iterable[Chunk], on_tick: OnTick) -> Iterator[Answered]:
        """Yield the answers as they come; ticks are told in this thread."""
        waiting = iter(chunks)
        lock, stop = threading.Lock(), threading.Event()
        said: queue.Queue[Tick | Answered | BaseException | None] = queue.Queue(WAITING)
        drivers = self.drivers or self.drivers_of(job)

        def tell(what: Tick | Answered | BaseException | None) -> None:
            while not stop.is_set():
                with contextlib.suppress(queue.Full):
                    return said.put(what, timeout=PATIENCE_SECONDS)

        def work(driver: Driver) -> None:
            try:
                while not stop.is_set():
                    with lock:
                        chunk = next(waiting, None)
                    if chunk is None:
                        break
                    tell(driver.answered(chunk, tell))
            except BaseException as error:  # told to the run's own thread, which raises it
                tell(error)
            finally:
                tell(None)

        threads = [threading.Thread(target=work, args=(d,), daemon=True) for d in drivers]
        for thread in threads:
            thread.start()
        running = len(threads)
        try:
            while running:
                heard = said.get()
                if heard is None:
                    running -= 1
                elif isinstance(heard, BaseException):
                    raise heard
                elif isinstance(heard, Tick):
                    on_tick(heard)
                else:
                    yield heard
        finally:
            stop.set()
            for driver in drivers:
                driver.close()

    def drivers_of(self, job: Job) -> tuple[Driver, ...]:
        """Return a driver for each worker."""
        return tuple(Driver(job, self.limit_seconds) for _ in range(self.workers))


@contextmanager
def ready(engine: Engine, job: Job) -> Iterator[Engine]:
    """Yield the engine with its workers on their way, and end them when the block ends.

    A worker takes a second to load its libraries, which is best spent while the book is cut.
    """
    if not isinstance(engine, Processes):
        yield engine
        return
    drivers = engine.drivers_of(job)
    try:
        for driver in drivers:
            driver.start()
        yield replace(engine, drivers=drivers)
    finally:
        for driver in drivers:
            driver.close()
