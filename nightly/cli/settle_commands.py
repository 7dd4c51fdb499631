"""What `hearth settle` does: book what was traded into the next book."""

from __future__ import annotations

from pathlib import Path

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.fill_commands import register_at
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
