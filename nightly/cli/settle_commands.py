"""What `hearth settle` and `hearth reconcile` do: book what was traded, compare two books."""

from __future__ import annotations

from pathlib import Path

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.fill_commands import register_at
from nightly.reconcile.reconciling import reconcile, write_ready
from nightly.settle.errors import SettleError
from nightly.settle.settling import Span, settle
from workbench.wording import counted


def settled(book: Path, place: Path, span: Span, out: Path, as_json: bool) -> int:
    """Write the next book; 1 if a household could not be settled."""
    register = register_at(place)
    if not register.path.exists():
        raise SettleError(f"{register.path} is no register of orders; name it with --register")
    found = settle(book, register.read(), span, out)
    if as_json:
        console.say_json({"book": str(book), "out": str(out), **found.as_data()})
    else:
        for name, why in found.unsettled.items():
            print(f"not settled: {name}: {why}")
        print(
            f"{counted(found.fills, 'fill')} and {counted(len(found.actions), 'corporate action')} "
            f"after {found.since} through {found.asof} booked for "
            f"{counted(found.households, 'household')}, {len(found.unsettled)} not settled: {out}"
        )
    return TROUBLED if found.unsettled else ANSWERED


def reconciled(book: Path, custodian: Path, ready: Path | None, as_json: bool) -> int:
    """Compare two books; 1 if they differ."""
    found = reconcile(book, custodian)
    if ready is not None:
        write_ready(found, ready)
    if as_json:
        console.say_json({"book": str(book), "custodian": str(custodian), **found.as_data()})
    else:
        for difference in found.differences:
            print(difference)
        differ = len({each.household_id for each in found.differences})
        print(
            f"{counted(len(found.households), 'household')} compared, {differ} differ, "
            f"{len(found.waiting)} of them wait; {counted(len(found.differences), 'difference')}"
        )
    return TROUBLED if found.differences else ANSWERED
