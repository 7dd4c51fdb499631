"""Small households written in one call, for tests of the ledger, the judge and the program.

Each part is a function with the defaults of a plain case; a test says only what matters to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from scipy import sparse

from models.arrays import Days, Texts
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
from models.order import Flow, Order, OrderLot, Side, order_id
from tests.household_rows import (
    ASOF,
    BOND,
    CASH,
    NAN,
    STOCK,
    Row,
    account,
    lot,
    open_order,
    restriction,
    security,
    target,
    trade,
    unit,
)

__all__ = [
    "ASOF",
    "BOND",
    "CASH",
    "NAN",
    "STOCK",
    "Row",
    "account",
    "buy",
    "flow",
    "household",
    "lot",
    "market",
    "open_order",
    "restriction",
    "security",
    "sell",
    "target",
    "trade",
    "unit",
]


def market(
    securities: Sequence[Row],
    targets: Mapping[str, Row],
    covariance: Mapping[tuple[str, str], float],
    exposures: Mapping[str, Mapping[str, float]] | None = None,
    menus: Mapping[str, Sequence[str]] | None = None,
    substitutes: Mapping[str, Sequence[str]] | None = None,
) -> Market:
    """Return a market whose factors are asset classes."""
    table = _securities(securities)
    place = {name: i for i, name in enumerate(table.security_id)}
    factors = tuple(sorted({name for pair in covariance for name in pair}))
    matrix = np.zeros((len(factors), len(factors)))
    for (a, b), value in covariance.items():
        i, j = factors.index(a), factors.index(b)
        matrix[i, j] = matrix[j, i] = value
    classes = tuple(
        dict.fromkeys([*factors, *(str(name) for name in table.asset_class), *_names(exposures)])
    )
    through = np.zeros((len(place), len(classes)))
    for i, name in enumerate(table.security_id):
        weights = (exposures or {}).get(name, {table.asset_class[i]: 1.0})
        for of, weight in weights.items():
            through[i, classes.index(of)] = weight
    loads = through[:, [classes.index(name) for name in factors]]
    return Market(
        securities=table,
        risk=Risk(
            factors=factors,
            covariance=matrix,
            exposures=sparse.csr_array(loads),
            class_exposures=dict(zip(factors, np.eye(len(factors)), strict=True)),
            classes=classes,
            class_weights=sparse.csr_array(through),
        ),
        targets={name: _target(name, row, place) for name, row in targets.items()},
        menus={
            name: np.array([place[member] for member in members], np.int64)
            for name, members in (menus or {}).items()
        },
        substitutes={
            place[name]: np.array(sorted(place[other] for other in others), np.int64)
            for name, others in (substitutes or {}).items()
        },
    )


def household(
    accounts: Sequence[Row],
    lots: Sequence[Row] = (),
    securities: Sequence[Row] = (),
    *,
    units: Sequence[Row] | None = None,
    targets: Mapping[str, Row] | None = None,
    covariance: Mapping[tuple[str, str], float] | None = None,
    exposures: Mapping[str, Mapping[str, float]] | None = None,
    menus: Mapping[str, Sequence[str]] | None = None,
    substitutes: Mapping[str, Sequence[str]] | None = None,
    trades: Sequence[Row] = (),
    open_orders: Sequence[Row] = (),
    scheduled: Sequence[tuple[str, str, str]] = (),
    restrictions: Sequence[Row] = (),
    net_flow: float = 0.0,
    asof: date = ASOF,
) -> Household:
    """Return a household; without targets it wants 60% STOCK and 40% BOND.

    Scheduled buys are (account, security, date). The default covariance gives STOCK a volatility
    of 20% and BOND one of 5%, uncorrelated.
    """
    of_market = market(
        securities or [security("VTI", 100.0), security("BND", 50.0, BOND)],
        targets or {"T": target({STOCK: 0.6, BOND: 0.4})},
        covariance or {(STOCK, STOCK): 0.04, (BOND, BOND): 0.0025},
        exposures,
        menus,
        substitutes,
    )
    place = {row["account_id"]: i for i, row in enumerate(accounts)}
    names = {name: i for i, name in enumerate(of_market.securities.security_id)}

    def at(rows: Sequence[Row]) -> list[Row]:
        return [
            {**row, "account": place.get(row["account"], -1), "security": names[row["security"]]}
            for row in rows
        ]

    held = sorted(
        at(lots), key=lambda row: (row["account"], row["security"], row["acquired"], row["lot_id"])
    )
    past = sorted(at(trades), key=lambda row: str(row["trade_date"]))
    buys = at([{"account": a, "security": s, "date": d} for a, s, d in scheduled])
    return Household(
        household_id="H",
        asof=asof,
        target_id=next(iter(of_market.targets)),
        policy_id="standard",
        net_flow=net_flow,
        units=_columns(FilingUnits, units or [unit()]),
        accounts=_columns(Accounts, accounts),
        lots=_columns(Lots, held),
        trades=_columns(Trades, past),
        open_orders=_columns(OpenOrders, at(open_orders)),
        scheduled_buys=_columns(ScheduledBuys, buys),
        restrictions=_columns(Restrictions, at(restrictions)),
        market=of_market,
    )


def buy(of: Household, account_id: str, security_id: str, shares: str | int) -> Order:
    """Return an order to buy at the book's price."""
    return _order(of, account_id, security_id, Side.BUY, Decimal(shares), ())


