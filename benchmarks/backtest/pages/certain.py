"""The headline of a run: certainty equivalents, money alone, and the lean to equity beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.backtest.figures.certainty import AVERSION, yearly_certainty, yearly_money
from benchmarks.backtest.figures.compare import Difference, difference, yearly_figures
from benchmarks.backtest.pages.tables import interval, lived_with, markdown, present

MEASURES = ("liquidated", "step_up")
BPS = 1e4


def in_short(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """Return one paragraph: whom `ours` is ahead of, certain and in money, and whom not."""
    others = lived_with(table, ours, others)
    if not others:
        return f"**{ours}** lived no life that a heuristic lived too.\n"
    certain = _over(yearly_certainty(table, "liquidated"), ours, others)
    money = _over(yearly_money(table, "liquidated"), ours, others)
    order = sorted(others, key=lambda other: certain[other].mean)
    first, last = order[0], order[-1]
    middle = float(np.median([found.mean for found in certain.values()]))
    text = (
        f"**{ours}** is ahead of {_count(certain)} of {len(others)} heuristics in certainty "
        f"equivalent, liquidated (of {_surely(certain)} with the whole 90% interval), by a median "
        f"of {middle:+.1f} bps a year, between {interval(certain[first])} over *{first}* and "
        f"{interval(certain[last])} over *{last}*; in money alone of {_count(money)} "
        f"(of {_surely(money)} with the whole interval)."
    )
    behind = [other for other in others if certain[other].mean <= 0 or money[other].mean <= 0]
    if behind:
        named = (
            f"*{other}* ({certain[other].mean:+.1f}, money {money[other].mean:+.1f})"
            for other in behind
        )
        text += f" Not behind it in one or the other: {', '.join(named)}."
    return text + "\n"


def headline(table: pd.DataFrame, names: Sequence[str]) -> str:
    """Certainty equivalent and money a year by method, risk, lean to equity, taxes, trading."""
    figures = yearly_figures(table)
    kinds = [yearly_certainty(table, m) for m in MEASURES]
    kinds += [yearly_money(table, m) for m in MEASURES]
    means = [BPS * kind.groupby("method").mean() for kind in kinds]
    rows = []
    for name in present(table, names):
        f = figures.loc[name]
        rows.append(
            [
                name,
                *(f"{mean[name]:.1f}" for mean in means),
                *(f"{f[c]:.0f}" for c in ("te", "tilt", "tilt_after_tax")),
                *(f"{f[c]:.1f}" for c in ("active", "tax_dividends", "tax_gains")),
                f"{f['cost']:.2f}",
                *(f"{f[c]:.1f}" for c in ("tickets", "rebalances", "cash")),
                f"{f['refused']:.2f}",
            ]
        )
    heads = (
        *("bps a year", "certain, liquidated", "certain, step-up"),
        *("money, liquidated", "money, step-up", "realized TE"),
        *("equity over target", "the same after tax", "before tax, over target"),
        *("tax: dividends", "tax: gains", "cost", "tickets/y", "times traded/y", "cash %"),
        "refused/y",
    )
    return markdown(heads, rows)


def ahead(table: pd.DataFrame, ours: str, others: Sequence[str]) -> str:
    """What `ours` is ahead by, paired, with intervals, and in how many lives."""
    kinds = [yearly_certainty(table, m) for m in MEASURES]
    kinds += [yearly_money(table, m) for m in MEASURES]
    rows = []
    for other in lived_with(table, ours, others):
        found = [difference(kind, ours, other) for kind in kinds]
        rows.append([other, *map(interval, found), f"{100 * found[0].wins:.0f}"])
    heads = (
        *(f"{ours} over, bps a year", "certain, liquidated", "certain, step-up"),
        *("money, liquidated", "money, step-up", "lives ahead, certain, liquidated %"),
    )
    return markdown(heads, rows)


def explained() -> str:
    """Return what the columns mean."""
    return (
        "Certain is W_end/W_begin − 1 less γ/2·TE² (γ "
        f"{AVERSION:g} for every method, TE² the realized variance about the target), money the "
        "first part alone; both are means over lives and years, of simple growth, with what "
        "households save or spend in it. Equity over target is the lean of the whole household, "
        "after tax with deferred accounts counted less the tax they owe.\n"
    )


def _over(values: pd.Series, ours: str, others: Sequence[str]) -> dict[str, Difference]:
    return {other: difference(values, ours, other) for other in others}


def _count(found: dict[str, Difference]) -> int:
    return sum(each.mean > 0 for each in found.values())


def _surely(found: dict[str, Difference]) -> int:
    return sum(each.low > 0 for each in found.values())
