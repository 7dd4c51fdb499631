"""Households of four funds and up to three wash-sale choices: small enough to try everything.

Two funds of one class stand in for each other, so that sides matter; a seed draws lots, a year so
far, and one or two tax returns. Drawn in memory, because whoever wants these wants thousands.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
from scipy import sparse

from models.arrays import Texts
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

STOCK, BOND = "STOCK", "BOND"

FUNDS = (
    ("VTI", STOCK, 0.004, 0.0, 1.0),
    ("ITOT", STOCK, 0.015, 0.0, 2.0),
    ("BND", BOND, 0.003, 0.04, 1.0),
    ("AGG", BOND, 0.008, 0.039, 2.0),
)
"""Name, class, own risk, ordinary yield, rank."""

PRICE = 100.0
"""Dollars a share of each fund."""

Table = TypeVar("Table", Accounts, FilingUnits, Lots, Securities, Target)


@dataclass(slots=True)
class _Lots:
    """Rows of the lots table in the order they are drawn."""

    rows: list[tuple[str, int, int, float, float, str]] = field(default_factory=list)

    def add(
        self, lot: str, account: int, fund: int, shares: float, basis: float = np.nan, day: str = ""
    ) -> None:
        self.rows.append((lot, account, fund, shares, basis, day or "NaT"))

    def table(self) -> Lots:
        """The lots by account, security, acquired and name."""
        rows = sorted(self.rows, key=lambda row: (row[1], row[2], row[5], row[0]))
        lot, account, security, shares, basis, day = zip(*rows, strict=True)
        acquired = np.array(day, dtype="datetime64[D]")
        return _read_only(
            Lots(
                lot_id=_texts(*lot),
                account=np.array(account, np.int64),
                security=np.array(security, np.int64),
                shares=np.array(shares, float),
                basis=np.array(basis, float),
                acquired=acquired,
                holding_start=acquired,
                origin=_texts(*["purchase"] * len(rows)),
            )
        )


def drawn(seed: int, *, ranked: bool = False, fresh: bool = False, units: int = 1) -> Household:
    """Draw a household of up to three wash-sale choices, $300,000 or so in four funds.

    `ranked` prefers a fund of each class, `fresh` adds purchases of nine days ago, and of two
    `units` each files a return of its own.
    """
    rng = np.random.default_rng(seed)
    names = ("TX", "IRA", "HIS")
    lots = _Lots()
    for fund, (name, *_) in enumerate(FUNDS):
        for number in range(int(rng.integers(1, 3))):
            shares = float(rng.integers(50, 600))
            basis = shares * PRICE * float(rng.uniform(0.75, 1.25))
            days = int(rng.choice([100, 300, 500, 1500]))
            owner = 0 if units == 1 or rng.random() < 0.5 else 2
            lots.add(f"{name}{number}", owner, fund, shares, basis, _ago(days))
        if fresh and rng.random() < 0.5:
            where = names.index(str(rng.choice(["TX", "IRA"])))
            lots.add(f"{name}-new", where, fund, 20.0, 2_100.0 if where == 0 else np.nan, _ago(9))
    lots.add("S", 1, 2, float(rng.integers(100, 900)))
    cash = [float(rng.integers(0, 9_000)), float(rng.integers(0, 30_000))]
    years = [_year_of(rng)]
    if units == 2:
        cash.append(5_000.0)
        years.append(_year_of(rng))
    return Household(
        household_id="H",
        asof=ASOF,
        target_id="T",
        policy_id="standard",
        net_flow=0.0,
        units=_filing(years),
        accounts=_accounts(cash),
        lots=lots.table(),
        **_nothing_else(),
        market=market(ranked=ranked),
    )


def market(*, ranked: bool = False) -> Market:
    """Return the market of the four funds, 60% stocks and 40% bonds; `ranked` orders each class."""
    names, classes = [fund for fund, *_ in FUNDS], [of for _, of, *_ in FUNDS]
    own, income, rank = np.array([facts for _, _, *facts in FUNDS], float).T
    n = len(FUNDS)
    factors = tuple(sorted(set(classes)))
    loads = np.array([[float(of == factor) for factor in factors] for of in classes])
    zero = np.zeros(n)
    securities = _read_only(
        Securities(
            security_id=_texts(*names),
            price=np.full(n, PRICE),
            price_date=np.full(n, np.datetime64(ASOF, "D")),
            asset_class=_texts(*classes),
            half_spread_bps=np.ones(n),
            share_step=np.ones(n),
            identical_group=np.arange(n),
            identical_names=_texts(*names),
            qualified_yield=zero,
            ordinary_yield=income,
            exempt_yield=zero,
            foreign_tax_yield=zero,
            specific_vol=own,
            rank=rank if ranked else np.full(n, np.nan),
            instrument=np.full(n, None, object),
            adv_shares=np.full(n, np.nan),
            usable=np.ones(n, bool),
        )
    )
    variance = {STOCK: 0.04, BOND: 0.0025}
    target = _read_only(
        Target(
            target_id="T",
            classes=(STOCK, BOND),
            class_weights=np.array([0.6, 0.4]),
            class_bands=np.full(2, np.nan),
            securities=np.zeros(0, np.int64),
            security_weights=np.zeros(0),
            security_bands=np.zeros(0),
        )
    )
    return Market(
        securities=securities,
        risk=Risk(
            factors=factors,
            covariance=np.diag([variance[factor] for factor in factors]),
            exposures=sparse.csr_array(loads),
            class_exposures=dict(zip(factors, np.eye(len(factors)), strict=True)),
            classes=factors,
            class_weights=sparse.csr_array(loads),
        ),
        targets={"T": target},
        menus={},
    )


def _year_of(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Income, short and long gains of the year, and long losses carried in, dollars."""
    return (
        float(rng.choice([90_000.0, 150_000.0, 240_000.0])),
        float(rng.choice([0.0, 6_000.0, -2_000.0])),
        float(rng.choice([0.0, 4_000.0, -5_000.0])),
        float(rng.choice([0.0, 0.0, 8_000.0])),
    )


