"""Whether a register is whole: what stands beside it may know of more than it does.

    RUN/left/000012-<digits>.json     a mark of what left (nightly.export.marks)
    RUN/exports/0001/export.json      files that left
    orders.head                       the last line that was written, and its digest; or that which
                                      the database has of it, where the book is in one
    RUN/manifest.json                 of the newest run: how much of the register it knew

A register that does not know what one of these says was put back from an older copy, was cut short
or is another's. Orders that left would leave again, and a plan that somebody rejected would leave
after all. So nobody writes to it (`Register.held` asks), until the newest copy is there again, or
a line says that it goes on without what is lost. A night goes on all the same, and says so.
Refused: a look at every run's manifest (a year of nights is read by every command).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from models.errors import RunFolderError
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.records import Parcel
from nightly.results.durable import whole_file
from nightly.results.run_folder import LOST, RunFolder

LEFT: Final = "left"
"""Folder of a run's marks."""

EXPORTS: Final = "exports"
"""Folder of a run's files that left, unless they were put elsewhere."""

FACTS: Final = "export.json"
"""What a parcel's folder says of itself."""

DIGITS: Final = 32
"""Hexadecimal digits that tell what left from all else: 128 bits."""

HEAD: Final = ".head"
"""Ending of the file beside a register that says its last line."""


def placed(runs: Path, parcel: Parcel) -> Path:
    """Return the folder of a parcel; one beside the register is found wherever that is."""
    return (runs / parcel.place).resolve()


def aside_of(place: Path) -> Path:
    """Return where a parcel's files are until its folder gets its name."""
    return place.with_name(f".{place.name}.aside")


def digits_of(parcel: Parcel) -> str:
    """Return what tells a parcel from all others: its kind, run, place and files."""
    told = [parcel.kind, parcel.run_id, parcel.place, sorted(parcel.files.items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:DIGITS]


def unknown_marks(now: Registered, runs: Path) -> Iterator[Path]:
    """Yield the marks of what left and a register does not know, by run and line."""
    known = {digits_of(parcel) for parcel in now.parcels.values()}
    for path in sorted(runs.glob(f"*/{LEFT}/[0-9]*.json")):
        if path.stem.partition("-")[2] not in known:
            yield path


def lost(now: Registered, register: Path) -> str:
    """Return what beside a register knows more than it does; nothing where nothing does."""
    return next(_lost(now, register), "")


def must_be_whole(now: Registered, register: Path) -> None:
    """Raise where something beside a register knows more than it does.

    Raises
    ------
    RegisterError
        With the first that does, and what would do.
    """
    if found := lost(now, register):
        raise RegisterError(f"{found}. {remedy(register)}")


def remedy(register: Path) -> str:
    """Return what would do for a register that lost lines."""
    run = next(_complete(register.parent), register.parent / "RUN")
    return (
        "The register was put back from an older copy, or cut short, or is another's. Orders may "
        "be on their way, so nothing leaves, of any run, and nobody decides or settles. Fetch the "
        "newest copy of the register; or, if there is none, go on without what is lost: hearth "
        f"export {run} --book-again books what left again from the runs' own marks, and what was "
        "decided on is decided anew"
    )


def last_lines(register: Path) -> Iterator[tuple[str, int, str]]:
    """Yield who says how many lines a register had, and the digest of the last of them."""
    head = register.with_suffix(HEAD)
    with suppress(OSError, ValueError):
        yield from _said(str(head), json.loads(head.read_text("utf-8")))
    for run in _complete(register.parent):
        with suppress(RunFolderError):  # a copy under another name; whoever reads it says so
            facts = RunFolder(run).manifest()
            if not facts.get(LOST):  # made beside what was left: what was lost, older runs know
                who = f"{run}, unless it came from elsewhere (then move it away),"
                yield from _said(who, facts.get("register"))
                return


def gone(now: Registered, register: Path) -> list[str]:
    """Return the digests of last lines that a register does not have."""
    return [head for _, line, head in last_lines(register) if not now.had(line, head)]


def heed(now: Registered, register: Path, known: tuple[int, str], says: str) -> None:
    """Let a register's head say what somebody else knows of it, where it does not know that.

    Raises
    ------
    RunFolderError
        If that cannot be written.
    """
    line, head = known
    if not now.had(line, head):
        _write_head(register, {"known": line, "known_sha256": head, "says": says})


def keep_head(now: Registered, register: Path, line: int) -> None:
    """Say beside a register what its last line is, on disk; nothing where it lost lines itself.

    What was written stays written where this cannot be: it is evidence of it and no part.
    """
    if gone(now, register):
        return
    with suppress(RunFolderError):
        _write_head(register, {"known": line, "known_sha256": now.heads[line]})


def _write_head(register: Path, told: Mapping[str, Any]) -> None:
    with whole_file(register.with_suffix(HEAD), over=True) as aside:
        aside.write_text(json.dumps(told) + "\n", "utf-8")


def _lost(now: Registered, register: Path) -> Iterator[str]:
    runs = register.parent
    for path in unknown_marks(now, runs):
        yield f"{path} says that orders left, and the register beside it does not know of it"
    places = {placed(runs, parcel) for parcel in now.parcels.values()}
    for path in sorted(runs.glob(f"*/{EXPORTS}/*/{FACTS}")):
        if not path.parent.name.startswith(".") and path.parent.resolve() not in places:
            yield (
                f"{path.parent} was written and the register does not know of it (if nothing of it "
                "was ever sent, move the folder away)"
            )
    for who, line, head in last_lines(register):
        if not now.had(line, head):
            yield (
                f"{who} knows of {line} lines of {register}, which has {now.entries}, and not these"
            )


def _said(who: str, told: Any) -> Iterator[tuple[str, int, str]]:
    try:
        yield str(told.get("says", who)), int(told["known"]), str(told["known_sha256"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # of an older version, which kept none


def _complete(runs: Path) -> Iterator[Path]:
    """Yield the complete runs of a folder, the newest first."""
    there = sorted(runs.iterdir(), reverse=True) if runs.is_dir() else []
    return (path for path in there if RunFolder(path).complete)
