"""A book that was cut into partitions, as a run and its workers read it.

work/book/layout.json             what was cut, and the chunks
work/book/shared/                 the tables that all households share, and the policies
work/book/00000/ids.json          whom to answer here
work/book/00000/lots/...parquet   the rows of these households, with their numbers in the book
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from models.book.before import Before
from models.book.book import Book
from models.book.policies.files import PolicyFile, read_policies, unread_policy
from models.book.read import build_book
from models.book.tables.files import Files, read_files
from models.book.tables.schema import POLICY_FOLDER, SCHEMA
from models.policy import Policy

LAYOUT: Final = "layout.json"
SHARED: Final = "shared"
UNREAD: Final = "unread_policies"
"""Key of the layout: why policies could not be read when the book was cut, by id."""

IDS: Final = "ids.json"


def part_name(number: int) -> str:
    """Return the name of a partition's folder."""
    return f"{number:05d}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Households `start` to `stop` (exclusive) of a partition's list; `index` counts all chunks."""

    index: int
    partition: int
    start: int
    stop: int

    def __len__(self) -> int:
        """Count the households."""
        return self.stop - self.start


class Partitions:
    """The partitions in a folder; a class because its layout is read once, when first needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def layout(self) -> Mapping[str, Any]:
        """What was written when the book was cut."""
        found: dict[str, Any] = json.loads((self.root / LAYOUT).read_text("utf-8"))
        return found

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the book is made of, for the manifest."""
        found: dict[str, Any] = self.layout["inputs"]
        return found

    def chunks(self) -> Iterator[Chunk]:
        """Yield the chunks in order."""
        for index, (partition, start, stop) in enumerate(self.layout["chunks"]):
            yield Chunk(index, partition, start, stop)

    def household_ids(self, chunk: Chunk) -> list[str]:
        """Return the ids of a chunk's households in order."""
        return self.part_ids(chunk.partition)[chunk.start : chunk.stop]

    def part_ids(self, partition: int) -> list[str]:
        """Return the ids of a partition's households in order."""
        place = self.root / part_name(partition) / IDS
        ids: list[str] = json.loads(place.read_text("utf-8"))
        return ids

    def book(self, partition: int, before: Before | None = None) -> Book:
        """Read one partition, as if its households were the whole book, after earlier nights."""
        shared = read_files(self.root / SHARED)
        own = read_files(self.root / part_name(partition))
        tables = {
            name: own.tables[name] if own.tables[name].rows else shared.tables[name]
            for name in SCHEMA
        }
        absent = own.absent & shared.absent
        # either folder lacks the tables of the other; anything else is damage
        damage = (f for f in (*shared.fatal, *own.fatal) if f.kind != "missing_table")
        sources = (*shared.sources, *own.sources)
        rows, lost = self.inputs["rows"], self.inputs["orphan_rows"]
        elsewhere = frozenset(name for name in rows if rows[name] > lost.get(name, 0))
        files = Files(tables, sources, absent, (), tuple(damage), elsewhere, rows)
        asof = date.fromisoformat(self.layout["asof"])
        return build_book(Path(self.layout["book"]), files, self.policies(), asof, before)

    def policies(self) -> Mapping[str, PolicyFile]:
        """Return every policy of the book."""
        found = read_policies(self.root / SHARED / POLICY_FOLDER)
        unread = {
            name: unread_policy(name, f"{POLICY_FOLDER}/{name}.toml", why)
            for name, why in self.layout.get(UNREAD, {}).items()
        }
        return {**found, **unread}

    def own_solvers(self, on_policy: Callable[[Policy], Policy]) -> dict[str, str]:
        """Return the name of each policy's own solver."""
        return {
            name: on_policy(file.policy).solver.name
            for name, file in self.policies().items()
            if file.policy is not None
        }
