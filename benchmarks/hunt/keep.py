"""A find as a person can open it: the household alone as a book, our orders and the better ones."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pandas as pd

from benchmarks.hunt.hunted import Hunted
from benchmarks.hunt.plans.point import orders_of
from models.book.tables.column import CellKind
from models.book.tables.files import table_paths
from models.book.tables.schema import SCHEMA
from models.household import Household
from models.order import Flow, Order
from models.plan import Figures
from scenarios.book_files import COLUMNS, cell_kind, write_book


def keep(book: Path, household: Household, hunted: Hunted, out: Path) -> Path:
    """Write the household as a book into a folder of its own, with orders and figures beside it.

    `hearth plan FOLDER HOUSEHOLD --asof DATE` plans it again; `better.csv` is what was met.
    """
    folder = out / f"{hunted.row.book}-{household.household_id}".replace(":", "-")
    if folder.exists():
        shutil.rmtree(folder)
    cut_out(book, household.household_id, folder)
    ours = hunted.plans[0] if hunted.plans else None
    if ours is not None:
        write_orders(ours.orders, ours.flows, folder / "ours.txt")
    figures = [f"{name}: {value}" for name, value in asdict(hunted.row).items()]
    if hunted.best is not None:
        write_orders(*orders_of(household, hunted.best.point), folder / "better.txt")
        figures += ["", *_terms(hunted, hunted.best.figures)]
    (folder / "find.txt").write_text("\n".join([*figures, ""]), encoding="utf-8")
    return folder


def _terms(hunted: Hunted, better: Figures) -> list[str]:
    """Each term of the objective, ours and the better plan's, dollars."""
    figures = hunted.plans[0].figures if hunted.plans else None
    ours = {} if figures is None else figures.terms_usd
    return [
        f"{name}: ours {ours.get(name, float('nan')):.2f}, better {usd:.2f}, dollars"
        for name, usd in better.terms_usd.items()
    ]


def write_orders(orders: Sequence[Order], flows: Sequence[Flow], path: Path) -> None:
    """Write orders with their lots, and flows, one a line, comma-separated."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["account_id", "security_id", "side", "shares", "amount", "lots"])
        for order in orders:
            lots = " ".join(f"{lot.lot_id}:{_plain(lot.shares)}" for lot in order.lots)
            where = order.account_id, order.security_id, order.side.value
            writer.writerow([*where, _plain(order.shares), _plain(order.amount), lots])
        for flow in flows:
            writer.writerow([flow.account_id, "", "flow", "", flow.amount, ""])


def _plain(number: Decimal) -> str:
    """A number without zeros at its end, so that equal orders are equal lines."""
    return f"{number.normalize():f}"


def cut_out(book: Path, household_id: str, folder: Path) -> None:
    """Write one household of a book as a book of its own; the market stays whole."""
    tables = {name: _read(book, name) for name in SCHEMA if table_paths(book, name)}
    accounts = tables["accounts"]
    mine = set(accounts.loc[accounts["household_id"] == household_id, "account_id"])
    for name, frame in tables.items():
        keys = [key for key in ("household_id", "account_id") if key in frame]
        if keys and name != "securities":
            here = pd.Series(False, frame.index)
            for key, wanted in (("household_id", {household_id}), ("account_id", mine)):
                if key in frame:
                    here |= frame[key].isin(wanted)
            tables[name] = frame[here]
    for name, frame in tables.items():
        absent = {column: None for column in COLUMNS[name] if column not in frame}
        tables[name] = frame.assign(**absent)
    write_book(tables, {}, folder, format="csv")
    if (book / "policies").is_dir():
        shutil.copytree(book / "policies", folder / "policies", dirs_exist_ok=True)


def _read(book: Path, name: str) -> pd.DataFrame:
    parts = [_part(name, path) for path in table_paths(book, name)]
    return pd.concat(parts, ignore_index=True)


def _part(name: str, path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    frame = pd.read_csv(path, dtype=str)  # every cell as it was typed, numbers too
    for column in frame.columns:
        if cell_kind(name, str(column)) is CellKind.FLAG:
            frame[column] = frame[column].str.lower().map({"true": True, "false": False})
    return frame
