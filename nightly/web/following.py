"""The register followed: read once, and then only what was added since.

A register of a million proposals takes seconds to read, and a page has a fifth of one. Every line
is still checked against the digest before it. A file that shrank or is another one is read anew.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

from nightly.register.fold import Registered
from nightly.register.register import Register

LARGE: Final = 1 << 20
"""Bytes of lines from which what was folded is no longer walked through by the collector of cycles:
a thousand tickets. It stays as long as the server; a walk is a third of a second at 20,000."""


class Following:
    """The register as it stands; a class because what holds grows with the file.

    `now` lends what holds to one thread at a time: nothing grows while somebody reads it.
    """

    def __init__(self, register: Register) -> None:
        self.register = register
        self._lock = RLock()
        self._registered = Registered()
        self._file: tuple[int, int] | None = None
        self._length = 0

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
            yield self._registered

    def _catch_up(self) -> None:
        try:
            stat = self.register.path.stat()
        except FileNotFoundError:
            self._registered, self._file, self._length = Registered(), None, 0
            return
        file = stat.st_dev, stat.st_ino
        if file != self._file or stat.st_size < self._length:
            self._registered, self._file, self._length = Registered(), file, 0
        if stat.st_size > self._length:
            known, self._file = self._registered, None  # what fails half-way is read anew
            before, self._length = self._length, self.register.read_on(known, self._length)
            self._file = file
            if self._length - before > LARGE:
                gc.freeze()
