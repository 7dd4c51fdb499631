"""What one row of a file of answers says, as it was typed; whether it fits is another question.

Faults of a row are kept with it: the rows beside it are none the worse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from models.errors import HearthError
from nightly.fills.days import today
from nightly.register.deciding import MeanwhileError
from nightly.register.states import State

DIGITS: Final = 15
"""Digits before or after the point that a count of shares or a price may have: a thousand times the
dollars that all households of the world own, and more parts of a share than any register keeps."""

EFFECT: Final = ("sha256", "booked", "repeated", "refused", "moved")
"""What of a booked file's record is its own doing."""

TOLD: Final = 60
"""Characters of what somebody typed that an error repeats."""


class AnswersError(HearthError):
    """A file that holds no answers of a market: check which file it is."""


@dataclass(frozen=True, slots=True)
class Report:
    """One row: of which order (a ticket's or a block's id), and what it says of it.

    `place` names the row. `state` is None where shares were traded and nothing more was said;
    `filled` is what was traded of the order so far, by its own count; `corrects` the fill that it
    tells again, with another day or price. `fault` says why the row cannot be read; `ignored` that
    it says nothing new by its kind. `so_far` is a digest of its file down to it: by that a row
    without an id of its own is known again when the file has grown.
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
    corrects: str = ""
    so_far: str = ""
    fault: str = ""
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """A file of answers: what it is called, and its bytes.

    `shown` is the digest of what it came to when somebody looked, empty where nobody did; `came_on`
    the day on which it came, and after which nothing in it can have happened.
    """

    name: str
    content: bytes
    shown: str = ""
    came_on: date = field(default_factory=today)

    @property
    def sha256(self) -> str:
        """Digest of its bytes."""
        return hashlib.sha256(self.content).hexdigest()

    def must_come_to(self, found: Mapping[str, Any]) -> None:
        """Raise `MeanwhileError` where it comes to something else than what was shown of it."""
        if self.shown and self.shown != effect_of(found):
            raise MeanwhileError(
                f"{self.name} would do something else by now: what it speaks of has moved since "
                "it was looked at. Nothing was booked; look again"
            )


def effect_of(found: Mapping[str, Any]) -> str:
    """Return a digest of what a file comes to: what of it is booked, known, refused, and moves.

    How many tickets stand where is left out, since others move too.
    """
    told = {name: found.get(name) for name in EFFECT}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def file_at(path: Path) -> AnswersFile:
    """Return a file of answers.

    Raises
    ------
    AnswersError
        If it cannot be read.
    """
    try:
        return AnswersFile(path.name, path.read_bytes())
    except OSError as error:
        raise AnswersError(f"{path} cannot be read: {error.strerror or error}") from error


def reports_in(file: AnswersFile) -> Sequence[Report]:
    """Return the rows of a file of answers: FIX execution reports, or CSV.

    Raises
    ------
    AnswersError
        If it can be neither.
    """
    from nightly.fills.csv_reports import csv_reports
    from nightly.fills.fix_reports import BEGIN, fix_reports

    if file.content.lstrip().startswith(BEGIN):
        return fix_reports(file.content)
    return csv_reports(file.content, file.name)


def number(text: str) -> Decimal:
    """Return a number above 0.

    Raises
    ------
    ValueError
        If the text is none.
    """
    found = _read(text)
    if found <= 0:
        raise ValueError(f"{shortened(text)} is no number above 0")
    return found


def count(text: str) -> Decimal:
    """Return a number from 0 on.

    Raises
    ------
    ValueError
        If the text is none.
    """
    found = _read(text)
    if found < 0:
        raise ValueError(f"{shortened(text)} is no number from 0 on")
    return found


def _read(text: str) -> Decimal:
    """Return a number of as many digits as a market's have: others end in sums that overflow."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{shortened(text)} is no number") from None
    if not found.is_finite():
        raise ValueError(f"{shortened(text)} is no number above 0")
    if (found and not -DIGITS <= found.adjusted() <= DIGITS) or len(text) > 2 * DIGITS:
        raise ValueError(f"{shortened(text)} has more digits than shares or dollars have")
    return found


def shortened(text: str) -> str:
    """Return what somebody typed as an error repeats it: escaped, and no longer than a line."""
    return repr(text) if len(text) <= TOLD else f"{text[:TOLD]!r}…"
