"""Lines of figures drawn: where each point lies, for a page and for a notebook alike.

A line is told apart by colour, by dashes and by the shape of nothing else: its name stands in the
legend, its figures in the table beside it. A figure that is not there breaks its line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.pages.axis import round_ticks

WIDTH, HEIGHT = 460.0, 250.0
LEFT, RIGHT, TOP, FLOOR = 74.0, 24.0, 26.0, 208.0
"""Units of the picture, and of the room inside its axes."""

LEGEND_ROW: Final = 18.0
"""Units of a line of the legend, under the picture."""

DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 4")
"""Dashes of the lines, in order; who does not see the colours sees these."""

Figure = float | None
Worded = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its pieces as SVG points, its dots, its dashes and its place in the legend."""

    name: str
    pieces: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    dash: str
    colour: int
    y: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over one axis; ticks are places and words."""

    title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    height: float
    zero: float | None
    width: float = WIDTH
    left: float = LEFT
    right: float = WIDTH - RIGHT
    floor: float = FLOOR


def lines(
    title: str,
    at: Sequence[float],
    named: Sequence[tuple[str, Sequence[Figure]]],
    words: tuple[Worded, Worded],
    ticks: Sequence[float] | None = None,
) -> Lines | None:
    """Return lines drawn, None where there is nothing to draw.

    `at` are the places across, `named` the lines with a figure for each; a line may end early.
    `words` say a place and a figure, `ticks` are the places that are said (all, by default).
    """
    known = [value for _, values in named for value in values if value is not None]
    if not known or not at:
        return None
    upright = round_ticks(min(0.0, *known), max(0.0, *known))
    low, high = upright[0], upright[-1]
    first, reach = min(at), (max(at) - min(at)) or 1.0

    def across(place: float) -> float:
        return round(LEFT + 12.0 + (WIDTH - RIGHT - LEFT - 24.0) * (place - first) / reach, 1)

    def up(value: float) -> float:
        return round(FLOOR - (FLOOR - TOP) * (value - low) / (high - low), 1)

    drawn = []
    for place, (name, values) in enumerate(named):
        pieces: list[list[tuple[float, float]]] = [[]]
        for x, value in zip(at, values, strict=False):
            if value is None:
                pieces.append([])
            else:
                pieces[-1].append((across(x), up(value)))
        kept = [piece for piece in pieces if piece]
        drawn.append(
            Line(
                name=name,
                pieces=tuple(" ".join(f"{x},{y}" for x, y in piece) for piece in kept),
                dots=tuple(dot for piece in kept for dot in piece),
                dash=DASHES[place % len(DASHES)],
                colour=place,
                y=HEIGHT + LEGEND_ROW * place,
            )
        )
    return Lines(
        title=title,
        lines=tuple(drawn),
        x_ticks=tuple((across(x), words[0](x)) for x in (at if ticks is None else ticks)),
        y_ticks=tuple((up(value), words[1](value)) for value in upright),
        height=HEIGHT + LEGEND_ROW * len(drawn),
        zero=up(0.0) if low < 0.0 < high else None,
    )
