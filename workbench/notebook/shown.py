"""What lower layers say, shown: a bare plan or book in a notebook, and any record as a DataFrame.

A plan and a book know no page, and need not: the notebook is told how they are shown
(`%load_ext workbench.notebook`). Refused: HTML in the truth, and classes that are patched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from models.book.book import Book
from models.plan import Plan
from workbench.pages.cells import Column, cell

PLAN: Final = (
    Column("side", "order"),
    Column("security_id", "security"),
    Column("account_id", "account"),
    Column("shares", "shares", "shares"),
    Column("amount", "amount", "usd"),
    Column("marginal_usd", "worth", "usd"),
    Column("reason", "why"),
)

BOOK: Final = (
    Column("household_id", "household"),
    Column("target_id", "target"),
    Column("policy_id", "policy"),
    Column("net_flow", "flow", "usd"),
    Column("faults", "faults", "count"),
)


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a DataFrame, columns in the order in which they are first told."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame([[row.get(name) for name in names] for row in rows], columns=names)


def order_rows(plan: Plan) -> list[dict[str, Any]]:
    """Return the orders of a plan, one a row."""
    return [
        {
            "side": order.side.value,
            "security_id": order.security_id,
            "account_id": order.account_id,
            "shares": float(order.shares),
            "price": float(order.price),
            "amount": float(order.amount),
            "marginal_usd": order.marginal_usd,
            "reason": order.reason,
        }
        for order in plan.orders
    ]


def book_rows(book: Book) -> list[dict[str, Any]]:
    """Return the households of a book, one a row."""
    return [
        {
            "household_id": str(name),
            "target_id": str(book.target_id[place]),
            "policy_id": str(book.policy_id[place]),
            "net_flow": float(book.net_flow[place]),
            "faults": len(book.faults_by_household.get(str(name), ())),
        }
        for place, name in enumerate(book.household_ids.tolist())
    ]


def plan_html(plan: Plan) -> str:
    """Return a bare plan as a piece of HTML; explained it says more (`workbench.asked.explained`).

    A bound and a gap stand only where the plan has them.
    """
    said = [plan.reason] if plan.reason else []
    if plan.certificate is not None:
        said.append(f"no plan is better by more than {plan.certificate.gap_bps:.4f} bps")
    title = f"{plan.household_id}: {plan.status.value.replace('_', ' ')}"
    return cell(title, order_rows(plan), PLAN, notes=said)


def book_html(book: Book) -> str:
    """Return a book as a piece of HTML: its households and what is wrong with it."""
    title = f"{len(book)} households as of {book.asof}, {len(book.faults)} faults"
    return cell(title, book_rows(book), BOOK, notes=book.warnings)


def load_ipython_extension(shell: Any) -> None:
    """Tell a notebook how a bare plan and a bare book are shown."""
    html = shell.display_formatter.formatters["text/html"]
    html.for_type(Plan, plan_html)
    html.for_type(Book, book_html)
