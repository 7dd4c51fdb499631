"""A book cut into partitions, once, on disk: what a run does before anything else.

    book → heads and shared tables → owners of all rows → partitions and chunks

A partition holds whole households, a bounded number of lots, in the order of their ids; the last
one holds those that cannot be read apart. Shared tables and policies are copied as they are, so
that a night ends under the prices and rules it began with. Where partitions and chunks begin
follows from the book alone. The partitions appear together, with one rename.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import Ints
from models.book.book import Book
from models.book.policies.files import read_policies
from models.book.read import build_book, check_folder, note_of_orphans, policy_sources
from models.book.tables.batches import Batch
from models.book.tables.files import read_files
from models.book.tables.schema import POLICY_FOLDER, SCHEMA
from models.errors import UnknownHouseholdError
from nightly.partition.not_bought import not_bought
from nightly.partition.owners import OWNED, Owners, find_owners, household_ids
from nightly.partition.partitions import IDS, LAYOUT, SHARED, UNREAD, part_name
from nightly.partition.sizes import Sizes, chunk_bounds, group_numbers
from nightly.partition.writer import Destination, deal_out
from nightly.results.durable import force, refusing


@dataclass(frozen=True, slots=True)
class Uncut:
    """A book that is usable as far as its heads and shared tables tell.

    `place` is what it is called, `folder` where its tables are (the same, but for a database);
    `chosen` says by rank who is to be answered, `not_bought` which securities no plan can buy and
    why.
    """

    place: str
    folder: Path
    asof: date
    ids: Any
    chosen: np.ndarray
    shared: Book
    sizes: Sizes
    not_bought: Mapping[str, str] = field(default_factory=dict)


def look_at(
    place: str,
    folder: Path,
    asof: date,
    wanted: Sequence[str] | None = None,
    sizes: Sizes | None = None,
) -> Uncut:
    """Check what can end a run before it begins; nothing is written.

    Raises
    ------
    FaultyBookError
        If the book cannot be used at all.
    UnknownHouseholdError
        If a household is wanted that is not there.
    """
    check_folder(folder)
    files = read_files(folder, heads=OWNED)
    shared = build_book(Path(place), files, read_policies(folder / POLICY_FOLDER), asof)
    shared = replace(shared, sources=(*files.sources, *policy_sources(folder, shared.policies)))
    ids = household_ids(folder)
    chosen = _chosen(ids, wanted, place)
    barred = not_bought(shared, files.tables)
    return Uncut(place, folder, asof, ids, chosen, shared, sizes or Sizes(), barred)


def cut(uncut: Uncut, root: Path) -> None:
    """Write the partitions into the folder `root`; they appear together.

    Raises
    ------
    FaultyBookError
        If a table turns out to be damaged.
    RunFolderError
        If the folder cannot be written.
    """
    aside, scratch = root.with_name(f".{root.name}"), root.with_name(f".{root.name}.scratch")
    with refusing(root):
        for left in (aside, scratch):
            shutil.rmtree(left, ignore_errors=True)
        aside.mkdir(parents=True)
        owners = find_owners(uncut.folder, uncut.ids, scratch)
        part = _partitions(uncut, owners)
        parts = int(part.max(initial=-1)) + 1
        _copy_shared(uncut.folder, aside / SHARED)
        unread = _copy_policies(uncut, aside / SHARED / POLICY_FOLDER)
        into = Destination(aside, parts, scratch)
        for table in OWNED:
            rows = owners.count.rows[table]
            deal_out(uncut.folder, table, rows, _Deal(owners, table, part), into)
        chunks = _write_ids(uncut, owners, part, aside)
        facts = {
            "book": uncut.place,
            "asof": uncut.asof.isoformat(),
            "parts": parts,
            "chunks": chunks,
            UNREAD: unread,
            "inputs": _inputs(uncut, owners),
        }
        (aside / LAYOUT).write_text(json.dumps(facts, ensure_ascii=False) + "\n", "utf-8")
        force(aside / LAYOUT)
        force(aside)
        aside.rename(root)
        force(root.parent)
        shutil.rmtree(scratch)


class _Deal:
    """Says where the rows of a batch go."""

    def __init__(self, owners: Owners, table: str, part: Ints) -> None:
        self.owners = owners
        self.strays = owners.strays.get(table, np.empty(0, dtype=np.int64))
        linked = part[owners.linked]
        self.last = int(linked.max(initial=-1))
        self.part = np.append(part, -1)  # rank -1 goes nowhere

    def __call__(self, batch: Batch) -> Ints:
        start, stop = batch.first_row, batch.first_row + len(batch)
        to = self.part[self.owners.ranks(batch)]
        low, high = np.searchsorted(self.strays, (start, stop))
        to[self.strays[low:high] - start] = self.last
        return to


def _chosen(ids: Any, wanted: Sequence[str] | None, place: str) -> np.ndarray:
    if wanted is None:
        return np.ones(len(ids), dtype=bool)
    asked = set(wanted)
    chosen = np.array([name in asked for name in ids.to_pylist()], dtype=bool)
    if chosen.sum() < len(asked):
        unknown = sorted(asked - set(ids.filter(chosen).to_pylist()))
        shown = ", ".join(repr(name) for name in unknown[:5])
        raise UnknownHouseholdError(
            f"{len(unknown)} of the {len(asked)} households asked for are not in {place}: "
            f"{shown}{', ...' if len(unknown) > 5 else ''}; check the list"
        )
    return chosen


def _partitions(uncut: Uncut, owners: Owners) -> Ints:
    """Return the partition of every rank, -1 for those that nobody asked for."""
    apart = uncut.chosen & ~owners.linked
    sizes = uncut.sizes
    part = np.full(len(owners.lots), -1, dtype=np.int64)
    part[apart] = group_numbers(
        owners.lots[apart], sizes.partition_lots, sizes.partition_households
    )
    if (uncut.chosen & owners.linked).any():
        part[owners.linked] = part.max(initial=-1) + 1
    return part


def _write_ids(uncut: Uncut, owners: Owners, part: Ints, aside: Path) -> list[list[int]]:
    """Write whom to answer in each partition, in order; return the chunks."""
    chunks: list[list[int]] = []
    sizes = uncut.sizes
    left = int(uncut.chosen.sum())
    answered = np.where(uncut.chosen, part, -1)
    order = np.argsort(answered, kind="stable")
    starts = np.searchsorted(answered[order], np.arange(part.max(initial=-1) + 2))
    for number, (start, stop) in enumerate(pairwise(starts)):
        ranks = order[start:stop]
        chunks += [[number, a, b] for a, b in chunk_bounds(owners.lots[ranks], sizes, left)]
        left -= len(ranks)
        place = aside / part_name(number) / IDS
        place.parent.mkdir(exist_ok=True)
        ids = uncut.ids.take(ranks).to_pylist()
        place.write_text(json.dumps(ids, ensure_ascii=False) + "\n", "utf-8")
        force(place)
    return chunks


def _copy_shared(book: Path, to: Path) -> None:
    """Copy the tables that all households share, as they are."""
    to.mkdir()
    for path in sorted(book.iterdir()):
        name = path.name if path.is_dir() else path.stem
        if name in SCHEMA and name not in OWNED:
            if path.is_dir():
                shutil.copytree(path, to / path.name)
            elif path.suffix in (".csv", ".parquet"):
                shutil.copy2(path, to / path.name)


def _copy_policies(uncut: Uncut, to: Path) -> dict[str, str]:
    """Copy the policies that can be read; return why others cannot, by id."""
    to.mkdir()
    policies = uncut.shared.policies
    for source in uncut.shared.sources:
        if source.table == POLICY_FOLDER:
            shutil.copy2(uncut.folder / source.path, to)
    return {name: file.unread for name, file in policies.items() if file.unread}


def _inputs(uncut: Uncut, owners: Owners) -> dict[str, Any]:
    """Return what the book is made of: files with hashes, rows, dates, oddities."""
    shared, count = uncut.shared, owners.count
    dates = replace(
        shared.dates,
        last_acquired=count.newest.get("lots"),
        last_trade=count.newest.get("trades"),
    )
    lost = [note_of_orphans(*each) for each in count.orphans.items()]
    files = [
        source
        if source.table not in OWNED
        else replace(source, rows=count.by_file[uncut.folder / source.path])
        for source in shared.sources
    ]
    return {
        "path": uncut.place,
        "asof": uncut.asof.isoformat(),
        "files": [asdict(source) for source in files],
        "rows": {**shared.rows, **count.rows},
        "orphan_rows": dict(count.orphans),
        "dates": {
            name: None if (day := getattr(dates, name)) is None else day.isoformat()
            for name in dates.__dataclass_fields__
        },
        "households": len(uncut.ids),
        "not_bought": dict(uncut.not_bought),
        "warnings": [*shared.warnings, *lost],
    }
