"""The commands that prove a run afterwards: make a plan again, and tell an order's trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from nightly.cli import console
from nightly.proof.replay import Replay, replay
from nightly.proof.trail import trail_of
from nightly.results.run_folder import RunFolder
from nightly.run.request import located
from nightly.run.stores import copied, shown
from nightly.workers.chunk import Imported

AGREES, DIFFERS = 0, 1
"""Exit codes: everything is as the run says, or not."""


def replay_plan(run: Path, household_id: str, book: str | None, as_json: bool) -> int:
    """Make one plan of a run again and compare it byte for byte (`hearth replay`)."""
    decision = Imported("optimizer.rebalance", "rebalance")
    place = None if book is None else located(book)
    found = replay(RunFolder(run.resolve()), household_id, place, decision)
    if as_json:
        console.say_json(found.as_data())
    else:
        _print_replay(found)
    return AGREES if found.identical else DIFFERS


def trace_order(run: Path, order_id: str, as_json: bool) -> int:
    """Tell how an order came to be (`hearth trace`)."""
    trail = trail_of(RunFolder(run.resolve()), order_id)
    if as_json:
        console.say_json(trail)
    else:
        page = console.page()
        for name, said in _lines(trail):
            page.print(f"[dim]{name:>34}[/]  ", end="")
            page.print(said, markup=False, soft_wrap=True)
    return AGREES


def copy_book(book: Path, to: str, as_json: bool) -> int:
    """Copy a book folder into a database (`hearth book copy`)."""
    rows = copied(book, to)
    if as_json:
        console.say_json({"book": str(book), "to": shown(to), "rows": rows})
    else:
        print(f"{sum(rows.values())} rows in {len(rows)} tables of {shown(to)}")
    return AGREES


def _print_replay(found: Replay) -> None:
    page = console.page()
    for difference in found.changed:
        page.print(f"[red]changed since[/]  {difference.what} {difference.where}: ", end="")
        page.print(f"{difference.stored} in the run, {difference.judged} now", soft_wrap=True)
    if found.changed:
        page.print(
            f"{found.run_id}, {found.household_id}: its inputs have changed, so it is not made "
            "again; name the book as it was with --book",
            soft_wrap=True,
        )
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for column in ("table", "rows", "in the run", "made again", ""):
        table.add_column(column)
    for name, (rows, then, now) in found.digests.items():
        verdict = "[green]same[/]" if then == now else "[red]differs[/]"
        table.add_row(name, str(rows), then[:12], now[:12], verdict)
    page.print(table)
    for name, (then, now) in found.versions.items():
        page.print(f"note: {name} was {then}, is {now}", markup=False)
    said = "[green]identical[/]" if found.identical else "[red]not the same[/]"
    page.print(f"{found.run_id}, {found.household_id}: {said}")


def _lines(trail: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested data as lines of a name and what it is."""
    for name, said in trail.items():
        if isinstance(said, Mapping) and said:
            yield from _lines(said, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(said)
