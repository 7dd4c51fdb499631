"""Budgets, gain limits, turnover, tracking error and hard bands."""

from __future__ import annotations

import pytest

from models.household import Household
from models.order import Side
from models.plan import Status
from models.policy import Limits, Policy, TradeRules
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    STOCK,
    account,
    buy,
    household,
    lot,
    security,
    sell,
    target,
    unit,
)
from tests.optimizer.judging import ALL_STOCK, HALVES, broken


def gaining(**given: object) -> Household:
    """Return one long gain of 4,000 on 100 shares at 100 in a unit of its own making."""
    return household(
        [account("TX")],
        [lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02")],
        [security("VTI", 100.0)],
        units=[unit(**given)],
        targets=ALL_STOCK,
    )


TAX_BUDGETS = [
    # 15% of 4,000 = 600.
    ({"tax_budget_usd": 600.0}, []),
    ({"tax_budget_usd": 599.0}, ["tax_budget"]),
    # 10,000 of gain so far are 1,500 before the run: the budget becomes 1,500, and 2,100 is over.
    ({"tax_budget_usd": 0.0, "lt_realized_ytd": 10_000.0}, ["tax_budget"]),
    ({"tax_budget_usd": 2100.0, "lt_realized_ytd": 10_000.0}, []),
    # 10,000 carried in: no gain is left, and the offset lowers the tax: 3,000·22%.
    ({"tax_budget_usd": 0.0, "lt_carryforward": 10_000.0}, []),
]


@pytest.mark.parametrize(("given", "names"), TAX_BUDGETS)
def test_tax_budget_counts_the_year(given: dict[str, float], names: list[str]) -> None:
    """T(year to date + run) − T(nothing) ≤ max(budget, the same before)."""
    of = gaining(**given)
    assert broken(of, [sell(of, "TX", "VTI", {"A": 100})]) == names


def test_tax_budget_counts_distributions_and_penalties() -> None:
    """$1,000 out of the IRA: 220 and a penalty of 100."""
    policy = Policy(limits=Limits(tax_budget_usd=300.0))
    for penalty, names in ((0.0, []), (0.1, ["tax_budget"])):
        of = household(
            [
                account(
                    "IRA",
                    "traditional_ira",
                    cash=2000.0,
                    net_flow=-1000.0,
                    early_penalty_rate=penalty,
                )
            ],
            targets=ALL_STOCK,
        )
        assert broken(of, [], policy=policy) == names


def test_a_units_own_budget_overrides_the_policys() -> None:
    """In both directions."""
    strict, loose = Policy(limits=Limits(tax_budget_usd=0.0)), Policy()
    own, none = gaining(tax_budget_usd=600.0), gaining()
    assert broken(own, [sell(own, "TX", "VTI", {"A": 100})], policy=strict) == []
    assert broken(none, [sell(none, "TX", "VTI", {"A": 100})], policy=strict) == ["tax_budget"]
    assert broken(none, [sell(none, "TX", "VTI", {"A": 100})], policy=loose) == []


GAIN_BUDGETS = [
    ({"gain_budget_usd": 4000.0}, []),
    ({"gain_budget_usd": 3999.0}, ["gain_budget"]),
    ({"gain_budget_usd": 5000.0, "st_realized_ytd": 2000.0}, ["gain_budget"]),
    ({"gain_budget_usd": 3000.0, "st_realized_ytd": -2000.0}, []),
    ({"gain_budget_usd": 3000.0, "lt_carryforward": 9000.0}, ["gain_budget"]),
    ({"gain_budget_usd": 0.0, "st_realized_ytd": 9000.0}, ["gain_budget"]),
]


@pytest.mark.parametrize(("given", "names"), GAIN_BUDGETS)
def test_gain_budget_counts_recognised_gain_before_carryforwards(
    given: dict[str, float], names: list[str]
) -> None:
    """Year to date + run of 4,000 ≤ max(budget, year to date)."""
    of = gaining(**given)
    assert broken(of, [sell(of, "TX", "VTI", {"A": 100})]) == names


@pytest.mark.parametrize(("share", "names"), [(0.5, []), (0.49, ["gain_share"])])
def test_gain_share_is_of_positive_unrealized_gains(share: float, names: list[str]) -> None:
    """2,000 of gain recognised of 4,000 positive; losses and sheltered lots do not count."""
    of = household(
        [account("TX"), account("IRA", "traditional_ira")],
        [
            lot("A", "TX", "VTI", 100, 6000.0, "2024-01-02"),
            lot("B", "TX", "BND", 100, 6000.0, "2024-01-02"),
            lot("C", "IRA", "BND", 100, 1000.0, "2024-01-02"),
        ],
        targets=ALL_STOCK,
    )
    policy = Policy(limits=Limits(gain_share_of_unrealized=share))
    assert broken(of, [sell(of, "TX", "VTI", {"A": 50})], policy=policy) == names


@pytest.mark.parametrize(("limit", "names"), [(1000.0, []), (999.0, ["max_short_gain"])])
def test_short_gains_are_limited_gross(limit: float, names: list[str]) -> None:
    """1,000 short gain counts though 2,000 of short loss is taken beside it."""
    of = household(
        [account("TX")],
        [
            lot("S", "TX", "VTI", 10, 0.0, "2026-03-02"),
            lot("L", "TX", "BND", 100, 7000.0, "2026-03-02"),
        ],
        targets=ALL_STOCK,
    )
    orders = [sell(of, "TX", "VTI", {"S": 10}), sell(of, "TX", "BND", {"L": 100})]
    assert broken(of, orders, policy=Policy(limits=Limits(max_short_gain_usd=limit))) == names


def money_fund(over: float) -> Household:
    """Return twelve young lots of a money market fund, each worth more than its basis by `over`."""
    return household(
        [account("TX")],
        [lot(f"M{n}", "TX", "VMFXX", 9_000, 9_000.0 - over, "2026-03-02") for n in range(12)],
        [security("VMFXX", 1.0, asset_class=BOND), security("VTI", 300.0)],
        targets=ALL_STOCK,
    )


@pytest.mark.parametrize(("over", "names"), [(0.004, []), (0.006, ["max_short_gain"])])
def test_a_lot_gains_from_more_than_half_a_cent(over: float, names: list[str]) -> None:
    """What a basis was rounded by is no gain, of however many lots; more than that is."""
    of = money_fund(over)
    orders = [sell(of, "TX", "VMFXX", {f"M{n}": 9_000 for n in range(12)})]
    assert broken(of, orders, policy=Policy(limits=Limits(max_short_gain_usd=0.0))) == names


def test_a_money_market_fund_is_sold_where_no_short_gain_may_be_taken() -> None:
    """$108,000 wait for shares in it, and half a cent of rounding in every lot keeps none back."""
    of = money_fund(0.004)
    plan = rebalance(of, Policy(limits=Limits(max_short_gain_usd=0.0)))
    assert plan.status is Status.PLANNED and plan.certificate is not None
    assert sum(order.amount for order in plan.orders if order.side is Side.SELL) > 107_000
    assert plan.certificate.gap_bps < 1.0


@pytest.mark.parametrize(("days", "names"), [(0, []), (9, []), (10, ["long_term_guard"])])
def test_gains_about_to_be_long_are_kept(days: int, names: list[str]) -> None:
    """Bought 2025-11-29: long from 2026-11-30, ten days from now. A loss may go."""
    of = household(
        [account("TX")],
        [
            lot("S", "TX", "VTI", 10, 500.0, "2025-11-29"),
            lot("L", "TX", "BND", 100, 7000.0, "2025-11-29"),
        ],
        targets=ALL_STOCK,
    )
    policy = Policy(limits=Limits(long_term_guard_days=days))
    assert broken(of, [sell(of, "TX", "VTI", {"S": 10})], policy=policy) == names
    assert broken(of, [sell(of, "TX", "BND", {"L": 100})], policy=policy) == []


@pytest.mark.parametrize(("limit", "names"), [(0.25, []), (0.2499, ["turnover"])])
def test_turnover_is_one_way(limit: float, names: list[str]) -> None:
    """Sell 5,000 and buy 5,000 of 20,000: half the sum is 5,000, a quarter."""
    of = household(
        [account("TX", cash=10_000.0)],
        [lot("A", "TX", "VTI", 100, 10_000.0, "2024-01-02")],
        targets=HALVES,
    )
    orders = [sell(of, "TX", "VTI", {"A": 50}), buy(of, "TX", "BND", 100)]
    assert broken(of, orders, policy=Policy(trades=TradeRules(max_turnover=limit))) == names


@pytest.mark.parametrize(("limit", "names"), [(0.2, []), (0.1999, ["te_max"])])
def test_tracking_error_is_limited(limit: float, names: list[str]) -> None:
    """All cash under all stock: 20% a year."""
    of = household([account("TX", cash=1000.0)], targets=ALL_STOCK)
    assert broken(of, [], policy=Policy(limits=Limits(te_max=limit))) == names


def banded(**bands: float) -> Household:
    """Return 70% stock, 20% bonds and 10% cash under a target of 60/40 with bands."""
    return household(
        [account("TX", cash=1000.0)],
        [
            lot("A", "TX", "VTI", 70, 7000.0, "2024-01-02"),
            lot("B", "TX", "BND", 40, 2000.0, "2024-01-02"),
        ],
        targets={"T": target({STOCK: 0.6, BOND: 0.4}, bands)},
    )


def test_bands_bind_when_they_are_hard() -> None:
    """70% is outside 60% ± 5%: it must come in, to within one share (1%)."""
    hard = Policy(limits=Limits(bands="hard"))
    of = banded(STOCK=0.05)
    assert broken(of, []) == []
    assert broken(of, [], policy=hard) == ["bands"]
    assert broken(of, [sell(of, "TX", "VTI", {"A": 3})], policy=hard) == ["bands"]
    assert broken(of, [sell(of, "TX", "VTI", {"A": 4})], policy=hard) == []
    both = banded(STOCK=0.05, BOND=0.05)
    sale = sell(both, "TX", "VTI", {"A": 5})
    assert broken(both, [sale, buy(both, "TX", "BND", 28)], policy=hard) == ["bands"]
    # 40 + 29 bonds of 50 are 34.5%, half a percent short: one share.
    assert broken(both, [sale, buy(both, "TX", "BND", 29)], policy=hard) == []


def test_hard_bands_hold_for_securities_named_by_the_target() -> None:
    """50% of VTI named directly, ± 2% and one share of 1%: 53% is in, 54% is not."""
    hard = Policy(limits=Limits(bands="hard"))
    for shares, names in ((53, []), (54, ["bands"])):
        of = household(
            [account("TX", cash=10_000.0 - 100 * shares)],
            [lot("A", "TX", "VTI", shares, 1.0, "2024-01-02")],
            targets={"T": target({"VTI": 0.5, BOND: 0.5}, {"VTI": 0.02})},
        )
        assert broken(of, [], policy=hard) == names
