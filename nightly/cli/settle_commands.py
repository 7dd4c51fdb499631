"""What `hearth settle` and `hearth reconcile` do: book what was traded, compare two books."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from models.book.tables.files import table_paths
from nightly.alerts.events import events_of_differences
from nightly.cli import console
from nightly.cli.alert_commands import print_told, tell
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.fill_commands import register_at
from nightly.cli.options import RUNS
from nightly.reconcile.reconciling import reconcile, write_ready
from nightly.register.register import NAME, Register
from nightly.results.durable import refuse_existing
from nightly.run.stores import copied, heed_database, is_database, local_folder, shown
from nightly.settle.errors import SettleError
from nightly.settle.settling import Settled, Span, settle
from workbench.wording import counted


def settled(book: str, place: Path | None, span: Span, out: str, as_json: bool) -> int:
    """Write the next book; 1 if a household could not be settled."""
    folder = local_folder(book)
    register = _register(place, folder)
    found = _settled(folder, register, span, out)
    if as_json:
        console.say_json({"book": shown(book), "out": shown(out), **found.as_data()})
    else:
        for name, same in found.twice.items():
            console.say(f"told twice: corporate action {name} is {same}, and counts once")
        for name, why in found.stale.items():
            console.say(f"corrected since: {name}: {why}")
        for name, why in found.unsettled.items():
            console.say(f"not settled: {name}: {why}")
        console.say(
            f"{counted(found.fills, 'fill')}, {counted(found.movements, 'movement')} of money and "
            f"{counted(len(found.actions), 'corporate action')} after {found.since} through "
            f"{found.asof} booked for {counted(found.households, 'household')}, "
            f"{len(found.unsettled)} not settled: {shown(out)}"
        )
    return TROUBLED if found.unsettled else ANSWERED


def _register(place: Path | None, book: Path) -> Register:
    """Return the register that is named; else that of the runs here, of which there may be none."""
    register = Register(RUNS / NAME) if place is None else register_at(place)
    if not register.path.exists():
        if place is not None or not table_paths(book, "corporate_actions"):
            raise SettleError(f"{register.path} is no register of orders; name it with --register")
        console.warn(
            f"{register.path} is no register of orders: corporate actions alone are booked. Were "
            "orders sent, name it with --register"
        )
    return register


def _settled(book: Path, register: Register, span: Span, out: str) -> Settled:
    """Write the next book where it is wanted; into a database in one transaction."""
    heed_database(register.path)
    now = register.read_whole()  # without lost fills, their orders would be made again
    if not is_database(out):
        return settle(book, now, span, Path(out))
    with TemporaryDirectory(prefix="hearth-settle-") as place:
        found = settle(book, now, span, Path(place) / "next")
        copied(Path(place) / "next", out)
    return found


def reconciled(
    book: str, custodian: str, to: tuple[Path | None, bool, Path | None], as_json: bool
) -> int:
    """Compare two books; 1 if they differ.

    `to`: who need not wait, whether written over, and beside which runs stands whom to tell.
    """
    ready, force, alerts = to
    refuse_existing(ready, force)
    found = reconcile(local_folder(book), local_folder(custodian))
    if ready is not None:
        write_ready(found, ready, force)
    told = tell(alerts, events_of_differences(found)) if alerts is not None else []
    if as_json:
        places = {"book": shown(book), "custodian": shown(custodian)}
        console.say_json({**places, **found.as_data(), "sinks": [asdict(each) for each in told]})
    else:
        for difference in found.differences:
            console.say(str(difference))
        differ = len({each.household_id for each in found.differences})
        console.say(
            f"{counted(len(found.households), 'household')} compared, {differ} differ, "
            f"{len(found.waiting)} of them wait; {counted(len(found.differences), 'difference')}"
        )
        print_told(told)
    return TROUBLED if found.differences else ANSWERED
