"""Tiny households: so few shares that every legal plan can be judged, one by one.

A local search that finds nothing proves nothing; here the best of all plans is known. Three
securities, one or two accounts, whole shares that are each a tenth of the household: what rounding,
tickets and sides do worst. Refused: shrinking a synthetic household, whose dozens of lots have more
plans than can be judged.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks.hunt.books.policies import override
from scenarios.book_files import COLUMNS

Tables = dict[str, pd.DataFrame]
Cells = dict[str, Any]

ASOF = "2026-11-20"
"""Date of the prices."""

PRICE_USD = (60.0, 700.0)
"""Price of a share, dollars."""

CASH_USD = 900.0
"""Most cash of an account, dollars."""

MOST_SHARES = 4
"""Most shares of a lot."""

ACQUIRED: Final = ("2019-03-04", "2025-12-01", "2026-06-10", "2026-11-05")
"""Trade dates of lots: long-term, soon long-term, short-term, inside the wash window."""

BOUGHT, SOLD = "2026-11-05", "2026-11-10"
"""Trade dates that the book's trades tell of."""

SHELTERED: Final = ("roth_ira", "traditional_ira", "401k", "hsa")

INCOMES: Final = (0.0, 30_000.0, 94_000.0, 180_000.0, 600_000.0)
"""Ordinary incomes, dollars: no tax, the brackets of gains, the surtax."""

COVARIANCE: Final = {
    ("stocks", "stocks"): 0.0264,
    ("stocks", "bonds"): 0.0007,
    ("bonds", "bonds"): 0.0036,
    ("gold", "gold"): 0.02,
    ("gold", "stocks"): 0.0,
    ("gold", "bonds"): 0.0,
}


def tiny_tables(rng: np.random.Generator, count: int) -> Tables:
    """Draw a market of three securities and `count` households in it."""
    classes = ["stocks", "bonds", str(rng.choice(["stocks", "bonds", "gold"]))]
    price = [round(float(usd), 2) for usd in rng.uniform(*PRICE_USD, 3)]
    rows: dict[str, list[Cells]] = {
        name: [] for name in ("households", "filing_units", "accounts", "lots", "trades")
    }
    for k in range(count):
        _household(rng, f"tiny-{k:07d}", price, rows)
    rows["securities"] = _securities(rng, classes, price)
    rows["targets"] = _target(rng, classes)
    rows["substitutes"] = [{"security_id": "A", "substitute_id": "C"}]
    rows["covariance"] = [
        {"asset_class_a": a, "asset_class_b": b, "covariance": value}
        for (a, b), value in COVARIANCE.items()
        if a in classes and b in classes
    ]
    return {name: pd.DataFrame(rows[name], columns=[*COLUMNS[name]]) for name in rows}


def _household(
    rng: np.random.Generator, name: str, price: list[float], rows: dict[str, list[Cells]]
) -> None:
    flow = round(float(rng.choice([0.0, 0.0, -1.0, 1.0])) * float(rng.uniform(50.0, CASH_USD)), 2)
    sheltered = flow == 0.0 and rng.random() < 0.5
    rows["households"].append(
        {
            "household_id": name,
            "target_id": "tiny",
            "policy_id": "standard",
            "net_flow": flow or np.nan,
            "overrides": override(rng, small=True),
        }
    )
    rows["filing_units"].append(
        {
            "filing_unit_id": f"{name}-u",
            "household_id": name,
            "filing_status": str(rng.choice(["single", "mfj"])),
            "ordinary_income": float(rng.choice(INCOMES)),
            "state_rate": float(rng.choice([0.0, 0.05, 0.093])),
            "st_realized_ytd": float(rng.choice([0.0, 0.0, 300.0, -300.0])),
            "lt_realized_ytd": float(rng.choice([0.0, 0.0, 500.0, -500.0])),
            "st_carryforward": float(rng.choice([0.0, 0.0, 200.0])),
            "lt_carryforward": float(rng.choice([0.0, 0.0, 300.0])),
        }
    )
    kinds = ["taxable", *([str(rng.choice(SHELTERED))] if sheltered else [])]
    for a, kind in enumerate(kinds):
        account = f"{name}-a{a}"
        rows["accounts"].append(
            {
                "account_id": account,
                "household_id": name,
                "filing_unit_id": f"{name}-u",
                "owner": "ann",
                "account_type": kind,
                "cash": round(float(rng.uniform(0.0, CASH_USD)), 2),
                "cash_floor": 0.0,
                "net_flow": 0.0,
            }
        )
        lots = int(rng.integers(1, 4)) if kind == "taxable" else 1
        for k in range(lots):
            _lot(rng, account, k, kind == "taxable", price, rows)


def _lot(
    rng: np.random.Generator,
    account: str,
    k: int,
    taxed: bool,
    price: list[float],
    rows: dict[str, list[Cells]],
) -> None:
    """Draw a lot, and the trade that tells of it where it was bought just now."""
    security, shares = int(rng.integers(3)), int(rng.integers(1, MOST_SHARES + 1))
    basis = round(shares * price[security] * float(rng.uniform(0.5, 1.4)), 2)
    acquired = str(rng.choice(ACQUIRED))
    lot: Cells = {
        "lot_id": f"{account}-l{k}",
        "account_id": account,
        "security_id": "ABC"[security],
        "shares": shares,
        "basis": basis if taxed else np.nan,
        "acquired": acquired if taxed else None,
    }
    rows["lots"].append(lot)
    trade: Cells = {"account_id": account, "security_id": "ABC"[security], "side": "buy"}
    if taxed and acquired == BOUGHT:
        trade |= {"trade_date": BOUGHT, "shares": shares, "amount": basis}
        rows["trades"].append({"trade_id": f"{account}-t{k}", **trade, "realized_gain": np.nan})
    elif taxed and rng.random() < 0.15:
        trade |= {"side": "sell", "trade_date": SOLD, "shares": 2}
        trade |= {"amount": round(2.0 * price[security], 2), "realized_gain": -100.0}
        rows["trades"].append({"trade_id": f"{account}-t{k}", **trade})


def _securities(rng: np.random.Generator, classes: list[str], price: list[float]) -> list[Cells]:
    return [
        {
            "security_id": "ABC"[i],
            "price": price[i],
            "price_date": ASOF,
            "asset_class": asset_class,
            "half_spread_bps": float(rng.choice([0.5, 5.0, 30.0])),
            "share_step": 1,
            "qualified_yield": 0.01 if asset_class == "stocks" else 0.0,
            "ordinary_yield": 0.04 if asset_class == "bonds" else 0.0,
            "exempt_yield": 0.0,
            "specific_vol": float(rng.choice([0.002, 0.03])),
        }
        for i, asset_class in enumerate(classes)
    ]


def _target(rng: np.random.Generator, classes: list[str]) -> list[Cells]:
    stocks, gold = float(rng.choice([0.3, 0.5, 0.7])), 0.2 if "gold" in classes else 0.0
    weights = {"stocks": stocks - 0.5 * gold, "bonds": 1.0 - stocks - 0.5 * gold, "gold": gold}
    return [
        {
            "target_id": "tiny",
            "asset_class": asset_class,
            "weight": round(weight, 3),
            "band": float(rng.choice([0.02, 0.05, 0.2])),
        }
        for asset_class, weight in weights.items()
        if weight
    ]
