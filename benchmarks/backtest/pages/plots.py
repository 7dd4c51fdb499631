"""The plots of a run, each as PNG and SVG, drawn from the tidy table alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.backtest.figures.certainty import AVERSION
from benchmarks.backtest.figures.compare import (
    Difference,
    difference,
    yearly_figures,
    yearly_growth,
)
from benchmarks.backtest.methods import catalogue as methods
from benchmarks.backtest.pages import tables

OURS = "tab:red"
MARKS = {methods.MAIN: "*", methods.NIGHTS: "D"}
OTHER_MARKS = "osv^P<X>hpdH"


def draw(table: pd.DataFrame, folder: Path) -> list[str]:
    """Draw every plot that the table has figures for; return the names of the PNG files."""
    figures = {"frontier": _frontier(table), "drift": _drift(table)}
    ours, heuristics = tables.ours_in(table), tables.present(table, methods.heuristics())
    if ours and heuristics:
        figures["advantage"] = _advantage(table, ours[0], heuristics)
    if methods.MAIN in ours and tables.present(table, methods.sensitivities()):
        figures["sensitivity"] = _sensitivity(table)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=130)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    return [f"{name}.png" for name in figures]


def _frontier(table: pd.DataFrame) -> Figure:
    """Growth of liquidated wealth against realized tracking error; our curve over γ.

    Standing still lies so far off that it would press all others into a corner: it is left to the
    tables.
    """
    figures = yearly_figures(table)
    growth = yearly_growth(table, "liquidated").groupby("method").mean() * 100
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    varied = {value: f"γ {value:g}" for value in methods.AVERSIONS} | {AVERSION: methods.MAIN}
    curve = tables.present(table, (varied[value] for value in sorted(varied)))
    if len(curve) > 1:
        label = f"{methods.MAIN}, γ {min(varied):g} to {max(varied):g}"
        axes.plot(figures["te"][curve], growth[curve], ".-", color=OURS, label=label)
    for name in tables.ours_in(table):
        axes.plot(figures["te"][name], growth[name], MARKS[name], color=OURS, label=name)
    others = [n for n in tables.present(table, methods.heuristics()) if n != methods.STILL]
    for k, name in enumerate(others):
        mark = OTHER_MARKS[k % len(OTHER_MARKS)]
        axes.plot(figures["te"][name], growth[name], mark, color=f"C{k % 10}", label=name)
    axes.set_xlabel("realized tracking error, bps a year")
    axes.set_ylabel("growth after tax and liquidation, % a year")
    if axes.get_legend_handles_labels()[1]:
        figure.legend(loc="outside right upper", fontsize=8)
    return figure


def _advantage(table: pd.DataFrame, ours: str, others: list[str]) -> Figure:
    """What ours earned over each heuristic, with 90% intervals."""
    growth = yearly_growth(table, "liquidated")
    found = [difference(growth, ours, other) for other in others]
    mean = np.array([each.mean for each in found])
    reach = np.array([[each.mean - each.low, each.high - each.mean] for each in found]).T
    figure = Figure(figsize=(8, 0.4 * len(others) + 1.5), layout="constrained")
    axes = figure.subplots()
    axes.barh(others, mean, xerr=np.maximum(reach, 0.0), color=OURS, alpha=0.7, capsize=3)
    axes.axvline(0.0, color="black", linewidth=0.8)
    axes.invert_yaxis()
    axes.set_xlabel(f"{ours} over it, liquidated wealth, bps a year")
    return figure


def _drift(table: pd.DataFrame) -> Figure:
    """Drift and tracking error of each calendar year."""
    names = [*tables.ours_in(table), *tables.present(table, methods.heuristics())]
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    columns = (("drift", 100.0, "drift before looks, %"), ("te_realized", 1e4, "realized TE, bps"))
    for axes, (column, scale, label) in zip((left, right), columns, strict=True):
        for name in names:
            by_year = table[table["method"] == name].groupby("year")[column].mean() * scale
            width = 2.2 if name in MARKS else 0.9
            axes.plot(by_year.index.to_numpy(), by_year.to_numpy(), linewidth=width, label=name)
        axes.set_ylabel(label)
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _sensitivity(table: pd.DataFrame) -> Figure:
    """Growth against `hearth` when one setting changes."""
    growth = yearly_growth(table, "liquidated")
    own = {
        "γ": AVERSION,
        "w": 1.0,
        "H": 5.0,
        "min": 100.0,
    }
    families = (
        ("γ", "γ", "γ ", methods.AVERSIONS),
        ("w", "weight of tax on income", "w_drag ", methods.DRAG_WEIGHTS),
        ("H", "horizon, years", "H ", methods.HORIZONS),
        ("κ", "κ (left out: δ·τ_f)", "κ ", methods.CARRY_VALUES),
        ("min", "minimum trade, $", "min $", methods.LEAST_TRADES),
    )
    figure = Figure(figsize=(13, 3.6), layout="constrained")
    for axes, (key, label, prefix, every) in zip(
        figure.subplots(1, len(families), sharey=True), families, strict=True
    ):
        values = [value for value in every if tables.present(table, [f"{prefix}{value:g}"])]
        found = {v: difference(growth, f"{prefix}{v:g}", methods.MAIN) for v in values}
        if key in own:
            found[own[key]] = Difference(0.0, 0.0, 0.0, 0.0, 0)
        ordered = [found[value] for value in sorted(found)]
        ticks = [f"{value:g}" for value in sorted(found)]
        low, high = np.array([e.low for e in ordered]), np.array([e.high for e in ordered])
        axes.fill_between(ticks, low, high, color=OURS, alpha=0.2)
        axes.plot(ticks, [each.mean for each in ordered], "o-", color=OURS)
        axes.axhline(0.0, color="black", linewidth=0.8)
        axes.set_xlabel(label)
    figure.supylabel("liquidated, bps a year against hearth")
    return figure
