"""Losses that meet recent purchases, drawn at random, against a search with nothing but the judge.

Four funds, of which three are one group; lots, closed purchases and restrictions of its last days.
The search draws plans, then changes the best it knows a lot or a purchase at a time.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pytest

from models.household import Household
from models.order import Side
from models.plan import Plan, Status
from models.policy import Gate, Policy, TradeRules, WashSales, Weights
from optimizer.inputs.windows import loss_lots, windows
from optimizer.judge.bench import Bench
from optimizer.judge.verify import judged, verify
from optimizer.rebalance import rebalance
from tests.households import (
    BOND,
    account,
    buy,
    household,
    lot,
    restriction,
    security,
    sell,
    trade,
    unit,
)

PRICES = {"X": 25.0, "TWIN": 50.0, "TRI": 40.0, "BND": 20.0}
GROUP = ("X", "TWIN", "TRI")

DAYS = (
    "2020-01-02",
    "2026-03-01",
    *(f"2026-10-{day}" for day in (20, 21, 25, 28)),
    *(f"2026-11-{day:02d}" for day in (2, 5, 10, 12, 19)),
)
"""When lots were bought; 21 October is the first day that still counts."""

BETTER_BPS = 0.7
"""Basis points by which no plan of the judge's may be better than the answer."""

PLANS = 300
"""Plans that are drawn and changed for each household."""

Sold: TypeAlias = dict[str, int]
Bought: TypeAlias = dict[str, str]


def drawn(rng: np.random.Generator) -> tuple[Household, Policy]:
    """Draw two taxable accounts and an IRA with lots and trades of one group."""
    lots = []
    for n in range(int(rng.integers(2, 6))):
        name, where = str(rng.choice(GROUP)), str(rng.choice(("TX", "TX", "T2")))
        shares = int(float(rng.choice((300.0, 2_000.0, 9_000.0, 40_000.0))) / PRICES[name]) + 1
        basis = shares * PRICES[name] * float(rng.choice((0.7, 0.95, 1.05, 1.2, 1.5)))
        lots.append(lot(f"L{n}", where, name, shares, basis, str(rng.choice(DAYS))))
    for n in range(int(rng.integers(0, 3))):
        shares, day = int(rng.integers(5, 80)), str(rng.choice(DAYS))
        lots.append(lot(f"I{n}", "IRA", str(rng.choice(GROUP)), shares, acquired=day))
    trades = {}
    for _ in range(int(rng.integers(0, 3))):
        name, where = str(rng.choice(GROUP)), str(rng.choice(("TX", "T2", "IRA")))
        day, shares = (
            str(rng.choice(("2026-10-22", "2026-11-03", "2026-11-10"))),
            20 + 40 * len(lots),
        )
        bought = trade(where, name, day, "buy", shares, amount=shares * PRICES[name])
        gain = float(rng.choice((-200.0, 60.0, 2_000.0)))
        gone = trade(where, name, "2026-11-15", "sell", shares, realized_gain=gain, acquired=day)
        trades[where, name] = [bought, gone] if rng.random() < 0.6 else [bought]
    rules = []
    if rng.random() < 0.5:
        least, where = float(rng.integers(1, 400)), str(rng.choice(("TX", "T2")))
        rules.append(restriction(str(rng.choice(GROUP)), "hold_at_least", where, shares=least))
    group: dict[str, Any] = {"half_spread_bps": 1.0, "identical_group": "X", "specific_vol": 0.02}
    bond = security("BND", PRICES["BND"], BOND, half_spread_bps=1.0, specific_vol=0.002)
    of = household(
        [account("TX", cash=500.0), account("T2", cash=300.0), account("IRA", "roth_ira")],
        lots,
        [*(security(name, PRICES[name], **group) for name in GROUP), bond],
        units=[unit(st_realized_ytd=float(rng.choice((0.0, 3_000.0, 20_000.0, 90_000.0))))],
        trades=[row for rows in trades.values() for row in rows],
        restrictions=rules,
    )
    turnover = float(rng.choice((0.1, 0.3))) if rng.random() < 0.3 else None
    policy = Policy(
        weights=Weights(tax_drag=0.0),
        gate=Gate(min_bps=0.0, min_order_usd=0.0),
        trades=TradeRules(min_usd=0.0, max_turnover=turnover),
        wash_sale=WashSales(mode="price", closed_replacements=str(rng.choice(("ignore", "count")))),
    )
    return of, policy


