"""A book cut into partitions, as a run and its workers read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from models.book.book import Book
from models.book.policies import PolicyFile, read_policies
from models.book.read import read_book
from models.book.schema import POLICY_FOLDER
from models.errors import UnknownHouseholdError
from models.policy import Policy
from nightly.chunk import Chunk
from nightly.inputs import input_facts
from nightly.request import Request

LAYOUT: Final = "layout.json"


class Partitions:
    """The partitions under a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def layout(self) -> Mapping[str, Any]:
        """What was written when the book was cut."""
        found: dict[str, Any] = json.loads((self.root / LAYOUT).read_text("utf-8"))
        return found

    @property
    def asof(self) -> date:
        """As-of date of the book."""
        return date.fromisoformat(self.layout["asof"])

    def chunks(self) -> Iterator[Chunk]:
        """Yield the chunks in order."""
        for index, cut in enumerate(self.layout["chunks"]):
            yield Chunk(index, *cut)

    def household_ids(self, chunk: Chunk) -> list[str]:
        """Return the ids of a chunk's households in order."""
        ids: list[str] = self.layout["households"][chunk.start : chunk.stop]
        return ids

    def book(self, partition: int) -> Book:
        """Read one partition."""
        return read_book(self.layout["book"], self.asof)

    @property
    def inputs(self) -> dict[str, Any]:
        """What the run is made from."""
        found: dict[str, Any] = self.layout["inputs"]
        return found

    def policies(self) -> Mapping[str, PolicyFile]:
        """Return every policy of the book."""
        return read_policies(Path(self.layout["book"]) / POLICY_FOLDER)

    def own_solvers(self, on_policy: Callable[[Policy], Policy]) -> dict[str, str]:
        """Return the name of each policy's own solver."""
        return {
            name: on_policy(file.policy).solver.name
            for name, file in self.policies().items()
            if file.policy is not None
        }


class cut:  # noqa: N801
    """A book about to be cut."""

    def __init__(self, request: Request) -> None:
        self.request = request
        book = read_book(request.book, request.asof)
        self.ids = chosen_households(book, request.households)
        self.inputs = input_facts(book)

    def write(self, root: Path) -> None:
        """Write the partitions; they appear together."""
        aside = root.with_name("." + root.name)
        aside.mkdir()
        n = len(self.ids)
        chunks = [(0, a, min(a + 50, n)) for a in range(0, n, 50)]
        (aside / LAYOUT).write_text(
            json.dumps(
                {
                    "asof": self.request.asof.isoformat(),
                    "book": self.request.book,
                    "households": self.ids,
                    "chunks": chunks,
                    "inputs": self.inputs,
                }
            )
        )
        aside.rename(root)


def chosen_households(book: Book, wanted: Sequence[str] | None) -> list[str]:
    """Return the ids to answer in book order, each once."""
    everyone = [str(name) for name in book.household_ids]
    if wanted is None:
        return everyone
    asked = set(wanted)
    unknown = sorted(asked - set(everyone))
    if unknown:
        shown = ", ".join(repr(name) for name in unknown[:5])
        raise UnknownHouseholdError(
            f"{len(unknown)} of the {len(asked)} households asked for are not in {book.path}: "
            f"{shown}{', ...' if len(unknown) > 5 else ''}; check the list"
        )
    return [name for name in everyone if name in asked]
