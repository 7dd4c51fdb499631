"""What one row of a file of answers says, as it was typed; whether it fits is another question.

Faults of a row are kept with it: the rows beside it are none the worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from models.errors import HearthError
from nightly.register.states import State


class AnswersError(HearthError):
    """A file that holds no answers of a market: check which file it is."""


@dataclass(frozen=True, slots=True)
class Report:
    """One row: of which order (a ticket's or a block's id), and what it says of it.

    `place` names the row. `state` is None where shares were traded and nothing more was said;
    `filled` is what was traded of the order so far, by its own count. `fault` says why the row
    cannot be read; `ignored` that it says nothing new by its kind.
    """

    place: str
    order: str
    state: State | None = None
    fill_id: str = ""
    shares: Decimal | None = None
    price: Decimal | None = None
    trade_date: date | None = None
    filled: Decimal | None = None
    account_id: str = ""
    security_id: str = ""
    side: str = ""
    text: str = ""
    fault: str = ""
    ignored: bool = False


def reports_in(path: Path) -> tuple[bytes, Sequence[Report]]:
    """Return the bytes of a file of answers and its rows: FIX execution reports, or CSV.

    Raises
    ------
    AnswersError
        If it can be neither.
    """
    from nightly.fills.csv_reports import csv_reports
    from nightly.fills.fix_reports import BEGIN, fix_reports

    try:
        content = path.read_bytes()
    except OSError as error:
        raise AnswersError(f"{path} cannot be read: {error.strerror or error}") from error
    if content.lstrip().startswith(BEGIN):
        return content, fix_reports(content)
    return content, csv_reports(content, str(path))


def number(text: str) -> Decimal:
    """Return a number above 0.

    Raises
    ------
    ValueError
        If the text is none.
    """
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not found.is_finite() or found <= 0:
        raise ValueError(f"{text!r} is no number above 0")
    return found
