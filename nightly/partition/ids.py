"""Ids as numbers: a 64-bit hash for each, so that a million accounts cost megabytes.

Two ids of one hash do no harm: whoever shares a number is looked at together, as if the id were
there twice, and the reading of the partition, which compares texts, finds nothing wrong. Refused:
keeping the ids of all lots in memory, which is most of a book.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.arrays import Bools, Ints
from models.errors import UnusableBookError

Hashes: TypeAlias = NDArray[np.uint64]
RankRows: TypeAlias = NDArray[np.int32]

NOBODY: Final = np.int32(-1)
"""Rank of a row that belongs to no household of the book."""

HASH_KEY: Final = "hearth book rows"
"""Sixteen characters that make the hashes; the same for every run, so that partitions are."""

BUCKET_BITS: Final = 6
"""Doubles are looked for in 2^6 = 64 buckets on disk, a bucket in memory at a time."""

ENTRY: Final = np.dtype([("hash", np.uint64), ("rank", np.int32), ("row", np.int64)])
"""An id as noted on disk: its hash, the rank of its household, its row (-1: a mention only)."""


def hashes(texts: Any) -> Hashes:
    """Return the hash of each text of an Arrow array; that of a null says nothing."""
    from pandas.util import hash_array  # who cuts no book does not wait for it

    values = pc.fill_null(texts, "").to_numpy(zero_copy_only=False)
    found: Hashes = hash_array(values, hash_key=HASH_KEY, categorize=False)
    return found


def known(texts: Any) -> Bools:
    """Where a text is not null."""
    stated: Bools = pc.is_valid(texts).to_numpy(zero_copy_only=False)
    return stated


class Ranks:
    """From an id to the rank of its household; of rows with the same id the first counts.

    A class because ids are added batch by batch and sorted once, when the first is looked up.
    """

    def __init__(self) -> None:
        self._added: list[tuple[Hashes, NDArray[np.int32]]] = []
        self._hashes: Hashes = np.empty(0, dtype=np.uint64)
        self._ranks = np.empty(0, dtype=np.int32)

    @classmethod
    def of_sorted(cls, ids: Any) -> Ranks:
        """Return the ranks of distinct ids: their places.

        Raises
        ------
        UnusableBookError
            If two of them have one hash, which one book in ten million large ones may meet.
        """
        found = cls()
        found.add(ids, np.arange(len(ids), dtype=np.int32))
        found._settle()
        if len(found._hashes) < len(ids):
            raise UnusableBookError(
                "two household ids have the same 64-bit hash; rename either (the last characters "
                "are enough)"
            )
        return found

    def add(self, ids: Any, ranks: NDArray[np.int32]) -> None:
        """Add ids with their ranks; null ones are left out."""
        kept = known(ids)
        self._added.append((hashes(ids)[kept], ranks[kept]))

    def has(self, ids: Any) -> Bools:
        """Whether each id is known, whoever it belongs to; a null is not."""
        self._settle()
        found: Bools = np.isin(hashes(ids), self._hashes) & known(ids)
        return found

    def of(self, ids: Any) -> NDArray[np.int32]:
        """Return the rank of each id, `NOBODY` where it is null or unknown."""
        self._settle()
        if not len(self._hashes):
            return np.full(len(ids), NOBODY)
        wanted = hashes(ids)
        place = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        found: Bools = (self._hashes[place] == wanted) & known(ids)
        return np.where(found, self._ranks[place], NOBODY)

    def _settle(self) -> None:
        if not self._added:
            return
        hashed = np.concatenate([self._hashes, *(h for h, _ in self._added)])
        ranks = np.concatenate([self._ranks, *(r for _, r in self._added)])
        self._added.clear()
        order = np.argsort(hashed, kind="stable")
        placed = hashed[order]
        first: Bools = np.ones(len(placed), dtype=bool)
        first[1:] = placed[1:] != placed[:-1]
        self._hashes, self._ranks = placed[first], ranks[order][first]


class Doubles:
    """Finds ids that stand in more than one household, with a bounded part of them in memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder, self._stack = folder, ExitStack()
        self._files: dict[int, IO[bytes]] = {}

    def add(self, hashed: Hashes, ranks: NDArray[np.int32], rows: Ints) -> None:
        """Note ids with the rank of their household and their row."""
        entries = np.empty(len(hashed), dtype=ENTRY)
        entries["hash"], entries["rank"], entries["row"] = hashed, ranks, rows
        bucket = (hashed >> np.uint64(64 - BUCKET_BITS)).astype(np.int64)
        entries = entries[np.argsort(bucket, kind="stable")]
        ends = np.cumsum(np.bincount(bucket, minlength=1 << BUCKET_BITS))
        for number, (start, stop) in enumerate(pairwise([0, *ends.tolist()])):
            if stop > start:
                self._file(number).write(entries[start:stop].tobytes())

    def found(self) -> tuple[Ints, Ints]:
        """Return the ranks that share an id with somebody else, and rows of nobody that do."""
        self._stack.close()
        ranks, rows = [], []
        for entries in self._shared():
            mine = entries["rank"] >= 0
            ranks.append(np.unique(entries["rank"][mine]))
            rows.append(np.unique(entries["row"][~mine & (entries["row"] >= 0)]))
        nothing: Ints = np.empty(0, dtype=np.int64)
        return (
            np.unique(np.concatenate([nothing, *ranks])).astype(np.int64),
            np.concatenate([nothing, *rows]),
        )

    def _file(self, bucket: int) -> IO[bytes]:
        if bucket not in self._files:
            path = self._folder / f"{bucket:02x}"
            self._files[bucket] = self._stack.enter_context(path.open("wb"))
        return self._files[bucket]

    def _shared(self) -> Iterator[NDArray[Any]]:
        for path in sorted(self._folder.iterdir()):
            entries = np.fromfile(path, dtype=ENTRY)
            path.unlink()
            entries = entries[np.argsort(entries["hash"], kind="stable")]
            starts = np.flatnonzero(np.append(True, entries["hash"][1:] != entries["hash"][:-1]))
            low = np.minimum.reduceat(entries["rank"], starts)
            high = np.maximum.reduceat(entries["rank"], starts)
            yield entries[np.repeat(low != high, np.diff(np.append(starts, len(entries))))]