def _filing(years: list[tuple[float, float, float, float]]) -> FilingUnits:
    """A joint return and, for a second year, one of a single filer."""
    n = len(years)
    income, short, long, carried = np.array(years).T
    zero = np.zeros(n)
    return _read_only(
        FilingUnits(
            filing_unit_id=_texts("U1", "U2")[:n],
            filing_status=_texts("mfj", "single")[:n],
            ordinary_income=income,
            qualified_dividends=zero,
            net_investment_income=zero,
            magi=income,
            state_rate=zero,
            st_realized_ytd=short,
            lt_realized_ytd=long,
            st_carryforward=zero,
            lt_carryforward=carried,
            tax_budget_usd=np.full(n, np.nan),
            gain_budget_usd=np.full(n, np.nan),
            usual_long_rate=np.full(n, np.nan),
            usual_ordinary_rate=np.full(n, np.nan),
        )
    )


def _accounts(cash: list[float]) -> Accounts:
    """A taxable account, a traditional IRA and, with a second return, his taxable account."""
    n = len(cash)
    nobody = np.full(n, None, object)
    zero = np.zeros(n)
    return _read_only(
        Accounts(
            account_id=_texts("TX", "IRA", "HIS")[:n],
            filing_unit=np.array([0, 0, 1], np.int64)[:n],
            owner=_texts(*["A"] * n),
            account_type=_texts("taxable", "traditional_ira", "taxable")[:n],
            cash=np.array(cash),
            cash_floor=zero,
            net_flow=zero,
            menu_id=nobody,
            target_id=nobody,
            rmd_due_usd=zero,
            withdrawable=np.ones(n, bool),
            early_penalty_rate=zero,
            reinvests=np.zeros(n, bool),
            cash_yield=zero,
            custodian=nobody,
        )
    )


def _nothing_else() -> dict[str, Any]:
    """No trades, open orders, scheduled buys or restrictions."""
    at, text, number = np.zeros(0, np.int64), np.zeros(0, object), np.zeros(0)
    day = np.zeros(0, "datetime64[D]")
    return {
        "trades": Trades(text, at, at, day, text, number, number, number, text, day),
        "open_orders": OpenOrders(text, at, at, text, number, text, text),
        "scheduled_buys": ScheduledBuys(at, at, day),
        "restrictions": Restrictions(at, at, text, number, text),
    }


def _read_only(table: Table) -> Table:
    for each in fields(table):
        column = getattr(table, each.name)
        if isinstance(column, np.ndarray):
            column.flags.writeable = False
    return table


def _ago(days: int) -> str:
    return str(ASOF - timedelta(days=days))


def _texts(*values: str) -> Texts:
    return np.array(values, object)
