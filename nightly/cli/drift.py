"""`hearth drift`: who breached what, by how much, first things first; with `--propose`, the orders.

The findings come from the columns of the book alone and are there in seconds. Proposed orders are
those of a run: the book is read and checked, and each household is planned by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from models.book.read import read_book
from models.plan import Plan, Status
from models.triggers import screen
from nightly.cli import console
from nightly.cli.drift_page import print_drift
from nightly.export.spreadsheet import csv_lines
from nightly.partition.newest_price import newest_price_date
from nightly.results.durable import whole_file
from nightly.run.choices import Choice, CommandError
from nightly.triage.columns import read_columns
from nightly.triage.drift_rows import SCHEMA, Findings, Row
from nightly.workers.answer import Rebalance, answer

FORMATS: Final = ("table", "json", "csv", "parquet")
"""Formats of the findings."""

ORDER_COLUMNS: Final = pa.schema(
    [
        ("row", pa.string()),
        *SCHEMA,
        ("status", pa.string()),
        ("order_id", pa.string()),
        ("security_id", pa.string()),
        ("side", pa.string()),
        ("shares", pa.float64()),
        ("price", pa.float64()),
        ("lots", pa.string()),
        ("reason", pa.string()),
    ]
)
"""Columns of findings and proposed orders in one table: `row` is finding, order or answer."""

BATCH_ROWS: Final = 65_536
"""Rows of a row group in Parquet."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found: rows of findings, and of orders where they were asked for.

    `findings` makes its rows as they are taken: a large book may have millions.
    """

    asof: date
    households: int
    needed: int
    doubtful: int
    findings: Callable[[], Iterator[Row]]
    proposed: list[Row] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """How it is to be said."""

    form: str = "table"
    out: Path | None = None
    over: bool = False

    def __post_init__(self) -> None:
        """Raise `CommandError` on an unknown format, or a binary one for a terminal."""
        if self.form not in FORMATS:
            raise CommandError(f"--format {self.form!r}: choose one of {', '.join(FORMATS)}")
        if self.form == "parquet" and self.out is None and sys.stdout.isatty():
            raise CommandError("--format parquet is not for a terminal: add --out FILE")


def find_drift(
    folder: Path, asof: date | None, rebalance: Rebalance | None, choice: Choice
) -> Drift:
    """Screen a book and, where `rebalance` is given, plan whoever needs an answer."""
    day = asof or newest_price_date(folder)
    book = read_columns(folder, day)
    found = Findings(book, screen(book.columns))
    ids = [str(book.household_ids[place]) for place in found.order]
    proposed = None
    if rebalance is not None:
        proposed = list(_proposed(folder, day, ids, rebalance, choice))
    return Drift(
        asof=day,
        households=len(book.household_ids),
        needed=len(ids),
        doubtful=int(book.doubtful.sum()),
        findings=found.rows,
        proposed=proposed,
    )


def say_drift(drift: Drift, shown: Shown) -> None:
    """Write the findings where and as they are asked for."""
    if shown.form == "table":
        print_drift(drift)
        return
    write = _WRITERS[shown.form]
    if shown.out is not None:
        with whole_file(shown.out, shown.over) as aside, aside.open("wb") as file:
            write(drift, file)
        return
    sys.stdout.flush()
    write(drift, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _proposed(
    folder: Path, asof: date, ids: list[str], rebalance: Rebalance, choice: Choice
) -> Iterator[Row]:
    book = read_book(folder, asof)
    for priority, household_id in enumerate(ids, start=1):
        plan = answer(book, household_id, rebalance, choice.on)
        head = {"priority": priority, "household_id": household_id, "status": plan.status.value}
        if plan.status is not Status.PLANNED:
            yield {"row": "answer", **head, "said": plan.reason}
        yield from (_order_row(order, head) for order in _orders(plan))


def _orders(plan: Plan) -> list[Any]:
    orders = plan.orders if plan.status is Status.PLANNED else ()
    return sorted(orders, key=lambda order: order.order_id)


def _order_row(order: Any, head: Row) -> Row:
    return {
        "row": "order",
        **head,
        "account_id": order.account_id,
        "amount_usd": float(order.amount),
        "order_id": order.order_id,
        "security_id": order.security_id,
        "side": order.side.value,
        "shares": float(order.shares),
        "price": float(order.price),
        "lots": " ".join(f"{lot.lot_id}:{lot.shares.normalize():f}" for lot in order.lots),
        "reason": order.reason,
    }


def _all_rows(drift: Drift) -> Iterator[Row]:
    if drift.proposed is None:
        yield from drift.findings()
        return
    for row in drift.findings():
        yield {"row": "finding", **row}
    yield from drift.proposed


def _write_json(drift: Drift, file: BinaryIO) -> None:
    facts: dict[str, Any] = {
        "asof": drift.asof.isoformat(),
        "households": drift.households,
        "needed": drift.needed,
        "doubtful": drift.doubtful,
        "findings": [{name: row.get(name) for name in SCHEMA.names} for row in drift.findings()],
    }
    if drift.proposed is not None:
        facts["proposed"] = drift.proposed
    file.write(console.document(facts).encode())


def _write_csv(drift: Drift, file: BinaryIO) -> None:
    columns = SCHEMA.names if drift.proposed is None else ORDER_COLUMNS.names
    for text in csv_lines(columns, _all_rows(drift)):
        file.write(text.encode())


def _write_parquet(drift: Drift, file: BinaryIO) -> None:
    schema = SCHEMA if drift.proposed is None else ORDER_COLUMNS
    rows = _all_rows(drift)
    with pq.ParquetWriter(file, schema) as writer:
        while batch := list(islice(rows, BATCH_ROWS)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


_WRITERS: Final[dict[str, Callable[[Drift, BinaryIO], None]]] = {
    "json": _write_json,
    "csv": _write_csv,
    "parquet": _write_parquet,
}
