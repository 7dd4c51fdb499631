"""Whose row is it: the household of every row of a book, found in one pass over its keys.

Lots and trades name accounts, not households, so accounts are joined first, as numbers
(`nightly.partition.ids`). The pass also finds households that cannot be read apart: an id that
stands in two of them, an account that names another's filing unit, a restriction of two scopes.
Reading either alone would miss the fault, so they end up in one partition, with the rows of nobody
that repeat their ids, are a slip away, or name their filing units or lots. Everything else of
nobody is counted and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Ints
from models.book.tables.batches import Batch, table_batches
from nightly.partition.ids import NOBODY, Doubles, RankRows, Ranks, hashes, known
from nightly.partition.near_owners import NearOwners

OWNED: Final = (
    *("households", "filing_units", "accounts", "lots"),
    *("trades", "open_orders", "scheduled_buys", "restrictions"),
)
"""Tables whose rows belong to a household; the others are shared by all."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "households": ("household_id",),
    "filing_units": ("filing_unit_id", "household_id"),
    "accounts": ("account_id", "household_id", "filing_unit_id"),
    "lots": ("lot_id", "account_id", "acquired"),
    "trades": ("account_id", "trade_date"),
    "open_orders": ("order_id", "lot_id", "account_id"),
    "scheduled_buys": ("account_id",),
    "restrictions": ("household_id", "account_id"),
}
"""Columns that say whose a row is, what may be there only once, and how new the book is."""

DATED: Final[Mapping[str, str]] = {"lots": "acquired", "trades": "trade_date"}
"""Columns that date the positions."""


@dataclass(slots=True)
class Count:
    """What the pass counts: rows by table and by file, rows of nobody, the newest dates."""

    rows: Counter[str] = field(default_factory=Counter)
    by_file: Counter[Path] = field(default_factory=Counter)
    orphans: Counter[str] = field(default_factory=Counter)
    newest: dict[str, date] = field(default_factory=dict)

    def add(self, batch: Batch, orphans: int) -> None:
        """Count a batch."""
        self.rows[batch.table] += len(batch)
        self.by_file[batch.path] += len(batch)
        if orphans:
            self.orphans[batch.table] += orphans
        if batch.table in DATED:
            days = batch.cells(DATED[batch.table]).values
            known_days = days[~np.isnat(days)]
            if known_days.size:
                day: date = known_days.max().item()
                self.newest[batch.table] = max(day, self.newest.get(batch.table, day))


@dataclass(frozen=True, slots=True)
class Owners:
    """Households by rank in the order of their ids, and the rank of every row.

    Attributes
    ----------
    ids
        Arrow large_string array, sorted and distinct.
    lots
        How many lots each household has.
    linked
        Which households must be read together.
    strays
        By table, the rows of nobody that a linked household must be read with.
    count
        Rows of every table and file, and those that belong to nobody.
    files
        By table, the file that holds the rank of every row as int32.
    """

    ids: Any
    lots: Ints
    linked: Bools
    strays: Mapping[str, Ints]
    count: Count
    files: Mapping[str, Path]

    def ranks(self, batch: Batch) -> RankRows:
        """Return the rank of every row of a batch, as the pass over the keys found it."""
        start = batch.first_row * np.dtype(np.int32).itemsize
        return np.fromfile(self.files[batch.table], np.int32, len(batch), offset=start)


def household_ids(book: Path) -> Any:
    """Return the distinct ids of a book's households, sorted."""
    found = [
        batch.texts("household_id")
        for batch in table_batches(book, "households", ("household_id",))
    ]
    if not found:
        return pa.array([], pa.large_string())
    ids = pc.drop_null(pc.unique(pa.chunked_array(found)))
    ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return ids.take(pc.sort_indices(ids))


def find_owners(book: Path, ids: Any, scratch: Path) -> Owners:
    """Read the keys of a book once, and say whose every row is.

    Raises
    ------
    FaultyBookError
        If a file or a key column cannot be read.
    """
    finding = _Finding(ids, scratch)
    files = {table: scratch / f"{table}.ranks" for table in OWNED}
    for table in OWNED:
        with files[table].open("wb") as file:
            for batch in table_batches(book, table, KEYS[table]):
                file.write(finding.ranks(batch).astype(np.int32).tobytes())
    strays = finding.link()
    return Owners(ids, finding.lots, finding.linked, strays, finding.count, files)


