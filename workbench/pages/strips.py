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
"""Units of a strip."""

DOT: Final = 7.0
"""Units that a dot takes; figures closer than this are stacked."""

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

    drawn = []
    for place, (name, rows) in enumerate(named):
        floor = TOP + ROW * (place + 1)
        dots = [(across(v), h, f"{h}: {words(v)}, {name}") for h, v in rows if v is not None]
        drawn.append(Strip(name, floor, place, _stacked(sorted(dots), floor)))
    height = TOP + ROW * len(drawn) + 26.0
    return Strips(title, tuple(drawn), tuple((across(v), words(v)) for v in ticks), height, left)


def _stacked(dots: Sequence[tuple[float, str, str]], floor: float) -> tuple[Dot, ...]:
    """Return dots stacked from their line up, closer together where there are many."""
    columns: dict[int, int] = {}
    for x, _, _ in dots:
        columns[round(x / DOT)] = columns.get(round(x / DOT), 0) + 1
    step = min(DOT, (ROW - 2.0 * DOT) / max(1, *columns.values(), 1))
    heights: dict[int, int] = {}
    found = []
    for x, household_id, said in dots:
        column = round(x / DOT)
        up = heights.get(column, 0)
        heights[column] = up + 1
        found.append(Dot(household_id, x, round(floor - DOT / 2.0 - step * up, 1), said))
    return tuple(found)
