"""The register followed: read once, and then only what was added since.

A register of a million proposals takes seconds to read, and a page has a fifth of one; so has
whoever decides. Every line is still checked against the digest before it, and before anything is
written every byte against what was read. A file that shrank or is another one is read anew.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from nightly.register.fold import Registered
from nightly.register.folded import Folded
from nightly.register.lines import RegisterError
from nightly.register.register import Held, Register

LARGE: Final = 1 << 20
"""Bytes of lines from which what was folded is no longer walked through by the collector of cycles:
a thousand tickets. It stays as long as the server; a walk is a third of a second at 20,000."""


class Following:
    """The register as it stands; a class because what holds grows with the file.

    `now` lends what holds to one thread at a time: nothing grows while somebody reads it, and who
    was lent it gives it back before asking to write. `held` is the register's own.
    """

    def __init__(self, register: Register) -> None:
        self.register = register
        self._lock = RLock()
        self._folded = Folded(self._lock)
        self._file: tuple[int, int] | None = None

    @property
    def path(self) -> Path:
        """The register's file."""
        return self.register.path

    @contextmanager
    def now(self) -> Iterator[Registered]:
        """Lend what holds now.

        Raises
        ------
        RegisterError
            If the register is not as it was written.
        """
        with self._lock:
            self._catch_up()
            yield self._folded.registered

    @contextmanager
    def held(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[Held]:
        """Keep every other writer out while the block lasts, as `Register.held` does.

        Whoever looks is not kept waiting but while a line is folded and forced to disk: sending
        judges for long.
        """
        before = self._folded.length
        with self.register.held(on_wait, self._as_in) as held:
            yield held
        self._grown_since(before)

    def _as_in(self, handle: int) -> Folded:
        """Return what was folded of an open file, byte for byte; nothing where it was changed."""
        with self._lock:
            stat = os.fstat(handle)
            if self._folded.spoilt or not self._folded.begins(handle):
                self._folded = Folded(self._lock)
            self._file = stat.st_dev, stat.st_ino
            return self._folded

    def _catch_up(self) -> None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            self._folded, self._file = Folded(self._lock), None
            return
        file = stat.st_dev, stat.st_ino
        before = self._folded.length
        if self._folded.spoilt or file != self._file or stat.st_size < before:
            self._folded, self._file, before = Folded(self._lock), file, 0
        if stat.st_size > before:
            try:
                self.register.read_on(self._folded)
            except RegisterError:
                if not before:
                    raise
                self._folded = Folded(self._lock)  # other lines under the same name
                self.register.read_on(self._folded)
            self._grown_since(before)

    def _grown_since(self, before: int) -> None:
        if self._folded.length - before > LARGE:
            gc.freeze()
