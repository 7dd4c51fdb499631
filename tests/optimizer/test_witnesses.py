"""Random legal orders as witnesses: no bound above them, and nothing they do is impossible.

A witness is drawn without any optimizer and judged. Then limits are set to just what it uses: the
program must not call the household infeasible, and its bound must not pass the witness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pytest

from models.household import Household
from models.order import Flow, Order
from models.plan import Status
from models.policy import Limits, Policy, TradeRules, WashSales
from optimizer.judge.verify import Verdict, verify
from optimizer.rebalance import rebalance
from scenarios.changes import with_columns
from scenarios.four_funds import drawn
from tests.households import buy, flow, sell

BELOW_BPS = 1e-4
"""Basis points: a judge's own tolerance."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A household and legal orders for it, drawn at random."""

    household: Household
    policy: Policy
    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]
    verdict: Verdict


def witness(seed: int) -> Witness | None:
    """Draw a household, sell at random, buy for what is left, and let the judge see it."""
    rng = np.random.default_rng(50_000 + seed)
    fresh, ranked = bool(rng.random() < 0.4), bool(rng.random() < 0.3)
    of = drawn(seed, units=int(rng.integers(1, 3)), fresh=fresh, ranked=ranked)
    mode = str(rng.choice(["avoid", "price"]))
    policy = Policy(trades=TradeRules(min_usd=0.0), wash_sale=WashSales(mode=mode))
    rich = rng.random() < 0.4
    if rich:
        income = np.full(len(of.units.filing_status), 243_000.0)
        of = with_columns(of, "units", ordinary_income=income, magi=income)
    out = float(rng.integers(5, 60)) * 1_000.0 if rng.random() < 0.6 else 0.0
    of = replace(of, net_flow=-out)
    orders: list[Order] = []
    cash = dict(zip(of.accounts.account_id, of.accounts.cash, strict=True))
    names = of.market.securities.security_id
    lots, price = of.lots, of.market.securities.price
    lost = set()
    for account in range(len(of.accounts.account_id)):
        name = str(of.accounts.account_id[account])
        for security in np.unique(lots.security[lots.account == account]):
            mine = np.flatnonzero((lots.account == account) & (lots.security == security))
            taken = {
                int(lot): int(rng.integers(0, int(lots.shares[lot]) + 1))
                for lot in mine
                if rng.random() < 0.5
            }
            taken = {lot: shares for lot, shares in taken.items() if shares}
            if not taken:
                continue
            total = sum(taken.values())
            fund = str(names[security])
            if name == "IRA":
                orders.append(sell(of, name, fund, total))
            else:
                orders.append(
                    sell(of, name, fund, {str(lots.lot_id[lot]): n for lot, n in taken.items()})
                )
                loses = lots.basis[list(taken)] > lots.shares[list(taken)] * price[security]
                lost |= {fund} if loses.any() else set()
            cash[name] += 0.9999 * total * price[security]
    flows = []
    for name in ("TX", "IRA", "HIS"):
        paid = min(out, max(float(cash.get(name, 0.0)) - 1.0, 0.0))
        paid = np.floor(paid)
        if paid > 0.0:
            flows.append(flow(name, str(Decimal(-int(paid)))))
            cash[name] -= paid
            out -= paid
    if out > 0.0:
        return None
    sold = {(order.account_id, order.security_id) for order in orders}
    for name, dollars in cash.items():
        fund = str(rng.choice(names))
        shares = int(0.9998 * dollars * rng.random() / 100.0)
        if shares > 0 and fund not in lost and (name, fund) not in sold:
            orders.append(buy(of, str(name), fund, shares))
    verdict = verify(of, policy, orders, flows)
    return Witness(of, policy, tuple(orders), tuple(flows), verdict) if verdict.kept else None


def just_enough(seed: int, of: Witness) -> Policy:
    """Return a policy whose limits are what the witness uses, some of them left out."""
    rng = np.random.default_rng(90_000 + seed)
    figures = of.verdict.figures
    tax = max(float(unit.budget_after_usd) for unit in of.verdict.units)
    gain = max(
        float(unit.run.short + unit.run.long) + float(st + lt)
        for unit, st, lt in zip(
            of.verdict.units,
            of.household.units.st_realized_ytd,
            of.household.units.lt_realized_ytd,
            strict=True,
        )
    )
    traded = float(sum((order.amount for order in of.orders), Decimal(0)))
    te = figures.te_after
    limits = Limits(
        tax_budget_usd=round(tax, 2) + 0.01 if rng.random() < 0.7 else None,
        gain_budget_usd=round(gain, 2) + 0.01 if rng.random() < 0.4 else None,
        te_max=te * (1.0 + 1e-6) if te and rng.random() < 0.3 else None,
        max_short_gain_usd=max(
            round(float(unit.run.positive_short), 2) + 0.01 for unit in of.verdict.units
        )
        if rng.random() < 0.3
        else None,
    )
    turnover = 0.5 * traded / figures.value_usd * (1.0 + 1e-9) + 1e-12
    trades = TradeRules(min_usd=0.0, max_turnover=turnover if rng.random() < 0.3 else None)
    return replace(of.policy, limits=limits, trades=trades)


def assert_witnessed(seed: int) -> bool:
    """Assert that a witness is neither impossible nor below the bound; False if there is none."""
    of = witness(seed)
    if of is None:
        return False
    policy = just_enough(seed, of)
    again = verify(of.household, policy, of.orders, of.flows)
    if not again.kept:
        return False
    plan = rebalance(of.household, policy)
    assert plan.status is not Status.INFEASIBLE, plan.reason
    assert "exceeds the objective" not in plan.reason
    worth = again.figures.objective_after_bps
    if plan.certificate is not None and worth is not None:
        assert plan.certificate.bound_bps <= worth + BELOW_BPS
    return True


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_nothing_that_a_witness_does_is_impossible(first: int) -> None:
    """Sixty draws, most of them witnesses."""
    found = [assert_witnessed(seed) for seed in range(first, first + 20)]
    assert sum(found) >= 12


@pytest.mark.full
@pytest.mark.parametrize("first", range(60, 1060, 250))
def test_nothing_that_any_of_a_thousand_witnesses_does_is_impossible(first: int) -> None:
    """The same for a thousand draws."""
    for seed in range(first, first + 250):
        assert_witnessed(seed)
