"""What earlier nights left behind: orders that may still be on their way, lockouts, who waited.

Earlier nights are the complete runs beside this one with an earlier as-of date: a second run of the
same day never looks at the first, or the same book would not give the same answer. Rejected plans
left nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.errors import RunFolderError
from models.plan import Status
from nightly.results.decisions import rejected
from nightly.results.run_folder import MANIFEST, RunFolder
from nightly.results.run_tables import run_batches, run_table

WINDOW_DAYS: Final = 30
"""Calendar days that a lockout lasts (26 U.S.C. 1091(a)): older runs have none."""

ORDERS: Final = pa.schema(
    [
        ("household_id", pa.string()),
        ("run_id", pa.string()),
        ("asof", pa.date32()),
        ("order_id", pa.string()),
        ("account_id", pa.string()),
        ("security_id", pa.string()),
        ("side", pa.string()),
        ("shares", pa.float64()),
        ("lot_id", pa.string()),
        ("lot_shares", pa.float64()),
    ]
)
"""Orders of earlier nights, a row for each lot that is named."""

LOTS: Final = pa.schema(
    [("order_id", pa.string()), ("lot_id", pa.string()), ("lot_shares", pa.float64())]
)
"""Lots of orders, under the names that they have beside their order."""

LOCKOUTS: Final = pa.schema(
    [
        ("household_id", pa.string()),
        ("run_id", pa.string()),
        ("asof", pa.date32()),
        ("identical_group", pa.string()),
        ("until", pa.date32()),
    ]
)
"""Groups that earlier nights forbid to buy."""

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


def earlier_runs(runs: Path, asof: date, days: int) -> list[EarlierRun]:
    """Return the complete runs under `runs` of the `days` before `asof`, in order."""
    found = []
    for path in sorted(runs.iterdir()) if runs.is_dir() else []:
        folder = RunFolder(path)
        if not folder.complete:
            continue
        try:
            then = date.fromisoformat(folder.manifest()["asof"])
        except (RunFolderError, KeyError, ValueError):
            continue  # a folder that says it is a run and is none has nothing to carry
        if 0 < (asof - then).days <= days:
            found.append(EarlierRun(folder, then))
    return sorted(found, key=lambda run: (run.asof, run.folder.run_id))


def orders_left(run: EarlierRun) -> Iterator[Any]:
    """Yield a run's orders with the lots they name, piece by piece, without rejected plans.

    Orders and their lots stand in the same order in a run's tables, so that neither is held whole.
    """
    lots = _Lots(run_batches(run.folder.path, "order_lots"))
    left_out = rejected(run.folder.path)
    for orders in run_batches(run.folder.path, "orders"):
        together = orders.select(["household_id", *ORDERS.names[3:8]]).join(
            lots.of(orders["order_id"]), "order_id", join_type="left outer"
        )
        yield _named(_without(together, left_out), run).select(ORDERS.names).cast(ORDERS)


class _Lots:
    """Lots of orders, taken in the order of the orders; a class because it remembers its place."""

    def __init__(self, batches: Iterator[Any]) -> None:
        self._batches = batches
        self._waiting = LOTS.empty_table()

    def of(self, order_ids: Any) -> Any:
        """Return the lots of the next orders."""
        taken = [LOTS.empty_table()]
        while True:
            mine = pc.is_in(self._waiting["order_id"], value_set=order_ids.combine_chunks())
            taken.append(self._waiting.filter(mine))
            self._waiting = self._waiting.filter(pc.invert(mine))
            if self._waiting.num_rows:  # what is left belongs to later orders
                break
            batch = next(self._batches, None)
            if batch is None:
                break
            self._waiting = batch.rename_columns(LOTS.names)
        return pa.concat_tables(taken)


def lockouts_left(runs: Sequence[EarlierRun], asof: date) -> Any:
    """Return the lockouts of earlier runs that still hold, but those of rejected plans."""
    tables = []
    for run in runs:
        table = _without(run_table(run.folder.path, "lockouts"), rejected(run.folder.path))
        kept = table.filter(pc.greater_equal(table["until"], pa.scalar(asof)))
        tables.append(_named(kept, run).select(LOCKOUTS.names).cast(LOCKOUTS))
    if not tables:
        return LOCKOUTS.empty_table()
    return pa.concat_tables(tables).sort_by(
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


def _without(table: Any, households: list[str]) -> Any:
    left_out = pa.array(households, pa.string())
    return table.filter(pc.invert(pc.is_in(table["household_id"], value_set=left_out)))


def _named(table: Any, run: EarlierRun) -> Any:
    run_ids = pa.array([run.folder.run_id] * table.num_rows, pa.string())
    days = pa.array([run.asof] * table.num_rows, pa.date32())
    return table.append_column("run_id", run_ids).append_column("asof", days)
