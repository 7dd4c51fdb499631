"""A tiny hand-made book that tests change one cell at a time, and its writers."""

from __future__ import annotations

import copy
import csv
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from models.book.tables.schema import SCHEMA

ASOF = date(2026, 11, 20)
Tables = dict[str, list[dict[str, Any]]]

_TINY: Tables = {
    "households": [
        {"household_id": "H1", "target_id": "T6040", "policy_id": "standard", "net_flow": None},
        {"household_id": "H2", "target_id": "TNAMED", "policy_id": "careful", "net_flow": None},
        {"household_id": "007", "target_id": "T6040", "policy_id": "standard", "net_flow": -500.0},
    ],
    "filing_units": [
        {
            "filing_unit_id": unit,
            "household_id": household,
            "filing_status": status,
            "ordinary_income": 120000.0,
            "qualified_dividends": 2000.0,
            "net_investment_income": None,
            "magi": None,
            "state_rate": 0.05,
            "st_realized_ytd": 0.0,
            "lt_realized_ytd": 0.0,
            "st_carryforward": 0.0,
            "lt_carryforward": 0.0,
            "tax_budget_usd": None,
            "gain_budget_usd": None,
            "usual_long_rate": None,
            "usual_ordinary_rate": None,
        }
        for unit, household, status in (
            ("U1", "H1", "mfj"),
            ("U2", "H2", "single"),
            ("U2B", "H2", "single"),
            ("U7", "007", "hoh"),
        )
    ],
    "accounts": [
        {
            "account_id": account,
            "household_id": household,
            "filing_unit_id": unit,
            "owner": "me",
            "account_type": kind,
            "cash": 1000.0,
            "cash_floor": 0.0,
            "net_flow": 0.0,
            "menu_id": menu,
            "target_id": target,
            "rmd_due_usd": None,
            "withdrawable": None,
            "early_penalty_rate": None,
            "reinvests": None,
            "cash_yield": None,
            "custodian": None,
        }
        for account, household, unit, kind, menu, target in (
            ("A1-TAX", "H1", "U1", "taxable", None, None),
            ("A1-IRA", "H1", "U1", "traditional_ira", None, None),
            ("A1-401K", "H1", "U1", "401k", "PLAN", "T6040"),
            ("A2-TAX", "H2", "U2", "taxable", None, None),
            ("A2-ROTH", "H2", "U2B", "roth_ira", None, None),
            ("A7-TAX", "007", "U7", "taxable", None, None),
        )
    ],
    "lots": [
        {
            "lot_id": lot,
            "account_id": account,
            "security_id": security,
            "shares": shares,
            "basis": basis,
            "acquired": acquired,
            "holding_start": None,
            "origin": None,
        }
        for lot, account, security, shares, basis, acquired in (
            ("L1", "A1-TAX", "VTI", 100.0, 20000.0, date(2019, 3, 4)),
            ("L2", "A1-TAX", "VTI", 50.0, 18000.0, date(2026, 2, 3)),
            ("L3", "A1-TAX", "BND", 200.0, 15000.0, date(2021, 5, 6)),
            ("L4", "A1-IRA", "BND", 300.0, None, None),
            ("L5", "A1-401K", "K500", 400.0, None, None),
            ("L6", "A2-TAX", "VTI", 80.0, 21000.0, date(2024, 7, 8)),
            ("L7", "A2-ROTH", "VEA", 500.0, None, None),
            ("L8", "A7-TAX", "VEA", 60.0, 3000.0, date(2022, 1, 10)),
        )
    ],
    "securities": [
        {
            "security_id": security,
            "price": price,
            "price_date": ASOF,
            "asset_class": asset_class,
            "half_spread_bps": 1.0,
            "share_step": 1.0,
            "identical_group": identical,
            "qualified_yield": 0.01,
            "ordinary_yield": 0.01,
            "exempt_yield": 0.0,
            "foreign_tax_yield": None,
            "specific_vol": 0.01,
            "rank": None,
            "instrument": None,
            "adv_shares": None,
        }
        for security, price, asset_class, identical in (
            ("VTI", 300.0, "us_equity", "total-us"),
            ("ITOT", 130.0, "us_equity", None),
            ("VEA", 60.0, "developed", None),
            ("BND", 73.0, "us_bond", None),
            ("K500", 50.0, "us_equity", "total-us"),
            ("SPARE", 20.0, "us_bond", None),
        )
    ],
    "substitutes": [{"security_id": "VTI", "substitute_id": "ITOT"}],
    "exposures": [
        {"security_id": "VEA", "asset_class": "developed", "weight": 0.9},
        {"security_id": "VEA", "asset_class": "us_equity", "weight": 0.1},
    ],
    "targets": [
        {"target_id": "T6040", "asset_class": "us_equity", "security_id": None, "weight": 0.4},
        {"target_id": "T6040", "asset_class": "developed", "security_id": None, "weight": 0.2},
        {"target_id": "T6040", "asset_class": "us_bond", "security_id": None, "weight": 0.4},
        {"target_id": "TNAMED", "asset_class": None, "security_id": "VTI", "weight": 0.7},
        {"target_id": "TNAMED", "asset_class": None, "security_id": "VEA", "weight": 0.3},
    ],
    "covariance": [
        {"asset_class_a": first, "asset_class_b": second, "covariance": covariance}
        for first, second, covariance in (
            ("us_equity", "us_equity", 0.0256),
            ("developed", "developed", 0.0324),
            ("us_bond", "us_bond", 0.0025),
            ("us_equity", "developed", 0.0245),
            ("us_equity", "us_bond", 0.0016),
            ("developed", "us_bond", 0.0018),
        )
    ],
    "trades": [
        {
            "trade_id": "X1",
            "account_id": "A1-TAX",
            "security_id": "BND",
            "trade_date": date(2026, 11, 10),
            "side": "sell",
            "shares": 10.0,
            "amount": 730.0,
            "realized_gain": -50.0,
            "lot_id": "GONE",
        },
        {
            "trade_id": "X2",
            "account_id": "A2-TAX",
            "security_id": "VTI",
            "trade_date": date(2026, 11, 2),
            "side": "buy",
            "shares": 5.0,
            "amount": 1500.0,
            "realized_gain": None,
            "lot_id": None,
        },
    ],
    "open_orders": [
        {
            "order_id": "O1",
            "account_id": "A1-TAX",
            "security_id": "VTI",
            "side": "sell",
            "shares": 20.0,
            "lot_id": "L1",
            "status": "open",
        }
    ],
    "scheduled_buys": [
        {"account_id": "A1-401K", "security_id": "K500", "date": date(2026, 11, 30)}
    ],
    "restrictions": [
        {
            "household_id": None,
            "account_id": "A2-TAX",
            "security_id": "VTI",
            "rule": "hold_at_least",
            "shares": 10.0,
            "until": None,
            "reason": "employer",
        },
        {
            "household_id": "H1",
            "account_id": None,
            "security_id": "VEA",
            "rule": "no_buy",
            "shares": None,
            "until": date(2026, 11, 1),
            "reason": "expired",
        },
    ],
    "menus": [
        {"menu_id": "PLAN", "security_id": "K500"},
        {"menu_id": "PLAN", "security_id": "BND"},
    ],
}

