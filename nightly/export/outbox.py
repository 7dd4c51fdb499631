"""Files that leave: written aside, then in the register, then in place; whole and once.

    1  RUN/exports/.0001/…       written aside and forced to disk: nobody reads it
    2  orders.register           "sent", with the files' digests: from here on the orders are sent
    3  RUN/left/…                a mark of it, in the run's own folder
    4  RUN/exports/0001/…        the folder gets its name with one rename
    5  orders.register           "written"

Before 2 nothing has left, and nothing is left of it. After 2 the orders are sent whatever happens:
whoever holds the register next puts the same bytes in place. Only if these are in neither place,
as when they were taken away before 5, they are written again, marked as possible duplicates.
Refused: the files first (a crash before the register would send them again), and the register first
(a full disk would leave orders "sent" that nobody can find).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.errors import RunFolderError
from nightly.export.files import cancel_files, money_cancel_files, money_files, order_files
from nightly.export.marks import mark
from nightly.register.fold import CANCEL
from nightly.register.lines import RegisterError
from nightly.register.records import Parcel, Ticket, data_of
from nightly.register.register import MACHINE, Held
from nightly.register.whole import EXPORTS, FACTS, aside_of, placed
from nightly.results.durable import force, refusing


def free_place(held: Held, run: Path) -> tuple[int, Path]:
    """Return number and folder of a run's next parcel."""
    known = [p for p in held.registered.parcels.values() if p.run_id == run.name]
    with refusing(run / EXPORTS):
        (run / EXPORTS).mkdir(exist_ok=True)
        there = [p.name for p in (run / EXPORTS).iterdir()]
    number = max([len(known), *(int(name) for name in there if name.isdigit())]) + 1
    return number, run / EXPORTS / f"{number:04d}"


def leave(
    held: Held,
    runs: Path,
    parcel: Parcel,
    content: Mapping[str, bytes],
    facts: Mapping[str, Any],
    said: tuple[str, str, Mapping[str, Any]],
) -> Parcel:
    """Let a parcel leave; `said` is by whom, why, and what more the register is told.

    Raises
    ------
    RunFolderError
        If the folder is there already, or cannot be written: nothing has left. If it cannot be
        put in place after the register has it, the message says so.
    """
    place = placed(runs, parcel)
    if place.exists():
        raise RunFolderError(f"{place} is there already, and nothing is written over; name another")
    aside = aside_of(place)
    with refusing(place):
        shutil.rmtree(aside, ignore_errors=True)
        _write(aside, content, facts)
    by, why, more = said
    entry = held.add(parcel.kind, by, why, {"parcel": data_of(parcel), **more})
    kept = held.registered.parcels[entry.number]
    _put(held, runs, kept, aside)
    return kept


def finish(held: Held, runs: Path) -> list[tuple[Parcel, str]]:
    """Put in place every parcel that the register has and of which that is not known.

    Returns these with what was done.
    """
    done = []
    for parcel in held.registered.unwritten():
        place = placed(runs, parcel)
        if _whole(place, parcel):
            mark(runs, held.registered, parcel)
            held.add("written", MACHINE, "found in place", {"parcel": parcel.number})
            done.append((parcel, "was in place"))
        elif _whole(aside_of(place), parcel):
            _put(held, runs, parcel, aside_of(place))
            done.append((parcel, "put in place"))
        else:
            _write_again(held, runs, parcel)
            done.append((parcel, "written again, marked as possible duplicates"))
    return done


def must_be_as_they_left(held: Held, run: Path) -> None:
    """Raise where files of a run that left are still in place and are other files now.

    Somebody may be about to send what nobody approved. What was taken away is no difference, nor
    is what was written again as possible duplicates, after a crash.

    Raises
    ------
    RegisterError
        With the first file that is not as it left.
    """
    for parcel in held.registered.parcels.values():
        place = placed(run.parent, parcel)
        for name, digest in parcel.files.items() if parcel.run_id == run.name else ():
            if not (place / name).exists() or _digest(place / name) == digest:
                continue
            again = digests_of(_content_again(held, parcel))
            if _digest(place / name) != again.get(name):
                raise RegisterError(
                    f"{place / name} is not as it left: do not send it, and find out what was "
                    "sent; move it away (--again writes what is under way once more)"
                )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests_of(content: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(content.items())}


def _content_again(held: Held, parcel: Parcel) -> Mapping[str, bytes]:
    """Return the files of a parcel as they are written again: as possible duplicates."""
    tickets = tickets_in(held, parcel)
    money = [held.registered.money[name].movement for name in parcel.movements]
    if parcel.kind == CANCEL:
        asked = parcel.blocks, parcel.by_block
        about = parcel.form, parcel.moment, parcel.number, parcel.headers
        content = cancel_files(tickets, asked, *about)
        return content | money_cancel_files(money, parcel.number)
    content = order_files(tickets, parcel.form, parcel.moment, True, parcel.headers)
    return content | money_files(money, True)


def _write_again(held: Held, runs: Path, parcel: Parcel) -> None:
    place = placed(runs, parcel)
    content = _content_again(held, parcel)
    facts = {"run_id": parcel.run_id, "kind": parcel.kind, "possible_duplicates": True}
    aside = aside_of(place)
    with refusing(place):
        shutil.rmtree(aside, ignore_errors=True)
        _write(aside, content, {**facts, "files": digests_of(content)})
        if place.exists():  # not whole: nobody could have sent it as it is
            place.rename(place.with_name(f".{place.name}.damaged"))
    _put(held, runs, parcel, aside)


def tickets_in(held: Held, parcel: Parcel) -> tuple[Ticket, ...]:
    """Return the tickets of a parcel as they were sent."""
    return tuple(held.registered.tickets[name].ticket for name in parcel.tickets)


def _put(held: Held, runs: Path, parcel: Parcel, aside: Path) -> None:
    place = placed(runs, parcel)
    try:
        mark(runs, held.registered, parcel)
        with refusing(place):
            aside.rename(place)
            force(place.parent)
    except RunFolderError as error:
        raise RunFolderError(
            f"the register has these orders as sent, but their files are not in place ({error}); "
            "mend that and export again: the same files are put in place"
        ) from error
    held.add("written", MACHINE, "", {"parcel": parcel.number})


def _write(folder: Path, content: Mapping[str, bytes], facts: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True)
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    for name, data in {**content, FACTS: text.encode()}.items():
        (folder / name).write_bytes(data)
        force(folder / name)
    force(folder)
    force(folder.parent)


def _whole(folder: Path, parcel: Parcel) -> bool:
    """Whether a folder holds a parcel's files, byte for byte."""
    try:
        return (folder / FACTS).exists() and all(
            _digest(folder / name) == digest for name, digest in parcel.files.items()
        )
    except OSError:
        return False


def parcel_of(
    kind: str,
    run: Path,
    place: Path,
    form: str,
    tickets: Sequence[Ticket],
    content: Mapping[str, bytes],
    moment: str,
    blocks: Sequence[str] = (),
) -> Parcel:
    """Return a parcel that is about to leave; its place is kept relative to the runs' folder."""
    runs, where = run.parent.resolve(), place.resolve()
    relative = where.relative_to(runs) if where.is_relative_to(runs) else where
    names = tuple(ticket.ticket_id for ticket in tickets)
    return Parcel(
        0, kind, run.name, str(relative), form, digests_of(content), names, moment, tuple(blocks)
    )
