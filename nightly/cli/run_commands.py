"""What the commands that doubt a run do: judge it again, make it again, tell an order's trail."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from rich.text import Text

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.fill_commands import known
from nightly.cli.trail_page import say_trail
from nightly.proof.replay import Replay, replay
from nightly.proof.trail import trail_of
from nightly.proof.verified import verified
from nightly.register.register import beside
from nightly.results.run_folder import RunFolder
from nightly.run.request import located
from nightly.workers.messages import Imported


def verify(book: Path, run_folder: Path, as_json: bool) -> int:
    """Replay a run's plans and compare (`hearth verify`)."""
    from optimizer.judge.verify import verify as judge

    folder = RunFolder(run_folder.resolve())
    record, found = verified(book, folder, judge)
    if as_json:
        console.say_json(record)
    else:
        console.print_audit(console.page(), folder.run_id, record["households"], found)
    return TROUBLED if found else ANSWERED


def replay_plan(run: Path, household_id: str, book: str | None, as_json: bool) -> int:
    """Make one plan of a run again and compare it byte for byte (`hearth replay`)."""
    decision = Imported("optimizer.rebalance", "rebalance", screened=True)
    place = None if book is None else located(book)
    found = replay(RunFolder(run.resolve()), household_id, place, decision)
    if as_json:
        console.say_json(found.as_data())
    else:
        _print_replay(found)
    return ANSWERED if found.identical else TROUBLED


def trace_order(run: Path, order_id: str, as_json: bool) -> int:
    """Tell how an order came to be (`hearth trace`)."""
    folder = RunFolder(run.resolve())
    _, code = known(beside(folder.path))
    trail = trail_of(folder, order_id)
    if as_json:
        console.say_json(trail)
    else:
        say_trail(trail)
    return code


def _print_replay(found: Replay) -> None:
    page = console.page()
    for difference in found.changed:
        now = f"{difference.stored} in the run, {difference.judged} now"
        said = f"  {difference.what} {difference.where}: {now}"
        page.print(Text.assemble(("changed since", "red"), said), soft_wrap=True)
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
        verdict = Text("same", "green") if then == now else Text("differs", "red")
        table.add_row(name, str(rows), then[:12], now[:12], verdict)
    page.print(table)
    for name, (then, now) in found.versions.items():
        page.print(f"note: {name} was {then}, is {now}")
    whole = ("identical", "green") if found.identical else ("not the same", "red")
    page.print(Text.assemble(f"{found.run_id}, {found.household_id}: ", whole))