CAREFUL_POLICY = "[limits]\ntax_budget_usd = 2000\n"


def tiny_book() -> Tables:
    """Return the tables of a valid book of three households, free to be changed.

    H1 files jointly and has a taxable account, an IRA and a 401(k) with a menu; H2 has two filing
    units, a target by securities and the policy `careful`; 007 has one account and withdraws $500.
    """
    return copy.deepcopy(_TINY)


def write(tables: Tables, folder: Path, format: str = "csv") -> Path:
    """Write a book into `folder` as `csv`, `parquet`, or `parts` (two Parquet parts a table).

    The columns of a table are those of its rows, in order of first appearance. A value is written
    as it is, so a text may stand in a number's cell of a CSV.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if format == "csv":
            _write_csv(rows, columns_of(name, rows), folder / f"{name}.csv")
        elif format == "parquet":
            pq.write_table(_arrow(name, rows), folder / f"{name}.parquet")
        else:
            (folder / name).mkdir()
            table, half = _arrow(name, rows), (len(rows) + 1) // 2
            pq.write_table(table.slice(0, half), folder / name / "part-0.parquet")
            pq.write_table(table.slice(half), folder / name / "part-1.parquet")
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "careful.toml").write_text(CAREFUL_POLICY, encoding="utf-8")
    return folder


def _write_csv(rows: list[dict[str, Any]], columns: list[str], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    columns = {column: [row.get(column) for row in rows] for column in columns_of(name, rows)}
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def columns_of(name: str, rows: list[dict[str, Any]]) -> list[str]:
    """Return the columns of a table's rows in order of first appearance; all, without rows."""
    return list(dict.fromkeys(column for row in rows for column in row)) or list(
        SCHEMA[name].column_names
    )
