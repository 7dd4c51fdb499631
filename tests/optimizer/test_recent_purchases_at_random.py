"""Households with purchases of the last days, drawn at random, against many plans of the judge's.

The judge alone says which plans are legal and what they reach. None of them is better than the
answer, and the bound is below them all.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from models.household import Household
from models.order import Order
from models.plan import Status
from models.policy import Policy, TradeRules, WashSales, Weights
from optimizer.judge.bench import Bench
from optimizer.judge.verify import judged
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    Row,
    account,
    buy,
    household,
    lot,
    open_order,
    security,
    sell,
    trade,
    unit,
)

PRICES = {"X": 25.0, "TWIN": 50.0, "BND": 20.0}
"""Dollars a share; X and TWIN are one group. Fine enough that whole shares cost next to nothing."""

PARTS = (0.0, 0.4, 1.0)
"""Parts of a lot that a plan of the judge's sells."""

BETTER_BPS = 0.5
"""Basis points by which no plan of the judge's may be better than the answer."""

DAYS = ("2020-01-02", "2026-10-20", "2026-10-25", "2026-11-05", "2026-11-05", "2026-11-12")
"""When lots were bought: 31 days ago is old, the rest recent, two of one day likely."""


def drawn(rng: np.random.Generator) -> Household:
    """Draw lots of one group at gains and losses, an IRA, past trades, and orders on their way."""
    accounts = [account("TX", cash=500.0), account("IRA", "roth_ira", cash=10_000.0)]
    lots = [_lot(rng, f"L{n}", "TX", str(rng.choice(DAYS))) for n in range(int(rng.integers(2, 4)))]
    if rng.random() < 0.5:
        lots.append(lot("I", "IRA", "TWIN", 40, acquired=str(rng.choice(DAYS))))
    trades = []
    if rng.random() < 0.5:
        trades.append(trade("TX", "TWIN", "2026-11-02", "buy", 30))
        if rng.random() < 0.5:
            gain = float(rng.choice((-40.0, 60.0)))
            trades.append(trade("TX", "TWIN", "2026-11-10", "sell", 30, realized_gain=gain))
    orders = [open_order("IRA", "TWIN", "buy", 20)] if rng.random() < 0.2 else []
    soon = [("IRA", "X", "2026-12-01")] if rng.random() < 0.1 else []
    gains = float(rng.choice((0.0, 3_000.0, 20_000.0)))
    group = {"half_spread_bps": 1.0, "identical_group": "X", "specific_vol": 0.02}
    return household(
        accounts,
        lots,
        [
            security("X", PRICES["X"], **group),
            security("TWIN", PRICES["TWIN"], **group),
            security("BND", PRICES["BND"], BOND, half_spread_bps=1.0, specific_vol=0.002),
        ],
        units=[unit(st_realized_ytd=gains)],
        trades=trades,
        open_orders=orders,
        scheduled=soon,
    )


def _lot(rng: np.random.Generator, name: str, where: str, day: str) -> Row:
    security_id = str(rng.choice(("X", "TWIN")))
    shares = int(float(rng.choice((500.0, 5_000.0, 40_000.0))) / PRICES[security_id])
    basis = shares * PRICES[security_id] * float(rng.choice((0.8, 1.02, 1.1, 1.3)))
    return lot(name, where, security_id, shares, basis, day)


def plans(of: Household) -> list[list[Order]]:
    """Every lot kept, sold in part or sold out; what that brings kept, or in bonds or in TWIN."""
    lots, names = of.lots, of.market.securities.security_id
    mine = np.flatnonzero(lots.account == 0).tolist()
    found = []
    for parts in product(PARTS, repeat=len(mine)):
        sold: dict[str, dict[str, int]] = {}
        cash = 500.0
        for i, part in zip(mine, parts, strict=True):
            shares = int(part * lots.shares[i])
            if shares:
                name = str(names[lots.security[i]])
                sold.setdefault(name, {})[str(lots.lot_id[i])] = shares
                cash += shares * PRICES[name] * 0.9999
        sells = [sell(of, "TX", name, taken) for name, taken in sold.items()]
        for into in ("", "BND", "TWIN"):
            count = int(cash / PRICES[into] / 1.0001) if into else 0
            bought = [buy(of, "TX", into, count)] if count else []
            for ira in ("", "BND", "TWIN"):
                free = 10_000.0 - 1_001.0 * len(of.open_orders.order_id)
                more = [buy(of, "IRA", ira, int(free / PRICES[ira] / 1.0001))] if ira else []
                found.append([*sells, *bought, *more])
    return found


@pytest.mark.parametrize("closed", ["ignore", "count"])
@pytest.mark.parametrize("mode", ["avoid", "price"])
@pytest.mark.parametrize("seed", range(6))
def test_no_legal_plan_is_better_than_the_answer(seed: int, mode: str, closed: str) -> None:
    """Whatever was bought lately: nothing is refused, and what is bounded is below every plan."""
    of = drawn(np.random.default_rng(seed))
    policy = Policy(
        weights=Weights(tax_drag=0.0),
        trades=TradeRules(min_usd=0.0),
        wash_sale=WashSales(mode=mode, closed_replacements=closed),
    )
    plan = rebalance(of, policy)
    assert plan.status in (Status.PLANNED, Status.NO_ACTION)
    assert plan.figures is not None
    assert plan.certificate is not None
    known = Bench(of, policy)
    verdicts = [judged(known, orders) for orders in plans(of)]
    reached = [verdict.figures.objective_after_bps for verdict in verdicts if verdict.kept]
    best = min(value for value in reached if value is not None)
    assert plan.certificate.bound_bps <= best + 1e-4
    assert plan.figures.objective_after_bps is not None
    assert plan.figures.objective_after_bps <= best + BETTER_BPS
