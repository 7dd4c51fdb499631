"""No ticket gains by any other length, alone or with a share of another that it pays for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import numpy as np
import pytest

from models.household import Household
from models.order import Order, Side
from models.policy import Gate, Policy, TradeRules
from optimizer.inputs.frame import frame
from optimizer.judge.bench import Bench
from optimizer.judge.verify import judged
from optimizer.rebalance import rebalance
from optimizer.rounding.candidate import candidate_of
from optimizer.rounding.line_search import lengthened
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.chain import chain_of
from scenarios.changes import worth_usd
from tests.households import BOND, STOCK, account, buy, household, lot, security

NO_GATE = Policy(gate=Gate(min_bps=0.0, min_order_usd=0.0))

WORTH_USD = 2.0
"""Dollars that another length may gain: a share of a fund of cents is worth far less."""

LENGTHS = [0.5**n for n in range(12)]
"""Parts of the cash at hand that a fund of cents is tried to take or to raise."""


ALL, THREE = ("AAA", "BBB", "CCC", "DDD"), ("AAA", "BBB", "CCC")
"""Securities of an account: dear whole shares of stocks and bonds, funds of cents of both."""


def mixed_steps(seed: int, kind: str, of: tuple[str, ...] = ALL, earns: float = 0.04) -> Household:
    """Return an account of dear whole shares beside funds of a thousandth of a share.

    Its cash earns nothing, though cash could earn `earns` a year.
    """
    rng = np.random.default_rng(seed)
    prices = rng.uniform([150.0, 300.0, 8.0, 20.0], [350.0, 700.0, 14.0, 40.0]).round(2)
    classes = (STOCK, BOND, BOND, STOCK)
    worth = rng.uniform(150_000.0, 600_000.0)
    held = (rng.dirichlet([4.0, 1.0, 1.0, 2.0]) * worth / prices).round(0)
    lots = [
        lot(f"L{n}{part}", "A", name, shares, basis=basis * shares * price)
        for n, (name, price, whole) in enumerate(zip(ALL, prices, held, strict=True))
        for part, shares, basis in ((0, whole // 3, 0.9), (1, whole - whole // 3, 1.05))
        if name in of
    ]
    flow = float(rng.choice([-0.05, 0.0, 0.05])) * worth
    return household(
        [
            account("A", kind, cash=0.06 * worth, net_flow=round(flow, 2)),
            account("EARNS", "traditional_ira", cash=1.0, cash_yield=earns),
        ],
        lots,
        [
            security(name, float(price), asset_class, share_step=step, specific_vol=0.01)
            for name, price, asset_class, step in zip(
                ALL, prices, classes, (1.0, 1.0, 0.001, 0.001), strict=True
            )
            if name in of
        ],
    )


@pytest.mark.parametrize("kind", ["traditional_ira", "taxable"])
@pytest.mark.parametrize("among", [ALL, THREE])
@pytest.mark.parametrize("seed", range(6))
def test_no_other_length_of_a_ticket_gains(seed: int, among: tuple[str, ...], kind: str) -> None:
    """Nor with one share more or less of another ticket first: a hundred dollars stayed idle."""
    of = mixed_steps(seed, kind, among)
    found = rebalance(of, NO_GATE)
    known = Bench(of, NO_GATE)
    ours = judged(known, found.orders, found.flows)
    assert ours.kept
    for orders in others(of, found.orders):
        other = judged(known, orders, found.flows)
        assert not other.kept or other.objective_usd > ours.objective_usd - WORTH_USD


def test_a_whole_share_too_many_is_given_up_for_a_fund_of_cents() -> None:
    """A buy that can be no smaller is no step away from none, and another fund does its work."""
    funds = [
        security("DEAR", 700.0, specific_vol=0.3),
        security("CENTS", 10.0, share_step=0.001, specific_vol=0.02),
        security("BND", 1_000.0, BOND),
    ]
    of = household([account("I", "roth_ira", cash=2_000.0)], [], funds)
    policy = replace(NO_GATE, trades=TradeRules(min_usd=0.0))
    search = search_within_limits(frame(of, policy), chain_of(policy))
    found = candidate_of(search.model, search.incumbent)
    assert found is not None
    orders = (buy(of, "I", "BND", 1), buy(of, "I", "CENTS", 29), buy(of, "I", "DEAR", 1))
    worse = replace(found, orders=orders, verdict=judged(Bench(of, policy), orders, ()))
    assert worse.kept
    better = lengthened(search.model, worse)
    assert [order.security_id for order in better.orders] == ["BND", "CENTS"]
    assert better.objective == pytest.approx(found.objective, abs=0.01)


def others(of: Household, found: tuple[Order, ...]) -> Iterator[list[Order]]:
    """Give plans in which a ticket is longer or shorter, with one share of another or without."""
    for one in found:
        for amount in [part * most for part in LENGTHS for most in (1_000.0, -1_000.0)]:
            yield changed(of, found, {one.order_id: amount})
    for one, other in permutations(found, 2):
        for share in (float(one.price), -float(one.price)):
            raised = share if one.side is Side.SELL else -share
            for spared in (0.0, 5.0, 25.0, 100.0):
                more = raised - spared if other.side is Side.BUY else spared - raised
                yield changed(of, found, {one.order_id: share, other.order_id: more})


def changed(of: Household, found: tuple[Order, ...], usd: dict[str, float]) -> list[Order]:
    """Return the orders, some of them longer by so many dollars, in whole steps."""
    securities = of.market.securities
    steps = dict(zip(securities.security_id, securities.share_step, strict=True))
    orders = []
    for order in found:
        step = Decimal(str(steps[order.security_id]))
        more = round(usd.get(order.order_id, 0.0) / float(order.price * step)) * step
        orders.append(longer(order, more))
    return [order for order in orders if order.shares > 0]


def longer(order: Order, more: Decimal) -> Order:
    """Return the order by so many shares longer or shorter; the last lot that it sells gives way.

    What is more than that lot has, the judge refuses.
    """
    if not order.lots:
        return replace(order, shares=order.shares + more)
    *before, last = order.lots
    if last.shares + more <= 0:
        return order
    lots = (*before, replace(last, shares=last.shares + more))
    return replace(order, shares=order.shares + more, lots=lots)


@pytest.mark.parametrize("seed", [5, 6, 8])
def test_turnover_is_used_to_the_cents_of_the_finest_fund(seed: int) -> None:
    """Where a limit on turnover holds a plan back, dear shares leave less than a dollar of it."""
    of = mixed_steps(seed, "traditional_ira", earns=0.04 if seed % 2 == 0 else 0.0)
    free = rebalance(of, NO_GATE)
    traded = sum(float(order.amount) for order in free.orders) / 2.0
    limit = 0.8 * traded / worth_usd(of)
    plan = rebalance(of, replace(NO_GATE, trades=TradeRules(max_turnover=limit)))
    assert plan.figures is not None
    assert plan.certificate is not None
    assert plan.certificate.gap_bps * plan.figures.value_usd / 1e4 < 1.0
