"""The runs that a page rests on: frozen specs, in small and in full, and what each is for.

To add a benchmark: one file with its spec, one line here, a door beside this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from benchmarks.suite.compare.command import Compare
from benchmarks.suite.extremes import Extremes
from benchmarks.suite.quality import Quality
from benchmarks.suite.speed import Speed


class Commanded(Protocol):
    """A spec knows the command that repeats it."""

    @property
    def command(self) -> str:
        """The command line of its settings."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large each part of the small run is.

    `swept` households are swept over the weight of tax; `lives` are extra arguments of the small
    back-test.
    """

    books: tuple[Compare, ...]
    exact: Quality
    speed: tuple[Speed, ...]
    swept: int = 0
    lives: tuple[str, ...] = ()


IN_SMALL: Final = Sizes(
    books=(
        Compare("sample", 43, sweep=8),
        Compare("synthetic:etf", 40, sweep=8),
        Compare("synthetic:mixed", 6, sweep=2),
        Compare("synthetic:index", 2, sweep=0),
    ),
    exact=Quality(households=8, seconds=10.0),
    speed=(
        Speed(("etf",), 20, repeats=2),
        Speed(("mixed",), 5, repeats=2),
        Speed(("index",), 2, repeats=2),
    ),
    swept=3,
)
"""About four minutes on an idle machine of two cores, under ten on a busy one."""

IN_FULL: Final[tuple[tuple[Commanded, str], ...]] = (
    (Compare("sample"), "comparison and dominance, every household"),
    (Compare("synthetic:etf", 200, sweep=40), "larger books"),
    (Quality(households=100), "the exact optimum"),
    (Quality(tight=True), "tight tax budgets"),
    (Speed(), "stages, ratios to one raw solve"),
    (Extremes(last=10_000), "extreme households: each answered, when"),
)
"""The same parts in full, and what they are for."""
