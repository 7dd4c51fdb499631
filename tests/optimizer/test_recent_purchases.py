"""Losses of groups that were bought lately: what counts as a replacement, and what may be sold."""

from __future__ import annotations

from typing import Any

import pytest

from models.household import Household
from models.order import Side
from models.plan import Plan, Status
from models.policy import Policy, WashSales, Weights
from optimizer.inputs.frame import frame
from optimizer.judge.verify import verify
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.rebalance import rebalance
from optimizer.search.harvests import wash_disjunctions
from tests.households import (
    BOND,
    STOCK,
    Row,
    account,
    buy,
    household,
    lot,
    open_order,
    restriction,
    security,
    sell,
    target,
    trade,
    unit,
)
from tests.optimizer.judging import broken


def funds(**given: Any) -> list[Row]:
    """Return X at $250, its twin in one group, and a bond fund at $75, a basis point apart."""
    return [
        security("X", 250.0, half_spread_bps=1.0, specific_vol=0.02, identical_group="X", **given),
        security("TWIN", 50.0, half_spread_bps=1.0, specific_vol=0.02, identical_group="X"),
        security("BND", 75.0, BOND, half_spread_bps=1.0, specific_vol=0.002),
    ]


def holding(*lots: Row, **given: Any) -> Household:
    """Return lots of X in a taxable account that wants 40% bonds and has none."""
    accounts = given.pop("accounts", [account("TX")])
    units = given.pop("units", [unit(ordinary_income=200_000.0)])
    return household(accounts, lots, funds(), units=units, **given)


def wash(mode: str = "avoid", closed: str = "ignore") -> Policy:
    """Return a policy that differs in what recent purchases mean, and prices no income."""
    return Policy(
        weights=Weights(tax_drag=0.0), wash_sale=WashSales(mode=mode, closed_replacements=closed)
    )


def after(plan: Plan) -> float:
    """Return what a plan reaches, bps."""
    assert plan.figures is not None
    assert plan.figures.objective_after_bps is not None
    return plan.figures.objective_after_bps


def sold(plan: Plan) -> dict[str, float]:
    """Return shares sold by lot."""
    return {
        part.lot_id: float(part.shares)
        for order in plan.orders
        if order.side is Side.SELL
        for part in order.lots
    }


RECENT = lot("NEW", "TX", "X", 400, 110_000.0, "2026-11-10")
OLD = lot("OLD", "TX", "X", 200, 60_000.0, "2020-01-02")


def test_the_rest_of_the_one_purchase_that_is_sold_is_no_replacement() -> None:
    """$100,000 of X, all bought ten days ago at a loss: 40% of it goes into bonds."""
    plan = rebalance(holding(RECENT), wash())
    assert plan.status is Status.PLANNED
    assert sold(plan)["NEW"] == pytest.approx(160, abs=5)
    assert plan.figures is not None
    assert plan.figures.disallowed_loss == 0.0


def test_beside_another_recent_purchase_a_loss_is_sold_out_or_not_at_all() -> None:
    """Ten shares of the twin bought the day after, at a gain: they go too, or nothing does."""
    twin = lot("TWIN", "TX", "TWIN", 10, 400.0, "2026-11-11")
    plan = rebalance(holding(RECENT, twin), wash())
    assert sold(plan)["TWIN"] == 10.0
    assert sold(plan)["NEW"] == pytest.approx(160, abs=5)
    kept = lot("TWIN", "TX", "TWIN", 10, 600.0, "2026-11-11")
    of = holding(RECENT, kept)
    part = [sell(of, "TX", "X", {"NEW": 160}), buy(of, "TX", "BND", 500)]
    assert broken(of, part, policy=wash()) == ["wash_sale"]
    left = rebalance(of, wash())
    assert set(sold(left)) in (set(), {"NEW", "TWIN"})


def test_two_lots_of_one_purchase_are_no_replacement_of_each_other() -> None:
    """Two fills of one day, sold in part."""
    halves = [lot(name, "TX", "X", 200, 55_000.0, "2026-11-10") for name in ("A", "B")]
    plan = rebalance(holding(*halves), wash())
    assert sum(sold(plan).values()) == pytest.approx(160, abs=5)


