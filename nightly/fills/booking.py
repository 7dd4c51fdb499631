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
from nightly.fills.reports import AnswersFile, reports_in
from nightly.register.fold import Registered
from nightly.register.lines import RegisterError
from nightly.register.records import Answer, data_of
from nightly.register.register import Register
from nightly.register.roles import Rights
from nightly.results.durable import whole_file

COLUMNS: Final = (*ALLOCATIONS, "price", "trade_date", "fill_id", "state")
"""Columns of the allocations of a file of answers."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a file of answers came to: its digest, what fitted, and how many tickets stand where.

    `moved` is each ticket that it moved, as it stood before and stands now.
    """

    sha256: str
    fitted: Fitted
    standing: Mapping[str, int]
    allocations: str
    moved: Sequence[Mapping[str, str]]

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "sha256": self.sha256,
            "booked": [_answer(answer) for answer in self.fitted.answers],
            "repeated": self.fitted.repeated,
            "refused": [asdict(misfit) for misfit in self.fitted.refused],
            "tickets": dict(self.standing),
            "moved": [dict(row) for row in self.moved],
        }


def book(
    register: Register,
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
        found = fitted(held.registered, reports, far_off)
        named = sorted({answer.ticket_id for answer in found.answers})
        before = [_stands(held.registered, name) for name in named]
        if found.answers:
            told = {
                "sha256": file.sha256,
                "answers": [data_of(answer) for answer in found.answers],
                "refused": [asdict(misfit) for misfit in found.refused],
            }
            held.add("answers", rights.person, file.name, told)
        now = held.registered
        standing = Counter(s.state.value for s in now.tickets.values())
        rows = csv_text(COLUMNS, _rows(now, found))
        moved = [_moved(now, *each) for each in zip(named, before, strict=True)]
        return Booked(file.sha256, found, dict(sorted(standing.items())), rows, moved)


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


def _stands(now: Registered, name: str) -> tuple[str, str]:
    standing = now.tickets[name]
    return standing.state.value, f"{standing.filled.normalize():f}"


def _moved(now: Registered, name: str, before: tuple[str, str]) -> dict[str, str]:
    ticket, (state, filled) = now.tickets[name].ticket, _stands(now, name)
    return {
        "ticket_id": name,
        **{each: getattr(ticket, each) for each in ("household_id", "security_id", "side")},
        "shares": f"{ticket.shares.normalize():f}",
        "state_before": before[0],
        "state": state,
        "filled_before": before[1],
        "filled": filled,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    fill = None if answer.fill is None else data_of(answer.fill)
    return {
        "ticket_id": answer.ticket_id,
        "state": answer.state.value,
        "fill": fill,
        "text": answer.text,
    }
