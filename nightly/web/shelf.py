"""Files that were looked at and not booked yet: the bytes that a person saw the effect of.

They are in memory for as long as it takes to press a button. Refused: sending them out in the page
and in again (what comes back could be another file), and a folder of them (nobody would empty it).
"""

from __future__ import annotations

from threading import Lock
from typing import Final

from nightly.fills.reports import AnswersFile

KEPT: Final = 8
"""Files that are kept, the last ones: at most 64 MB, and as many as people send in at once."""


class Shelf:
    """Files by who looked at them and what they hold; a class because the oldest make room."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], AnswersFile] = {}
        self._lock = Lock()

    def put(self, person: str, file: AnswersFile) -> None:
        """Keep a file that a person looked at."""
        with self._lock:
            self._files.pop((person, file.sha256), None)
            self._files[person, file.sha256] = file
            while len(self._files) > KEPT:
                del self._files[next(iter(self._files))]

    def of(self, person: str, sha256: str) -> AnswersFile | None:
        """Return the file with a digest that a person looked at, None where it made room."""
        with self._lock:
            return self._files.get((person, sha256))

    def take(self, person: str, sha256: str) -> None:
        """Let go of a file."""
        with self._lock:
            self._files.pop((person, sha256), None)
