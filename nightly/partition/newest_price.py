"""The as-of date that commands take when none is given: the newest price date of the book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from models.errors import UnusableBookError
from nightly.partition.big_tables import joined, pieces


def newest_price_date(book: Path) -> date:
    """Return the newest `securities.price_date`, read without reading the book.

    Raises
    ------
    UnusableBookError
        If there is no such folder, no securities table, or no date in it: name the date with
        ``--asof``.
    """
    if not book.is_dir():
        raise UnusableBookError(
            f"{book} is not a folder; a book is a folder of tables (households, lots, ...)"
        )
    try:
        days = [part["price_date"].values for part in pieces(book, "securities", ("price_date",))]
    except UnusableBookError as error:
        raise _without_date(f"{book} has no securities table to take it from") from error
    dated = joined(days, "datetime64[D]")
    dated = dated[~np.isnat(dated)]
    if not len(dated):
        raise _without_date(f"no row of {book}/securities has a price_date")
    found: date = dated.max().item()
    return found


def _without_date(why: str) -> UnusableBookError:
    return UnusableBookError(f"no as-of date: {why}; name the date with --asof YYYY-MM-DD")
