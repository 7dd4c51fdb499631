"""Which lines of a register are folded while somebody does something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nightly.register.fold import Registered
from nightly.register.records import Entry


@contextmanager
def lines_folded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Yield the numbers of the lines that are folded while the block lasts."""
    taken: list[int] = []
    folded = Registered.take

    def take(now: Registered, entry: Entry, head: str) -> None:
        taken.append(entry.number)
        folded(now, entry, head)

    with monkeypatch.context() as patch:
        patch.setattr(Registered, "take", take)
        yield taken
