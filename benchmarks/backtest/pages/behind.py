"""Where a heuristic ended richer than the optimizer, and by what: losses told as plainly as wins.

A mean over twenty years can hide a decade, so every calendar year stands apart, and every measure
of wealth counts. The reasons are the parts of the accounts, not a story: what the markets gave
before tax, what was paid, what is still owed.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmarks.backtest.figures.compare import difference, yearly_figures, yearly_growth
from benchmarks.backtest.pages.tables import (
    MEASURES,
    TITLES,
    interval,
    lived_by_both,
    lived_with,
    markdown,
)

PAID = ("tax_dividends", "tax_gains", "tax_distributions", "cost")


def by_year(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """Return what `ours` earned over each other method in each calendar year, liquidated wealth."""
    growth = yearly_growth(table, "liquidated")
    rows = []
    for other in lived_with(table, ours, others):
        apart = 1e4 * (growth.loc[ours] - growth.loc[other]).dropna()
        mean = apart.groupby("year").mean()
        rows.append((other, mean))
    years = sorted({year for _, mean in rows for year in mean.index})
    heads = (f"{ours} over, bps", *(str(year) for year in years))
    return markdown(
        heads,
        (
            [other, *(f"{mean[year]:+.0f}" if year in mean.index else "" for year in years)]
            for other, mean in rows
        ),
    )


def ahead_of(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """Return a table of the methods that were richer than `ours` on average, and why; or a line."""
    rows = []
    for measure in MEASURES:
        growth = yearly_growth(table, measure)
        for other in lived_with(table, ours, others):
            found = difference(growth, ours, other)
            if found.mean >= 0:
                continue
            figures = yearly_figures(lived_by_both(table, ours, other)).to_dict("index")
            mine, its = figures[ours], figures[other]
            paid = sum(float(its[part] - mine[part]) for part in PAID)
            market = float(mine["active"] - its["active"])
            parts = (market, paid, found.mean - market - paid)
            rows.append(
                [
                    f"{other}, {TITLES[measure]}",
                    interval(found),
                    *(f"{each:+.1f}" for each in parts),
                    f"{mine['te']:.0f} / {its['te']:.0f}",
                ]
            )
    if not rows:
        return f"None was richer than *{ours}* on average, by any measure of wealth.\n"
    heads = (
        *(f"{ours} over", "all, bps/y", "of it return before tax"),
        *("taxes and costs paid", "tax not yet due, rest", "realized TE bps, ours / its"),
    )
    return markdown(heads, rows)
