"""The households' tables in final order, with the defaults of the contract in place of nulls.

Indexes between tables are worked out once here, local to each household, so that slicing out a
household computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.book.rows.links import Links
from models.book.rows.ordering import Order, Sorted
from models.book.tables.table import Table
from models.household import (
    Accounts,
    FilingUnits,
    Lots,
    OpenOrders,
    Restrictions,
    ScheduledBuys,
    Trades,
)

DEAD_ORDERS: Final = ("cancelled", "canceled", "expired", "rejected")
"""Statuses of an open order that can never become a trade: such a row reserves nothing."""

WITHDRAWABLE_TYPES: Final = ("taxable", "traditional_ira", "roth_ira")
"""Account types that pay withdrawals unless `withdrawable` says otherwise."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Every table of the households, sorted."""

    units: Sorted[FilingUnits]
    accounts: Sorted[Accounts]
    lots: Sorted[Lots]
    trades: Sorted[Trades]
    open_orders: Sorted[OpenOrders]
    scheduled_buys: Sorted[ScheduledBuys]
    restrictions: Sorted[Restrictions]


def sort_columns(tables: Mapping[str, Table], links: Links, asof: date) -> Columns:
    """Sort every table of the households and fill its nulls."""
    units, unit_at = _units(tables["filing_units"], links)
    accounts, account_at = _accounts(tables["accounts"], links, unit_at)
    return Columns(
        units,
        accounts,
        _lots(tables["lots"], links, account_at),
        _trades(tables["trades"], links, account_at),
        _open_orders(tables["open_orders"], links, account_at),
        _scheduled(tables["scheduled_buys"], links, account_at),
        _restrictions(tables["restrictions"], links, account_at, asof),
    )


def magi(table: Table) -> Floats:
    """Return modified adjusted gross income before gains; null: ordinary plus qualified income."""
    stated = table.number("magi")
    default = table.number("ordinary_income") + table.filled("qualified_dividends")
    return np.where(np.isnan(stated), default, stated)


def net_investment_income(table: Table) -> Floats:
    """Return net investment income before gains; null: the qualified dividends."""
    stated = table.number("net_investment_income")
    return np.where(np.isnan(stated), table.filled("qualified_dividends"), stated)


def withdrawable(table: Table) -> Bools:
    """Whether an account may pay a household-level withdrawal; null: taxable and IRAs may."""
    return table.flag("withdrawable", np.isin(table.texts("account_type"), WITHDRAWABLE_TYPES))


def is_live(open_orders: Table) -> Bools:
    """Whether an open order can still become a trade."""
    return ~np.isin(open_orders.texts("status"), DEAD_ORDERS)


def is_active(restrictions: Table, asof: date) -> Bools:
    """Whether a restriction holds on the as-of date: through `until`, or for good where null."""
    until = restrictions.date("until")
    return np.isnat(until) | (until >= np.datetime64(asof, "D"))


def _units(table: Table, links: Links) -> tuple[Sorted[FilingUnits], Ints]:
    code = links.units.codes(table.text("filing_unit_id"))
    order = Order(table, links.household_of["filing_units"], len(links.households), (code,))
    units = FilingUnits(
        filing_unit_id=order.texts("filing_unit_id"),
        filing_status=order.words("filing_status"),
        ordinary_income=order.numbers("ordinary_income"),
        qualified_dividends=order.numbers("qualified_dividends"),
        net_investment_income=order.take(net_investment_income(table)),
        magi=order.take(magi(table)),
        state_rate=order.numbers("state_rate"),
        st_realized_ytd=order.numbers("st_realized_ytd"),
        lt_realized_ytd=order.numbers("lt_realized_ytd"),
        st_carryforward=order.numbers("st_carryforward"),
        lt_carryforward=order.numbers("lt_carryforward"),
        tax_budget_usd=order.numbers("tax_budget_usd"),
        gain_budget_usd=order.numbers("gain_budget_usd"),
        usual_long_rate=order.numbers("usual_long_rate"),
        usual_ordinary_rate=order.numbers("usual_ordinary_rate"),
    )
    return Sorted(units, order.starts), _local(order, code, len(links.units))


