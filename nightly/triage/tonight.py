"""What tonight must know before any household is answered: who waits, and what is carried along.

It is worked out once, when the run begins, and kept in the run's folder: every worker reads it, a
resumed run goes on with it, and whoever judges or replays the run later sees the same households.

    RUNS/<run_id>/previous/
        facts.json        the last night, the earlier runs with their digests, and which run's
                          prices and values are held to
        orders.parquet    orders that were sent and may not stand in the book yet
        lockouts.parquet  identical groups that what was sent forbids to buy
        money.parquet     money that was sent and that the book may not show yet
        deferred.parquet  who waits tonight, for which night in a row, and why
        nos.parquet       who was told that nothing pays (`nightly.triage.standing`)
        prices.parquet, worth.parquet: what earlier nights believed (`nightly.triage.believed`)
        asked.json        what was asked of its one household beyond its policy
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.book.before import Before, Seen
from models.book.book import Book
from nightly.partition.partitions import Partitions
from nightly.results.durable import force
from nightly.triage.asked import AskedTonight, asked_tonight
from nightly.triage.believed import PRICES, WORTH, before_of, prices_of, write_prices
from nightly.triage.carried import EarlierOrder
from nightly.triage.earlier_runs import (
    DEFERRED,
    PREVIOUS,
    EarlierRun,
)
from nightly.triage.night_book import NightBook
from nightly.triage.standing import NOS

FACTS: Final = "facts.json"
ORDERS: Final = "orders.parquet"
LOCKOUTS: Final = "lockouts.parquet"
ASKED: Final = "asked.json"
MONEY: Final = "money.parquet"

DEFERRED_SCHEMA: Final = pa.schema(
    [("household_id", pa.string()), ("nights", pa.int64()), ("reason", pa.string())]
)

GROUP_ROWS: Final = 16_384
"""Rows of a row group: sorted by household, so that a partition reads only its own."""


@dataclass(frozen=True, slots=True)
class Left:
    """What earlier nights left: their runs, and tables of all that is handed on.

    `asked` is what was asked of the run's own household; `latest` the run that believed `worth`
    and `prices`.
    """

    runs: Sequence[EarlierRun]
    orders: Any
    lockouts: Any
    worth: Any
    prices: dict[str, Seen]
    money: Any
    nos: Any
    asked: AskedTonight | None = None
    latest: EarlierRun | None = None

    @property
    def anything(self) -> bool:
        """Whether there is anything to keep."""
        tables = self.orders, self.lockouts, self.worth, self.money, self.nos
        rows = sum(table.num_rows for table in tables)
        return bool(self.runs or rows or self.prices or self.asked)


def write_tonight(run: Path, left: Left, waiting: Callable[[Tonight], Iterator[Any]]) -> None:
    """Write what tonight must know into a run's folder; it appears whole, or not when it is empty.

    Tables are sorted by household; `waiting` yields who is deferred, sorted by id, when it knows
    what is under way.
    """
    runs = left.runs
    aside, final = run / f".{PREVIOUS}", run / PREVIOUS
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, table in ((ORDERS, left.orders), (LOCKOUTS, left.lockouts), (WORTH, left.worth)):
        if name != WORTH or table.num_rows:
            pq.write_table(table, aside / name, row_group_size=GROUP_ROWS)
    for name, table in ((MONEY, left.money), (f"{NOS}.parquet", left.nos)):
        if table.num_rows:
            pq.write_table(table, aside / name, row_group_size=GROUP_ROWS)
    if left.prices:
        write_prices(aside / PRICES, left.prices)
    facts = {
        "last_night": runs[-1].asof.isoformat() if runs else None,
        "runs": [_named(run) for run in runs],
        "held_to": None if left.latest is None else _named(left.latest),
    }
    (aside / FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    deferred = 0
    half = aside / f".{DEFERRED}"
    with pq.ParquetWriter(half, DEFERRED_SCHEMA) as file:
        for rows in waiting(Tonight(aside)):
            file.write_table(rows)
            deferred += rows.num_rows
    half.rename(aside / DEFERRED)
    if left.asked is not None:
        told = json.dumps(left.asked.as_data(), indent=2, ensure_ascii=False)
        (aside / ASKED).write_text(told + "\n", "utf-8")
    if deferred or left.anything:
        for path in (*aside.rglob("*"), aside):
            force(path)
        aside.rename(final)
    else:
        shutil.rmtree(aside)


def _named(run: EarlierRun) -> Mapping[str, str]:
    return {"run_id": run.folder.run_id, "manifest_sha256": run.sha256}


@dataclass(frozen=True)
class Tonight:
    """What a run's folder keeps of the nights before; nothing where the folder has nothing."""

    folder: Path

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The last night and the runs before."""
        where = self.folder / FACTS
        found: dict[str, Any] = json.loads(where.read_text("utf-8")) if where.exists() else {}
        return found

    @property
    def last_night(self) -> date | None:
        """As-of date of the run before tonight's."""
        last = self.facts.get("last_night")
        return None if last is None else date.fromisoformat(last)

    @cached_property
    def asked(self) -> AskedTonight | None:
        """What was asked of the run's household; None where nothing was."""
        where = self.folder / ASKED
        return asked_tonight(json.loads(where.read_text("utf-8")) if where.exists() else None)

    @property
    def any_nos(self) -> bool:
        """Whether the last run told a household that nothing pays."""
        return (self.folder / f"{NOS}.parquet").exists()

    @property
    def any_orders(self) -> bool:
        """Whether orders that were sent may still be under way."""
        where = self.folder / ORDERS
        return where.exists() and pq.ParquetFile(where).metadata.num_rows > 0

    def before(self, ids: list[str] | None = None) -> Before | None:
        """Return what earlier nights believed of prices, and of some or all households."""
        where = self.folder / WORTH
        every = ids is None and where.exists()
        worth = pq.read_table(where).to_pylist() if every else _rows(where, ids or [])
        return before_of(prices_of(self.folder / PRICES), worth)

    def of_part(self, partitions: Partitions, part: int) -> NightBook:
        """Return a part of a book as tonight sees it."""
        return self.on(partitions.book(part, self.before(partitions.part_ids(part))))

    def on(self, book: Book) -> NightBook:
        """Return a book, or a part of one, as tonight sees it."""
        ids = [str(name) for name in book.household_ids]
        return NightBook(
            book=book,
            last_night=self.last_night,
            orders=orders_of_rows(_rows(self.folder / ORDERS, ids)),
            lockouts=_by_household(_rows(self.folder / LOCKOUTS, ids)),
            money=_by_household(_rows(self.folder / MONEY, ids)),
            nos=_by_household(_rows(self.folder / f"{NOS}.parquet", ids)),
            deferred={
                row["household_id"]: row["reason"] for row in _rows(self.folder / DEFERRED, ids)
            },
            asked=self.asked,
        )


