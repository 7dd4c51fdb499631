"""The report's tables: frames in, Markdown out, every column with its unit in the heading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from benchmarks.backtest.figures.compare import (
    Difference,
    difference,
    yearly_figures,
    yearly_growth,
)
from benchmarks.backtest.methods.catalogue import MAIN, NIGHTS

MEASURES = ("after_tax", "liquidated", "step_up")
TITLES = {"after_tax": "after tax", "liquidated": "liquidated", "step_up": "step-up"}


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(heads) - 1)]
    lines = [heads, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def headline(table: pd.DataFrame, names: Sequence[str]) -> str:
    """Growth after tax a year by method, tracking error, taxes, trading."""
    figures = yearly_figures(table)
    growth = {m: yearly_growth(table, m).groupby("method").mean() * 100 for m in MEASURES}
    rows = []
    for name in names:
        f = figures.loc[name]
        rows.append(
            [
                name,
                *(f"{growth[m][name]:.2f}" for m in MEASURES),
                *(f"{f[c]:.0f}" for c in ("te", "active")),
                *(f"{f[c]:.1f}" for c in ("tax_dividends", "tax_gains", "tax_distributions")),
                f"{f['cost']:.2f}",
                *(f"{f[c]:.0f}" for c in ("turnover", "tickets")),
                *(f"{f[c]:.1f}" for c in ("rebalances", "drift", "cash")),
                f"{f['refused']:.2f}",
                f"{f['ms']:.0f}",
            ]
        )
    heads = (
        *("method", "after tax %/y", "liquidated %/y", "step-up %/y", "realized TE bps"),
        *("pre-tax return less target bps", "tax: dividends bps", "tax: gains bps"),
        *("tax: distributions bps", "cost bps", "turnover %/y", "tickets/y", "looks traded/y"),
        *("drift %", "cash %", "refused looks/y", "ms a look"),
    )
    return markdown(heads, rows)


def in_short(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """Return one paragraph: how many heuristics `ours` beats, by how much, and who beats it."""
    growth = yearly_growth(table, "liquidated")
    figures = yearly_figures(table)
    others = lived_with(table, ours, others)
    if not others:
        return f"**{ours}** lived no life that a heuristic lived too.\n"
    found = {other: difference(growth, ours, other) for other in others}
    order = sorted(found, key=lambda other: found[other].mean)
    richer = [other for other in order if found[other].mean > 0]
    surely = [other for other in order if found[other].low > 0]
    poorer = [other for other in order if found[other].mean <= 0]
    lost = [other for other in order if found[other].high < 0]
    closer = [other for other in others if figures["te"][other] >= figures["te"][ours]]
    middle = float(np.median([each.mean for each in found.values()]))
    text = (
        f"**{ours}** ends richer after tax and liquidation than {len(richer)} of {len(others)} "
        f"heuristics on average ({len(surely)} with the whole 90% interval above zero), by a "
        f"median of {middle:+.1f} bps a year, between {found[order[0]].mean:+.1f} over "
        f"*{order[0]}* and {found[order[-1]].mean:+.1f} over *{order[-1]}*; it tracked its target "
        f"more closely than {len(closer)} of them. "
    )
    if poorer:
        named = ", ".join(f"*{other}* ({found[other].mean:+.1f})" for other in poorer)
        text += f"Richer than it: {named}; {len(lost)} of them with the whole interval."
    return text + "\n"


def advantages(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """What `ours` earned over each other method, by measure, with intervals."""
    rows = []
    growths = [yearly_growth(table, measure) for measure in MEASURES]
    for other in lived_with(table, ours, others):
        found = [difference(growth, ours, other) for growth in growths]
        rows.append(
            [other, *(interval(each) for each in found), f"{100 * found[1].wins:.0f}"],
        )
    heads = (
        f"{ours} over",
        "after tax, bps/y",
        "liquidated, bps/y",
        "step-up, bps/y",
        "lives richer, liquidated %",
    )
    return markdown(heads, rows)


def sources(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """Where the difference in liquidated wealth comes from, bps a year.

    Return before tax, taxes paid by kind, cost; what is left is tax not yet due (on unrealized
    gains and deferred accounts) and compounding. The last column is the slope of the difference
    over years to the target's return: who leans away from risk loses there in good years.
    """
    growth = yearly_growth(table, "liquidated")
    parts = ("tax_dividends", "tax_gains", "tax_distributions", "cost")
    rows = []
    for other in lived_with(table, ours, others):
        figures = yearly_figures(lived_by_both(table, ours, other)).to_dict("index")
        whole = difference(growth, ours, other).mean
        market = float(figures[ours]["active"] - figures[other]["active"])
        paid = [float(figures[other][part] - figures[ours][part]) for part in parts]
        later = whole - market - sum(paid)
        lean = _slope(table, growth, ours, other)
        seen = (whole, market, whole - market, *paid, later, lean)
        rows.append([other, *(f"{each:+.1f}" for each in seen)])
    heads = (
        *(f"{ours} over", "all", "return before tax", "all but that", "of it tax on dividends"),
        *("tax on gains", "tax on distributions", "cost", "tax not yet due, rest"),
        "for each +10% of the target",
    )
    return markdown(heads, rows)


def _slope(table: pd.DataFrame, growth: pd.Series, ours: str, other: str) -> float:
    """Least-squares slope of the yearly difference, bps for each 10% that the target returned."""
    key = ["path", "household", "start", "year"]
    target = table[table["method"] == ours].set_index(key)["target_return"]
    apart = 1e4 * (growth.loc[ours] - growth.loc[other]).dropna()
    returned = target.reindex(apart.index).to_numpy(float)
    around = returned - returned.mean()
    spread = float(around @ around)
    return 0.1 * float(around @ apart.to_numpy(float)) / spread if spread else 0.0


def special_years(table: pd.DataFrame, years: Sequence[int], names: Sequence[str]) -> str:
    """Return what each method did in single years: trading, tracking error, losses, tax."""
    rows = []
    for year in years:
        some = table[table["year"] == year]
        if some.empty:
            continue
        figures = yearly_figures(some)
        for name in present(some, names):
            f = figures.loc[name]
            rows.append(
                [
                    f"{year} {name}",
                    *(f"{f[c]:.1f}" for c in ("rebalances", "tickets", "turnover")),
                    *(f"{f[c]:.0f}" for c in ("te", "active", "losses", "tax_gains")),
                    f"{f['tax_dividends']:.0f}",
                    f"{f['drift']:.1f}",
                ]
            )
    heads = (
        *("year and method", "looks traded", "tickets", "turnover %", "realized TE bps"),
        *("return less target bps", "losses taken bps", "tax: gains bps"),
        *("tax: dividends bps", "drift %"),
    )
    return markdown(heads, rows)


def variants(table: pd.DataFrame, names: Sequence[str], ours: str = MAIN) -> str:
    """Return what each variant costs or earns against `ours`."""
    figures = yearly_figures(table)
    growths = [yearly_growth(table, measure) for measure in ("liquidated", "step_up")]
    rows = []
    for name in lived_with(table, ours, names):
        f = figures.loc[name]
        found = [difference(growth, name, ours) for growth in growths]
        rows.append(
            [
                name,
                *(interval(each) for each in found),
                *(f"{f[c]:.0f}" for c in ("te", "active")),
                *(f"{f[c]:.1f}" for c in ("tax_dividends", "tax_gains", "losses")),
                *(f"{f[c]:.0f}" for c in ("turnover", "tickets", "disallowed")),
                f"{f['refused']:.2f}",
            ]
        )
    heads = (
        *(f"against {ours}", "liquidated, bps/y", "step-up, bps/y", "realized TE bps"),
        *("return less target bps", "tax: dividends bps", "tax: gains bps", "losses taken bps"),
        *("turnover %/y", "tickets/y", "disallowed $/y", "refused looks/y"),
    )
    return markdown(heads, rows)


def present(table: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Return those names that the table has, in their order."""
    known = set(table["method"])
    return [name for name in names if name in known]


