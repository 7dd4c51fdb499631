"""What a page is made of: the runs beside a register, and for each its book and its queue.

Every record here is one that the command line says as JSON; pages show it and add no figure.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

from models.errors import HearthError
from nightly.proof.bench import Bench
from nightly.proof.evidence import evidence_of
from nightly.register.fold import Registered
from nightly.register.following import Following
from nightly.register.lines import RegisterError
from nightly.register.register import NAME, Register
from nightly.register.whole import remedy
from nightly.results.run_folder import EVENTS, REQUEST, RunFolder
from nightly.results.under_way import UnderWay, followed
from nightly.run.stores import heed_database
from nightly.tuning.kept import Trials
from nightly.web.filters import Wanted
from nightly.web.left import Left, LeftOf
from nightly.web.newer import Newer, NewerRuns
from nightly.web.queue import Queue
from nightly.web.ready import ReadyOf
from nightly.web.shelf import Shelf

Laid = TypeVar("Laid")

PATIENCE_SECONDS: Final = 1.5
"""Seconds that a page waits for a queue before it says that the run is still being read."""


class NoSuchRunError(HearthError):
    """The run asked for is not among the complete runs: choose one of the list."""


class NotReadYetError(HearthError):
    """The run is still being read: the page comes by itself."""


@dataclass(frozen=True, slots=True)
class RunDesk:
    """One run: its book, its queue as soon as that is laid out, and what it says of itself."""

    bench: Bench
    laid_out: Future[Queue]
    weighed: Future[dict[str, Any]]
    left: LeftOf
    ready: ReadyOf

    def queue(self) -> Queue:
        """Return the queue.

        Raises
        ------
        NotReadYetError
            If it takes longer than a page may.
        """
        return _when_ready(self.laid_out)

    def sent_as_of(self, now: Registered) -> Left:
        """Return what of the run left by now."""
        return self.left.as_of(now)

    def evidence(self) -> dict[str, Any]:
        """Return how sure the run's plans are, what binds, and heuristics beside them.

        Raises
        ------
        NotReadYetError
            If it takes longer than a page may.
        """
        return _when_ready(self.weighed)


def _when_ready(laid: Future[Laid]) -> Laid:
    try:
        return laid.result(PATIENCE_SECONDS)
    except TimeoutError as error:
        raise NotReadYetError("the run is being read") from error


class Desk:
    """The runs in a folder; a class because each is opened once."""

    def __init__(
        self,
        book: Path,
        runs: Path,
        scratch: Path,
        compared: Path | None = None,
        custodian: Path | None = None,
    ) -> None:
        self.book, self.runs, self.scratch = book, runs, scratch
        self.compared, self.custodian = compared, custodian
        self.following = Following(Register(runs / NAME))
        heed_database(self.following.path)
        self.trials = Trials()
        self.shelf = Shelf()
        self._newer = NewerRuns(runs)
        self._whole: tuple[str, tuple[str, ...]] | None = None
        self._workers = ThreadPoolExecutor(1, "hearth-queue")
        self._under_way: dict[str, UnderWay] = {}
        self._desks: dict[str, RunDesk] = {}
        self._lock = Lock()

    def run_ids(self) -> list[str]:
        """Return the complete runs, the newest first."""
        if not self.runs.is_dir():
            return []
        found = (RunFolder(path) for path in self.runs.iterdir() if path.is_dir())
        return sorted((run.run_id for run in found if run.complete), reverse=True)

    def newer(self, run_id: str) -> Newer | None:
        """Return what nights since say of a run's households, None where it is the newest."""
        return self._newer.than(run_id, self.run_ids())

    def lost(self) -> str:
        """Return what the register lost, by what stands beside it, and what would do.

        Where it is whole it is asked again once a line or a run is added.
        """
        try:
            with self.following.now() as now:
                seen = now.heads[-1], tuple(self.run_ids())
                if seen == self._whole:
                    return ""
                found = self.following.register.lost(now)
        except RegisterError as error:
            return str(error)
        self._whole = None if found else seen
        return f"{found}. {remedy(self.following.path)}" if found else ""

    def unfinished(self) -> list[str]:
        """Return the runs that are going on, or ended half-way, the newest first."""
        if not self.runs.is_dir():
            return []
        found = (RunFolder(path) for path in self.runs.iterdir() if path.is_dir())
        begun = (run for run in found if not run.complete)
        return sorted(
            (
                run.run_id
                for run in begun
                if (run.work / REQUEST).exists() or (run.path / EVENTS).exists()
            ),
            reverse=True,
        )

    def under_way(self, run_id: str) -> UnderWay | None:
        """Return how far an unfinished run is, None where there is none of that name."""
        if run_id not in self.unfinished():
            self._under_way.pop(run_id, None)
            return None
        with self._lock:
            found = followed(RunFolder(self.runs / run_id), self._under_way.get(run_id))
            self._under_way[run_id] = found
        return found

    def run(self, run_id: str) -> RunDesk:
        """Return a run by its id, opening it the first time.

        Raises
        ------
        NoSuchRunError
            If no complete run is called that; what was asked for is never a path.
        """
        if run_id not in self.run_ids():
            raise NoSuchRunError("there is no complete run of that name here")
        with self._lock:
            if run_id not in self._desks:
                bench = Bench(RunFolder(self.runs / run_id), self.book, self.scratch)
                laid_out = self._workers.submit(self._lay_out, bench)
                weighed = self._workers.submit(evidence_of, bench.folder, self.compared)
                kept = LeftOf(run_id), ReadyOf(bench.folder)
                self._desks[run_id] = RunDesk(bench, laid_out, weighed, *kept)
            return self._desks[run_id]

    def _lay_out(self, bench: Bench) -> Queue:
        """Return a run's queue, with the register read: pages find both at hand."""
        queue = Queue(bench, self.book, lambda: self.newer(bench.folder.run_id))
        with self.following.now() as now:
            queue.page(Wanted(), 0, now)
        return queue

    def close(self) -> None:
        """Let the workers go."""
        self.trials.close()
        self._workers.shutdown(wait=False, cancel_futures=True)
