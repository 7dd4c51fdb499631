r"""The register's file, line by line: each carries a digest of itself and of all before it.

    <sha256> <JSON>\n        sha256 of the digest before it and of the JSON

A power cut may leave the last line half written: it was never confirmed to anybody, so it is left
out, and told. Any other line that is not as it was written stops every reader: a register that was
changed must not let anything leave. Refused: a length before each line (JSON holds no line break,
so the break ends it), and leaving a damaged line out (it may be the one that says "sent").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from models.errors import HearthError

FIRST: Final = "0" * 64
"""Digest before the first line."""

END: Final = b"\n"

UNWRITTEN: Final = b"\0"
"""What a file system shows where a page of the last write never reached the disk."""


class RegisterError(HearthError):
    """The register of orders is not as it was written: nothing may leave until a person looks."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines as (digest, JSON), and the bytes of a last one that is torn."""

    whole: tuple[tuple[str, bytes], ...]
    torn: int
    length: int

    @property
    def head(self) -> str:
        """Digest of everything so far."""
        return self.whole[-1][0] if self.whole else FIRST


def line_of(before: str, content: bytes) -> tuple[str, bytes]:
    """Return the digest and the bytes of the line that follows digest `before`."""
    digest = hashlib.sha256(before.encode() + content).hexdigest()
    return digest, digest.encode() + b" " + content + END


def lines_in(content: bytes, name: str, before: str = FIRST, known: int = 0) -> Lines:
    """Return the lines of a register's bytes, or of those after `known` lines, digest `before`.

    Raises
    ------
    RegisterError
        If a line is not as it was written.
    """
    found: list[tuple[str, bytes]] = []
    place = 0
    while place < len(content):
        end = content.find(END, place)
        if end < 0:
            break
        line = content[place:end]
        told, _, said = line.partition(b" ")
        digest, _ = line_of(before, said)
        if told != digest.encode():
            if UNWRITTEN in line and end == len(content) - 1:
                break
            raise RegisterError(
                f"{name}: line {known + len(found) + 1} is not as it was written (or the one "
                "before it is gone); nothing leaves until the file is as it was: fetch it from a "
                "copy"
            )
        found.append((digest, said))
        before, place = digest, end + 1
    return Lines(tuple(found), len(content) - place, place)