def sell(
    of: Household,
    account_id: str,
    security_id: str,
    lots: Mapping[str, str | int] | str | int,
) -> Order:
    """Return an order to sell at the book's price: shares by lot, or shares if sheltered."""
    if not isinstance(lots, Mapping):
        return _order(of, account_id, security_id, Side.SELL, Decimal(lots), ())
    taken = tuple(OrderLot(lot_id, Decimal(shares)) for lot_id, shares in lots.items())
    total = sum((each.shares for each in taken), Decimal(0))
    return _order(of, account_id, security_id, Side.SELL, total, taken)


def flow(account_id: str, amount: str | int) -> Flow:
    """Return cash of a household-level flow, in dollars."""
    return Flow(account_id, Decimal(amount))


def _order(
    of: Household,
    account_id: str,
    security_id: str,
    side: Side,
    shares: Decimal,
    lots: tuple[OrderLot, ...],
) -> Order:
    securities = of.market.securities
    place = securities.security_id.tolist().index(security_id)
    price = Decimal(repr(float(securities.price[place])))
    name = order_id(of.asof, account_id, security_id, side)
    return Order(name, account_id, security_id, side, shares, price, lots)


def _names(exposures: Mapping[str, Mapping[str, float]] | None) -> list[str]:
    return [name for weights in (exposures or {}).values() for name in weights]


def _securities(rows: Sequence[Row]) -> Securities:
    identicals = tuple(dict.fromkeys(row["identical_group"] for row in rows))
    numbered = [
        {**row, "identical_group": identicals.index(row["identical_group"])} for row in rows
    ]
    columns = {name: [row[name] for row in numbered] for name in numbered[0]}
    typed = {name: _column(name, values) for name, values in columns.items()}
    return Securities(**typed, identical_names=_texts(identicals))


def _target(name: str, row: Row, place: Mapping[str, int]) -> Target:
    weights, bands = row["weights"], row["bands"]
    classes = tuple(label for label in weights if label not in place)
    direct = [label for label in weights if label in place]
    return Target(
        target_id=name,
        classes=classes,
        class_weights=np.array([weights[label] for label in classes], float),
        class_bands=np.array([bands.get(label, NAN) for label in classes], float),
        securities=np.array([place[label] for label in direct], np.int64),
        security_weights=np.array([weights[label] for label in direct], float),
        security_bands=np.array([bands.get(label, NAN) for label in direct], float),
    )


DATES = ("acquired", "holding_start", "trade_date", "date", "price_date")
INDEXES = ("account", "filing_unit", "security", "identical_group")
FLAGS = ("withdrawable", "reinvests", "usable")
TEXTS = (
    *("account_id", "account_type", "owner", "menu_id", "target_id", "lot_id", "origin", "side"),
    *("trade_id", "order_id", "status", "rule", "reason", "filing_unit_id", "filing_status"),
    *("security_id", "asset_class", "instrument", "custodian"),
)


def _columns(table: type[Any], rows: Sequence[Row]) -> Any:
    return table(**{name: _column(name, [row[name] for row in rows]) for name in table.__slots__})


def _column(name: str, values: Sequence[Any]) -> Any:
    if name in DATES:
        column: Any = _days(values)
    elif name in INDEXES:
        column = np.array(values, np.int64)
    elif name in FLAGS:
        column = np.array(values, bool)
    elif name in TEXTS:
        column = _texts(values)
    else:
        column = np.array(values, float)
    column.flags.writeable = False
    return column


def _days(values: Sequence[str]) -> Days:
    return np.array(values, dtype="datetime64[D]")


def _texts(values: Sequence[Any]) -> Texts:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
