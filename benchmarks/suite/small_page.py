"""The page that sums up every benchmark: setting and limitations first, losses as plain as wins.

It holds nothing that the reports of the parts do not; it chooses columns. What a part could not
measure is said where its figures would stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import singledispatch
from pathlib import Path
from typing import Final

import pandas as pd

from benchmarks.backtest.methods import catalogue as methods
from benchmarks.backtest.pages import behind, certain, tables
from benchmarks.heuristics import HEURISTICS, NAIVE
from benchmarks.suite.compare import summary
from benchmarks.suite.compare.dominance import MEASURES
from benchmarks.suite.compare.run import Comparison
from benchmarks.suite.measure import Report, markdown_table, setting

LIMITATIONS: Final = (
    "Small samples: margins of a few households, to see that every part runs and what its figures "
    "look like. The full commands are at the end.",
    "Times are of one process on a machine that may do other work. Compare methods of one table "
    "with each other, not tables of two days or machines.",
    "Nights are judged by the objective that the optimizer minimises and heuristics do not know; "
    "dominance and lives measure in dollars of tax and wealth instead.",
    "Heuristics are our reading of practice, on one legal ground that most practice does not have. "
    "Naive cvxpy has none: it breaks rules, and its time is that of half the work.",
    "Tax on income is counted from what the target bears where it is placed best, so that it leans "
    "to no class; that waiting and the usual year's rates do no harm is for lives to say.",
    "The synthetic market is invented after published figures; households are invented everywhere.",
)

HEADLINE: Final = (
    *("method", "feasible", "above ours, mean", "above ours, median", "ahead of ours", "TE %"),
    *("tax bps", "cost bps", "drag bps/yr", "cash %", "tickets", "washed"),
)
DOMINANCE: Final = (
    *("method", "households", "dominated", "matched", "unmatched"),
    *("saved at equal TE, median bps", "$ per $1m", "TE saved at equal cost, median bps"),
)


ROWS = (
    "the rows behind the tables (`NAME.csv`), pages as HTML and other forms of the pictures are "
    "made by the same commands and not kept here"
)
"""Where single measurements are."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """What named scenarios expect: (case, sentence, whether it holds)."""

    told: tuple[tuple[str, str, bool], ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """Sentences that do not hold."""
        return tuple(f"{case}: {text}" for case, text, holds in self.told if not holds)


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark: its name, what it found, how long it took, and why it broke, if it did."""

    name: str
    found: object
    seconds: float
    broke: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that was run, and the commands (with their purpose) that run it in full."""

    parts: tuple[Part, ...]
    full: Sequence[tuple[str, str]]

    def write(self, folder: Path) -> None:
        """Write README.md."""
        folder.mkdir(parents=True, exist_ok=True)
        text = "\n".join(self.lines(folder)) + "\n"
        (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")

    def lines(self, folder: Path) -> Iterator[str]:
        """The page, line by line."""
        yield from ("# Benchmarks in small", "", "    python -m benchmarks.small", "")
        yield from (f"- {line}" for line in setting())
        yield f"- measured on {date.today()}"
        spent = ", ".join(f"{part.name} {part.seconds:.0f}" for part in self.parts)
        yield f"- seconds: {sum(part.seconds for part in self.parts):.0f} in all ({spent})"
        yield from ("", "## Limitations", "", *(f"- {line}" for line in LIMITATIONS))
        yield from self._headline()
        for part in self.parts:
            yield from ("", f"## {part.name[0].upper()}{part.name[1:]}", "")
            yield from [f"**Broke off: {part.broke}**"] if part.broke else told(part.found)
        yield from ("", "## In full", "")
        yield from (f"- `{command}`: {what}" for command, what in self.full)
        kept = sorted(folder.glob("backtest/*/README.md"))
        links = [p.relative_to(folder).as_posix() for p in kept if p.parent.name != "small"]
        yield f"- {ROWS}"
        if links:
            kinds = ", ".join(f"[{link.split('/')[1]}]({link})" for link in links)
            yield f"- lives that were run in full: {kinds}"

    def _headline(self) -> Iterator[str]:
        """Every method on every book of one run: legality, objective and speed side by side."""
        compared = [part.found for part in self.parts if isinstance(part.found, Comparison)]
        if not compared:
            return
        yield from ("", "## Headline", "")
        yield (
            "'Above ours': objective in bps of value, mean over households where both keep every "
            "rule; positive, ours is better. 'Ahead': households where the method is better by "
            f"more than {summary.AHEAD_BPS} bps. Households a second are of the same books in the "
            "same run."
        )
        yield ""
        yield from markdown_table([_across(name, compared) for name in compared[0].methods])


def _across(name: str, compared: Sequence[Comparison]) -> dict[str, object]:
    """One line of the headline."""
    lines = {
        found.book: line
        for found in compared
        for line in summary.headline(found.rows, (name,))
        if line
    }
    speeds = {found.book: summary.speed(found.rows, (name,)) for found in compared}
    shares = [str(line["feasible"]).split("/") for line in lines.values()]
    ahead = [str(line["ahead of ours"]).split("/") for line in lines.values()]
    return {
        "method": name,
        "feasible": _added(shares),
        **{f"above ours, {book}": line["above ours, mean"] for book, line in lines.items()},
        "ahead": _added(ahead),
        "washed": sum(int(str(line["washed"])) for line in lines.values()),
        **{f"{book}/s": found[0]["households/s"] for book, found in speeds.items() if found},
    }


def _added(shares: Sequence[Sequence[str]]) -> str:
    """Add fractions written as n/of without reducing them."""
    return "/".join(str(sum(int(each[k]) for each in shares)) for k in (0, 1))


@singledispatch
def told(found: object) -> Iterator[str]:
    """Return the lines that a part gets on the page."""
    raise TypeError(f"no lines for {type(found).__name__}")


@told.register
def _(found: Report) -> Iterator[str]:
    yield f"`{found.command}`"
    yield ""
    yield from found.body


@told.register
def _(found: Sentences) -> Iterator[str]:
    cases = len({case for case, _, _ in found.told})
    holding = sum(holds for _, _, holds in found.told)
    yield f"{cases} named situations, {holding} of {len(found.told)} sentences hold."
    yield from (f"- does not hold: {line}" for line in found.failing)


@told.register
def _(found: Comparison) -> Iterator[str]:
    speeds = {
        row["method"]: row["households/s"] for row in summary.speed(found.rows, found.methods)
    }
    yield f"{len(found.households)} households, bps of value; [all](compare-{found.book}.md)."
    yield ""
    yield from markdown_table(
        [
            {
                **{column: line[column] for column in HEADLINE},
                "households/s": speeds.get(line["method"], ""),
            }
            for line in summary.headline(found.rows, found.methods)
        ]
    )
    values = {row.household_id: row.value_usd for row in found.rows if row.value_usd}
    for measure in MEASURES[:2]:
        mine = [each for each in found.against if each.measure == measure.name]
        rows = summary.dominance(mine, values, [*HEURISTICS, *NAIVE])
        if rows:
            yield from ("", f"Against our whole frontier, cost as {measure.title}:", "")
            yield from markdown_table([{c: row[c] for c in DOMINANCE} for row in rows])
    yield from ("", "Where another legal answer is ahead of ours:", "")
    ahead = summary.where_ahead(found.rows, found.methods, most=6)
    yield from markdown_table(ahead) if ahead else ["nowhere"]


@told.register
def _(found: pd.DataFrame) -> Iterator[str]:
    heuristics = tables.present(found, methods.heuristics())
    ours = tables.ours_in(found)
    lives = found.groupby(["household", "start"]).ngroups
    years = f"{found['year'].min()} to {found['year'].max()}"
    yield f"{lives} lives, {years}; [all tables and plots](backtest/small/README.md)."
    parts = [certain.headline(found, [*ours, *heuristics])]
    for each in ours[:1]:
        parts += [certain.ahead(found, each, heuristics)]
        parts += ["Where a heuristic was ahead, and by what:"]
        parts += [behind.ahead_of(found, each, heuristics)]
    for part in parts:
        yield from ("", part.rstrip())