class _Finding:
    """The pass over the keys; a class because what is found gathers on the way."""

    def __init__(self, ids: Any, scratch: Path) -> None:
        self.households = Ranks.of_sorted(ids)
        self.units, self.accounts = Ranks(), Ranks()
        self.claimed: dict[str, list[Ints]] = {}
        self.near = NearOwners(ids)
        self.linked: Bools = np.zeros(len(ids), dtype=bool)
        self.lots: Ints = np.zeros(len(ids), dtype=np.int64)
        self.count = Count()
        self.doubles = {
            name: Doubles(scratch / name)
            for name in ("filing_units", "accounts", "lots", "open_orders")
        }

    def ranks(self, batch: Batch) -> RankRows:
        """Return the rank of every row of a batch, and note what links households."""
        if batch.table in ("households", "filing_units", "accounts"):
            ranks = self.households.of(batch.texts("household_id"))
        else:
            ranks = self.accounts.of(batch.texts("account_id"))
        note = getattr(self, f"_{batch.table}", None)
        ranks = ranks if note is None else note(batch, ranks)
        nobodys = np.flatnonzero(ranks == NOBODY)
        self.count.add(batch, len(nobodys))
        self.linked[self.near.place(batch, nobodys, self.accounts)] = True
        return ranks

    def link(self) -> dict[str, Ints]:
        """Link everybody who shares an id; return the rows of nobody that share one."""
        strays = {}
        for name, doubles in self.doubles.items():
            ranks, rows = doubles.found()
            self.linked[ranks] = True
            strays[name] = np.sort(rows)
        for name, near in self.near.rows().items():
            strays[name] = np.union1d(near, strays.get(name, near[:0]))
        for name, claimed in self.claimed.items():
            strays[name] = np.unique(np.concatenate([strays[name], *claimed]))
        return strays

    def _filing_units(self, batch: Batch, ranks: RankRows) -> RankRows:
        ids = batch.texts("filing_unit_id")
        self._note("filing_units", ids, ranks, batch.first_row)
        self.units.add(ids, ranks)
        return ranks

    def _accounts(self, batch: Batch, ranks: RankRows) -> RankRows:
        ids = batch.texts("account_id")
        self._note("accounts", ids, ranks, batch.first_row)
        self._note("filing_units", batch.texts("filing_unit_id"), ranks)
        self._claim(batch, ranks)
        self.accounts.add(ids, ranks)
        self.near.add_accounts(ids, ranks)
        return ranks

    def _claim(self, batch: Batch, ranks: RankRows) -> None:
        """Read accounts of nobody with the household of their filing unit: theirs, most likely."""
        units = self.units.of(batch.texts("filing_unit_id"))
        theirs = np.flatnonzero((ranks == NOBODY) & (units != NOBODY))
        self.linked[units[theirs]] = True
        self._keep(batch, theirs)

    def _lots(self, batch: Batch, ranks: RankRows) -> RankRows:
        self._note("lots", batch.texts("lot_id"), ranks, batch.first_row)
        self.lots += np.bincount(ranks[ranks >= 0], minlength=len(self.lots))
        return ranks

    def _open_orders(self, batch: Batch, ranks: RankRows) -> RankRows:
        lots, orders = batch.texts("lot_id"), batch.texts("order_id")
        between = pa.scalar("\x1f", pa.large_string())
        both = pc.binary_join_element_wise(orders, pc.fill_null(lots, ""), between)
        self._note("open_orders", both, ranks, batch.first_row)
        self._note("lots", lots, ranks)
        lost = np.flatnonzero((ranks == NOBODY) & known(lots))
        mentions = np.full(len(lost), -1, dtype=np.int64)
        self.doubles["lots"].add(hashes(lots)[lost], ranks[lost], mentions)
        self._keep(batch, lost)
        return ranks

    def _restrictions(self, batch: Batch, ranks: RankRows) -> RankRows:
        stated = self.households.of(batch.texts("household_id"))
        apart = (stated >= 0) & (ranks >= 0) & (stated != ranks)
        self.linked[stated[apart]] = True
        self.linked[ranks[apart]] = True
        return np.where(stated >= 0, stated, ranks)

    def _keep(self, batch: Batch, rows: Ints) -> None:
        """Keep rows of nobody for the partition of the households that are linked."""
        self.claimed.setdefault(batch.table, []).append(batch.first_row + rows)

    def _note(self, name: str, ids: Any, ranks: RankRows, first_row: int | None = None) -> None:
        """Note ids that must be alone in their household; without rows they are mentioned only."""
        kept = known(ids)
        if first_row is None:
            kept &= ranks >= 0
            rows: Ints = np.full(len(ids), -1, dtype=np.int64)
        else:
            rows = np.arange(first_row, first_row + len(ids), dtype=np.int64)
        self.doubles[name].add(hashes(ids)[kept], ranks[kept], rows[kept])
