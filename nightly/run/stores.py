"""Where a book comes from and where, beside the run's folder, answers go: a folder or a database.

A folder is the embedded default: it is read where it is, and the run's folder is all that is
written. A database's tables are copied into the run's folder first, and the answers written back.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Protocol

from models.errors import HearthError, RunFolderError
from nightly.results.durable import refusing
from nightly.results.run_folder import RunFolder
from nightly.run.choices import CommandError

SOURCE: Final = "source"
"""Folder of a database's tables among what the run needs until it is complete."""

PASSWORD: Final = "***"  # noqa: S105 (what stands where a password was)
"""What a URL shows in place of its password."""


class Results(Protocol):
    """A second place for answers, written after the run's folder, chunk by chunk."""

    def knows(self, run_id: str) -> bool:
        """Whether a run of that id was begun there."""
        ...

    def begin(self, run_id: str, identity: str, asof: date) -> None:
        """Take a run's id."""
        ...

    def chunks(self, run_id: str) -> frozenset[int]:
        """Return the chunks that are there."""
        ...

    def write(self, run_id: str, chunk: int, tables: Mapping[str, Any]) -> None:
        """Write a chunk, whole or not at all, once."""
        ...

    def finish(self, run_id: str, manifest: Mapping[str, Any]) -> None:
        """Say that a run is complete."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class FolderOnly:
    """The second place of a run that has none."""

    def knows(self, run_id: str) -> bool:
        """Know nobody."""
        return False

    def begin(self, run_id: str, identity: str, asof: date) -> None:
        """Do nothing."""

    def chunks(self, run_id: str) -> frozenset[int]:
        """Hold nothing."""
        return frozenset()

    def write(self, run_id: str, chunk: int, tables: Mapping[str, Any]) -> None:
        """Do nothing."""

    def finish(self, run_id: str, manifest: Mapping[str, Any]) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def is_database(book: str) -> bool:
    """Whether a book's place is a database's URL rather than a folder."""
    return "://" in book


def shown(book: str) -> str:
    """Return a book's place as it may be shown and kept: without a password."""
    if not is_database(book):
        return book
    sql_tables = _sql()
    said: str = sql_tables.shown(book)
    return said


def fetched(book: str, work: Path) -> Path:
    """Return the folder with a book's tables, copied into `work` if they are in a database.

    Raises
    ------
    DatabaseError
        If the database cannot be read.
    CommandError
        If the URL is one whose password was not kept.
    """
    if not is_database(book):
        return Path(book)
    _with_password(book)
    _sql()
    from nightly.sql.book import copy_from_database

    to = work / SOURCE
    with refusing(to):
        shutil.rmtree(to, ignore_errors=True)
        copy_from_database(book, to)
    return to


def copied(book: Path, to: str) -> dict[str, int]:
    """Copy a book folder into a database; return the rows of each table.

    Raises
    ------
    DatabaseError
        If the database cannot be written, or holds a book.
    CommandError
        If `to` is no URL.
    """
    if not is_database(to):
        raise CommandError(f"{to!r} is no database; write sqlite:///FILE or postgresql+psycopg://…")
    _sql()
    from nightly.sql.book import copy_to_database

    return copy_to_database(book, to)


def local_folder(book: str) -> Path:
    """Return a folder with a book's tables, for commands that only read.

    Those of a database are copied to a temporary folder that goes with the process.
    """
    if not is_database(book):
        return Path(book)
    place = Path(mkdtemp(prefix="hearth-book-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return fetched(book, place)


def results_of(book: str) -> Results:
    """Return where a book's answers go beside the run's folder."""
    if not is_database(book):
        return FolderOnly()
    _with_password(book)
    _sql()
    from nightly.sql.results import DatabaseResults

    return DatabaseResults(book)


def register_copied(register: Path, book: str | None = None) -> str:
    """Copy a register to the database that its runs come from; return why not, if it was not.

    `book` is that database's URL; None takes it from the latest run that stands beside the
    register. The register's file is written already: a database that cannot follow now follows
    with the next line.
    """
    place = book or _latest_book(register)
    if place is None or not is_database(place):
        return ""
    try:
        _with_password(place)
        _sql()
        from nightly.sql.register import copy_register

        copy_register(register, place)
    except HearthError as error:
        return f"the register was not copied to the database: {error}"
    return ""


def heed_database(register: Path, book: str | None = None) -> None:
    """Let a register's head say what the database has of it that its runs come from.

    Whoever writes is refused then, before they do: the folder of runs may have been put back whole.
    A database that cannot be asked now is told of when it does not follow.
    """
    place = book or (_latest_book(register) if register.exists() else None)
    if place is None or not is_database(place) or PASSWORD in place:
        return
    with suppress(HearthError):
        _sql()
        from nightly.register.register import Register
        from nightly.register.whole import heed
        from nightly.sql.register import last_line

        heed(Register(register).read(), register, last_line(register, place), shown(place))


def _latest_book(register: Path) -> str | None:
    """Return the book of the latest run beside a register, as its manifest says."""
    for path in sorted(register.parent.iterdir(), reverse=True):
        if RunFolder(path).complete:
            with suppress(RunFolderError, KeyError):
                said: str = RunFolder(path).manifest()["options"]["book"]
                return said
    return None


def _with_password(book: str) -> None:
    """Raise `CommandError` where a URL shows that its password was left out."""
    if PASSWORD in book:
        raise CommandError(f"{book}: a password is not kept with a run; give the whole URL again")


def _sql() -> Any:
    try:
        from nightly.sql import tables as sql_tables
    except ImportError as error:
        raise CommandError(
            f"a book in a database needs more packages ({error}): pip install -e '.[sql]'"
        ) from error
    return sql_tables