def _accounts(table: Table, links: Links, unit_at: Ints) -> tuple[Sorted[Accounts], Ints]:
    code = links.accounts.codes(table.text("account_id"))
    order = Order(table, links.household_of["accounts"], len(links.households), (code,))
    accounts = Accounts(
        account_id=order.texts("account_id"),
        filing_unit=order.take(unit_at[links.account_unit]),
        owner=order.texts("owner"),
        account_type=order.words("account_type"),
        cash=order.numbers("cash"),
        cash_floor=order.numbers("cash_floor"),
        net_flow=order.numbers("net_flow"),
        menu_id=order.words("menu_id"),
        target_id=order.words("target_id"),
        rmd_due_usd=order.numbers("rmd_due_usd"),
        withdrawable=order.take(withdrawable(table)),
        early_penalty_rate=order.numbers("early_penalty_rate"),
        reinvests=order.take(table.flag("reinvests", False)),
        cash_yield=order.numbers("cash_yield"),
        custodian=order.words("custodian"),
    )
    return Sorted(accounts, order.starts), _local(order, code, len(links.accounts))


def _lots(table: Table, links: Links, account_at: Ints) -> Sorted[Lots]:
    account, security = account_at[links.account_of["lots"]], links.security_of["lots"]
    acquired, start = table.date("acquired"), table.date("holding_start")
    keys = (account, security, acquired, table.text("lot_id"))
    order = Order(table, links.household_of["lots"], len(links.households), keys)
    lots = Lots(
        lot_id=order.texts("lot_id"),
        account=order.take(account),
        security=order.take(security),
        shares=order.numbers("shares"),
        basis=order.numbers("basis"),
        acquired=order.days("acquired"),
        holding_start=order.take(np.where(np.isnat(start), acquired, start)),
        origin=order.words("origin", "purchase"),
    )
    return Sorted(lots, order.starts)


def _trades(table: Table, links: Links, account_at: Ints) -> Sorted[Trades]:
    account, security = account_at[links.account_of["trades"]], links.security_of["trades"]
    keys = (
        table.date("trade_date"),
        table.text("trade_id"),
        *(table.text(name) for name in ("account_id", "security_id", "side", "lot_id")),
    )
    order = Order(table, links.household_of["trades"], len(links.households), keys)
    trades = Trades(
        trade_id=order.texts("trade_id"),
        account=order.take(account),
        security=order.take(security),
        trade_date=order.days("trade_date"),
        side=order.words("side"),
        shares=order.numbers("shares"),
        amount=order.numbers("amount"),
        realized_gain=order.numbers("realized_gain"),
        lot_id=order.texts("lot_id"),
        acquired=order.days("acquired"),
    )
    return Sorted(trades, order.starts)


def _open_orders(table: Table, links: Links, account_at: Ints) -> Sorted[OpenOrders]:
    account, security = (
        account_at[links.account_of["open_orders"]],
        links.security_of["open_orders"],
    )
    keys = (account, security, table.text("order_id"), table.text("lot_id"))
    household = links.household_of["open_orders"]
    order = Order(table, household, len(links.households), keys, is_live(table))
    orders = OpenOrders(
        order_id=order.texts("order_id"),
        account=order.take(account),
        security=order.take(security),
        side=order.words("side"),
        shares=order.numbers("shares"),
        lot_id=order.texts("lot_id"),
        status=order.words("status"),
    )
    return Sorted(orders, order.starts)


def _scheduled(table: Table, links: Links, account_at: Ints) -> Sorted[ScheduledBuys]:
    account = account_at[links.account_of["scheduled_buys"]]
    security, day = links.security_of["scheduled_buys"], table.date("date")
    household = links.household_of["scheduled_buys"]
    order = Order(table, household, len(links.households), (day, account, security))
    buys = ScheduledBuys(order.take(account), order.take(security), order.days("date"))
    return Sorted(buys, order.starts)


def _restrictions(table: Table, links: Links, account_at: Ints, asof: date) -> Sorted[Restrictions]:
    account = account_at[links.account_of["restrictions"]]
    security, shares = links.security_of["restrictions"], table.number("shares")
    rule = table.texts("rule")
    shares = np.where(rule == "hold_at_least", shares, np.nan)
    least = np.nan_to_num(shares, nan=-1.0)  # a NaN would not even tie with itself
    keys = (account, security, least, table.text("rule"), table.text("reason"))
    household = links.household_of["restrictions"]
    order = Order(table, household, len(links.households), keys, is_active(table, asof))
    restrictions = Restrictions(
        account=order.take(account),
        security=order.take(security),
        rule=order.words("rule"),
        shares=order.take(shares),
        reason=order.words("reason", ""),
    )
    return Sorted(restrictions, order.starts)


def _local(order: Order, code: Ints, count: int) -> Ints:
    """Return, by code, the row's place within its household, −1 for orphans and for code −1."""
    place: Ints = np.full(count + 1, -1, dtype=np.int64)
    within = np.arange(len(order.rows)) - np.repeat(order.starts[:-1], np.diff(order.starts))
    place[code[order.rows]] = within
    place[-1] = -1
    return place
