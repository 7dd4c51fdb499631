"""What custodians say of money, from CSV: movement_id, state, moved_on, text, corrects.

What has moved needs the day on which the account shows it: a book of before still holds the money.
Told row by row like the market's answers: what does not fit is refused by itself, and what is known
is not booked again. A day that was told wrongly is corrected by a later row of the same movement
with its id in `corrects`, as a fill's is: the last one holds.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from nightly.fills.csv_rows import CsvRow, csv_rows
from nightly.fills.days import why_not
from nightly.fills.reports import AnswersError, AnswersFile
from nightly.register.corrections import CORRECTIONS
from nightly.register.fold import MONEY, Registered
from nightly.register.lines import RegisterError
from nightly.register.money import MONEY_TRANSITIONS, MoneyState
from nightly.register.register import Writable
from nightly.register.roles import Rights

OPTIONAL: Final = ("moved_on", "corrects")
"""Columns without which a row says something else."""

SAYABLE: Final = tuple(state for state in MoneyState if state is not MoneyState.SENT)
"""States that a custodian may tell."""


def says_of_money(content: bytes) -> bool:
    """Whether a file's header names movements of money."""
    head = content.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return b"movement_id" in [cell.strip(b' "\r') for cell in head.split(b",")]


def book_money(
    register: Writable,
    file: AnswersFile,
    rights: Rights,
    on_wait: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Book what fits of a file, in one line, and return what was booked, known and refused.

    Raises
    ------
    AnswersError
        If the file is no CSV with the columns that are needed.
    RegisterError
        If there is no register, or it is not as it was written.
    """
    rows = _rows(file.content, file.name)
    if not register.path.exists():
        raise RegisterError(f"{register.path} is no register of orders; name it with --register")
    with register.held(on_wait) as held:
        found = _coming_to(held.registered, file, rows)
        file.must_come_to(found)
        if found["booked"]:
            again = [row for row in found["booked"] if "corrects" in row]
            answers = [row for row in found["booked"] if "corrects" not in row]
            line = {"sha256": file.sha256, "answers": answers, "refused": found["refused"]}
            if again:
                line[CORRECTIONS] = again
            held.add(MONEY, rights.person, file.name, line)
    return found


def money_looked_at(now: Registered, file: AnswersFile) -> dict[str, Any]:
    """Return what booking a file would come to now; nothing is written.

    Raises
    ------
    AnswersError
        If the file is no CSV with the columns that are needed.
    """
    return _coming_to(now, file, _rows(file.content, file.name))


def _coming_to(now: Registered, file: AnswersFile, rows: Sequence[CsvRow]) -> dict[str, Any]:
    answers: list[dict[str, str]] = []
    refused: list[dict[str, str]] = []
    repeated = 0
    states = {name: each.state for name, each in now.money.items()}
    days = {name: [str(day) for day in each.days] for name, each in now.money.items()}
    for row in rows:
        name, said, text = (row.cells.get(each, "") for each in ("movement_id", "state", "text"))
        moved_on, corrects = (row.cells.get(each, "") for each in OPTIONAL)
        why = row.fault or _why_not(states, name, said)
        told_as = f"row {row.number} of {row.so_far}"
        if not why and (
            _nothing_new(states[name], said, moved_on, days[name], corrects)
            or told_as in now.money[name].corrections
        ):
            repeated += 1
        elif why := (
            why
            or _why_no_correction(name, states[name], said, days[name], corrects)
            or _why_no_day(said, moved_on, (now.money[name].movement.asof, file.came_on))
        ):
            refused.append({"place": f"row {row.number}", "order": name, "why": why})
        else:
            states[name] = MoneyState(said)
            told = {"moved_on": moved_on} if said == MoneyState.MOVED else {}
            told |= {"corrects": corrects, "told_as": told_as} if corrects else {}
            days[name] += [moved_on] if said == MoneyState.MOVED else []
            answers.append({"movement_id": name, "state": said, "text": text, **told})
    return {
        "sha256": file.sha256,
        "booked": answers,
        "repeated": repeated,
        "refused": refused,
        "money": dict(sorted(Counter(state.value for state in states.values()).items())),
    }


def _rows(content: bytes, name: str) -> list[CsvRow]:
    try:
        columns, rows = csv_rows(content, OPTIONAL)
        if not {"movement_id", "state"} <= columns:
            raise ValueError("it has no state")
        return list(rows)
    except (ValueError, csv.Error) as error:
        raise AnswersError(
            f"{name}: a CSV with movement_id and state is needed ({error})"
        ) from error


def _why_no_day(said: str, moved_on: str, between: tuple[date, date]) -> str:
    """Return what is wrong with the day of what has moved; nothing for what has not."""
    if said != MoneyState.MOVED:
        return ""
    try:
        day = date.fromisoformat(moved_on)
    except ValueError:
        return f"moved_on {moved_on!r} is no day as YYYY-MM-DD: when does the account show it?"
    return why_not("moved_on", day, *between)


def _nothing_new(
    at: MoneyState, said: str, moved_on: str, days: Sequence[str], corrects: str
) -> bool:
    """Whether a row says what is known: a file that is read again acknowledges what has moved.

    `days` are those on which it was said to move, the last one holds: a correction says another.
    """
    if at is MoneyState.MOVED == said:
        return moved_on == days[-1] if corrects else moved_on in ("", *days)
    return said in (at, MoneyState.ACKNOWLEDGED) and at is not MoneyState.SENT and not corrects


def _why_no_correction(
    name: str, at: MoneyState, said: str, days: Sequence[str], corrects: str
) -> str:
    """Return why a row is no correction where it says it is, or where it would have to be one."""
    moved = at is MoneyState.MOVED == said
    if corrects and (corrects != name or not moved):
        return f"corrects {corrects!r}: a row corrects the day of its own movement, which has moved"
    if moved and not corrects:
        return f"it moved on {days[-1]}, as was told; a row with corrects = {name} corrects the day"
    return ""


def _why_not(states: dict[str, MoneyState], name: str, said: str) -> str:
    if name not in states:
        return f"{name!r} was never sent from here"
    if said not in SAYABLE:
        return f"{said!r} is none of {', '.join(SAYABLE)}"
    at = states[name]
    known = said in (at, MoneyState.ACKNOWLEDGED) and at is not MoneyState.SENT
    if not known and MoneyState(said) not in MONEY_TRANSITIONS[at]:
        return f"it is {at} and cannot be {said}"
    return ""
