"""Trials under way and done, by digest: one at a time, each once, the last few kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from models.errors import HearthError

KEPT: Final = 16
"""Trials whose answer is kept: what two people compare in an afternoon; each is some 100 kB."""

WAITING: Final = 3
"""Trials that may wait for the one worker: more would wait for minutes."""

Work = Callable[[Callable[[], None]], dict[str, Any]]
"""What makes a record; it calls what it is given for every plan that is made."""


class TooManyTrialsError(HearthError):
    """Several trials wait already: try again when one of them is done."""


@dataclass
class Trying:
    """A trial: how many plans of how many are made, and its record once it is done."""

    total: int
    done: int = 0
    answer: Future[dict[str, Any]] = field(default_factory=Future)

    def tick(self) -> None:
        """Count a plan."""
        self.done += 1


class Trials:
    """Trials by digest; a class because the worker is one, and answers are kept."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "hearth-trial")
        self._kept: dict[str, Trying] = {}
        self._lock = Lock()

    def of(self, digest: str) -> Trying | None:
        """Return a trial, None where nobody asked for it or it is forgotten."""
        return self._kept.get(digest)

    def begin(self, digest: str, total: int, work: Work) -> None:
        """Begin a trial unless it is under way or done; one that failed is begun again.

        Raises
        ------
        TooManyTrialsError
            If several wait already.
        """
        with self._lock:
            known = self._kept.get(digest)
            if known is not None and not (known.answer.done() and known.answer.exception()):
                return
            waiting = sum(not each.answer.done() for each in self._kept.values())
            if waiting >= WAITING:
                raise TooManyTrialsError(f"{waiting} trials wait already: try again in a minute")
            for old in [n for n, each in self._kept.items() if each.answer.done()][: -KEPT + 1]:
                del self._kept[old]
            trying = Trying(total)
            trying.answer = self._worker.submit(work, trying.tick)
            self._kept[digest] = trying

    def close(self) -> None:
        """Let the worker go."""
        self._worker.shutdown(wait=False, cancel_futures=True)
