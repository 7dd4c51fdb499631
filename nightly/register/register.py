"""The register's file: read whole, added to line by line, by one process at a time.

    RUNS/orders.register        beside the runs that it is about

Whoever writes holds the kernel's lock on the file, which goes with its process, and folds every
line into what holds before it is written: a transition that is not allowed never reaches the disk.
A line is on disk when `add` returns. Readers need no lock: a line that is being written is torn to
them, and so left out.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from nightly.register.fold import Registered
from nightly.register.lines import RegisterError, line_of, lines_in
from nightly.register.records import Entry
from nightly.results.durable import force, refusing
from nightly.results.moment import clock

NAME: Final = "orders.register"
"""The register's name among the runs."""

FORMAT: Final = 1
"""Version of what the lines say; another is refused, not guessed at."""

MACHINE: Final = "hearth"
"""Who adds a line that no person asked for."""


class Held:
    """A register that this process holds; a class because what holds grows with each line."""

    def __init__(self, handle: int, name: str, registered: Registered, length: int) -> None:
        self.registered = registered
        self._handle, self._name, self._length = handle, name, length
        self._spoilt = False

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
        if self._spoilt:
            raise RegisterError(f"{self._name}: a line was refused; read the register again")
        self._spoilt = True
        entry = Entry(self.registered.entries + 1, kind, clock(), by, why, data)
        head, line = line_of(self.registered.heads[-1], text_of(entry).encode())
        self.registered.take(entry, head)
        with refusing(Path(self._name)):
            try:
                _write_all(self._handle, line, self._length)
                os.fsync(self._handle)
            except OSError:
                with suppress(OSError):  # a torn line does no harm either
                    os.ftruncate(self._handle, self._length)
                raise
        self._length += len(line)
        self._spoilt = False
        return entry


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
        return _folded(content, self.path)[0]

    def read_on(self, registered: Registered, length: int) -> int:
        """Fold what was added after the first `length` bytes into what holds; return its end.

        Raises
        ------
        RegisterError
            If what was added is not as it was written.
        """
        with self.path.open("rb") as file:
            file.seek(length)
            lines = lines_in(file.read(), str(self.path), registered.heads[-1], registered.entries)
        with _nothing_collected():
            for head, said in lines.whole:
                registered.take(_entry(said), head)
        return length + lines.length

    @contextmanager
    def held(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[Held]:
        """Keep every other process from writing while the block lasts; others wait their turn.

        `on_wait` is called once if another process is writing now. A last line that is torn is cut
        off, and a line says so.

        Raises
        ------
        RegisterError
            If the file is not as it was written.
        RunFolderError
            If it cannot be written.
        """
        with refusing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with refusing(self.path):
                _lock(handle, on_wait)
                content = _read_all(handle)
            registered, length = _folded(content, self.path)
            held = Held(handle, str(self.path), registered, length)
            if length < len(content):
                with refusing(self.path):
                    os.ftruncate(handle, length)
                    os.fsync(handle)
            if not registered.entries:
                held.add("begin", MACHINE, "", {"identity": uuid4().hex, "format": FORMAT})
                force(self.path.parent)
            if length < len(content):
                held.add("mended", MACHINE, "torn", {"torn_bytes": len(content) - length})
            yield held
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
        yield head, _entry(content)


def _folded(content: bytes, path: Path) -> tuple[Registered, int]:
    """Return what holds after the lines of a file, and where they end."""
    lines = lines_in(content, str(path))
    registered = Registered()
    with _nothing_collected():
        for head, said in lines.whole:
            entry = _entry(said)
            if entry.kind == "begin" and entry.data["format"] != FORMAT:
                raise RegisterError(f"{path} has format {entry.data['format']}, not {FORMAT}")
            registered.take(entry, head)
    return registered, lines.length


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


def _entry(content: bytes) -> Entry:
    try:
        return Entry(**json.loads(content))
    except (TypeError, ValueError) as error:
        raise RegisterError(
            f"a line of the register is whole and says nothing that is known here ({error}): it "
            "was written by another version, or by hand; fetch the file from a copy"
        ) from error


def _lock(handle: int, on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)


def _read_all(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        return file.read()


def _write_all(handle: int, line: bytes, place: int) -> None:
    done = 0
    while done < len(line):
        done += os.pwrite(handle, line[done:], place + done)