def test_the_wash_rule_is_named_where_it_keeps_a_loss() -> None:
    """Two purchases at a loss: too much to sell out, so nothing is sold, and the plan says why."""
    second = lot("LATER", "TX", "X", 400, 110_000.0, "2026-11-12")
    plan = rebalance(holding(RECENT, second), wash())
    assert plan.status is Status.NO_ACTION
    assert any("X" in note and "within 30 days" in note for note in plan.notes)
    assert "wash_sale" in {each.rule for each in plan.binding}


@pytest.mark.parametrize("mode", ["avoid", "price"])
@pytest.mark.parametrize("bought", [1.0, 20.0])
def test_a_purchase_that_nothing_explains_counts_where_closed_ones_do(
    mode: str, bought: float
) -> None:
    """Shares bought on 22 October are in no lot and no sale: `count` lets them meet a loss."""
    history = [trade("TX", "X", "2026-10-22", "buy", bought)]
    units = [unit(ordinary_income=200_000.0, st_realized_ytd=20_000.0)]
    of = holding(lot("L", "TX", "X", 400, 110_000.0, "2026-10-01"), trades=history, units=units)
    counted = rebalance(of, wash(mode, "count"))
    ignored = rebalance(of, wash(mode, "ignore"))
    assert ignored.status is Status.PLANNED
    if mode == "avoid":
        assert counted.status is Status.NO_ACTION
        assert "wash_sale" in {each.rule for each in counted.binding}
        return
    assert counted.figures is not None
    # a loss of $25 a share
    assert counted.figures.disallowed_loss == pytest.approx(25.0 * bought)
    assert after(counted) > after(ignored)


def test_where_closed_purchases_count_other_groups_are_traded_all_the_same() -> None:
    """A loss of X that would be washed is kept; the bonds' gain is sold for what is missing."""
    of = household(
        [account("TX")],
        [
            lot("L", "TX", "X", 100, 30_000.0, "2024-06-03"),
            lot("B", "TX", "BND", 1000, 70_000.0, "2024-06-03"),
        ],
        funds(),
        targets={"T": target({STOCK: 0.6, BOND: 0.4})},
        trades=[trade("TX", "TWIN", "2026-10-22", "buy", 20)],
    )
    plan = rebalance(of, wash("avoid", "count"))
    assert plan.status is Status.PLANNED
    assert set(sold(plan)) == {"B"}


def test_under_price_recent_losses_are_met_by_other_purchases_only() -> None:
    """$150,000 of X, a third of it old, with $20,000 of short gains to offset.

    What is sold of the recent purchase at a short loss meets nothing; old shares would meet what
    is left of it.
    """
    units = [unit(ordinary_income=200_000.0, st_realized_ytd=20_000.0)]
    of = holding(RECENT, OLD, units=units)
    plan = rebalance(of, wash("price"))
    orders = [sell(of, "TX", "X", {"NEW": 251}), buy(of, "TX", "BND", 806)]
    verdict = verify(of, wash("price"), orders, ())
    assert verdict.kept
    assert verdict.figures.objective_after_bps is not None
    assert after(plan) <= verdict.figures.objective_after_bps + 0.01
    assert set(sold(plan)) == {"NEW"}
    # The ways to harvest cover every legal sale, so that branching over them proves the plan.
    assert plan.certificate is not None
    assert plan.certificate.gap_bps < 0.01


def test_under_price_selling_a_part_of_what_was_bought_frees_as_much_of_the_loss() -> None:
    """Of 40 recent shares at a gain those that are sold meet nothing: only the rest do.

    A long loss of $50 a share against $3,000 of short gains.
    """
    units = [unit(ordinary_income=200_000.0, st_realized_ytd=3_000.0)]
    fresh = lot("NEW", "TX", "TWIN", 40, 1_960.0, "2026-11-10")
    of = holding(OLD, fresh, units=units)
    plan = rebalance(of, wash("price"))
    for part in range(0, 41, 10):
        orders = [sell(of, "TX", "X", {"OLD": 80})]
        orders += [sell(of, "TX", "TWIN", {"NEW": part})] if part else []
        verdict = verify(of, wash("price"), [*orders, buy(of, "TX", "BND", 266)], ())
        assert verdict.kept
        assert verdict.figures.objective_after_bps is not None
        assert after(plan) <= verdict.figures.objective_after_bps + 0.01


