"""The register's lines folded as far as they were read, with a digest of every byte of them.

Whoever keeps one reads on where it ended, and does not fold again what was there. Before a line is
written the file's bytes are compared with the digest: what was changed in between is seen. Refused:
belief in the file's size and times (a clock's tick is longer than a write).
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

from nightly.register.fold import Registered
from nightly.register.lines import RegisterError, lines_in
from nightly.register.records import Entry

FORMAT: Final = 1
"""Version of what the lines say; another is refused, not guessed at."""

PART: Final = 1 << 20
"""Bytes of a file that are compared at once."""


class Folded:
    """What holds after some lines; a class because it grows with them.

    `lock` is held while it grows, so that nobody reads it half-way. Where a line is refused it is
    `spoilt`, and whoever kept it reads the file anew.
    """

    def __init__(self, lock: RLock | None = None) -> None:
        self.registered = Registered()
        self.length = 0
        self.spoilt = False
        self.lock = lock or RLock()
        self._digest = hashlib.sha256()

    @contextmanager
    def growing(self) -> Iterator[None]:
        """Let lines be taken while the block lasts; spoilt where it does not end well.

        Raises
        ------
        RegisterError
            If it is spoilt already.
        """
        with self.lock:
            if self.spoilt:
                raise RegisterError("a line was refused; read the register again")
            self.spoilt = True
            yield
            self.spoilt = False

    def took(self, content: bytes) -> None:
        """Count the bytes of lines that were folded."""
        self.length += len(content)
        self._digest.update(content)

    def read_on(self, content: bytes, name: str) -> int:
        """Fold the lines that follow; return the bytes of a last one that is torn.

        Raises
        ------
        RegisterError
            If they are not as they were written.
        """
        known = self.registered
        with self.growing(), _nothing_collected():
            lines = lines_in(content, name, known.heads[-1], known.entries)
            for head, said in lines.whole:
                entry = entry_of(said)
                if entry.kind == "begin" and entry.data["format"] != FORMAT:
                    raise RegisterError(f"{name} has format {entry.data['format']}, not {FORMAT}")
                known.take(entry, head)
            self.took(content[: lines.length])
        return lines.torn

    def begins(self, handle: int) -> bool:
        """Whether a file begins with exactly the bytes that were folded."""
        digest, left = hashlib.sha256(), self.length
        with os.fdopen(os.dup(handle), "rb") as file:
            file.seek(0)
            while left and (part := file.read(min(left, PART))):
                digest.update(part)
                left -= len(part)
        return not left and digest.digest() == self._digest.digest()


def entry_of(content: bytes) -> Entry:
    """Return what a line says.

    Raises
    ------
    RegisterError
        If it says nothing that is known here.
    """
    try:
        return Entry(**json.loads(content))
    except (TypeError, ValueError) as error:
        raise RegisterError(
            f"a line of the register is whole and says nothing that is known here ({error}): it "
            "was written by another version, or by hand; fetch the file from a copy"
        ) from error


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the collector of cycles still while lines are folded: all that is made is kept.

    It walks through everything that a process holds again and again as a register grows, which is
    half of the time that 20,000 tickets take beside as many that are there already.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
