"""What `hearth settle` and `hearth reconcile` do: book what was traded, compare two books."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.fill_commands import register_at
from nightly.reconcile.reconciling import reconcile, write_ready
from nightly.register.register import Register
from nightly.results.durable import refuse_existing
from nightly.run.stores import copied, is_database, local_folder, shown
from nightly.settle.errors import SettleError
from nightly.settle.settling import Settled, Span, settle
from workbench.wording import counted


def settled(book: str, place: Path, span: Span, out: str, as_json: bool) -> int:
    """Write the next book; 1 if a household could not be settled."""
    register = register_at(place)
    if not register.path.exists():
        raise SettleError(f"{register.path} is no register of orders; name it with --register")
    found = _settled(local_folder(book), register, span, out)
    if as_json:
        console.say_json({"book": shown(book), "out": shown(out), **found.as_data()})
    else:
        for name, why in found.unsettled.items():
            print(f"not settled: {name}: {why}")
        print(
            f"{counted(found.fills, 'fill')}, {counted(found.movements, 'movement')} of money and "
            f"{counted(len(found.actions), 'corporate action')} after {found.since} through "
            f"{found.asof} booked for {counted(found.households, 'household')}, "
            f"{len(found.unsettled)} not settled: {shown(out)}"
        )
    return TROUBLED if found.unsettled else ANSWERED


def _settled(book: Path, register: Register, span: Span, out: str) -> Settled:
    """Write the next book where it is wanted; into a database in one transaction."""
    if not is_database(out):
        return settle(book, register.read(), span, Path(out))
    with TemporaryDirectory(prefix="hearth-settle-") as place:
        found = settle(book, register.read(), span, Path(place) / "next")
        copied(Path(place) / "next", out)
    return found


def reconciled(book: str, custodian: str, to: tuple[Path | None, bool], as_json: bool) -> int:
    """Compare two books; 1 if they differ. `to`: who need not wait, and whether written over."""
    ready, force = to
    refuse_existing(ready, force)
    found = reconcile(local_folder(book), local_folder(custodian))
    if ready is not None:
        write_ready(found, ready, force)
    if as_json:
        console.say_json({"book": shown(book), "custodian": shown(custodian), **found.as_data()})
    else:
        for difference in found.differences:
            print(difference)
        differ = len({each.household_id for each in found.differences})
        print(
            f"{counted(len(found.households), 'household')} compared, {differ} differ, "
            f"{len(found.waiting)} of them wait; {counted(len(found.differences), 'difference')}"
        )
    return TROUBLED if found.differences else ANSWERED
