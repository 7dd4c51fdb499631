"""Limits of a policy by asset class, held against the classes that a book has.

A limit on a class that nothing has holds nowhere. Where its name nearly is another class, the limit
was meant to hold there; a policy of many books may limit what one of them does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.book.near import meant
from models.market import CASH
from models.policy import Policy


@dataclass(frozen=True, slots=True)
class LimitOfNothing:
    """A limit on a class that nothing has: its key, what it names, and what would do.

    `slip` says that plans would have to keep it and that the name nearly is another class.
    """

    key: str
    name: str
    remedy: str
    slip: bool

    @property
    def what(self) -> str:
        """What is wrong, in words."""
        return f"{self.key} names {self.name!r}, a class that nothing has"


def limits_by_class(policy: Policy) -> Iterator[tuple[str, str, bool]]:
    """Yield key and class of each limit by class, and whether plans must keep it."""
    for name, _ in policy.limits.class_max:
        yield "limits.class_max", name, True
    for band in policy.bands.classes:
        yield "bands.classes", band.asset_class, policy.limits.bands == "hard"


def limits_of_nothing(policy: Policy, classes: Iterable[str]) -> Iterator[LimitOfNothing]:
    """Yield the limits of a policy on classes that are not among a book's."""
    known = sorted({*classes, CASH})
    for key, name, kept in limits_by_class(policy):
        if name not in known:
            near = meant(name, known)
            asked = f"did you mean {near!r}? " if near else ""
            remedy = f"{asked}the classes are {', '.join(known)}"
            yield LimitOfNothing(key, name, remedy, slip=kept and bool(near))
