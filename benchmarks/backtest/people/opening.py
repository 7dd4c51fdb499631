"""The household at the start: the target held in every account, in lots of the years before.

Everyone begins the same way whatever method follows: each account holds the household's target by
itself, in the first fund of each class, and taxable lots were bought on random days of up to eight
years before, at that day's price, so that gains, losses and ages are those of a real past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np

from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.people.draw import LifePlan
from models.arrays import Texts, read_only
from models.household import (
    TREATMENT_OF,
    Accounts,
    FilingUnits,
    Household,
    Lots,
    OpenOrders,
    Restrictions,
    ScheduledBuys,
    TaxTreatment,
    Trades,
)

LOTS_A_POSITION: Final = 8
OLDEST_ROWS: Final = 2016
"""Trading days back within which lots were bought: eight years."""
NEWEST_ROWS: Final = 70
"""Trading days back before which they were: no wash-sale window is open at the start."""
CASH_SHARE: Final = 0.005
"""Of each account: held in cash at the start, besides what whole shares leave over."""


def opening_household(stage: Stage, plan: LifePlan, look: int) -> Household:
    """Return the household as it stands at a look, before anybody trades."""
    market, row = stage.markets[look], int(stage.looks[look])
    accounts, n = plan.accounts, len(plan.accounts)
    values = [plan.wealth_usd * account.share for account in accounts]
    lots = [
        lot
        for a, value in enumerate(values)
        for lot in _lots(stage, plan, a, value * (1 - CASH_SHARE), row)
    ]
    held = np.zeros(n)
    for lot in lots:
        held[lot["account"]] += lot["shares"] * stage.close[row, lot["security"]]
    withdrawable = [a.account_type in ("taxable", "traditional_ira", "roth_ira") for a in accounts]
    return Household(
        household_id=plan.household_id,
        asof=stage.history.days[row].item(),
        target_id=plan.target_id,
        policy_id="standard",
        net_flow=0.0,
        units=_unit(plan),
        accounts=Accounts(
            account_id=texts([account.account_id for account in accounts]),
            filing_unit=read_only(np.zeros(n, np.int64)),
            owner=texts(["first"] * n),
            account_type=texts([account.account_type for account in accounts]),
            cash=read_only(np.round(np.array(values) - held, 2)),
            cash_floor=read_only(np.zeros(n)),
            net_flow=read_only(np.zeros(n)),
            menu_id=texts([account.menu_id for account in accounts]),
            target_id=texts([None] * n),
            rmd_due_usd=read_only(np.zeros(n)),
            withdrawable=read_only(np.array(withdrawable)),
            early_penalty_rate=read_only(np.zeros(n)),
            reinvests=read_only(np.array([account.reinvests for account in accounts])),
            cash_yield=read_only(np.zeros(n)),
            custodian=texts([None] * n),
        ),
        lots=_table(Lots, lots),
        trades=_table(Trades, []),
        open_orders=_table(OpenOrders, []),
        scheduled_buys=_table(ScheduledBuys, []),
        restrictions=_table(Restrictions, []),
        market=market,
    )


def _unit(plan: LifePlan) -> FilingUnits:
    numbers = {
        field.name: read_only(np.zeros(1))
        for field in fields(FilingUnits)
        if field.name not in ("filing_unit_id", "filing_status")
    }
    numbers |= {
        "ordinary_income": read_only(np.array([plan.income(0)])),
        "state_rate": read_only(np.array([plan.state_rate])),
        "tax_budget_usd": read_only(np.array([np.nan])),
        "gain_budget_usd": read_only(np.array([np.nan])),
        "usual_long_rate": read_only(np.array([np.nan])),
        "usual_ordinary_rate": read_only(np.array([np.nan])),
    }
    return FilingUnits(
        filing_unit_id=texts([f"{plan.household_id}.unit"]),
        filing_status=texts([plan.filing_status]),
        **numbers,
    )


def _lots(stage: Stage, plan: LifePlan, a: int, value: float, row: int) -> list[dict[str, Any]]:
    """Return the lots of one account: its target, a position a class."""
    account = plan.accounts[a]
    market, target = stage.markets[0], stage.markets[0].targets[plan.target_id]
    rng = np.random.default_rng([plan.seed, a])
    taxable = TREATMENT_OF[account.account_type] is TaxTreatment.TAXABLE
    listed, funds = stage.history.first_day(), stage.history.funds
    offered = set(market.menus[account.menu_id].tolist()) if account.menu_id else None
    held: list[tuple[int, float]] = []
    for name, weight in zip(target.classes, target.class_weights, strict=True):
        may = [
            k
            for k, fund in enumerate(funds)
            if fund.asset_class == name
            and listed[k] < row - NEWEST_ROWS
            and (offered is None or k in offered)
        ]
        if may:
            held.append((min(may, key=lambda k: funds[k].rank), float(weight)))
    total = sum(weight for _, weight in held)
    rows = []
    for security, weight in held:
        dollars = value * weight / total
        price = stage.close[row, security]
        count = LOTS_A_POSITION if taxable else 1
        parts = rng.dirichlet(np.full(count, 2.0))
        first = max(listed[security], row - OLDEST_ROWS)
        bought = np.sort(rng.integers(first, row - NEWEST_ROWS + 1, count))
        for k in range(count):
            shares = float(np.floor(dollars * parts[k] / price))
            if shares > 0:
                paid = round(shares * float(stage.close[bought[k], security]), 2)
                day = stage.history.days[bought[k]]
                rows.append(
                    {
                        "lot_id": f"{account.account_id}.{funds[security].security_id}.{k}",
                        "account": a,
                        "security": security,
                        "shares": shares,
                        "basis": paid if taxable else np.nan,
                        "acquired": day,
                        "holding_start": day,
                        "origin": "purchase",
                    }
                )
    return sorted(rows, key=lambda r: (r["security"], str(r["acquired"]), r["lot_id"]))


_TYPES: Final[dict[str, Any]] = {
    "account": np.int64,
    "security": np.int64,
    "acquired": "datetime64[D]",
    "holding_start": "datetime64[D]",
    "trade_date": "datetime64[D]",
    "date": "datetime64[D]",
    "shares": np.float64,
    "basis": np.float64,
    "amount": np.float64,
    "realized_gain": np.float64,
}


def _table(kind: type[Any], rows: Sequence[dict[str, Any]]) -> Any:
    columns = {}
    for name in kind.__slots__:
        values = [row[name] for row in rows]
        typed = _TYPES.get(name)
        columns[name] = texts(values) if typed is None else read_only(np.array(values, typed))
    return kind(**columns)


def texts(values: Sequence[str | None]) -> Texts:
    """Return labels as a read-only column."""
    column: Texts = np.empty(len(values), dtype=object)
    column[:] = values
    return read_only(column)
