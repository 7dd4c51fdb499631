"""What a request bars and sells: by hand, in the program and before the judge.

One taxable account holds 400 VTI at $100 (A with a gain of $10,000, B with a loss of $2,000) and
200 BND at $50; a Roth IRA holds 500 VTI. The household is worth $100,000, a unit is $1,000.
"""

from __future__ import annotations

from typing import Any

import pytest

from models.asked import as_asked
from models.household import Household
from models.plan import Status
from models.policy import Policy, WashSales
from models.request.reading import request_of
from optimizer.judge.verify import verify
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Branch
from optimizer.requests.ask import ask
from tests.households import BOND, account, buy, household, lot, open_order, security, sell
from tests.optimizer.by_hand import Stated, stated


def family(*more: Any) -> Household:
    """Return the two accounts, with more lots as given."""
    return household(
        [account("TX"), account("ROTH", "roth_ira")],
        [
            lot("A", "TX", "VTI", 300, 20_000.0, "2020-01-02"),
            lot("B", "TX", "VTI", 100, 12_000.0, "2025-01-02"),
            lot("C", "TX", "BND", 200, 10_000.0, "2020-01-02"),
            lot("D", "ROTH", "VTI", 500),
            *more,
        ],
        [security("VTI", 100.0), security("BND", 50.0, BOND)],
    )


def asked(**asks: Any) -> Stated:
    """Return the rule as it is stated for a request."""
    return stated("asked", *as_asked(family(), Policy(), request_of(asks)))


def breaches(orders: Any, **asks: Any) -> list[tuple[str, float]]:
    """Return what of a request the judge finds broken by orders."""
    verdict = verify(*as_asked(family(), Policy(), request_of(asks)), orders, ())
    rules = {"keep", "exclude", "sell", "avoid_gains", "accounts_out"}
    return [(each.rule, each.amount) for each in verdict.breaches if each.rule in rules]


def test_nothing_asked_says_nothing() -> None:
    """Without a request the part is empty."""
    part = stated("asked", family()).part
    assert not part.bounds
    assert not part.rows


def test_keep_bars_sales_of_a_security_everywhere_and_of_a_lot() -> None:
    """Selling $1,000 of VTI anywhere is one unit too many; of lot B alone where only B is kept."""
    every = asked(keep=["VTI"])
    assert every.broken(sale={"A": 1.0, ("ROTH", "VTI"): 1.0}) == [("keep", 1.0)] * 2
    assert every.broken(sale={"C": 1.0}) == []
    one = asked(keep_lots=["B"])
    assert one.broken(sale={"A": 1.0}) == []
    assert one.broken(sale={"B": 0.5}) == [("keep", 0.5)]


def test_sell_asks_for_all_of_a_security_in_scope() -> None:
    """VTI is $40,000 in one account and $50,000 in the other; what is sold less is missing."""
    every = asked(sell=["VTI"])
    sold = {"A": 30.0, "B": 10.0, ("ROTH", "VTI"): 50.0}
    assert every.broken(sale=sold) == []
    assert every.broken(sale={**sold, "A": 28.0}) == [("sell", 2.0)]
    scoped = asked(sell=["VTI"], accounts_out=["ROTH"])
    assert scoped.broken(sale={"A": 30.0, "B": 10.0}) == []
    assert scoped.broken(sale={"A": 30.0, "B": 10.0, ("ROTH", "VTI"): 1.0}) == [
        ("accounts_out", 1.0)
    ]


def test_what_is_sold_may_leave_a_step_of_its_own_and_nothing_more_than_it_holds() -> None:
    """B may leave a share of $100 and C one of $50; A, of which nothing is asked, has its limits.

    Nobody sells more than a lot holds, or less than nothing.
    """
    model = stated("asked", *as_asked(family(), Policy(), request_of({"sell_lots": ["B", "C"]})))
    arrays = compile_arrays(model.program)
    limits = arrays.branched(Branch())
    *_, least, most = arrays.widened(limits, 1.0)
    least = least[arrays.columns["sale"]]
    allowed = {name: float(least[model.place("sale", name)]) for name in ("A", "B", "C")}
    assert allowed == pytest.approx({"A": 0.0, "B": 9.9, "C": 9.95})
    assert most.tolist() == limits[3].tolist()


def test_avoiding_gains_bars_the_lot_with_a_gain_alone() -> None:
    """A has a gain, B a loss, C neither, and a sheltered account has no gains."""
    avoiding = asked(avoid_gains=True)
    assert avoiding.broken(sale={"A": 1.0}) == [("avoid_gains", 1.0)]
    assert avoiding.broken(sale={"B": 1.0, "C": 1.0, ("ROTH", "VTI"): 1.0}) == []


