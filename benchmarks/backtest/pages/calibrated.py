"""The page of a calibration: what a night promised, what arrived, and the slope between them."""

from __future__ import annotations

from itertools import product
from typing import Final

import pandas as pd

from benchmarks.backtest.figures.calibration import Sure, slope
from benchmarks.backtest.methods.catalogue import AFTERWARDS
from benchmarks.backtest.pages.report import LIMITATIONS, ON_PATHS, ON_PRICES, SPLIT, Run
from benchmarks.backtest.pages.tables import markdown
from benchmarks.suite.measure.setting import setting

INTRODUCTION = (
    "One household lives twice on one path: with the plan of its first night and without it, both "
    f"under *{AFTERWARDS}* from then on, neither saving nor spending, as J supposes. Promised is "
    "what the plan takes off J without its tracking term, over A_H: bps of value a year. Arrived "
    "is what, put into the target at the end of each year, makes wealth more by as much as it is "
    "after so many years: *liquidated*, where all gains are taxed at the end, and *at step-up*, "
    "where heirs take taxable lots over at a new basis. An honest objective has slope 1. "
    "Intervals are 90%.\n"
)

MEASURES: Final = (("liquidated", "arrived_a_year"), ("at step-up", "left_a_year"))
"""What wealth is called, and the column of what arrived of it."""

GROWTH: Final = (
    "J promises no tax on what taxable accounts will grow by: what a plan moves there pays less "
    "tax a year and more when it is sold out, and nothing if it never is. So what location "
    "promises arrives less liquidated than at step-up. Losses carried on are promised at what "
    "later gains make of them; the yearly offset against pay comes on top."
)


def page(table: pd.DataFrame, made: Run) -> str:
    """Return the report as Markdown, from the table of nights."""
    limits = (*LIMITATIONS, *(ON_PATHS if table["path"].nunique() > 1 else ON_PRICES))
    parts = [f"# Calibration: {made.title}\n"]
    first = table[table["years"] == table["years"].min()]
    lines = (
        *setting(),
        f"command: `{made.command}`",
        f"{len(first)} nights on {table['path'].nunique()} paths, law of {made.law}",
    )
    parts += [
        *(f"* {line}" for line in lines),
        "\n## Limitations\n",
        *(f"* {line.format(law=made.law, split=SPLIT)}" for line in (GROWTH, *limits)),
        "\n## Promised and arrived\n",
        INTRODUCTION,
        slopes(table),
        f"Of the nights {(first['orders'] > 0).mean():.0%} traded; promised as present value "
        f"{first['promised'].mean():+.1f} bps of money and {first['risk'].mean():+.1f} of risk.",
    ]
    return "\n".join(parts) + "\n"


def slopes(table: pd.DataFrame) -> str:
    """Return a row for each number of years: means, and the slope with its interval."""
    rows = []
    for (years, some), (measure, column) in product(table.groupby("years"), MEASURES):
        found = slope(some, arrived_by=column)
        rows.append(
            [
                f"{years}, {measure}",
                f"{found.nights}",
                f"{found.promised:+.1f}",
                _interval(found.arrived, ".1f"),
                _interval(found.through_origin, ".2f"),
                _interval(found.with_intercept, ".2f"),
                _interval(found.intercept, ".1f"),
            ]
        )
    heads = (
        *("after years", "nights", "promised, bps/y", "arrived, bps/y"),
        *("slope through the origin", "slope with intercept", "intercept, bps/y"),
    )
    return markdown(heads, rows)


def _interval(found: Sure, shape: str) -> str:
    mean, low, high = (f"{each:+{shape}}" for each in found)
    return f"{mean} [{low}, {high}]"
