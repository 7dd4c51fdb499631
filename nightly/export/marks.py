"""What left a run, kept in the run's own folder too: the register may be put back.

    RUN/left/000012-<digits>.json      line 12 of the register: what left, with every ticket

A mark is on disk after the register has what leaves and before a file of it gets its name, wherever
that is: no file leaves without one. A register that does not know all that the runs beside it say
was put back from an older copy, or is another's, and would let the same orders leave again
(`nightly.register.whole` looks).
Refused: a look at the one run that is exported (what left of any of these is under way), and at the
files themselves (they are taken away, and `--out` puts them elsewhere).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from nightly.register.fold import CANCEL, LEFT_BEFORE, SENT, Registered
from nightly.register.lines import RegisterError
from nightly.register.proposals import taken_in
from nightly.register.records import Parcel, data_of
from nightly.register.register import MACHINE, NAME, Held
from nightly.register.whole import LEFT, aside_of, digits_of, gone, placed, unknown_marks
from nightly.results.durable import refusing, whole_file
from nightly.results.run_folder import RunFolder


def mark(runs: Path, now: Registered, parcel: Parcel) -> None:
    """Write down in its run that a parcel leaves; what is there stays, and a run that is gone.

    What was booked again has its mark under the number that its line had before.
    """
    digits = digits_of(parcel)
    place = runs / parcel.run_id / LEFT / f"{parcel.number:06d}-{digits}.json"
    if any(place.parent.glob(f"*-{digits}.json")) or not place.parent.parent.exists():
        return
    text = json.dumps({"kind": parcel.kind, "data": _line(now, parcel)})
    with refusing(place):
        place.parent.mkdir(exist_ok=True)
    with whole_file(place) as aside:
        aside.write_bytes(text.encode())


def book_again(held: Held, runs: Path, by: str) -> list[Path]:
    """Write into the register what left by the runs' marks and it does not know; oldest first.

    It goes on without whatever else it lost, and says so: plans that have not left are decided
    anew.

    Raises
    ------
    RegisterError
        If a mark cannot be read, or its run's orders are not those that were proposed.
    TransitionError
        If what the register has meanwhile does not allow it.
    """
    done = []
    for path in sorted(unknown_marks(held.registered, runs), key=lambda path: path.name):
        kind, data = _read(path)
        taken_in(held, RunFolder(path.parent.parent))
        if kind == CANCEL:  # what has ended by now is not asked back
            parcel, now = data["parcel"], held.registered
            parcel["tickets"] = [n for n in parcel["tickets"] if now.tickets[n].live]
            parcel["movements"] = [n for n in parcel["movements"] if now.money[n].live]
        why = f"booked again from {path.relative_to(runs)}"
        entry = held.add(kind, by, why, {**data, LEFT_BEFORE: True})
        place = placed(runs, held.registered.parcels[entry.number])
        if not aside_of(place).exists():  # else its files have no name yet: the next one's to give
            held.add("written", MACHINE, "left before", {"parcel": entry.number})
        done.append(path)
    lines = gone(held.registered, runs / NAME)
    if done or lines:
        held.add("mended", by, "goes on without lines that were lost", {"gone": lines})
    return done


def _line(now: Registered, parcel: Parcel) -> dict[str, Any]:
    """Return what the register's line of a parcel says."""
    told: dict[str, Any] = {"parcel": data_of(replace(parcel, number=0))}
    if parcel.kind != SENT:
        return told
    tickets = [now.tickets[name].ticket for name in parcel.tickets]
    names = {ticket.household_id for ticket in tickets}
    return {
        **told,
        "tickets": [data_of(ticket) for ticket in tickets],
        "movements": [data_of(now.money[name].movement) for name in parcel.movements],
        "lockouts": [
            data_of(lock)
            for lock in now.lockouts
            if lock.run_id == parcel.run_id and lock.household_id in names
        ],
    }


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        told = json.loads(path.read_text("utf-8"))
        return str(told["kind"]), dict(told["data"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegisterError(
            f"{path} cannot be read ({error}): fetch it, or the newest register, from a copy"
        ) from error