def test_under_price_an_open_order_meets_losses_as_recent_shares_do() -> None:
    """Ten shares are on order in the IRA: as many of the loss are destroyed, $50 each."""
    accounts = [account("TX"), account("IRA", "traditional_ira", cash=2_600.0)]
    waiting = [open_order("IRA", "X", "buy", 10)]
    of = holding(OLD, accounts=accounts, open_orders=waiting)
    plan = rebalance(of, wash("price"))
    assert plan.status is Status.PLANNED
    assert sold(plan)["OLD"] > 10.0
    assert plan.figures is not None
    assert plan.figures.disallowed_loss == pytest.approx(500.0)


def test_an_open_sale_without_a_lot_locks_its_group_only_if_it_takes_a_loss() -> None:
    """Ten of TX's earliest shares, at a gain, are under way: the group may be bought elsewhere."""
    gain = lot("GAIN", "TX", "X", 50, 10_000.0, "2019-01-02")
    accounts = [account("TX"), account("IRA", "traditional_ira", cash=60_000.0)]
    waiting = [open_order("TX", "X", "sell", 10)]
    of = holding(gain, OLD, accounts=accounts, open_orders=waiting)
    plan = rebalance(of, wash())
    assert ("IRA", Side.BUY) in {
        (order.account_id, order.side) for order in plan.orders if order.security_id != "BND"
    }


@pytest.mark.parametrize(("bought", "ways"), [(60.0, 2), (200.0, 1)])
def test_recent_shares_that_no_sale_can_use_up_are_not_asked_to_be(
    bought: float, ways: int
) -> None:
    """A hundred old shares at a loss meet those on order in the IRA: all 60 of them, never 200."""
    accounts = [account("TX"), account("IRA", "traditional_ira", cash=60_000.0)]
    old = lot("OLD", "TX", "X", 100, 30_000.0, "2020-01-02")
    of = holding(old, accounts=accounts, open_orders=[open_order("IRA", "X", "buy", bought)])
    stated = frame(of, wash("price"))
    (disjunction,) = wash_disjunctions(stated, compile_arrays(program_of(stated)))
    _, *harvests = disjunction.options
    assert len(harvests) == ways
    assert sum(bool(harvest.used_up) for harvest in harvests) == ways - 1


def test_under_price_losses_pass_over_their_own_purchase_to_the_next() -> None:
    """Half of what was bought lately must stay; shares of the twin were bought after it, and sold.

    The rest of its own purchase does not meet the loss, those shares do: it lowers their gain.
    """
    gone = [
        trade("TX", "TWIN", "2026-11-12", "buy", 1_500.0, amount=75_000.0),
        trade(
            "TX",
            "TWIN",
            "2026-11-15",
            "sell",
            1_500.0,
            amount=80_000.0,
            realized_gain=5_000.0,
            acquired="2026-11-12",
        ),
    ]
    of = holding(
        lot("NEW", "TX", "X", 400, 130_000.0, "2026-11-05"),
        trades=gone,
        restrictions=[restriction("X", "hold_at_least", "TX", shares=200.0)],
        units=[unit(ordinary_income=200_000.0, st_realized_ytd=60_000.0)],
    )
    policy = wash("price", "count")
    plan = rebalance(of, policy)
    assert plan.status is Status.PLANNED
    assert plan.certificate is not None
    for shares in (50, 100, 150, 170, 200):
        orders = [sell(of, "TX", "X", {"NEW": shares}), buy(of, "TX", "BND", shares * 3)]
        verdict = verify(of, policy, orders, ())
        assert verdict.kept
        assert verdict.figures.disallowed_loss == pytest.approx(75.0 * shares)
        reached = verdict.figures.objective_after_bps
        assert reached is not None
        assert plan.certificate.bound_bps <= reached + 1e-4
        assert after(plan) <= reached + 0.01
