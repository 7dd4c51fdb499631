"""The as-of date that commands take when none is given: the newest price date of the book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from models.errors import UnusableBookError


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
    csv, parquet, folder = (book / f"securities{end}" for end in (".csv", ".parquet", ""))
    try:
        if csv.is_file():
            column = pd.read_csv(csv, usecols=["price_date"])["price_date"]
        else:
            source = parquet if parquet.exists() else folder
            column = pd.read_parquet(source, columns=["price_date"])["price_date"]
    except (OSError, ValueError, KeyError) as error:
        raise UnusableBookError(
            f"no as-of date: {book} has no securities table with a price_date to take it from; "
            "name the date with --asof YYYY-MM-DD"
        ) from error
    newest = pd.to_datetime(column, errors="coerce").max()
    if pd.isna(newest):
        raise UnusableBookError(
            f"no as-of date: every price_date in {book}/securities is null; "
            "name the date with --asof YYYY-MM-DD"
        )
    found: date = newest.date()
    return found
