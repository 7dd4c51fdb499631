"""Pictures of a comparison, as PNG and SVG. Without matplotlib (extra `plots`) there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.suite.compare.dominance import Measure
from benchmarks.suite.compare.judged import Judged
from benchmarks.suite.compare.methods import OURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, OURS_INK, OTHER_INK, WORSE_INK = "#333333", "#1257a6", "#b3541e", "#a61212"

TERMS: Final[Mapping[str, str]] = {
    "tracking_error": "#9ab8d8",
    "realized_tax": "#b3541e",
    "basis_change": "#e0b07c",
    "trading_cost": "#777777",
    "tax_drag": "#6d9b6d",
    "withdrawal": "#b59ac2",
}


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def save(figure: Figure, folder: Path, name: str) -> None:
    """Write NAME.png and NAME.svg, the same bytes for the same figure."""
    import matplotlib

    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.png", dpi=130)
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _figure(width: float, height: float, columns: int = 1) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(colors=INK, labelsize=8)
    return figure, axes


def frontier_figure(
    measures: Sequence[Measure],
    swept: Mapping[str, Sequence[Judged]],
    others: Sequence[Judged],
) -> Figure:
    """Mean tracking error against mean cost: our sweep as a line, each method as a point.

    Only households that every multiplier and every method answered legally are averaged.
    """
    figure, axes = _figure(5.2 * len(measures), 4.6, len(measures))
    for axis, measure in zip(axes, measures, strict=True):
        ours = swept[measure.name]
        steps = sorted({row.multiplier for row in ours if row.multiplier is not None})
        common = _common(ours, len(steps)) & _common(others, len({r.method for r in others}))
        line = np.array([_point(ours, common, measure, "multiplier", step) for step in steps])
        if len(line):
            axis.plot(*line.T, "-o", color=OURS_INK, markersize=3.5, linewidth=1.5, label=OURS)
        names = dict.fromkeys(row.method for row in others)
        spots = []
        for name in names:
            x, y = _point(others, common, measure, "method", name)
            color = OURS_INK if name == OURS else OTHER_INK
            axis.plot(x, y, "D" if name == OURS else "o", color=color, markersize=5)
            spots.append((x, y, name, color))
        _label(axis, spots)
        axis.set_xlabel("tracking error, % a year (mean)", fontsize=8)
        axis.set_ylabel("bps of value (mean)", fontsize=8)
        axis.set_title(f"{measure.title}\n{len(common)} households", fontsize=9)
    return figure


def _common(rows: Sequence[Judged], count: int) -> set[str]:
    kept: dict[str, int] = {}
    for row in rows:
        kept[row.household_id] = kept.get(row.household_id, 0) + row.kept
    return {household for household, legal in kept.items() if legal == count}


def _point(
    rows: Sequence[Judged], common: set[str], measure: Measure, key: str, value: object
) -> tuple[float, float]:
    mine = [r for r in rows if getattr(r, key) == value and r.household_id in common]
    if not mine:
        return np.nan, np.nan
    te = float(np.mean([100.0 * row.tracking_error for row in mine]))
    return te, float(np.mean([row.bps(measure.cost_usd(row)) for row in mine]))


def _label(axis: Any, spots: Sequence[tuple[float, float, str, str]]) -> None:
    """Number the points where they stand and list the names beside the axes."""
    spots = sorted((spot for spot in spots if not np.isnan(spot[0])), key=lambda spot: -spot[1])
    for number, (x, y, _, color) in enumerate(spots, start=1):
        axis.annotate(
            str(number), (x, y), (4, 3), textcoords="offset points", fontsize=7, color=color
        )
    told = "\n".join(f"{n}  {name}" for n, (*_, name, _) in enumerate(spots, start=1))
    axis.text(
        1.07, 0.98, told, transform=axis.transAxes, va="top", fontsize=7, color=INK, clip_on=False
    )


def excess_figure(rows: Sequence[Judged], methods: Sequence[str]) -> Figure:
    """Objective above ours, household by household; points left of zero are where we lose."""
    ours = {row.household_id: row for row in rows if row.method == OURS and row.kept}
    figure, (axis,) = _figure(8.0, 0.42 * len(methods) + 1.2)
    for place, name in enumerate(reversed(methods)):
        excess = np.array(
            [
                row.objective_bps - ours[row.household_id].objective_bps
                for row in rows
                if row.method == name and row.kept and row.household_id in ours
            ]
        )
        spread = np.linspace(-0.25, 0.25, len(excess)) if len(excess) > 1 else np.zeros(len(excess))
        colors = np.where(excess < 0.0, WORSE_INK, OTHER_INK)
        axis.scatter(excess, place + spread, s=7, c=colors, alpha=0.7, linewidths=0)
        if len(excess):
            axis.plot([np.median(excess)] * 2, [place - 0.35, place + 0.35], color=INK, linewidth=2)
    axis.axvline(0.0, color=OURS_INK, linewidth=1)
    axis.set_xscale("symlog", linthresh=1.0)
    axis.set_yticks(range(len(methods)), list(reversed(methods)), fontsize=8)
    axis.set_xlabel(
        "objective above ours, bps (red: below ours; bar: median; linear within ±1)", fontsize=8
    )
    return figure


def terms_figure(rows: Sequence[Judged], methods: Sequence[str]) -> Figure:
    """Mean objective split by term, on the households that all shown methods answer legally."""
    mine = [row for row in rows if row.method in methods]
    common = _common(mine, len(methods))
    figure, (axis,) = _figure(8.0, 0.36 * len(methods) + 1.6)
    names = list(reversed(methods))
    for place, name in enumerate(names):
        of = [row for row in mine if row.method == name and row.household_id in common]
        left, right = 0.0, 0.0
        for term, color in TERMS.items():
            size = float(np.mean([row.bps((row.terms or {}).get(term, 0.0)) for row in of] or [0]))
            start = right if size >= 0.0 else left
            axis.barh(place, size, left=start, color=color, label=term if place == 0 else None)
            right, left = (right + size, left) if size >= 0.0 else (right, left + size)
        total = float(np.mean([row.objective_bps for row in of] or [0.0]))
        axis.plot(total, place, "|", color=INK, markersize=12, markeredgewidth=2)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.axvline(0.0, color=INK, linewidth=0.8)
    axis.set_xlabel(f"bps of value, mean of {len(common)} households (bar: their sum)", fontsize=8)
    axis.legend(fontsize=7, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return figure


def speed_figure(rows: Sequence[Judged], methods: Sequence[str]) -> Figure:
    """Households a second, logarithmic."""
    rates = {}
    for name in methods:
        seconds = [row.seconds for row in rows if row.method == name]
        if seconds:
            rates[name] = len(seconds) / sum(seconds)
    figure, (axis,) = _figure(8.0, 0.36 * len(rates) + 1.0)
    names = sorted(rates, key=lambda name: rates[name])
    colors = [OURS_INK if name == OURS else OTHER_INK for name in names]
    axis.barh(names, [rates[name] for name in names], color=colors)
    axis.set_xscale("log")
    axis.tick_params(labelsize=8)
    axis.set_xlabel("households a second, one process, same book and run", fontsize=8)
    return figure
