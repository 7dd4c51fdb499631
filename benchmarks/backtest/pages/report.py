"""The report of a run: the setting, what it cannot say, then figures. Written from the table alone.

Nothing is simulated here, so a report can be made again from its CSV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.backtest.experiment.outcome import Unlived
from benchmarks.backtest.methods import catalogue as methods
from benchmarks.backtest.pages import behind, certain, tables
from benchmarks.suite.measure.setting import setting

LIMITATIONS = (
    "The newest law known ({law}) is applied to every year, in the dollars of one year: brackets "
    "stand still, and required distributions are waived in no year.",
    "Money moves on the last trading day of each period; every order fills at a close, at the "
    "half-spread of today. Nothing that trades moves a price.",
    "Dividends count on their ex-date, split by kind per class ({split}); the 61-day holding test, "
    "the foreign tax credit and the deduction for property funds are left out, expense ratios are "
    "in the prices.",
    "Tax above that on wages is paid from the taxable account at the first look from March on; "
    "required distributions leave at the last look of the year. A plan that breaks a rule does not "
    "leave (refused looks); ablations marked blind may.",
    "Liquidated wealth taxes unrealized gains and deferred accounts at the marginal rates of the "
    "household's usual year, not as one lump; a loss left over is worth one year's offset.",
    "Growth includes what households save or spend, the same under every method; only differences "
    "between methods mean something.",
    "Households are invented, begin with the target in every account, and move no money between "
    "targets over their lives. The funds are those that lived.",
)
ON_PRICES = (
    "Intervals are 90%, from a circular block bootstrap over calendar years (blocks of 3) with "
    "households redrawn in each: few years make wide ones, and one past is one past. Who leaned to "
    "the class that rose looks skilled: see equity over target.",
)
ON_PATHS = (
    "Paths are 60-day blocks of real daily returns, each fund's mean replaced by its class's "
    "in this world; every household lives on a path and on its mirror. Dividends are stated by "
    "class, and risk is estimated from the path's own past.",
    "Closing prices turn back a little overnight, so a target put back to its weights every day "
    "earns 13 to 29 bps a year more before tax than whoever trades by quarters: *before tax, over "
    "target* is negative for all, and only its differences mean something.",
    "Intervals are 90%, from a bootstrap over paths, each with its mirror.",
)
SPLIT = "US shares 95% qualified, developed 70%, emerging 40%, the rest ordinary, municipals exempt"
SPECIAL_YEARS = (2008, 2020, 2022)


@dataclass(frozen=True, slots=True)
class Run:
    """What a table does not say of its run.

    `title` names the market, `command` makes it again, `law` is the year of the law applied,
    `looks` are those of a year on which money moves, and `unlived` the lives that broke off.
    """

    title: str
    command: str
    law: int
    looks: int
    unlived: Sequence[Unlived] = ()


def report(table: pd.DataFrame, made: Run, plots: list[str]) -> str:
    """Return the report as Markdown, from the tidy table; `plots` are files beside it."""
    heuristics = tables.present(table, methods.heuristics())
    ours = tables.ours_in(table)
    parts = [f"# Back-test: {made.title}\n", _setting(table, made), "## Limitations\n"]
    drawn = table["path"].nunique() > 1
    limits = (*LIMITATIONS, *(ON_PATHS if drawn else ON_PRICES))
    parts += [f"* {line.format(law=made.law, split=SPLIT)}" for line in limits]
    if made.unlived:
        parts += ["", "Lives that broke off, left out of every figure of their method:\n"]
        parts += [f"* {line}" for line in broken_off(made.unlived)]
    if heuristics and ours:
        parts += ["", "## In short\n", *(certain.in_short(table, o, heuristics) for o in ours)]
    parts += ["", "## Certainty equivalent and money, by method\n", certain.explained()]
    parts += [certain.headline(table, [*ours, *heuristics])]
    if heuristics and ours:
        parts += ["## What household-level optimisation is ahead by\n"]
        parts += [
            certain.ahead(table, each, [o for o in ours if o != each] + heuristics) for each in ours
        ]
    parts += ["", "## Growth, tracking, tax and trading, by method\n"]
    parts += ["Means over household-years; bps are of the household's value.\n"]
    parts += [tables.headline(table, [*ours[::-1], *heuristics])]
    if heuristics:
        parts += ["## Log growth over each heuristic\n"]
        parts += [tables.advantages(table, each, heuristics) for each in ours]
        parts += ["## Where a heuristic was ahead, and by what\n"]
        parts += [behind.ahead_of(table, each, heuristics) for each in ours]
        if not drawn:
            parts += ["## Year by year, liquidated wealth\n"]
            parts += [behind.by_year(table, each, heuristics) for each in ours[:1]]
        parts += ["## Where it came from, bps a year\n"]
        parts += [tables.sources(table, each, heuristics) for each in ours]
    changed = tables.present(table, methods.ablations())
    if changed and methods.MAIN in ours:
        parts += ["## Skills taken away, one at a time\n", tables.variants(table, changed)]
    years = [year for year in SPECIAL_YEARS if (table["year"] == year).any()]
    if years and not drawn and _is_real(made.title):
        parts += [f"## {', '.join(map(str, years))}\n"]
        parts += [tables.special_years(table, years, [*ours[::-1], *heuristics])]
    varied = tables.present(table, methods.sensitivities())
    if varied and methods.MAIN in ours:
        parts += [
            "## Sensitivity: γ, weight and reference of tax on income, horizon, κ, least trade\n"
        ]
        parts += [tables.variants(table, varied)]
    parts += ["## Plots\n", *(f"![{Path(name).stem}]({name})\n" for name in plots)]
    return "\n".join(parts) + "\n"


def broken_off(unlived: Sequence[Unlived]) -> list[str]:
    """Return a line a method and reason: how many lives broke off, and the first of them."""
    found: dict[tuple[str, str], list[Unlived]] = {}
    for life in unlived:
        found.setdefault((life.method, life.reason), []).append(life)
    return [
        f"{method}: {len(lives)}, first {lives[0].household} from {lives[0].start}: {reason}"
        for (method, reason), lives in found.items()
    ]


def _setting(table: pd.DataFrame, made: Run) -> str:
    lives = table.groupby(["household", "start"]).ngroups
    years = f"{table['year'].min()} to {table['year'].max()}"
    starts = ", ".join(f"{start + 1}" for start in sorted(table["start"].unique()))
    lines = (
        *setting(),
        f"command: `{made.command}`",
        f"{lives} lives on {table['path'].nunique()} paths, beginning in {starts}, years {years}, "
        f"{made.looks} looks a year, {table['method'].nunique()} methods, law of {made.law}",
    )
    return "\n".join(f"* {line}" for line in lines) + "\n"


def _is_real(title: str) -> bool:
    return not title.startswith("synthetic")
