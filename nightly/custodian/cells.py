"""Cells as custodians type them: dollars, shares, percentages, dates, symbols.

Strict on purpose: what is not exactly one of the known ways of writing a number is a fault, because
a cell that is read as something near it becomes a book that is wrong by a little. Refused:
`1.234,56` (of the two readings one is a thousand times the other), and two-digit years.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

NOTHING: Final = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "n/a",
        "na",
        "not available",
        "unavailable",
        "incomplete",
        "not tracked",
        "—",
    }
)
"""What custodians write where they say nothing."""

VARIOUS: Final = frozenset({"multiple", "various", "mult", "multi"})
"""What they write for a date where lots of several days stand in one row."""

_NUMBER: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?")
_MONEY_SIGN: Final = "$"
_AS_OF: Final = re.compile(r"\s+as of\s+.*$", re.IGNORECASE)
_TIME: Final = re.compile(r"[ T;,]+\d{1,2}:?\d{2}(?::?\d{2})?.*$")
_FORMS: Final = (
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%Y%m%d",
    "%b-%d-%Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%m-%d-%Y",
)
_MARKS: Final = re.compile(r"[*†‡]+$")
_CENTURIES: Final = (1900, 2200)


class CellError(ValueError):
    """A cell that is not what its column says (internal to reading)."""


def number(text: str) -> Decimal | None:
    """Return a cell as a number, None where it says nothing.

    Dollar and percent signs, thousands, a leading plus and parentheses for minus are read; a
    percentage stays in percent.

    Raises
    ------
    CellError
        It is written in no known way.
    """
    plain = text.strip().replace("\u2212", "-").replace("\xa0", "")
    if plain.lower() in NOTHING:
        return None
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        negative, plain = True, plain[1:-1].strip()
    if plain[:1] in "+-":
        if negative:
            raise CellError(f"{text!r} is negative twice")
        negative, plain = plain[0] == "-", plain[1:].strip()
    plain = plain.removeprefix(_MONEY_SIGN).removesuffix("%").strip()
    if plain[:1] == "-" and not negative:
        negative, plain = True, plain[1:]
    if not _NUMBER.fullmatch(plain) or not any(c.isdigit() for c in plain):
        raise CellError(f"{text!r} is no number: write it as 1,234.56, (1,234.56) or -1234.56")
    value = Decimal(plain.replace(",", ""))
    return -value if negative else value


def shares(text: str) -> Decimal | None:
    """Return a number of shares; a dollar sign or a percentage is a column in the wrong place.

    Raises
    ------
    CellError
        It is no number, or a number of something else.
    """
    if _MONEY_SIGN in text or text.strip().endswith("%"):
        raise CellError(f"{text!r} stands where shares are expected")
    return number(text)


def money(text: str) -> Decimal | None:
    """Return dollars; a percentage is a column in the wrong place.

    Raises
    ------
    CellError
        It is no number, or a percentage.
    """
    if text.strip().endswith("%"):
        raise CellError(f"{text!r} stands where dollars are expected")
    return number(text)


def percent(text: str) -> Decimal | None:
    """Return a percentage; the sign must be there, since a bare number may be anything.

    Raises
    ------
    CellError
        It is no number with a percent sign.
    """
    found = number(text)
    if found is not None and not text.strip().endswith("%"):
        raise CellError(f"{text!r} stands where a percentage is expected")
    return found


def day(text: str) -> date | None:
    """Return a date, None where the cell says nothing or names several days.

    A time of day and `as of ...` behind it are left out: of two dates the first is the one on which
    it was booked.

    Raises
    ------
    CellError
        It is written in no known way.
    """
    plain = _AS_OF.sub("", text.strip())
    if plain.lower() in NOTHING | VARIOUS:
        return None
    plain = _TIME.sub("", plain) if re.match(r"\d", plain) else plain
    for form in _FORMS:
        try:
            found = datetime.strptime(plain, form).date()
        except ValueError:
            continue
        if _CENTURIES[0] <= found.year < _CENTURIES[1]:
            return found
    raise CellError(f"{text!r} is no date: write it as 2026-11-20 or 11/20/2026")


def symbol(text: str) -> str:
    """Return a ticker without footnote marks, in capitals; empty where there is none."""
    plain = _MARKS.sub("", text.strip()).strip().upper()
    return "" if plain.lower() in NOTHING else plain


def digits_after_point(value: Decimal) -> int:
    """Return how many decimals a number was written with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