def tonight_of(run: Path) -> Tonight:
    """Return what a run keeps of the nights before it."""
    return Tonight(run / PREVIOUS)


def _rows(path: Path, ids: list[str]) -> list[dict[str, Any]]:
    """Return the rows of some households, reading only where they may stand."""
    if not ids or not path.exists():
        return []
    between = [("household_id", ">=", min(ids)), ("household_id", "<=", max(ids))]
    table = pq.read_table(path, filters=between)
    wanted = pa.array(ids, pa.string())
    rows: list[dict[str, Any]] = table.filter(
        pc.is_in(table["household_id"], value_set=wanted)
    ).to_pylist()
    return rows


def orders_of_rows(rows: Iterable[dict[str, Any]]) -> dict[str, tuple[EarlierOrder, ...]]:
    """Gather orders from their rows."""
    gathered: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        key = row["household_id"], row["run_id"], row["order_id"]
        gathered.setdefault(key, []).append(row)
    found: dict[tuple[str, str], EarlierOrder] = {}
    for (household_id, run_id, order_id), parts in gathered.items():
        first = parts[0]
        lots = tuple(
            (part["lot_id"], part["shares"] if part["lot_id"] is None else part["lot_shares"])
            for part in parts
        )
        order = EarlierOrder(
            run_id=run_id,
            asof=first["asof"],
            left_on=first.get("left_on") or first["asof"],
            stands=bool(first.get("stands")),
            order_id=order_id,
            account_id=first["account_id"],
            security_id=first["security_id"],
            side=first["side"],
            shares=first["shares"],
            lots=lots,
        )
        found[household_id, order_id] = order
    orders: dict[str, list[EarlierOrder]] = {}
    for (household_id, _), order in found.items():
        orders.setdefault(household_id, []).append(order)
    return {name: tuple(mine) for name, mine in orders.items()}


def _by_household(rows: list[dict[str, Any]]) -> dict[str, tuple[dict[str, Any], ...]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["household_id"], []).append(row)
    return {name: tuple(mine) for name, mine in found.items()}
