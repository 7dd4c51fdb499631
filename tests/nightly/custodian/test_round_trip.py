"""Any account, in each custodian's shape, comes back as itself and reconciles."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.custodian_files.accounts import Closed, ExportedAccount, Held, HeldLot, Traded, cents
from tests.nightly.custodian.exported import (
    ASOF,
    MAKERS,
    bundle,
    content,
    expected,
    judged,
    totals,
)

NAMES = ("VTI", "BND", "VEA", "VTIAX", "AGG", "IEFA")

shares = st.integers(1, 5_000_000).map(lambda n: Decimal(n) / 1000)
price = st.integers(101, 120_000).map(lambda n: Decimal(n) / 100)
basis = st.integers(1, 90_000_000).map(lambda n: Decimal(n) / 100)
old = st.integers(100, 6000).map(lambda n: ASOF - timedelta(days=n))
"""Bought before the wash-sale window: what is in it must have its trade beside it."""


@st.composite
def accounts(draw: st.DrawFn) -> ExportedAccount:
    """Draw an account whose lots, sales and closed lots belong together."""
    held = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        days = draw(st.lists(old, min_size=1, max_size=4))
        lots = tuple(HeldLot(day, draw(shares), draw(basis)) for day in days)
        held.append(Held(name, f"THE {name} FUND", draw(price), lots))
    traded, closed = [], []
    for ago in draw(st.lists(st.integers(1, 60), max_size=3, unique=True)):
        sold, many, at = ASOF - timedelta(days=ago), draw(shares), draw(price)
        proceeds = cents(many * at)
        cost, bought = draw(basis), draw(old)
        traded.append(Traded(sold, "sell", "VWO", many, at))
        closed.append(Closed("VWO", bought, sold, many, proceeds, cost, _short(bought, sold)))
    cash = draw(st.integers(-100_000, 90_000_000).map(lambda n: Decimal(n) / 100))
    rows = (tuple(held), tuple(traded), tuple(closed))
    return ExportedAccount("55501234", "Joint Tenant", ASOF, cash, *rows, sweep="SPAXX")


def _short(bought: date, sold: date) -> bool:
    """Whether a lot was held a year or less; of a leap year's February the last day is its 28th."""
    last = bought.day == 29 and bought.month == 2
    return sold <= date(bought.year + 1, bought.month, 28 if last else bought.day)


def comes_back(custodian: str, account: ExportedAccount) -> None:
    """Fail unless an account's files reconcile and say what it is."""
    with tempfile.TemporaryDirectory() as folder:
        paths = bundle(custodian, (account,), Path(folder))
        statements, found = judged(paths, totals(custodian, (account,)))
    assert [str(each) for each in found] == []
    assert content(statements) == expected((account,), custodian)


@pytest.mark.parametrize("custodian", MAKERS)
@given(account=accounts())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_account_comes_back_as_itself(custodian: str, account: ExportedAccount) -> None:
    """To the share, the cent and the day, and nothing in its files disagrees."""
    comes_back(custodian, account)


@pytest.mark.full
@pytest.mark.parametrize("custodian", MAKERS)
@given(account=accounts())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_accounts_come_back(custodian: str, account: ExportedAccount) -> None:
    """The same of many more."""
    comes_back(custodian, account)


@pytest.mark.parametrize("custodian", MAKERS)
def test_an_account_with_nothing_in_it_is_one(custodian: str) -> None:
    """No holding worth a cent, no cash: its percentages say nothing, and its total is zero."""
    crumb = Held("VTI", "A FUND", Decimal("1.01"), (HeldLot(date(2020, 1, 2), CRUMB, CRUMB),))
    comes_back(
        custodian, ExportedAccount("55501234", "Joint", ASOF, Decimal(0), (crumb,), sweep="SPAXX")
    )


CRUMB = Decimal("0.001")
