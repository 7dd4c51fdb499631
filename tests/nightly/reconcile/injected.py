"""Differences put into a custodian's rows, one a household, each with the name that it must get."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tests.books import Tables
from tests.nightly.reconcile.year import action

WAYS = (
    "missing_fill",
    "unbooked_dividend",
    "split",
    "basis",
    "wash_adjustment",
    "transfer",
    "cash",
    "unknown",
)


def inject(rows: Tables, household: str, kind: str, chance: random.Random, day: date) -> str:
    """Change a household's rows so that one kind of difference arises; return the kind.

    A household that bought nothing lately, or has no large lot, gets one of cash instead.
    """
    taxable = f"{household}-a"
    lots = [row for row in rows["lots"] if row["account_id"] == taxable and row["shares"] >= 25]
    lot = chance.choice(lots) if lots else None
    cash = {row["account_id"]: row for row in rows["accounts"]}
    if kind == "missing_fill":
        fill = _last_buy(rows, household)
        if fill is not None:
            bought, trade = fill
            rows["lots"].remove(bought)
            rows["trades"].remove(trade)
            cash[trade["account_id"]]["cash"] += trade["amount"]
            return kind
    elif kind == "unbooked_dividend" and lot is not None:
        per, name = chance.randint(11, 99) / 100, f"x-{household}"
        rows["corporate_actions"].append(
            action(name, lot["security_id"], day, "cash_dividend", cash_per_share=per)
        )
        held = [row for row in rows["lots"] if row["account_id"] == taxable]
        shares = sum(row["shares"] for row in held if row["security_id"] == lot["security_id"])
        cash[taxable]["cash"] += per * shares
        return kind
    elif kind == "split" and lot is not None:
        ratio = chance.choice((2.0, 3.0, 1.5, 0.25))
        for row in rows["lots"]:
            if (row["account_id"], row["security_id"]) == (taxable, lot["security_id"]):
                row["shares"] *= ratio
        return kind
    elif kind in ("basis", "wash_adjustment") and lot is not None:
        usd = chance.randint(100, 90_000) / 100
        lot["basis"] += usd
        if kind == "wash_adjustment":
            _unit(rows, household)["st_realized_ytd"] += usd
        return kind
    elif kind == "transfer" and lot is not None:
        lot["account_id"] = f"{household}-ira"
        return kind
    elif kind == "unknown" and lot is not None:
        lot["shares"] -= 0.37
        return kind
    cash[taxable]["cash"] -= chance.randint(2, 90_000) / 100
    return "cash"


def _unit(rows: Tables, household: str) -> dict[str, Any]:
    return next(row for row in rows["filing_units"] if row["household_id"] == household)


def _last_buy(rows: Tables, household: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the last purchase of which every share is still in a lot of its own."""
    for trade in reversed(rows["trades"]):
        if trade["side"] != "buy" or not trade["account_id"].startswith(f"{household}-"):
            continue
        same = ("account_id", "security_id", "shares")
        for row in rows["lots"]:
            if row["acquired"] == trade["trade_date"] and all(row[c] == trade[c] for c in same):
                return row, trade
    return None