def test_the_judge_names_each_by_its_own_reading() -> None:
    """Pairs of orders that break what is asked, and orders that keep it."""
    of = family()
    some = (sell(of, "TX", "VTI", {"B": 10}),)
    assert breaches(some, keep=["VTI"]) == [("keep", 1_000.0)]
    assert breaches(some, keep_lots=["B"]) == [("keep", 10.0)]
    assert breaches(some, keep_lots=["A"], keep=["BND"]) == []
    assert breaches(some, avoid_gains=True) == []
    gain = (sell(of, "TX", "VTI", {"A": 10}),)
    assert breaches(gain, avoid_gains=True) == [("avoid_gains", pytest.approx(333.333333))]
    assert breaches(some, sell_lots=["B"]) == [("sell", 90.0)]
    assert breaches((sell(of, "TX", "VTI", {"B": 100}),), sell_lots=["B"]) == []
    assert breaches(some, sell=["VTI"]) == [("sell", 390.0), ("sell", 500.0)]
    assert breaches((buy(of, "TX", "BND", 2),), exclude=["BND"]) == [("exclude", 100.0)]
    assert breaches((buy(of, "TX", "VTI", 1),), sell=["VTI"])[0] == ("exclude", 100.0)
    assert breaches((sell(of, "ROTH", "VTI", 1),), accounts_out=["ROTH"]) == [
        ("accounts_out", 100.0)
    ]


def test_a_lot_that_recent_purchases_meet_is_sold_out_once() -> None:
    """In price mode B's loss meets ten shares bought ten days ago: both columns are one lot."""
    recent = lot("E", "TX", "VTI", 10, 1_000.0, "2026-11-10")
    policy = Policy(wash_sale=WashSales(mode="price"))
    of = family(recent)
    rule = stated("asked", *as_asked(of, policy, request_of({"sell_lots": ["B"]})))
    assert [row.where for row in rule.part.rows] == [("B",)]
    answer = ask(of, policy, request_of({"sell_lots": ["B"]}))
    assert answer.plan.status is Status.PLANNED
    sold = sum(part.shares for o in answer.plan.orders for part in o.lots if part.lot_id == "B")
    assert sold == 100


def test_a_lot_in_two_columns_may_leave_a_step_of_its_own_too() -> None:
    """B leaves less than a share of $100 and F than one of $50, of a household of $101,000."""
    of = family(
        lot("E", "TX", "VTI", 5, 500.0, "2026-11-10"),
        lot("F", "TX", "BND", 5, 300.0, "2025-01-02"),
        lot("G", "TX", "BND", 5, 250.0, "2026-11-10"),
    )
    policy = Policy(wash_sale=WashSales(mode="price"))
    rule = stated("asked", *as_asked(of, policy, request_of({"sell_lots": ["B", "F"]})))
    (rows,) = rule.part.rows
    assert rows.where == ("B", "F")
    assert (rows.high * 1_010.0).tolist() == pytest.approx([100.0 - 10_000.0, 50.0 - 250.0])


@pytest.mark.parametrize("asks", [{"sell": ["VTI"]}, {"sell_lots": ["A"]}], ids=str)
@pytest.mark.parametrize(
    ("waiting", "status"),
    [(300.0, Status.NO_ACTION), (299.5, Status.NO_ACTION), (298.0, Status.INFEASIBLE)],
)
def test_what_an_open_order_sells_is_as_good_as_gone(
    waiting: float, status: Status, asks: dict[str, Any]
) -> None:
    """All 300 shares wait in the market, or all but half of one; two would be left."""
    of = household(
        [account("TX")],
        [
            lot("A", "TX", "VTI", 300, 20_000.0, "2020-01-02"),
            lot("C", "TX", "BND", 200, 10_000.0, "2020-01-02"),
        ],
        [security("VTI", 100.0), security("BND", 50.0, BOND)],
        open_orders=[open_order("TX", "VTI", "sell", waiting, lot_id="A")],
    )
    answer = ask(of, Policy(), request_of(asks))
    assert answer.plan.status is status, answer.plan.reason
    assert verify(answer.household, answer.policy, (), ()).kept is (status is Status.NO_ACTION)


def test_a_position_leaves_one_step_whatever_its_lots_may() -> None:
    """5.2 shares of which 0.3 is kept: four are sold, and 1.2 left is proven to be too much.

    Each of four lots may end in a part of a share, but not all of them.
    """
    of = household(
        [account("TX", cash=1_000.0)],
        [
            lot("K", "TX", "VTI", 0.3, 20.0, "2020-01-02"),
            *(lot(f"L{n}", "TX", "VTI", 1.225, 100.0, "2020-01-02") for n in range(4)),
        ],
        [security("VTI", 100.0, share_step=1.0), security("BND", 50.0, BOND)],
    )
    plan = ask(of, Policy(), request_of({"sell": ["VTI"], "keep_lots": ["K"]})).plan
    assert plan.status is Status.INFEASIBLE, plan.reason
    assert {"sell", "keep"} <= {clash.rule for clash in plan.clashes}
    assert ask(of, Policy(), request_of({"sell": ["VTI"]})).plan.status is Status.PLANNED
