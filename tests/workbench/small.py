"""A household small enough to check by hand: two accounts, two funds and a leveraged one."""

from __future__ import annotations

from datetime import date

import numpy as np
from scipy import sparse

from models.household import (
    Accounts,
    FilingUnits,
    Household,
    Lots,
    OpenOrders,
    Restrictions,
    ScheduledBuys,
    Trades,
)
from models.market import Market, Risk, Securities, Target

ASOF = date(2026, 11, 20)
NAN = float("nan")


def texts(*values: object) -> np.ndarray:
    """Return an object column."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def floats(*values: float) -> np.ndarray:
    """Return a float column."""
    return np.array(values, dtype=np.float64)


def days(*values: str) -> np.ndarray:
    """Return a date column; `NaT` is null."""
    return np.array(values, dtype="datetime64[D]")


def ints(*values: int) -> np.ndarray:
    """Return an index column."""
    return np.array(values, dtype=np.int64)


def market() -> Market:
    """Return STOCK at $100, BOND at $50, and DOUBLE at $20 with twice the stock's exposure."""
    securities = Securities(
        security_id=texts("STOCK", "BOND", "DOUBLE"),
        price=floats(100, 50, 20),
        price_date=days("2026-11-20", "2026-11-20", "2026-11-20"),
        asset_class=texts("stocks", "bonds", "stocks"),
        half_spread_bps=floats(10, 5, 20),
        share_step=floats(1, 1, 1),
        identical_group=ints(0, 1, 2),
        identical_names=texts("STOCK", "BOND", "DOUBLE"),
        qualified_yield=floats(0.015, 0, 0.01),
        ordinary_yield=floats(0, 0.04, 0),
        exempt_yield=floats(0, 0, 0),
        foreign_tax_yield=floats(0, 0, 0),
        specific_vol=floats(0.01, 0.01, 0.02),
        rank=floats(NAN, NAN, NAN),
        instrument=texts(None, None, None),
        adv_shares=floats(NAN, NAN, NAN),
        usable=np.array([True, True, True]),
    )
    weights = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]))
    risk = Risk(
        factors=("stocks", "bonds"),
        covariance=np.array([[0.04, 0.0], [0.0, 0.0025]]),
        exposures=weights,
        class_exposures={"stocks": floats(1, 0), "bonds": floats(0, 1)},
        classes=("stocks", "bonds"),
        class_weights=weights,
    )
    none = np.array([], dtype=np.int64)
    balanced = Target(
        target_id="60-40",
        classes=("stocks", "bonds"),
        class_weights=floats(0.6, 0.4),
        class_bands=floats(0.05, NAN),
        securities=none,
        security_weights=floats(),
        security_bands=floats(),
    )
    mixed = Target(
        target_id="half-stock",
        classes=("bonds",),
        class_weights=floats(0.5),
        class_bands=floats(NAN),
        securities=ints(0),
        security_weights=floats(0.5),
        security_bands=floats(0.1),
    )
    return Market(securities, risk, {"60-40": balanced, "half-stock": mixed}, {})


def household(net_flow: float = 0.0, ira_target: str | None = None) -> Household:
    """Return $10,000: taxable 70 STOCK and $500 cash, IRA 40 BOND and $500 cash."""
    no_ints, no_text, no_float = ints(), texts(), floats()
    no_days = np.array([], dtype="datetime64[D]")
    return Household(
        household_id="smith",
        asof=ASOF,
        target_id="60-40",
        policy_id="standard",
        net_flow=net_flow,
        units=FilingUnits(
            filing_unit_id=texts("smith.unit"),
            filing_status=texts("single"),
            ordinary_income=floats(100_000),
            qualified_dividends=floats(0),
            net_investment_income=floats(0),
            magi=floats(100_000),
            state_rate=floats(0.05),
            st_realized_ytd=floats(2_000),
            lt_realized_ytd=floats(0),
            st_carryforward=floats(0),
            lt_carryforward=floats(1_500),
            tax_budget_usd=floats(NAN),
            gain_budget_usd=floats(NAN),
            usual_long_rate=floats(NAN),
            usual_ordinary_rate=floats(NAN),
        ),
        accounts=Accounts(
            account_id=texts("smith.joint", "smith.ira"),
            filing_unit=ints(0, 0),
            owner=texts("first", "first"),
            account_type=texts("taxable", "traditional_ira"),
            cash=floats(500, 500),
            cash_floor=floats(0, 0),
            net_flow=floats(0, 0),
            menu_id=texts(None, None),
            target_id=texts(None, ira_target),
            rmd_due_usd=floats(0, 0),
            withdrawable=np.array([True, True]),
            early_penalty_rate=floats(0, 0),
            reinvests=np.array([False, False]),
            cash_yield=floats(0, 0),
            custodian=texts(None, None),
        ),
        lots=Lots(
            lot_id=texts("l1", "l2", "l3"),
            account=ints(0, 0, 1),
            security=ints(0, 0, 1),
            shares=floats(30, 40, 40),
            basis=floats(1_500, 4_400, NAN),
            acquired=days("2020-01-02", "2026-08-03", "NaT"),
            holding_start=days("2020-01-02", "2026-08-03", "NaT"),
            origin=texts("purchase", "purchase", "purchase"),
        ),
        trades=Trades(
            no_text,
            no_ints,
            no_ints,
            no_days,
            no_text,
            no_float,
            no_float,
            no_float,
            no_text,
            no_days,
        ),
        open_orders=OpenOrders(no_text, no_ints, no_ints, no_text, no_float, no_text, no_text),
        scheduled_buys=ScheduledBuys(no_ints, no_ints, no_days),
        restrictions=Restrictions(no_ints, no_ints, no_text, no_float, no_text),
        market=market(),
    )
