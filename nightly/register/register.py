"""The register's file: read whole, added to line by line, by one process at a time.

    RUNS/orders.register        beside the runs that it is about
    RUNS/orders.head            its last line: a register that was put back lacks it

Whoever writes holds the kernel's lock on the file, which goes with its process, and folds every
line into what holds before it is written: a transition that is not allowed never reaches the disk.
A line is on disk when `add` returns. Readers need no lock: a line that is being written is torn to
them, and so left out.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from nightly.register.fold import Registered
from nightly.register.folded import FORMAT, Folded, entry_of
from nightly.register.lines import RegisterError, line_of, lines_in
from nightly.register.records import Entry
from nightly.register.whole import keep_head, lost, must_be_whole
from nightly.results.durable import force, refusing
from nightly.results.moment import clock

NAME: Final = "orders.register"
"""The register's name among the runs."""

MACHINE: Final = "hearth"
"""Who adds a line that no person asked for."""


class Held:
    """A register that this process holds; a class because what holds grows with each line."""

    def __init__(self, handle: int, name: str, folded: Folded) -> None:
        self.registered = folded.registered
        self._handle, self._name, self._folded = handle, name, folded
        self.written = 0  # number of the last line that this process wrote

    def add(self, kind: str, by: str, why: str, data: Mapping[str, Any]) -> Entry:
        """Fold a line into what holds, write it and force it to disk.

        Raises
        ------
        TransitionError
            If the line is no transition of the table; nothing is written.
        RunFolderError
            If the file system refuses; what was there before is as it was.
        RegisterError
            If an earlier line was refused: what holds must be read again.
        """
        with self._folded.growing():
            entry = Entry(self.registered.entries + 1, kind, clock(), by, why, data)
            head, line = line_of(self.registered.heads[-1], text_of(entry).encode())
            self.registered.take(entry, head)
            place = self._folded.length
            with refusing(Path(self._name)):
                try:
                    _write_all(self._handle, line, place)
                    os.fsync(self._handle)
                except OSError:
                    with suppress(OSError):  # a torn line does no harm either
                        os.ftruncate(self._handle, place)
                    raise
            self._folded.took(line)
        self.written = entry.number
        return entry


class Writable(Protocol):
    """A register that can be held: read whole each time, or followed."""

    @property
    def path(self) -> Path:
        """Its file."""
        ...

    def held(self, on_wait: Callable[[], None] = ...) -> AbstractContextManager[Held]:
        """Keep every other process from writing while the block lasts."""
        ...


@dataclass(frozen=True, slots=True)
class Register:
    """The register in one file."""

    path: Path

    def read(self) -> Registered:
        """Return what holds now; a register that is not there holds nothing.

        Raises
        ------
        RegisterError
            If the file is not as it was written.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return Registered()
        except OSError as error:
            raise RegisterError(f"{self.path} cannot be read: {error}") from error
        folded = Folded()
        folded.read_on(content, str(self.path))
        return folded.registered

    def read_whole(self) -> Registered:
        """Return what holds now, if nothing beside it knows more than it does.

        Raises
        ------
        RegisterError
            If the file is not as it was written, or lost lines.
        """
        now = self.read()
        if lost(now, self.path):  # or somebody wrote since
            now = self.read()
            must_be_whole(now, self.path)
        return now

    def lost(self, known: Registered) -> str:
        """Return what beside it knows more than it does; nothing where nothing does.

        Where that is more than `known`, which was read before, somebody may have written since.
        """
        return lost(known, self.path) and lost(self.read(), self.path)

    def read_on(self, folded: Folded) -> None:
        """Fold what was added since.

        Raises
        ------
        RegisterError
            If what was added is not as it was written.
        """
        with self.path.open("rb") as file:
            file.seek(folded.length)
            folded.read_on(file.read(), str(self.path))

    @contextmanager
    def held(
        self,
        on_wait: Callable[[], None] = lambda: None,
        as_in: Callable[[int], Folded] = lambda _: Folded(),
        behind: bool = False,
    ) -> Iterator[Held]:
        """Keep every other process from writing while the block lasts; others wait their turn.

        `on_wait` is called once if another process is writing now. `as_in` says what was folded
        before of an open file, whose first bytes it has compared. A last line that is torn is cut
        off, and a line says so. `behind` is for a night, and for who mends it: they write though
        something beside the register knows more than it does.

        Raises
        ------
        RegisterError
            If the file is not as it was written, or lost lines.
        RunFolderError
            If it cannot be written.
        """
        with refusing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with refusing(self.path):
                _lock(handle, on_wait)
                folded = as_in(handle)
                with folded.lock:  # nobody else reads the same lines on
                    torn = folded.read_on(_read_from(handle, folded.length), str(self.path))
            if not behind:
                must_be_whole(folded.registered, self.path)
            held = Held(handle, str(self.path), folded)
            if torn:
                with refusing(self.path):
                    os.ftruncate(handle, folded.length)
                    os.fsync(handle)
            if not folded.registered.entries:
                held.add("begin", MACHINE, "", {"identity": uuid4().hex, "format": FORMAT})
                force(self.path.parent)
            if torn:
                held.add("mended", MACHINE, "torn", {"torn_bytes": torn})
            try:
                yield held
            finally:
                if held.written:
                    keep_head(held.registered, self.path, held.written)
        finally:
            os.close(handle)


def beside(run: Path) -> Register:
    """Return the register of the runs beside one."""
    return Register(run.parent / NAME)


def entries_in(path: Path) -> Iterator[tuple[str, Entry]]:
    """Yield every line of a register with its digest.

    Raises
    ------
    RegisterError
        If the file is not as it was written.
    """
    for head, content in lines_in(path.read_bytes(), str(path)).whole:
        yield head, entry_of(content)


def text_of(entry: Entry) -> str:
    """Return what a line says, without its digest."""
    told = {
        "number": entry.number,
        "kind": entry.kind,
        "clock": entry.clock,
        "by": entry.by,
        "why": entry.why,
        "data": entry.data,
    }
    return json.dumps(told, separators=(",", ":"))


def _lock(handle: int, on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)


def _read_from(handle: int, place: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(place)
        return file.read()


def _write_all(handle: int, line: bytes, place: int) -> None:
    done = 0
    while done < len(line):
        done += os.pwrite(handle, line[done:], place + done)