class Searched:
    """The best plan that drawing and changing plans finds, by the judge alone."""

    def __init__(self, of: Household, policy: Policy, rng: np.random.Generator) -> None:
        self.of, self.rng, self.known = of, rng, Bench(of, policy)
        lots, securities = of.lots, of.market.securities
        mine = np.flatnonzero(of.taxable[lots.account])
        names = lots.lot_id[mine].tolist()
        self.held = dict(zip(names, lots.shares[mine].astype(int).tolist(), strict=True))
        where = (
            of.accounts.account_id[lots.account[mine]],
            securities.security_id[lots.security[mine]],
        )
        self.ticket = dict(zip(names, zip(*where, strict=True), strict=True))
        self.best = np.inf

    def reached(self, plan: Plan) -> float:
        """Start from the taxable sales of a plan, change them, and return the best, bps."""
        sold = {part.lot_id: int(part.shares) for order in plan.orders for part in order.lots}
        bought = {order.account_id: "BND" for order in plan.orders if order.side is Side.BUY}
        at = (sold, bought, self._judged(sold, bought))
        for _ in range(PLANS):
            trial = self._changed(*at[:2]) if self.rng.random() < 0.7 else self._anything()
            found = self._judged(*trial)
            at = (*trial, found) if found < at[2] else at
        return self.best

    def _anything(self) -> tuple[Sold, Bought]:
        parts = self.rng.choice((0.0, 0.0, 0.2, 0.5, 1.0, 1.0), len(self.held))
        each = zip(parts, self.held.items(), strict=True)
        sold = {name: int(part * most) for part, (name, most) in each}
        return sold, {name: str(self.rng.choice(("", "BND", *GROUP))) for name in ("TX", "T2")}

    def _changed(self, sold: Sold, bought: Bought) -> tuple[Sold, Bought]:
        name = str(self.rng.choice(list(self.held)))
        most, now = self.held[name], sold.get(name, 0)
        more = self.rng.choice((-now, most, 1.0, -1.0, 5.0, -5.0, 0.2 * now, -0.2 * now))
        return {**sold, name: min(max(int(now + more), 0), most)}, bought

    def _judged(self, sold: Sold, bought: Bought) -> float:
        """What a plan reaches that puts what it sells into one fund an account, bps."""
        tickets: dict[tuple[str, str], Sold] = {}
        cash = {"TX": 500.0, "T2": 300.0, "IRA": 0.0}
        for name, shares in sold.items():
            if shares:
                where, fund = self.ticket[name]
                tickets.setdefault((where, fund), {})[name] = shares
                cash[where] += shares * PRICES[fund] * 0.9999
        orders = [sell(self.of, *ticket, lots) for ticket, lots in tickets.items()]
        for where, fund in bought.items():
            count = int(cash[where] / PRICES[fund] / 1.0001) if fund else 0
            if count and (where, fund) not in tickets:
                orders.append(buy(self.of, where, fund, count))
        verdict = judged(self.known, orders)
        after = verdict.figures.objective_after_bps
        reached = after if verdict.kept and after is not None else np.inf
        self.best = min(self.best, reached)
        return reached


def checked(seed: int) -> None:
    """Hold the answer and its bound against what the judge finds."""
    rng = np.random.default_rng([991, seed])
    of, policy = drawn(rng)
    plan = rebalance(of, policy)
    assert plan.status in (Status.PLANNED, Status.NO_ACTION), plan.reason
    assert plan.figures is not None
    assert plan.figures.objective_after_bps is not None
    assert plan.certificate is not None
    best = Searched(of, policy, rng).reached(plan)
    assert plan.certificate.bound_bps <= best + 1e-4
    assert plan.figures.objective_after_bps <= best + BETTER_BPS


@pytest.mark.parametrize("seed", [10, 75, 82, 126, 148, 153])
def test_the_judge_finds_nothing_better(seed: int) -> None:
    """Nor anything below the bound."""
    checked(seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(300))
def test_the_judge_finds_nothing_better_in_hundreds(seed: int) -> None:
    """As above."""
    checked(seed)


@pytest.mark.parametrize("seed", [*range(10), 322, 337, 498])
def test_the_program_knows_in_which_order_a_loss_meets_purchases(seed: int) -> None:
    """Of several purchases of one day too: each lot is sold alone."""
    of, policy = drawn(np.random.default_rng([991, seed]))
    found = windows(of, policy)
    for place in np.flatnonzero(loss_lots(of)).tolist():
        own = found.purchases.get(place)
        told = [each.purchase for each in found.replacements if each.purchase != own]
        met = purchases_met(of, policy, place)
        assert met == told[: len(met)]


def purchases_met(of: Household, policy: Policy, place: int) -> list[str]:
    """Purchases that a lot meets in the ledger's order when the whole of it is sold alone."""
    lots = of.lots
    where = str(of.accounts.account_id[lots.account[place]])
    fund = str(of.market.securities.security_id[lots.security[place]])
    taken = {str(lots.lot_id[place]): int(lots.shares[place])}
    verdict = verify(of, policy, [sell(of, where, fund, taken)], ())
    where_of = windows(of, policy).history.where_of
    met = (str(where_of[match.replacement_lot_id]) for match in verdict.ledger.washes.matches)
    return list(dict.fromkeys(met))
