"""The exact oracle against every possible order list, judged one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from benchmarks.oracles.exact.solve import solve
from models.household import Household
from models.order import Order
from models.policy import Limits, Policy, WashSales
from optimizer.judge.bench import Bench
from optimizer.judge.verify import judged, verify
from optimizer.rebalance import rebalance
from tests.households import BOND, Row, account, buy, household, lot, security, sell, unit

POLICY = Policy()


PRICE = replace(POLICY, wash_sale=WashSales(mode="price"))

OLD = lot("gain", "TAX", "VTI", 2, 9_000.0, "2020-03-01")
RECENT = lot("gain", "TAX", "VTI", 2, 23_000.0, "2026-11-10")


def few_shares(day: str = "2024-03-01", other: Row = OLD) -> Household:
    """Shares of $10,000: a loss and a gain in taxable, bonds and cash in the IRA.

    `day` is when the loss was bought; `other` stands in for the gain.
    """
    return household(
        [
            account("TAX", cash=12_000.0),
            account("IRA", "traditional_ira", cash=11_000.0),
        ],
        [
            lot("loss", "TAX", "VTI", 1, 14_000.0, day),
            other,
            lot("bonds", "IRA", "BND", 2, None, "2021-03-01"),
        ],
        [security("VTI", 10_000.0), security("BND", 10_000.0, BOND)],
        units=[unit(ordinary_income=150_000.0)],
    )


def every_order_list(of: Household) -> list[tuple[Order, ...]]:
    """All whole-share orders that the accounts could place; the judge sorts out the rest."""
    found = []
    for loss, gain, bonds, stocks, out, into in product(
        (0, 1), (0, 1, 2), range(5), (0, 1), range(3), range(4)
    ):
        orders = []
        if loss or gain:
            taken = {name: n for name, n in (("loss", loss), ("gain", gain)) if n}
            orders.append(sell(of, "TAX", "VTI", taken))
        for name, security_id, shares in (("TAX", "BND", bonds), ("TAX", "VTI", stocks)):
            if shares:
                orders.append(buy(of, name, security_id, shares))
        if out:
            orders.append(sell(of, "IRA", "BND", out))
        if into:
            orders.append(buy(of, "IRA", "VTI", into))
        spent = 10_000 * (bonds + stocks - loss - gain), 10_000 * (into - out)
        if spent[0] <= 12_000 and spent[1] <= 11_000:
            found.append(tuple(orders))
    return found


@pytest.mark.parametrize(
    ("policy", "of"),
    [
        (POLICY, few_shares()),
        (replace(POLICY, limits=Limits(tax_budget_usd=500.0)), few_shares()),
        (PRICE, few_shares()),
        (POLICY, few_shares(other=RECENT)),
        (PRICE, few_shares(other=RECENT)),
        (POLICY, few_shares("2026-11-02", RECENT)),
        (PRICE, few_shares("2026-11-02", RECENT)),
    ],
    ids=[
        "standard",
        "tax budget",
        "wash sales priced",
        "bought lately",
        "bought lately, priced",
        "two purchases",
        "two purchases, priced",
    ],
)
def test_no_order_list_beats_the_exact_optimum(policy: Policy, of: Household) -> None:
    """Of every order list that keeps the rules, none is better, and the bound is below them all."""
    known = Bench(of, policy)
    verdicts = [judged(known, orders) for orders in every_order_list(of)]
    kept = [verdict.figures.objective_after_bps for verdict in verdicts if verdict.kept]
    best = min(value for value in kept if value is not None)
    exact = solve(of, policy, seconds=20.0)
    exactly = verify(of, policy, exact.orders, exact.flows)
    assert exactly.kept
    assert exactly.figures.objective_after_bps == pytest.approx(best, abs=1e-3)
    assert exact.objective_bps == pytest.approx(best, abs=1e-3)
    assert exact.bound_bps <= best + 1e-4


def test_a_plan_as_start_is_never_lost() -> None:
    """With a plan to start from and no time, the incumbent is the plan."""
    of = few_shares()
    plan = rebalance(of, POLICY)
    assert plan.figures is not None
    exact = solve(of, POLICY, seconds=20.0, start=plan.orders)
    assert exact.objective_bps <= (plan.figures.objective_after_bps or 0.0) + 1e-4


def test_an_impossible_household_is_proven_so() -> None:
    """A floor above everything the account holds: SCIP proves that no plan exists."""
    of = household(
        [account("TAX", cash=1_000.0, cash_floor=90_000.0)],
        [lot("a", "TAX", "VTI", 10, 900.0, "2024-03-01")],
        [security("VTI", 100.0), security("BND", 50.0, BOND)],
    )
    exact = solve(of, POLICY, seconds=20.0)
    assert not exact.found
    assert exact.status == "infeasible"


def test_the_cent_that_judges_let_pass_is_used() -> None:
    """With $99.995 a share of $100 may be bought: half a cent under the floor is kept by a cent."""
    of = household(
        [account("IRA", "roth_ira", cash=99.995)],
        [],
        [security("VTI", 100.0), security("BND", 900.0, BOND)],
    )
    exact = solve(of, POLICY, seconds=20.0)
    assert [(order.security_id, order.shares) for order in exact.orders] == [("VTI", 1)]
    assert verify(of, POLICY, exact.orders, exact.flows).kept
