"""The page of `hearth drift`: findings by household in order of priority, then proposed orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

from models.triggers import Trigger
from nightly.cli import console
from nightly.triage.drift_rows import Row

if TYPE_CHECKING:
    from nightly.cli.drift import Drift

HELD: Final = "weights are of what is held now: money still to be raised or invested is not in them"
"""What is said where a household has such money."""

SHOWN: Final = 40
"""Households on a page; the other formats have them all."""

WIDTHS: Final = {
    **{"#": 4, "household": 16, "accounts": 15, "what": 16},
    **{"weight %": 8, "band %": 14, "beyond": 6, "$": 12},
}
"""Least widths of the columns (characters): with a blank between they make a page."""


def print_drift(drift: Drift) -> None:
    """Print what was found."""
    page = console.page()
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    for name, width in WIDTHS.items():
        words = name in ("household", "accounts", "what")
        whole = name in ("household", "accounts")
        table.add_column(name, overflow="fold", no_wrap=whole, min_width=width)
        table.columns[-1].justify = "left" if words else "right"
    shown = 0
    last, waits = "", False
    for row in drift.findings():
        name = row["household_id"]
        shown += name != last
        if shown > SHOWN:
            break  # a large book has millions of rows more
        table.add_row(*_cells(row, name != last))
        last = name
        waits |= row["trigger"] == Trigger.CASH and row.get("account_id") is None
    if shown:
        console.print_table(page, table, words=0)
    rest = drift.needed + drift.doubtful - SHOWN
    if rest > 0:
        page.print(f"and {rest} households more: --format csv, json or parquet has them all")
    if waits:
        page.print(HELD, soft_wrap=True)
    if drift.proposed is not None:
        _print_proposed(page, drift.proposed)
    told = f"{drift.needed} of {drift.households} households need an answer as of {drift.asof}"
    if drift.doubtful:
        told += f"; {drift.doubtful} have data that cannot be read (hearth check says why)"
    page.print(told, soft_wrap=True)


def _cells(row: Row, first: bool) -> list[str]:
    place = row.get("priority")
    what = row.get("name") or row["said"]
    if row.get("low") is None and row.get("high") is None:
        band = "" if row.get("weight") is None else "none"
    else:
        band = f"{_points(row.get('low'))} to {_points(row.get('high'))}"
    amount = row.get("amount_usd")
    accounts = [name for name in (row.get("account_id") or "").split(";") if name]
    return [
        str(place) if first and place is not None else "",
        row["household_id"] if first else "",
        accounts[0] if len(accounts) == 1 else f"{len(accounts)} accounts" if accounts else "",
        what,
        _points(row.get("weight")),
        band,
        _points(row.get("beyond")),
        "" if amount is None else f"{amount:,.0f}",
    ]


def _points(weight: float | None) -> str:
    return "" if weight is None else f"{100.0 * weight:.2f}"


def _print_proposed(page: Any, proposed: list[Row]) -> None:
    page.print("\nproposed orders", style="dim")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("#", "household", "account", "order", "shares", "price", "$", "why"):
        right = name in ("#", "shares", "price", "$")
        whole = name != "why"
        table.add_column(name, overflow="fold", no_wrap=whole)
        table.columns[-1].justify = "right" if right else "left"
    for row in proposed:
        head = [str(row["priority"]), row["household_id"]]
        if row["row"] == "answer":
            tail = ["", row["status"], "", "", "", row["said"]]
        else:
            shares, price = f"{row['shares']:g}", f"{row['price']:,.2f}"
            order = f"{row['side']} {row['security_id']}"
            amount = f"{row['amount_usd']:,.0f}"
            tail = [row["account_id"], order, shares, price, amount, row["reason"]]
        table.add_row(*head, *tail)
    console.print_table(page, table)
