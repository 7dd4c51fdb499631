"""Decisions on plans: who approved or rejected what, when, why; written once each, never changed.

A decision is a file of its own, `decisions/000001.json`, linked into place whole: two people who
decide in the same moment get two numbers, and nothing is written over. The last decision on a
household holds, and the ones before it stay to be read. Each carries a digest of the orders it is
about, so that an approval is of these orders and of no others.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import HearthError, RunFolderError, UnknownHouseholdError
from models.plan import Status
from nightly.results.durable import force, refusing
from nightly.results.moment import clock
from nightly.results.run_folder import RunFolder
from nightly.results.run_tables import lots_by_order, run_table

DECISIONS: Final = "decisions"
"""Folder of a run's decisions."""

APPROVED: Final = "approved"
REJECTED: Final = "rejected"


class DecisionError(HearthError):
    """A decision that cannot be: nothing to decide, or nobody named who decides."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `orders_sha256` is of the household's orders and lots as they stand."""

    number: int
    household_id: str
    decision: str
    by: str
    why: str
    clock: str
    orders_sha256: str


def decide(folder: RunFolder, household_id: str, decision: str, by: str, why: str) -> Decision:
    """Write down a decision on a household's plan, in a file and in the log.

    Raises
    ------
    DecisionError
        If nobody or no reason is named, or the household's plan has no orders to decide on.
    UnknownHouseholdError
        If the run has no plan of the household.
    RunFolderError
        If the run is not complete, or cannot be written.
    """
    folder.manifest()
    if not by.strip() or not why.strip():
        raise DecisionError("name who decides with --by and why with --why; neither may be blank")
    plans = run_table(folder.path, "plans", [household_id]).to_pylist()
    if not plans:
        raise UnknownHouseholdError(f"{folder.run_id} has no plan of household {household_id!r}")
    if plans[0]["status"] != Status.PLANNED or not plans[0]["orders"]:
        raise DecisionError(
            f"{household_id} is {plans[0]['status']} in {folder.run_id} with "
            f"{plans[0]['orders']} orders: there is nothing to decide"
        )
    digest = orders_digest(folder.path, household_id)
    made = Decision(0, household_id, decision, by.strip(), why.strip(), clock(), digest)
    with refusing(folder.path / DECISIONS):
        made = _write(folder.path / DECISIONS, made)
    folder.note([{"event": "decision", **asdict(made)}])
    return made


def decisions(folder: Path) -> list[Decision]:
    """Return every decision of a run in order.

    Raises
    ------
    RunFolderError
        If a decision cannot be read.
    """
    found = []
    for path in sorted((folder / DECISIONS).glob("[0-9]*.json")):
        try:
            found.append(Decision(**json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, TypeError) as error:
            raise RunFolderError(f"{path} is no decision: {error}") from error
    return found


def last_decisions(folder: Path) -> Mapping[str, Decision]:
    """Return the decision that holds, by household."""
    return {made.household_id: made for made in decisions(folder)}


def rejected(folder: Path) -> list[str]:
    """Return the households whose plan was rejected: it left nothing."""
    return [name for name, made in last_decisions(folder).items() if made.decision == REJECTED]


def orders_digest(folder: Path, household_id: str) -> str:
    """Return the SHA-256 of a household's orders and their lots in a run."""
    return digests(folder, [household_id])[household_id]


def digests(folder: Path, households: list[str]) -> dict[str, str]:
    """Return the digest of the orders of several households."""
    rows: dict[str, list[Any]] = {name: [] for name in households}
    orders = run_table(folder, "orders", households).to_pylist()
    lots = lots_by_order(folder, [order["order_id"] for order in orders])
    facts = ("order_id", "account_id", "security_id", "side", "shares", "price")
    for order in sorted(orders, key=lambda order: str(order["order_id"])):
        named = [[lot["lot_id"], repr(lot["shares"])] for lot in lots[order["order_id"]]]
        rows[order["household_id"]].append([*(repr(order[fact]) for fact in facts), named])
    return {
        name: hashlib.sha256(json.dumps(found).encode()).hexdigest() for name, found in rows.items()
    }


def _write(folder: Path, made: Decision) -> Decision:
    """Link a decision into place under the next free number."""
    folder.mkdir(exist_ok=True)
    while True:
        taken = [int(path.stem) for path in folder.glob("[0-9]*.json")]
        numbered = Decision(**{**asdict(made), "number": max(taken, default=0) + 1})
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".", encoding="utf-8") as aside:
            aside.write(json.dumps(asdict(numbered), indent=2, ensure_ascii=False) + "\n")
            aside.flush()
            os.fsync(aside.fileno())
            Path(aside.name).chmod(0o644)
            try:
                os.link(aside.name, folder / f"{numbered.number:06d}.json")
            except FileExistsError:  # somebody decided in the same moment
                continue
        force(folder)
        return numbered
