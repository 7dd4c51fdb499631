"""What a custodian should show by now, and what it shows: settled first, then reconciled.

Both are what `hearth settle` and `hearth reconcile` do, by the same functions; the book between
them is written aside and goes with the answer. Whom a corporate action reaches and who cannot be
settled has no accounts in it, and so differs in whole. A custodian's book of the book's own day is
compared as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from models.book.read import check_folder
from models.book.tables.files import read_files
from nightly.reconcile.reconciling import reconcile
from nightly.reconcile.shown import newest
from nightly.register.register import Register
from nightly.settle.settling import Span, settle


def differences(book: Path, register: Register, custodian: Path) -> dict[str, Any]:
    """Return what differs, as `hearth reconcile --json` says, and what was booked before that.

    Raises
    ------
    UnusableBookError
        If a book cannot be read.
    SettleError
        If what left cannot be booked into the book, as into another tax year.
    """
    with _expected(book, register, custodian) as (expected, settled):
        found = reconcile(expected, custodian)
    return {"custodian": str(custodian), "settled": settled, **found.as_data()}


@contextmanager
def _expected(
    book: Path, register: Register, custodian: Path
) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Yield the book as of the custodian's day, and what was booked for it; None where nothing."""
    ours, theirs = _day(book), _day(custodian)
    if ours is None or theirs is None or theirs <= ours:
        yield book, None
        return
    with tempfile.TemporaryDirectory(prefix="hearth-expected-") as place:
        out, span = Path(place) / "book", Span(ours, theirs, leave_out=True)
        yield out, settle(book, register.read_whole(), span, out).as_data()


def _day(book: Path) -> date | None:
    check_folder(book)
    return newest(read_files(book).tables["securities"].date("price_date"))
