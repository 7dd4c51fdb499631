"""Where partitions and chunks begin: this follows from the lots of each household alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arrays import Ints

PARTITION_LOTS: Final = 150_000
"""Lots of a partition, about: a worker then needs some 100 MB for it."""

PARTITION_HOUSEHOLDS: Final = 3_000
"""Households of a partition at most, where they hold next to nothing."""

CHUNK_LOTS: Final = 20_000
"""Lots of a chunk, about: some seconds of work, which a crash may cost again."""

CHUNK_HOUSEHOLDS: Final = 50
"""Households of a chunk at most."""

TAPER: Final = 12
"""A chunk has at most this part of the households that are left: the last ones are small, so that
no worker is still at a large one when the others are done."""

LEAST_HOUSEHOLDS: Final = 4
"""Households of a chunk that the taper leaves at least."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much goes into a partition and into a chunk."""

    partition_lots: int = PARTITION_LOTS
    partition_households: int = PARTITION_HOUSEHOLDS
    chunk_lots: int = CHUNK_LOTS
    chunk_households: int = CHUNK_HOUSEHOLDS


def group_numbers(lots: Ints, most_lots: int, most_households: int) -> Ints:
    """Number consecutive households so that a group has about so many lots, or households."""
    share = lots / most_lots + 1.0 / most_households
    reached = np.floor(np.cumsum(share) - share).astype(np.int64)
    _, number = np.unique(reached, return_inverse=True)
    return np.asarray(number, dtype=np.int64)


def chunk_bounds(lots: Ints, sizes: Sizes, left: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last (exclusive) household of each chunk of a partition.

    `left` counts the households of this partition and of all after it.
    """
    through = np.cumsum(lots)
    start = 0
    while start < len(lots):
        most = min(max((left - start) // TAPER, LEAST_HOUSEHOLDS), sizes.chunk_households)
        before = int(through[start - 1]) if start else 0
        within = int(np.searchsorted(through, before + sizes.chunk_lots, side="right"))
        stop = min(max(within, start + 1), start + most, len(lots))
        yield start, stop
        start = stop
