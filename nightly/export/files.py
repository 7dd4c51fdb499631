"""The files of an export, in a new folder: tickets, blocks, allocations, and what was left out.

    RUNS/<run_id>/exports/0001/
        tickets.csv or tickets.fix      one order an account: send these,
        blocks.csv or blocks.fix        or these, never both
        allocations.csv                 what of each block is whose
        export.json                     counts, who was left out and why, hashes; last

Nothing is written over: each export is a folder of its own, whole when `export.json` is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from models.errors import RunFolderError
from nightly.export.beside import exported_beside
from nightly.export.blocks import Block, allocations, blocks_of
from nightly.export.fix import block_messages, lots_text, plain, ticket_messages
from nightly.export.spreadsheet import csv_text
from nightly.export.tickets import Leaving, Ticket
from nightly.results.durable import refusing, whole_file
from nightly.results.moment import clock
from nightly.results.run_folder import RunFolder
from nightly.run.choices import CommandError

FORMATS: Final = ("csv", "fix")
EXPORTS: Final = "exports"
FACTS: Final = "export.json"

TICKETS: Final = (
    *("ticket_id", "run_id", "order_id", "household_id", "account_id", "security_id", "side"),
    *("shares", "order_type", "limit_price", "time_in_force", "price", "amount", "lots"),
    *("reason", "approved_by"),
)
BLOCKS: Final = (
    *("block_id", "run_id", "security_id", "side", "shares", "order_type", "limit_price"),
    *("time_in_force", "tickets"),
)
ALLOCATIONS: Final = (
    *("block_id", "ticket_id", "household_id", "account_id", "security_id", "side"),
    *("ordered", "shares"),
)


def export_files(
    folder: RunFolder,
    found: Leaving,
    form: str,
    out: Path | None,
    fills: Mapping[str, Decimal] | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Write an export and return where, and its facts.

    With `fills` (filled shares by block) only the allocations of these fills are written.

    Raises
    ------
    CommandError
        If the format is unknown.
    RunFolderError
        If the folder holds an export already, or cannot be written.
    """
    if form not in FORMATS:
        raise CommandError(f"--format {form!r}: choose {' or '.join(FORMATS)}")
    blocks = blocks_of(found.tickets)
    moment = folder.manifest()["ended"]
    files: dict[str, bytes] = {}
    if fills is None and form == "fix":
        files["tickets.fix"] = ticket_messages(found.tickets, moment)
        files["blocks.fix"] = block_messages(blocks, moment)
    elif fills is None:
        files["tickets.csv"] = _csv(TICKETS, map(_ticket_row, found.tickets))
        files["blocks.csv"] = _csv(BLOCKS, map(_block_row, blocks))
    files["allocations.csv"] = _csv(ALLOCATIONS, _allocation_rows(blocks, fills))
    place = _new_folder(folder) if out is None else out
    with refusing(place):
        place.mkdir(parents=True, exist_ok=True)
        taken = [name for name in (*files, FACTS) if (place / name).exists()]
    if taken:
        raise RunFolderError(
            f"{place} has {', '.join(taken)} already, and nothing is written over; name a new "
            "folder with --out"
        )
    for name, content in files.items():
        with whole_file(place / name) as aside:
            aside.write_bytes(content)
    facts = {
        "run_id": found.run_id,
        "format": form,
        "clock": clock(),
        "tickets": len(found.tickets),
        "blocks": len(blocks),
        "households": len({ticket.household_id for ticket in found.tickets}),
        "left_out": dict(sorted(found.left_out.items())),
        "exported_beside": exported_beside(folder, {each.household_id for each in found.tickets}),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    with whole_file(place / FACTS) as aside:
        aside.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8")
    folder.note([{"event": "export", **{k: v for k, v in facts.items() if k != "left_out"}}])
    return place, facts


def _new_folder(folder: RunFolder) -> Path:
    """Make and return the next numbered folder of the run's exports."""
    root = folder.path / EXPORTS
    with refusing(root):
        root.mkdir(exist_ok=True)
        while True:
            taken = [int(path.name) for path in root.iterdir() if path.name.isdigit()]
            place = root / f"{max(taken, default=0) + 1:04d}"
            try:
                place.mkdir()
            except FileExistsError:  # another export began in the same moment
                continue
            return place


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    return csv_text(columns, rows).encode()


def _ticket_row(ticket: Ticket) -> dict[str, Any]:
    return {
        **{name: getattr(ticket, name) for name in ("ticket_id", "run_id", "order_id")},
        **{name: getattr(ticket, name) for name in ("household_id", "account_id", "security_id")},
        "side": ticket.side,
        "shares": plain(ticket.shares),
        "order_type": "limit",
        "limit_price": plain(ticket.limit_price),
        "time_in_force": "day",
        "price": plain(ticket.price),
        "amount": plain(ticket.shares * ticket.price),
        "lots": lots_text(ticket),
        "reason": ticket.reason,
        "approved_by": ticket.approved_by,
    }


def _block_row(block: Block) -> dict[str, Any]:
    return {
        "block_id": block.block_id,
        "run_id": block.tickets[0].run_id,
        "security_id": block.security_id,
        "side": block.side,
        "shares": plain(block.shares),
        "order_type": "limit",
        "limit_price": plain(block.limit_price),
        "time_in_force": "day",
        "tickets": len(block.tickets),
    }


def _allocation_rows(
    blocks: tuple[Block, ...], fills: Mapping[str, Decimal] | None
) -> Iterator[dict[str, Any]]:
    for block, ticket, shares in allocations(blocks, fills):
        yield {
            "block_id": block.block_id,
            "ticket_id": ticket.ticket_id,
            "household_id": ticket.household_id,
            "account_id": ticket.account_id,
            "security_id": block.security_id,
            "side": block.side,
            "ordered": plain(ticket.shares),
            "shares": plain(shares),
        }
