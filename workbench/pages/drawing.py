"""Pictures as numbers: where each bar begins and how long it is; templates draw them as SVG.

No picture says what no table says: every length is a figure of the record, and the table stands
beside it. Colours come from classes, so that dark, light and print have their own; they differ in
lightness too, for those who do not see the colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from workbench.pages.axis import decimals, round_ticks
from workbench.wording import number

WIDTH: Final = 560.0
"""Units across for the scale of weights."""

LABEL: Final = 130.0
"""Units for the name of a class."""

ROW: Final = 40.0
"""Units of a class: two bars and air."""

BAR: Final = 12.0

COLOURS: Final = 8
"""Accounts that have a colour of their own; the ninth begins again, with a stripe along it."""

SEEN: Final = 5e-4
"""Weight under which a class is not drawn: a twentieth of a percentage point."""

LEAST_ERROR: Final = 1e-4
"""Tracking error a year up to which the frontier is drawn at least: a hundredth of a percent."""

LEAST_TAX: Final = 1.0
"""Basis points of tax that the frontier is drawn over at least."""

DAY: Final = 7.0
"""Units of a day on the calendar of lockouts."""

LETTER: Final = 7.0
"""Units of a letter of a group's name, at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar: an account's part; `stripes` tells apart accounts of one colour."""

    x: float
    width: float
    colour: int
    stripes: int
    account: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A class: its bars before and after, its target and its band, in units across."""

    name: str
    y: float
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    target: float
    band: tuple[float, float] | None
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Weights of one management group drawn; `ticks` are places and percents."""

    target_id: str
    rows: tuple[Bars, ...]
    ticks: tuple[tuple[float, str], ...]
    accounts: tuple[tuple[int, int, str], ...]
    height: float
    label: float = LABEL
    width: float = LABEL + WIDTH + 40.0
    bar: float = BAR


def weight_bars(
    weights: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]]
) -> list[Chart]:
    """Return a chart for each management group of a household's weights."""
    names = [str(line["account_id"]) for line in accounts]
    charts = []
    for group in dict.fromkeys(row["target_id"] for row in weights):
        rows = [row for row in weights if row["target_id"] == group and _seen(row)]
        most = max((_reach(row) for row in rows), default=1.0)
        step = 0.1 if most <= 0.6 else 0.2
        top = max(step, -(-most // step) * step)
        scale = WIDTH / top
        drawn = tuple(_bars(row, place, scale, names) for place, row in enumerate(rows))
        ticks = tuple(
            (LABEL + scale * step * k, f"{100 * step * k:.0f} %")
            for k in range(round(top / step) + 1)
        )
        used = {p.account for row in drawn for p in (*row.before, *row.after)}
        legend = tuple(
            (place % COLOURS, place // COLOURS, name)
            for place, name in enumerate(names)
            if name in used
        )
        charts.append(Chart(group, drawn, ticks, legend, 26.0 + ROW * len(rows)))
    return charts


def _seen(row: Mapping[str, Any]) -> bool:
    return bool(max(abs(row["target"]), abs(row["before"]), abs(row["after"])) >= SEEN)


def _reach(row: Mapping[str, Any]) -> float:
    return float(max(row["target"] + (row["band"] or 0.0), row["before"], row["after"]))


def _bars(row: Mapping[str, Any], place: int, scale: float, names: Sequence[str]) -> Bars:
    target, band = row["target"], row["band"]
    low = None if band is None else LABEL + scale * max(0.0, target - band)
    high = None if band is None else LABEL + scale * (target + band)
    said = (
        f"{row['name']}: {100 * row['before']:.1f} % before, {100 * row['after']:.1f} % after, "
        f"target {100 * target:.1f} %"
    )
    return Bars(
        str(row["name"]),
        8.0 + ROW * place,
        _pieces(row["placement_before"], scale, names),
        _pieces(row["placement_after"], scale, names),
        LABEL + scale * target,
        None if low is None or high is None else (low, high - low),
        said,
    )


def _pieces(parts: Sequence[float], scale: float, names: Sequence[str]) -> tuple[Piece, ...]:
    x, found = LABEL, []
    for place, (part, name) in enumerate(zip(parts, names, strict=True)):
        if part * scale > 0.0:
            found.append(Piece(x, part * scale, place % COLOURS, place // COLOURS, name))
            x += part * scale
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Lock:
    """A group that must not be bought: its line on the calendar."""

    group: str
    until: str
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """Lockouts on a line of days from the as-of date on; `weeks` are places and dates."""

    locks: tuple[Lock, ...]
    weeks: tuple[tuple[float, str], ...]
    height: float
    width: float
    left: float


def lockout_calendar(asof: str, lockouts: Sequence[Mapping[str, Any]]) -> Calendar | None:
    """Return the calendar of lockouts, None where there are none; every name has its room."""
    if not lockouts:
        return None
    left = 16.0 + LETTER * max(len(lock["identical_group"]) for lock in lockouts)
    start = date.fromisoformat(asof)
    ends = [date.fromisoformat(lock["until"]) for lock in lockouts]
    days = max((max(ends) - start).days, 7) + 1
    locks = tuple(
        Lock(
            lock["identical_group"], lock["until"], 26.0 + 24.0 * k, DAY * ((end - start).days + 1)
        )
        for k, (lock, end) in enumerate(zip(lockouts, ends, strict=True))
    )
    weeks = tuple(
        (left + DAY * day, f"{start + timedelta(day):%b %-d}") for day in range(0, days + 1, 7)
    )
    return Calendar(locks, weeks, 34.0 + 24.0 * len(locks), left + DAY * days + 24.0, left)


@dataclass(frozen=True, slots=True)
class Curve:
    """Tax against tracking error: a line through what is possible, and where plans stand on it."""

    line: str
    marks: tuple[tuple[float, float, int], ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: float = 420.0
    height: float = 250.0
    left: float = 60.0
    floor: float = 210.0


def frontier_curve(
    points: Sequence[Mapping[str, Any]], marks: Sequence[Mapping[str, Any]]
) -> Curve | None:
    """Return the frontier drawn with plans on it; None where there is too little to draw."""
    line = [(p["tracking_error"], p["tax_bps"]) for p in points]
    dots = [(p["tracking_error"], p.get("tax_bps")) for p in marks]
    known = [(x, y) for x, y in (*line, *dots) if x is not None and y is not None]
    if len(line) < 2 or len(known) < 2:
        return None
    blank = Curve("", (), (), ())
    across = round_ticks(0.0, 100.0 * max(LEAST_ERROR, *(x for x, _ in known)))
    least = min(y for _, y in known)
    upright = round_ticks(least, max(least + LEAST_TAX, *(y for _, y in known)))
    low, high, most = upright[0], upright[-1], across[-1] / 100.0
    right, top = blank.width - blank.left - 36.0, blank.floor - 20.0

    def at(x: float, y: float) -> tuple[float, float]:
        return blank.left + right * x / most, blank.floor - top * (y - low) / (high - low)

    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*each) for each in line))
    placed = tuple(
        (*at(x, y), place) for place, (x, y) in enumerate(dots) if x is not None and y is not None
    )
    x_ticks = tuple((at(x / 100.0, low)[0], f"{number(x, decimals(across))} %") for x in across)
    y_ticks = tuple((at(0.0, y)[1], number(y, decimals(upright))) for y in upright)
    return Curve(drawn, placed, x_ticks, y_ticks)
