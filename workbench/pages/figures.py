"""Figures on a page: each is asked for by its place in the record, so that none can be made up.

A template says `fig("explained.figures.tax_usd", "usd")`; it has no way to show a number that is
not in the record. On the page the figure carries its place and its whole value beside the rounded
one, which is how tests compare a page with the same record as JSON, and how a click finds the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

from workbench.pages.origins import origin_of
from workbench.wording import (
    CENT,
    NOTHING,
    money,
    number,
    percent,
    points,
    shares,
    usd,
    weight,
    whole_usd,
)

UNDEFINED: Final = "—"
"""What a page shows where a figure is not defined."""

BPS_PER_WHOLE: Final = 1e4


def _percent(value: float) -> str:
    return f"{number(percent(value), 2)} %"


KINDS: Final[Mapping[str, Callable[[float], str]]] = {
    "usd": usd,
    "whole_usd": whole_usd,
    "cell": lambda value: NOTHING if abs(value) < CENT else usd(value),
    "money": money,
    "magnitude": lambda value: usd(abs(value)),
    "price": lambda value: f"{value:,.4f}".rstrip("0").ljust(len(f"{value:,.2f}"), "0"),
    "percent": _percent,
    "bps": lambda value: f"{number(value, 2)} bps",
    "fine_bps": lambda value: f"{number(value, 4)} bps",
    "weight": weight,
    "points": points,
    "shares": shares,
    "count": lambda value: number(value, 0),
    "worth": lambda value: f"${number(value, 4)}",
    "exact": lambda value: ("−" if value < 0 else "") + f"{abs(value):,.6g}",
    "seconds": lambda value: f"{number(value, 2)} s",
}
"""How a figure is worded, by kind."""


class NoSuchFigureError(LookupError):
    """The record has no such place."""


def at(record: Any, path: str) -> Any:
    """Return what stands at a place of a record, its steps apart by dots; names may hold dots.

    Raises
    ------
    NoSuchFigureError
        If there is nothing at that place.
    """
    found, rest = record, path
    while rest:
        step = _step(found, rest)
        if step is None:
            raise NoSuchFigureError(path)
        found = found[int(step)] if isinstance(found, list) else found[step]
        rest = rest[len(step) + 1 :]
    return found


def _step(record: Any, path: str) -> str | None:
    """Return the first step of a path that a record has, None where it has none."""
    if isinstance(record, list):
        step = path.partition(".")[0]
        return step if step.isdecimal() and int(step) < len(record) else None
    if isinstance(record, dict):
        return next((key for key in record if path == key or path.startswith(f"{key}.")), None)
    return None


def worded(value: Any, kind: str) -> str:
    """Return a figure in words of its kind."""
    return UNDEFINED if value is None else KINDS[kind](float(value))


def figures_of(record: Any) -> Callable[..., Markup]:
    """Return what a template calls `fig`: the figure at a place of this record, as HTML."""

    def fig(path: str, kind: str) -> Markup:
        value = at(record, path)
        told = "" if value is None else escape(repr(value))
        return Markup('<data class="fig" data-from="{}" value="{}" title="{}">{}</data>').format(
            path, told, origin_of(path), worded(value, kind)
        )

    return fig
