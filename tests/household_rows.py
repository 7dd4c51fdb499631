"""Rows of a small household, each with the defaults of a plain case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

ASOF = date(2026, 11, 20)
NAN = float("nan")
Row = dict[str, Any]

STOCK, BOND, CASH = "STOCK", "BOND", "cash"


def account(account_id: str, account_type: str = "taxable", **given: Any) -> Row:
    """Return an account without cash, in the first filing unit."""
    sheltered_plan = account_type in ("401k", "roth_401k", "hsa")
    row: Row = {
        "account_id": account_id,
        "account_type": account_type,
        "filing_unit": 0,
        "owner": "A",
        "cash": 0.0,
        "cash_floor": 0.0,
        "net_flow": 0.0,
        "menu_id": None,
        "target_id": None,
        "rmd_due_usd": 0.0,
        "withdrawable": not sheltered_plan,
        "early_penalty_rate": 0.0,
        "reinvests": False,
        "cash_yield": 0.0,
        "custodian": None,
    }
    return _with(row, given)


def lot(
    lot_id: str,
    account_id: str,
    security_id: str,
    shares: float,
    basis: float = NAN,
    acquired: str = "NaT",
    **given: Any,
) -> Row:
    """Return a lot; basis in total dollars, the holding period starts when it was acquired."""
    row: Row = {
        "lot_id": lot_id,
        "account": account_id,
        "security": security_id,
        "shares": shares,
        "basis": basis,
        "acquired": acquired,
        "holding_start": acquired,
        "origin": "purchase",
    }
    return _with(row, given)


def security(security_id: str, price: float, asset_class: str = STOCK, **given: Any) -> Row:
    """Return a security without spread, income, own risk or rank, traded in whole shares."""
    row: Row = {
        "security_id": security_id,
        "price": price,
        "price_date": str(ASOF),
        "asset_class": asset_class,
        "half_spread_bps": 0.0,
        "share_step": 1.0,
        "identical_group": security_id,
        "qualified_yield": 0.0,
        "ordinary_yield": 0.0,
        "exempt_yield": 0.0,
        "foreign_tax_yield": 0.0,
        "specific_vol": 0.0,
        "rank": NAN,
        "instrument": None,
        "adv_shares": NAN,
        "usable": True,
    }
    return _with(row, given)


def unit(filing_unit_id: str = "U1", filing_status: str = "mfj", **given: Any) -> Row:
    """Return a filing unit with $150,000 of ordinary income: 22% and 15% in 2026, no state tax."""
    row: Row = {
        "filing_unit_id": filing_unit_id,
        "filing_status": filing_status,
        "ordinary_income": 150_000.0,
        "qualified_dividends": 0.0,
        "net_investment_income": 0.0,
        "magi": 150_000.0,
        "state_rate": 0.0,
        "st_realized_ytd": 0.0,
        "lt_realized_ytd": 0.0,
        "st_carryforward": 0.0,
        "lt_carryforward": 0.0,
        "tax_budget_usd": NAN,
        "gain_budget_usd": NAN,
        "usual_long_rate": NAN,
        "usual_ordinary_rate": NAN,
    }
    return _with(row, given)


def trade(account_id: str, security_id: str, day: str, side: str, shares: float, **g: Any) -> Row:
    """Return a past trade; its realized gain is unknown unless given."""
    row: Row = {
        "trade_id": f"{account_id}/{security_id}/{day}/{side}",
        "account": account_id,
        "security": security_id,
        "trade_date": day,
        "side": side,
        "shares": shares,
        "amount": 1.0,
        "realized_gain": NAN,
        "lot_id": None,
        "acquired": "NaT",
    }
    return _with(row, g)


def open_order(account_id: str, security_id: str, side: str, shares: float, **g: Any) -> Row:
    """Return an order that was sent and has not filled."""
    row: Row = {
        "order_id": f"open/{account_id}/{security_id}/{side}",
        "account": account_id,
        "security": security_id,
        "side": side,
        "shares": shares,
        "lot_id": None,
        "status": "open",
    }
    return _with(row, g)


def restriction(
    security_id: str, rule: str, account_id: str | None = None, shares: float = NAN
) -> Row:
    """Return a restriction on one account, or on the household."""
    return {
        "account": account_id,
        "security": security_id,
        "rule": rule,
        "shares": shares,
        "reason": None,
    }


def target(weights: Mapping[str, float], bands: Mapping[str, float] | None = None) -> Row:
    """Return a target; names of securities are told from names of classes by the market."""
    return {"weights": dict(weights), "bands": dict(bands or {})}


def _with(row: Row, given: Row) -> Row:
    unknown = given.keys() - row.keys()
    if unknown:
        raise KeyError(f"no such column: {', '.join(sorted(unknown))}")
    return {**row, **given}
