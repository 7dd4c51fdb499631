"""What nights believed of prices and values, handed from each run to the next.

    RUNS/<run_id>/prices.parquet            what the night believed, for the next one
    RUNS/<run_id>/seen.parquet              what the book showed of each household, and what of it
                                            is uncertain
    RUNS/<run_id>/previous/prices.parquet   what the night is held to
    RUNS/<run_id>/previous/worth.parquet    the same of households

What was not believed is not handed on: a slip that stands for three nights is told three times, and
so is a value that jumped where a policy lets that pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.arrays import Floats
from models.book.before import Before, Seen, Worth
from models.book.book import Book
from models.book.faults import in_one_line
from models.book.rows.prices import believed
from models.book.tables.files import read_files
from models.book.tables.schema import SCHEMA
from models.policy import Policy
from nightly.partition.partitions import SHARED, Partitions
from nightly.results.durable import whole_file
from nightly.results.run_tables import run_table
from nightly.triage.earlier_runs import PREVIOUS, EarlierRun

PRICES: Final = "prices.parquet"
WORTH: Final = "worth.parquet"

PRICES_SCHEMA: Final = pa.schema(
    [("security_id", pa.string()), ("price", pa.float64()), ("asof", pa.date32())]
)
WORTH_SCHEMA: Final = pa.schema(
    [
        ("household_id", pa.string()),
        ("value_usd", pa.float64()),
        ("flow_usd", pa.float64()),
        ("asof", pa.date32()),
    ]
)

DOUBTED: Final = frozenset({"value_jump", "no_lots"})
"""Kinds of fault after which a household's value is not believed, whatever its policy lets pass."""

_READ: Final = ("securities", "corporate_actions")


def prices_of(path: Path) -> dict[str, Seen]:
    """Return the prices in a file; none where it is absent, as in runs of earlier versions."""
    if not path.exists():
        return {}
    rows = pq.read_table(path, schema=PRICES_SCHEMA).to_pylist()
    return {row["security_id"]: Seen(row["price"], row["asof"]) for row in rows}


def write_prices(path: Path, prices: dict[str, Seen]) -> None:
    """Write prices, sorted; the file appears whole."""
    rows = [
        {"security_id": name, "price": seen.price, "asof": seen.asof}
        for name, seen in sorted(prices.items())
    ]
    with whole_file(path) as aside:
        pq.write_table(pa.Table.from_pylist(rows, schema=PRICES_SCHEMA), aside)


def believed_tonight(
    partitions: Partitions, asof: date, earlier: dict[str, Seen], policies: Sequence[Policy]
) -> dict[str, Seen]:
    """Return what tonight believes of prices; the strictest policy of the book decides."""
    tables = read_files(
        partitions.root / SHARED, heads=[name for name in SCHEMA if name not in _READ]
    ).tables
    strictest = min((policy.data.max_price_jump for policy in policies), default=1.0)
    securities, actions = (tables[name] for name in _READ)
    return believed(securities, actions, earlier, np.datetime64(asof, "D"), strictest)


class Believed(NamedTuple):
    """What is handed on: a table of what households were worth, and prices by security."""

    worth: Any
    prices: dict[str, Seen]


def believed_by(run: EarlierRun) -> Believed:
    """Return what an earlier run believed, or was held to where it did not believe its book."""
    place = run.folder.path
    return Believed(worth_handed_on(place, run.asof, place / PREVIOUS), prices_of(place / PRICES))


def worth_handed_on(run: Path, asof: date, previous: Path) -> Any:
    """Return what a run believed of households, and of those it did not, what it was held to."""
    seen = run_table(run, "seen") if any(run.glob("seen.*")) else None
    tables = []
    if seen is not None:
        seen = seen.filter(pc.is_valid(seen["value_usd"])).drop(["uncertain"])
        days = pa.array(np.full(seen.num_rows, np.datetime64(asof, "D")), pa.date32())
        tables.append(seen.append_column("asof", days).cast(WORTH_SCHEMA))
    if (previous / WORTH).exists():
        old = pq.read_table(previous / WORTH, schema=WORTH_SCHEMA)
        if tables:
            names = tables[0]["household_id"].combine_chunks()
            old = old.filter(pc.invert(pc.is_in(old["household_id"], value_set=names)))
        tables.append(old)
    joined = pa.concat_tables([WORTH_SCHEMA.empty_table(), *tables])
    return joined.sort_by("household_id")


def before_of(prices: dict[str, Seen], worth: Sequence[dict[str, Any]]) -> Before | None:
    """Return what a night is held to, None where there is nothing."""
    if not prices and not worth:
        return None
    values = {
        row["household_id"]: Worth(row["value_usd"], row["flow_usd"], row["asof"]) for row in worth
    }
    return Before(prices, values)


def seen_of(book: Book, household_id: str) -> dict[str, Any] | None:
    """Return the row of what a book shows of a household; None where nothing can be said."""
    doubts = book.uncertain.get(household_id, ())
    uncertain = in_one_line(doubts) or None
    credible = not any(fault.kind in DOUBTED for fault in doubts)
    row: dict[str, Any] = {"household_id": household_id, "value_usd": None, "flow_usd": None}
    if credible and household_id in book.positions and not book.faults_of(household_id):
        place = book.positions[household_id]
        lots, accounts = book.columns.lots, book.columns.accounts
        mine, own = lots.place(place), accounts.place(place)
        price: Floats = book.market.securities.price[lots.rows.security[mine]]
        value, flow = lots.rows.shares[mine] @ price, accounts.rows.net_flow[own].sum()
        row["value_usd"] = round(float(value + accounts.rows.cash[own].sum()), 2)
        row["flow_usd"] = round(float(flow + float(book.net_flow[place])), 2)
    elif uncertain is None:
        return None
    return {**row, "uncertain": uncertain}
