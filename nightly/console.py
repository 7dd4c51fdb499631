"""What the command line says: progress, summaries and faults, for people and for machines.

On a terminal progress is a bar; elsewhere it is a plain line each tenth of the way, so that a log
file stays readable. What a machine reads is one JSON document on standard output and nothing else;
progress goes to standard error always.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from models.book.book import Book
from models.plan import Plan, Status
from nightly.audit import Difference
from nightly.night import Summary

SCREEN_COLUMNS: Final = 100
"""Width of a page when standard output is not a terminal (characters)."""

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


def page() -> Console:
    """Return standard output as a page: as wide as the terminal, else `SCREEN_COLUMNS`."""
    return Console(width=None if sys.stdout.isatty() else SCREEN_COLUMNS, highlight=False)


def say_json(content: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def progress(households: int) -> Iterator[Callable[[Plan], None]]:
    """Yield what is to be called with each plan."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _lines(households)
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("households", total=households)
        yield lambda plan: bar.advance(task)


def _lines(households: int) -> Callable[[Plan], None]:
    done = 0
    step = max(1, -(-households // 10))

    def on_plan(plan: Plan) -> None:
        nonlocal done
        done += 1
        if done % step == 0 and done < households:
            print(f"{done} of {households} households", file=sys.stderr, flush=True)

    return on_plan


def summary_facts(summary: Summary, run_id: str, folder: str) -> dict[str, Any]:
    """Return the summary of a night as data."""
    return {
        "run_id": run_id,
        "folder": folder,
        "households": summary.households,
        "counts": dict(summary.counts),
        "solvers": dict(summary.solvers),
        "seconds": round(summary.seconds, 3),
        "households_per_second": round(summary.households_per_second, 3),
        "slowest": [
            {"household_id": household_id, "seconds": round(seconds, 6)}
            for household_id, seconds in summary.slowest
        ],
    }


def print_summary(
    console: Console, summary: Summary, folder: str, troubles: Sequence[Plan], slowest: int = 3
) -> None:
    """Print the summary of a night, and why each household in `troubles` has no plan."""
    for plan in troubles:
        style = STYLE_OF[plan.status]
        console.print(f"[{style}]{plan.status.value:>10}[/]  {plan.household_id}  ", end="")
        console.print(plan.reason, markup=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for status, count in summary.counts.items():
        table.add_row(str(count), f"[{STYLE_OF[status]}]{status}[/]")
    console.print(table)
    rate = summary.households_per_second
    console.print(
        f"{summary.households} households in {summary.seconds:.1f} s, {rate:.1f} a second"
        + (f"; solved by {_listed(summary.solvers)}" if summary.solvers else ""),
        soft_wrap=True,
    )
    if summary.slowest:
        slow = ", ".join(f"{name} {took:.2f} s" for name, took in summary.slowest[:slowest])
        console.print(f"slowest: {slow}")
    console.print(f"tables, manifest and log in {folder}", soft_wrap=True)


def print_check(console: Console, book: Book) -> None:
    """Print a book's faults, its oddities, and how many households are sound."""
    if book.faults:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for column in ("table", "row", "column", "what", "what would do", "households"):
            table.add_column(
                column, overflow="fold", justify="right" if column == "row" else "left"
            )
        for fault in book.faults:
            row = "" if fault.row is None else str(fault.row)
            place = Text(fault.table), row, Text(fault.column or "")
            table.add_row(*place, Text(fault.what), Text(fault.remedy), _few(fault.households))
        console.print(table)
        console.print()
    for warning in book.warnings:
        console.print(f"note: {warning}", markup=False, soft_wrap=True)
    invalid = len(book.faults_by_household)
    console.print(
        f"{len(book)} households as of {book.asof}: {len(book) - invalid} sound, "
        f"{invalid} invalid; {len(book.faults)} faults"
    )


def print_audit(
    console: Console, run_id: str, households: int, differences: Sequence[Difference]
) -> None:
    """Print where a run and the judge disagree."""
    for difference in differences:
        console.print(str(difference), markup=False, soft_wrap=True)
    if differences:
        touched = len({difference.household_id for difference in differences})
        console.print(
            f"[red]{run_id}[/]: {len(differences)} differences "
            f"in {touched} of {households} households"
        )
    else:
        console.print(f"[green]{run_id}[/]: {households} households replayed, every figure agrees")


def _few(names: Sequence[str], most: int = 3) -> str:
    """Return the first few names and the count of the rest."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items())
