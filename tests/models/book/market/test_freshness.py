"""Prices that are not fresh: held at their last value, moved by a proxy, or refused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from models.book.read import read_book
from models.household import Household
from models.plan import Plan, Status
from models.triggers import columns_of
from nightly.triage.columns import read_columns
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from tests.books import Tables, tiny_book, write

ASOF = date(2026, 11, 20)
VTI, VEA = 0, 2


def planned(
    tables: Tables, folder: Path, policy: str = "", name: str = "H1"
) -> tuple[Household, Plan]:
    """Return a household of a book with a policy, and its plan, which the judge accepts."""
    write(tables, folder)
    (folder / "policies" / "own.toml").write_text(policy, "utf-8")
    for row in tables["households"]:
        row["policy_id"] = "own"
    book = read_book(write(tables, folder), ASOF)
    household, rules = book.household(name), book.policy("own")
    plan = rebalance(household, rules)
    assert verify(household, rules, plan.orders, plan.flows).breaches == ()
    return household, plan


def traded(plan: Plan) -> set[str]:
    """Return the securities of a plan's orders."""
    return {order.security_id for order in plan.orders}


def halted(tables: Tables) -> Tables:
    """Return the tables with H1's largest holding halted, its last price a month old."""
    tables["securities"][VTI] |= {"tradable": False, "price_date": ASOF - timedelta(days=30)}
    tables["open_orders"] = []
    return tables


def test_what_cannot_be_traded_is_held_and_the_rest_is_arranged_around_it(tmp_path: Path) -> None:
    """A plan, not an invalid household: it buys what the halted fund does not have."""
    household, plan = planned(halted(tiny_book()), tmp_path)
    assert plan.status is Status.PLANNED
    assert plan.orders
    assert "VTI" not in traded(plan)
    assert "VTI cannot be traded: it is held at its value of 2026-10-21" in plan.notes
    assert household.value_usd == pytest.approx(150 * 300 + 500 * 73 + 400 * 50 + 3000)


def test_who_does_not_have_it_does_not_buy_it(tmp_path: Path) -> None:
    """007 has VEA alone and wants US equity: another fund does."""
    _, plan = planned(halted(tiny_book()), tmp_path, name="007")
    assert traded(plan) - {"VEA"}
    assert "VTI" not in traded(plan)
    assert not any("VTI" in note for note in plan.notes)


def test_too_old_a_price_makes_invalid_unless_the_policy_holds_it(tmp_path: Path) -> None:
    """The same month-old price: a fault, or a holding that stays."""
    tables = halted(tiny_book())
    tables["securities"][VTI]["tradable"] = None
    folder = write(tables, tmp_path)
    (fault,) = read_book(folder, ASOF).faults_of("H1")
    assert fault.kind == "stale_price"
    assert 'stale = "hold"' in fault.remedy
    _, plan = planned(tables, tmp_path, '[data]\nstale = "hold"\n')
    assert plan.orders
    assert "VTI" not in traded(plan)
    assert any("held at its value of 2026-10-21" in note for note in plan.notes)


def test_an_instrument_has_an_age_limit_of_its_own(tmp_path: Path) -> None:
    """Five days pass for a mutual fund and for nothing else."""
    tables = tiny_book()
    tables["securities"][VTI] |= {"price_date": ASOF - timedelta(days=5)}
    for instrument, faults in (("mutual_fund", 0), ("etf", 1)):
        tables["securities"][VTI]["instrument"] = instrument
        for row in tables["households"]:
            row["policy_id"] = "own"
        folder = write(tables, tmp_path / instrument)
        text = "[data]\nmax_age_by_instrument = { mutual_fund = 5 }\n"
        (folder / "policies" / "own.toml").write_text(text, "utf-8")
        assert len(read_book(folder, ASOF).faults_of("H1")) == faults


def with_proxy(weight: float | None = None, name: str = "us_equity") -> Tables:
    """Return the tables with an old price of VTI and four days of returns of its class."""
    tables = tiny_book()
    old = {"price_date": date(2026, 11, 13), "proxy": name, "proxy_weight": weight}
    tables["securities"][VTI] |= old
    days = ("2026-11-13", "2026-11-16", "2026-11-18", "2026-11-20", "2026-11-23")
    tables["returns"] = [
        {"date": day, "asset_class": "us_equity", "daily_return": daily}
        for day, daily in zip(days, (0.05, 0.01, -0.02, 0.03, 0.5), strict=True)
    ]
    return tables


@pytest.mark.parametrize(
    ("weight", "price"), [(None, 300 * 1.01 * 0.98 * 1.03), (0.5, 300 * (1 + 0.5 * 0.019494))]
)
def test_a_proxy_moves_an_old_price(weight: float | None, price: float, tmp_path: Path) -> None:
    """By what it returned since, up to the as-of date; half of it where that is asked."""
    folder = write(with_proxy(weight), tmp_path)
    book = read_book(folder, ASOF)
    assert book.faults_of("H1") == ()
    household = book.household("H1")
    place = list(household.market.securities.security_id).index("VTI")
    assert household.market.securities.price[place] == pytest.approx(price, rel=1e-9)
    said = f"VTI: its price of 2026-11-13 is moved by {price / 300 - 1:+.2%} with us_equity"
    assert any(said in warning for warning in book.warnings)
    plan = rebalance(household, book.policy("standard"))
    assert any(said in note for note in plan.notes)


def test_triage_sees_the_moved_price_too(tmp_path: Path) -> None:
    """What screens a book by its columns and what plans a household know one price."""
    folder = write(with_proxy(), tmp_path)
    columns = read_columns(folder, ASOF).columns
    household = read_book(folder, ASOF).household("H1")
    alone = columns_of(household, read_book(folder, ASOF).policy("standard"))
    assert columns.market.securities.price.tolist() == alone.market.securities.price.tolist()
    assert 300.0 not in columns.market.securities.price


@pytest.mark.parametrize("name", ["nothing", "us_bond"])
def test_a_proxy_without_returns_moves_nothing(name: str, tmp_path: Path) -> None:
    """The price stays old, and is told as such."""
    book = read_book(write(with_proxy(name=name), tmp_path), ASOF)
    assert [fault.kind for fault in book.faults_of("H1")] == ["stale_price"]
