"""The page of `hearth run`: who has no plan and why, what the night came to, and its verdict."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.book.faults import BETWEEN_FAULTS
from models.plan import Status
from nightly.run.fail_on import of_the_night
from workbench.wording import counted

if TYPE_CHECKING:
    from nightly.run.tally import Summary
    from nightly.workers.messages import Tick

FAULTS_SHOWN: Final = 3
"""Faults of a household that the summary of a run shows."""

TROUBLES_SHOWN: Final = 20
"""Households without a plan that the summary of a run shows."""

NOTES_SHOWN: Final = 10
"""Notes on a book that the summary of a run shows."""

PRESSING: Final = (Status.FAILED, Status.REFUSED, Status.INFEASIBLE, Status.INVALID)
"""Answers that the summary explains, the most pressing first: a single failure must not hide
behind a thousand faulty rows."""

STYLE_OF: Final[Mapping[str, str]] = {
    Status.PLANNED: "green",
    Status.NO_ACTION: "green",
    Status.DEFERRED: "yellow",
    Status.INFEASIBLE: "yellow",
    Status.INVALID: "yellow",
    Status.REFUSED: "red",
    Status.FAILED: "red",
}
"""Colour of each status."""


@dataclass(slots=True)
class Troubles:
    """Households without a plan, the most pressing of `most` kept; the run's tables have all."""

    most: int = TROUBLES_SHOWN
    kept: list[Tick] = field(default_factory=list)

    def add(self, tick: Tick) -> None:
        """Keep an answer if it is a trouble, and more pressing than one that is kept."""
        if tick.status in PRESSING:
            insort(self.kept, tick, key=lambda t: (PRESSING.index(t.status), t.household_id))
            del self.kept[self.most :]


def print_summary(console: Console, summary: Summary, folder: str, troubles: Troubles) -> None:
    """Print the summary of a night, and why each household of `troubles` has no plan."""
    _print_troubles(console, summary, folder, troubles.kept)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for status, count in summary.counts.items():
        table.add_row(str(count), Text(status, STYLE_OF[status]))
    console.print(table)
    rate = summary.households_per_second
    if summary.households and not summary.answered_now:
        console.print("every household was answered before")
    console.print(
        f"{counted(summary.answered_now, 'household')} in {summary.seconds:.1f} s, "
        f"{rate:.1f} a second"
        + (f" (of {summary.households})" if summary.answered_now != summary.households else "")
        + (f"; solved by {_listed(summary.solvers)}" if summary.solvers else ""),
        soft_wrap=True,
    )
    console.print(f"solver fallbacks: {summary.fallbacks}")
    if summary.standing:
        who = counted(summary.standing, "household")
        console.print(f"{who} not solved again: an earlier answer that nothing pays stands")
    if summary.slowest:
        slow = ", ".join(f"{name} {took:.2f} s" for name, took in summary.slowest)
        console.print(f"slowest: {slow}")
    console.print(f"tables, manifest and log in {folder}", soft_wrap=True)
    if summary.waiting:
        plans = "1 plan waits" if summary.waiting == 1 else f"{summary.waiting} plans wait"
        console.print(f"{plans} for a person: hearth pending {folder}", soft_wrap=True)


def _print_troubles(console: Console, summary: Summary, folder: str, shown: Sequence[Tick]) -> None:
    for tick in shown:
        console.print(Text(f"{tick.status:>10}", STYLE_OF[tick.status]), end="")
        console.print(f"  {tick.household_id}  {_shortened(tick.reason)}", soft_wrap=True)
    rest = sum(summary.counts.get(status, 0) for status in PRESSING) - len(shown)
    if rest > 0:
        who = f"and {rest} more" if shown else f"{counted(rest, 'household')} without a plan"
        console.print(f"{who}: hearth alerts {folder}", soft_wrap=True)


def print_notes(console: Console, notes: Sequence[str]) -> None:
    """Print what is odd about a book and faulty for nobody, as `hearth check` does."""
    for note in notes[:NOTES_SHOWN]:
        console.print(f"note: {note}", soft_wrap=True)
    if len(notes) > NOTES_SHOWN:
        console.print(f"{counted(len(notes) - NOTES_SHOWN, 'more note')}: hearth check tells them")


def print_found(console: Console, found: Mapping[str, str], against: Mapping[str, str]) -> None:
    """Print what a night has of kinds that are no status, and as the last line its verdict."""
    for said in of_the_night(found).values():
        console.print(said, soft_wrap=True)
    if against:
        why = "; ".join(against.values())
        console.print(Text("not a sound night", "red"), f"(exit code 1): {why}", soft_wrap=True)


def _shortened(reason: str) -> str:
    """Return the first few of many faults; the tables and `hearth check` have them all."""
    faults = reason.split(BETWEEN_FAULTS)
    rest = len(faults) - FAULTS_SHOWN
    shown = BETWEEN_FAULTS.join(faults[:FAULTS_SHOWN])
    return f"{shown}{BETWEEN_FAULTS}and {counted(rest, 'fault')} more" if rest > 0 else reason


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items())