def ours_in(table: pd.DataFrame) -> list[str]:
    """Return the ways in which the optimizer ran, the foremost first."""
    return present(table, (MAIN, NIGHTS))


def lived_with(table: pd.DataFrame, ours: str, others: Iterable[str]) -> list[str]:
    """Return those methods that lived at least one life that `ours` lived too."""
    key = ["household", "start"]
    lives = {name: set(map(tuple, some[key].to_numpy())) for name, some in table.groupby("method")}
    return [name for name in others if lives.get(name, set()) & lives.get(ours, set())]


def lived_by_both(table: pd.DataFrame, ours: str, other: str) -> pd.DataFrame:
    """Return the rows of two methods in the lives that both lived to their end."""
    key = ["household", "start"]
    two = table[table["method"].isin((ours, other))]
    return two[two.groupby(key)["method"].transform("nunique") == len({ours, other})]


def by_method_and_year(table: pd.DataFrame) -> pd.DataFrame:
    """Return the means of `yearly_figures` by method and calendar year: small enough to keep."""
    every = {
        year: yearly_figures(some).assign(
            lives=some.groupby("method", sort=False).size(),
            **{m: 1e4 * yearly_growth(some, m).groupby("method").mean() for m in MEASURES},
        )
        for year, some in table.groupby("year")
    }
    found: pd.DataFrame = pd.concat(every, names=["year"]).reset_index()
    return found.sort_values(["method", "year"])


def interval(found: Difference) -> str:
    """Return the mean with its interval."""
    return f"{found.mean:+.1f} [{found.low:+.1f}, {found.high:+.1f}]"
