"""Exact decimals from the floats of a book, and days as whole numbers.

A float column holds what someone typed: 0.1 means one tenth, not the binary fraction next to it.
So every exact amount starts from the shortest text that reads back as the same float. Converting
whole columns was refused: only what trades is ever converted.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from models.arrays import Days, Ints

ZERO: Final = Decimal(0)

PRECISION: Final = 50
"""Significant digits of the ledger's arithmetic: shares (17) × price (17) × a fraction of a lot."""

_EPOCH: Final = date(1970, 1, 1).toordinal()


def exact(number: float) -> Decimal:
    """Return the decimal that the number's shortest text says."""
    return Decimal(repr(float(number)))


def day_of(moment: date) -> int:
    """Return the days since 1970-01-01: what date columns hold inside."""
    return moment.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(day + _EPOCH)


def days_of(dates: Days) -> Ints:
    """Return a date column as day numbers; an unknown date becomes the least integer."""
    return np.asarray(dates, dtype="datetime64[D]").view(np.int64)
