"""A file of answers booked in the register: one line, whole or not at all, and twice is once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from nightly.export.files import ALLOCATIONS, allocation_row
from nightly.export.spreadsheet import csv_text
from nightly.fills.fitting import Fitted, fitted
from nightly.fills.reports import AnswersFile, Report, reports_in
from nightly.register.corrections import CORRECTIONS
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.records import Answer, Fill, data_of, record_of
from nightly.register.register import Writable
from nightly.register.roles import Rights
from nightly.results.durable import whole_file

COLUMNS: Final = (*ALLOCATIONS, "price", "trade_date", "fill_id", "state")
"""Columns of the allocations of a file of answers."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a file of answers came to: its digest, what fitted, and how many tickets stand where.

    `moved` is each ticket that it moved, as it stood before and stands now; `corrected` are the
    fills that it tells again, which move none.
    """

    sha256: str
    fitted: Fitted
    standing: Mapping[str, int]
    allocations: str
    moved: Sequence[Mapping[str, str]]
    corrected: Sequence[Answer] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "sha256": self.sha256,
            "booked": [
                *(_answer(answer) for answer in self.fitted.answers),
                *(_answer(answer) for answer in self.corrected),
            ],
            "repeated": self.fitted.repeated,
            "refused": [asdict(misfit) for misfit in self.fitted.refused],
            "tickets": dict(self.standing),
            "moved": [dict(row) for row in self.moved],
        }


def book(
    register: Writable,
    file: AnswersFile,
    rights: Rights,
    far_off: Decimal,
    on_wait: Callable[[], None] = lambda: None,
) -> Booked:
    """Book what fits of a file of answers, in one line; the rest is told.

    Raises
    ------
    AnswersError
        If the file holds no answers.
    RegisterError
        If there is no register, or it is not as it was written.
    """
    reports = reports_in(file)
    if not register.path.exists():
        raise RegisterError(f"{register.path} is no register of orders; name it with --register")
    with register.held(on_wait) as held:
        found = _coming_to(held.registered, file, reports, far_off)
        file.must_come_to(found.as_data())
        if found.fitted.answers or found.fitted.corrections:
            told = {
                "sha256": file.sha256,
                "answers": [data_of(answer) for answer in found.fitted.answers],
                "refused": [asdict(misfit) for misfit in found.fitted.refused],
            }
            if found.fitted.corrections:
                told[CORRECTIONS] = [data_of(fill) for fill in found.fitted.corrections]
            held.add("answers", rights.person, file.name, told)
        return found


def looked_at(now: Registered, file: AnswersFile, far_off: Decimal) -> Booked:
    """Return what booking a file of answers would come to now; nothing is written.

    Raises
    ------
    AnswersError
        If the file holds no answers.
    """
    return _coming_to(now, file, reports_in(file), far_off)


def _coming_to(
    now: Registered, file: AnswersFile, reports: Sequence[Report], far_off: Decimal
) -> Booked:
    found = fitted(now, reports, file, far_off)
    after = {name: state for name, (state, _) in found.stands.items()}
    standing = Counter(after.get(name, s.state).value for name, s in now.tickets.items())
    rows = csv_text(COLUMNS, _rows(now, found))
    moved = [_moved(now, found, name) for name in found.stands]
    corrected = [
        Answer(fill.ticket_id, now.tickets[fill.ticket_id].state, fill, "corrected")
        for fill in found.corrections
    ]
    return Booked(file.sha256, found, dict(sorted(standing.items())), rows, moved, corrected)


def write_allocations(booked: Booked, out: Path, over: bool = False) -> None:
    """Write what of each fill is whose, as a CSV file.

    Raises
    ------
    RunFolderError
        If the file is there already, or cannot be written.
    """
    with whole_file(out, over) as aside:
        aside.write_text(booked.allocations, "utf-8")


def _rows(now: Registered, found: Fitted) -> Iterator[dict[str, Any]]:
    for answer in found.answers:
        if answer.fill is not None:
            yield {
                **allocation_row(now.tickets[answer.ticket_id].ticket, answer.fill.shares),
                "price": str(answer.fill.price),
                "trade_date": answer.fill.trade_date.isoformat(),
                "fill_id": answer.fill.fill_id,
                "state": answer.state.value,
            }


def _moved(now: Registered, found: Fitted, name: str) -> dict[str, str]:
    standing, (state, filled) = now.tickets[name], found.stands[name]
    ticket = standing.ticket
    return {
        "ticket_id": name,
        **{each: getattr(ticket, each) for each in ("household_id", "security_id", "side")},
        "shares": f"{ticket.shares.normalize():f}",
        "state_before": standing.state.value,
        "state": state.value,
        "filled_before": f"{standing.filled.normalize():f}",
        "filled": f"{filled.normalize():f}",
    }


def _answer(answer: Answer) -> dict[str, Any]:
    # of a corrected one as of any: what a register keeps beside it is no matter of the market's
    fill = None if answer.fill is None else data_of(record_of(Fill, data_of(answer.fill)))
    return {
        "ticket_id": answer.ticket_id,
        "state": answer.state.value,
        "fill": fill,
        "text": answer.text,
    }
