"""Answers as CSV: ticket_id or block_id, fill_id, shares, price; the rest if told.

That is state, trade_date, text, and corrects: the fill that a row tells again.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from typing import Final

from nightly.fills.csv_rows import CsvRow, csv_rows
from nightly.fills.reports import AnswersError, Report, number, shortened
from nightly.register.states import ENDED, UNDER_WAY, State

SAYABLE: Final = (UNDER_WAY | ENDED) - {State.SENT}
"""States that an answer may tell."""

OPTIONAL: Final = ("state", "trade_date", "corrects")
"""Columns without which a row says something else."""


def csv_reports(content: bytes, name: str) -> Sequence[Report]:
    """Return the rows of a CSV file.

    Raises
    ------
    AnswersError
        If it is no CSV with the columns that are needed.
    """
    try:
        columns, rows = csv_rows(content, OPTIONAL)
        if not columns & {"ticket_id", "block_id"} or not columns & {"shares", "state"}:
            raise ValueError(f"it has {shortened(', '.join(sorted(columns)) or 'nothing')}")
        return [_report(row) for row in rows]
    except (ValueError, csv.Error) as error:
        raise AnswersError(
            f"{name}: FIX execution reports, or a CSV with ticket_id or block_id, fill_id, shares "
            f"and price are needed ({error})"
        ) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"trade_date {text!r} is no day of the calendar as YYYY-MM-DD") from None


def _report(row: CsvRow) -> Report:
    told, place = row.cells, f"row {row.number}"
    order = told.get("ticket_id") or told.get("block_id", "")
    try:
        if row.fault:
            raise ValueError(row.fault)
        if bool(told.get("ticket_id")) == bool(told.get("block_id")):
            raise ValueError("exactly one of ticket_id and block_id is needed")
        state = State(told["state"]) if told.get("state") else None
        if state is not None and state not in SAYABLE:
            raise ValueError(f"the market does not say {state}")
        traded = bool(told.get("shares"))
        if state in (None, State.FILLED, State.PARTLY_FILLED) and not traded:
            raise ValueError("shares are needed")
        if traded and not (told.get("fill_id") or told.get("corrects")):
            raise ValueError("a fill_id is needed, or the same fill could be booked twice")
        day = told.get("trade_date")
        return Report(
            place,
            order,
            state,
            told.get("fill_id", ""),
            number(told["shares"]) if traded else None,
            number(told.get("price", "")) if traded else None,
            _day(day) if day else None,
            account_id=told.get("account_id", ""),
            security_id=told.get("security_id", ""),
            side=told.get("side", ""),
            text=told.get("text", ""),
            corrects=told.get("corrects", ""),
            so_far=row.so_far,
        )
    except ValueError as error:
        return Report(place, order, fault=str(error))
