"""The book to compare on: a folder, the sample book, or a synthetic one made for the occasion.

A benchmark that cannot be repeated is an anecdote: `synthetic:etf` with a seed and a size names the
same book on any machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from models.book import Book, read_book
from nightly.partition.newest_price import newest_price_date
from scenarios.book_files import write_book
from scenarios.policy_texts import sample_policies
from scenarios.sample_book import sample_tables
from scenarios.synthetic import generate_book

SAMPLE: Final = "sample"
SYNTHETIC: Final = "synthetic:"
SEED: Final = 7


@contextmanager
def opened(
    name: str, households: int | None = None, seed: int = SEED, asof: date | None = None
) -> Iterator[Book]:
    """Open a book by folder, as `sample`, or as `synthetic:KIND` of so many households.

    Raises
    ------
    ValueError
        If a synthetic book is asked for without a number of households.
    """
    folder = Path(name)
    if folder.is_dir() or not (name == SAMPLE or name.startswith(SYNTHETIC)):
        yield read_book(folder, asof or newest_price_date(folder))
        return
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / name.removeprefix(SYNTHETIC)
        if name == SAMPLE:
            write_book(sample_tables(), sample_policies(), place, format="csv")
        else:
            if households is None:
                raise ValueError(f"{name}: say how many households with --households N")
            generate_book(place, households, name.removeprefix(SYNTHETIC), seed)
        yield read_book(place, asof or newest_price_date(place))
