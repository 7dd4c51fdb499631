"""What earlier nights left behind: orders that may still be on their way, lockouts, who waited.

What left is what the register says was sent, by whatever run: a plan that was merely proposed
blocks nobody, and an order that was sent counts whatever became of its run. Who waited is told by
the complete runs of earlier dates beside this one; what is believed of prices and values by the
newest run of all, so that a second run of a day on half a book is told too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.errors import RunFolderError
from models.plan import Status
from nightly.register.fold import Registered
from nightly.register.paid import Shown
from nightly.register.records import data_of
from nightly.register.standing import Standing
from nightly.results.run_folder import MANIFEST, RunFolder
from nightly.results.run_tables import run_table

WINDOW_DAYS: Final = 30
"""Calendar days that a lockout lasts (26 U.S.C. 1091(a)): older runs have none."""

ORDERS: Final = pa.schema(
    [
        ("household_id", pa.string()),
        ("run_id", pa.string()),
        ("asof", pa.date32()),
        ("left_on", pa.date32()),
        ("stands", pa.bool_()),
        ("order_id", pa.string()),
        ("account_id", pa.string()),
        ("security_id", pa.string()),
        ("side", pa.string()),
        ("shares", pa.float64()),
        ("lot_id", pa.string()),
        ("lot_shares", pa.float64()),
    ]
)
"""Orders that were sent, a row for each lot that is named."""

LOCKOUTS: Final = pa.schema(
    [
        ("household_id", pa.string()),
        ("run_id", pa.string()),
        ("asof", pa.date32()),
        ("identical_group", pa.string()),
        ("until", pa.date32()),
    ]
)
"""Groups that what earlier nights sent forbids to buy."""

MONEY: Final = pa.schema(
    [
        ("household_id", pa.string()),
        ("run_id", pa.string()),
        ("asof", pa.date32()),
        ("amount", pa.float64()),
    ]
)
"""Money that was sent and that the book may not show yet."""

GUARDING: Final = ("lots", "trades", "restrictions", "exposures")
"""Tables without whose rows plans look like any other and break what they stood for. What is open
or scheduled is often nothing; without menus or targets a household is invalid."""

PREVIOUS: Final = "previous"
"""Name of what a run keeps of nights before it, under its own folder."""

DEFERRED: Final = "deferred.parquet"


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A complete run of an earlier date."""

    folder: RunFolder
    asof: date

    @property
    def sha256(self) -> str:
        """Digest of its manifest."""
        return hashlib.sha256((self.folder.path / MANIFEST).read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class RunsBefore:
    """The complete runs before one, the newest last, and in words which cannot be read.

    `nights` are those of earlier dates, which leave orders and who waits, `today` those of the same
    date.
    """

    nights: Sequence[EarlierRun] = ()
    today: Sequence[EarlierRun] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def runs(self) -> Sequence[EarlierRun]:
        """All of them, the newest last."""
        return (*self.nights, *self.today)

    @property
    def latest(self) -> EarlierRun | None:
        """The newest run of all: what it believed of prices and values is held to."""
        return self.runs[-1] if self.runs else None

    def emptied(self, rows: Mapping[str, int]) -> dict[str, int]:
        """Return which tables of a book with `rows` lost all of them since the latest run."""
        facts = {} if self.latest is None else self.latest.folder.manifest()
        then = facts.get("inputs", {}).get("rows", {})
        return {name: then[name] for name in GUARDING if then.get(name) and not rows.get(name)}

    def barred_since(self, barred: Mapping[str, str]) -> dict[str, str]:
        """Return which securities that no plan can buy could be bought in the latest run."""
        facts = {} if self.latest is None else self.latest.folder.manifest()
        then = facts.get("inputs", {}).get("not_bought", {})
        return {name: why for name, why in barred.items() if name not in then}


def runs_before(runs: Path, asof: date, days: int) -> RunsBefore:
    """Return the complete runs under `runs` of the `days` before `asof`, and of that day.

    What an unreadable one left is unknown, which nobody should have to guess.
    """
    found, unreadable = [], []
    for path in sorted(runs.iterdir()) if runs.is_dir() else []:
        folder = RunFolder(path)
        if not folder.complete:
            continue
        try:
            facts = folder.manifest()
            then = date.fromisoformat(facts["asof"])
        except (RunFolderError, KeyError, ValueError) as error:
            unreadable.append(f"earlier run {path.name} cannot be read: {error}")
            continue
        if facts.get("options", {}).get("asked"):
            continue  # a household that was asked for is no night
        if 0 <= (asof - then).days <= days:
            found.append(EarlierRun(folder, then))
    found.sort(key=lambda run: (run.asof, run.folder.run_id))
    nights = tuple(run for run in found if run.asof < asof)
    return RunsBefore(nights, tuple(found[len(nights) :]), tuple(unreadable))


def orders_left(registered: Registered, asof: date, days: int) -> Any:
    """Return what was sent and may not stand in the book yet, a row a lot, by household.

    `days` is how long ago an order may have left to count, under any policy of the book; one that
    stands until it is cancelled counts however long ago it did.
    """
    rows = [
        {
            "household_id": standing.ticket.household_id,
            "run_id": standing.ticket.run_id,
            "asof": standing.ticket.asof,
            "left_on": standing.shown_from(asof),
            "stands": standing.stands,
            "order_id": standing.ticket.order_id,
            "account_id": standing.ticket.account_id,
            "security_id": standing.ticket.security_id,
            "side": standing.ticket.side,
            "shares": float(standing.counts),
            "lot_id": lot_id,
            "lot_shares": shares,
        }
        for standing in registered.counting()
        if standing.stands or (asof - standing.shown_from(asof)).days <= days
        for lot_id, shares in _lots(standing)
    ]
    return pa.Table.from_pylist(rows, schema=ORDERS).sort_by(
        [("household_id", "ascending"), ("order_id", "ascending"), ("lot_id", "ascending")]
    )


def _lots(standing: Standing) -> list[tuple[str | None, float | None]]:
    """Lots that the shares of a ticket which count come from, sold in the order of their names."""
    rest = standing.counts
    taken: list[tuple[str | None, float | None]] = []
    for lot_id, shares in standing.ticket.lots:
        mine = min(rest, shares)
        rest -= mine
        if mine:
            taken.append((lot_id, float(mine)))
    return taken or [(None, None)]


def money_left(registered: Registered, asof: date, days: int, shown: Shown) -> Any:
    """Return the money that was sent or moved at most `days` ago and that the book may hold still.

    It may wherever no end is known; what has moved is `shown` by the book, or not yet.
    """
    moved = [standing for standing in registered.money.values() if standing.moved_on]
    unshown = {leg.movement_id for leg in shown.unshown(moved)}
    since = {
        name: standing.since(asof) if standing.live else standing.moved_on
        for name, standing in registered.money.items()
        if standing.live or name in unshown
    }
    rows = [
        {
            "household_id": registered.money[name].movement.household_id,
            "run_id": registered.money[name].movement.run_id,
            "asof": day,
            "amount": float(registered.money[name].movement.amount),
        }
        for name, day in since.items()
        if day is not None and (asof - day).days <= days
    ]
    return pa.Table.from_pylist(rows, schema=MONEY).sort_by(
        [("household_id", "ascending"), ("run_id", "ascending"), ("amount", "ascending")]
    )


def lockouts_left(registered: Registered, asof: date) -> Any:
    """Return the lockouts of what was sent that still hold."""
    rows = [data_of(lock) for lock in registered.lockouts_counting() if lock.until >= asof]
    typed = [
        {**row, "asof": date.fromisoformat(row["asof"]), "until": date.fromisoformat(row["until"])}
        for row in rows
    ]
    return pa.Table.from_pylist(typed, schema=LOCKOUTS).sort_by(
        [("household_id", "ascending"), ("identical_group", "ascending"), ("until", "ascending")]
    )


def nights_waited(runs: Sequence[EarlierRun]) -> dict[str, int]:
    """Return for how many nights each household deferred by the last night has waited."""
    if not runs:
        return {}
    last = runs[-1].folder.path
    plans = run_table(last, "plans").select(["household_id", "status"])
    waiting = plans.filter(pc.equal(plans["status"], Status.DEFERRED.value))
    before: dict[str, int] = {}
    kept = last / PREVIOUS / DEFERRED
    if kept.exists():
        table = pq.read_table(kept)
        names = table["household_id"].to_pylist()
        before = dict(zip(names, table["nights"].to_pylist(), strict=True))
    return {name: before.get(name, 1) for name in waiting["household_id"].to_pylist()}
