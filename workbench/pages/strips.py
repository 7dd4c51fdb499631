"""Distributions drawn: each household a dot on a line of figures, stacked where they are alike.

A dot is a household and its link. Refused: bars of a histogram, which hide who is far out, and
curves through a dozen points, which show what nobody measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.pages.axis import inner_ticks

WIDTH, LEFT, RIGHT, TOP = 660.0, 100.0, 20.0, 28.0
LETTER = 7.0
"""Units of the picture, of the room beside and above its strips, and of a letter of a name."""

ROW: Final = 58.0
"""Units of a strip at least."""

DOT: Final = 7.0
"""Units that a dot takes; figures closer than this are stacked."""

HIGHEST: Final = 280.0
"""Units of a stack at most, the forty households of a trial; a higher one is pressed together."""

Named = tuple[str, Sequence[tuple[str, float | None]]]


@dataclass(frozen=True, slots=True)
class Dot:
    """A household's dot, and what it says."""

    household_id: str
    x: float
    y: float
    said: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One distribution: its name, where its line lies, and its dots."""

    name: str
    y: float
    colour: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Strips:
    """Distributions over one axis; ticks are places and words."""

    title: str
    strips: tuple[Strip, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float
    left: float
    width: float = WIDTH
    right: float = WIDTH - RIGHT


def strips(title: str, named: Sequence[Named], words: Callable[[float], str]) -> Strips | None:
    """Return distributions drawn, None where there is no figure; each is a name and its figures."""
    known = [value for _, rows in named for _, value in rows if value is not None]
    if not known:
        return None
    ticks = inner_ticks(min(known), max(known))
    low, high = min(*known, ticks[0]), max(*known, ticks[-1])
    left = min(WIDTH / 2.0, max(LEFT, 16.0 + LETTER * max(len(name) for name, _ in named)))

    def across(value: float) -> float:
        return round(
            left + DOT + (WIDTH - left - RIGHT - 2.0 * DOT) * (value - low) / (high - low), 1
        )

    drawn, floor = [], TOP
    for place, (name, rows) in enumerate(named):
        told = sorted((across(v), h, f"{h}: {words(v)}, {name}") for h, v in rows if v is not None)
        levels = _levels([x for x, _, _ in told])
        most = max(levels, default=0)
        step = min(DOT, HIGHEST / max(1, most))
        floor += max(ROW, 2.0 * DOT + step * most)
        dots = tuple(
            Dot(household_id, x, round(floor - DOT / 2.0 - step * level, 1), said)
            for (x, household_id, said), level in zip(told, levels, strict=True)
        )
        drawn.append(Strip(name, floor, place, dots))
    ticks_at = tuple((across(v), words(v)) for v in ticks)
    return Strips(title, tuple(drawn), ticks_at, floor + 26.0, left)


def _levels(places: Sequence[float]) -> list[int]:
    """Return how high each dot of a strip lies, from left to right: no dot lies on another."""
    ends: list[float] = []
    found = []
    for x in places:
        level = next((k for k, end in enumerate(ends) if x - end >= DOT), len(ends))
        ends[level : level + 1] = [x]
        found.append(level)
    return found
