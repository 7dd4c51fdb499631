"""One look: a household is shown to its rebalancer, the judge reads the answer, it is done.

A plan that breaks a rule does not leave, and a method may answer without a plan; the flows that
were due are then settled in cash, and the next look tries again. Both are counted. Only rebalancers
that are made to break a rule on purpose (ablations) may skip the judge's veto, never his measuring.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from benchmarks.backtest.lives.holding import shares_held
from benchmarks.backtest.market.stage import Stage
from benchmarks.heuristics.steps.proposal import Rebalancer
from benchmarks.suite.compare.methods import NoPlanError
from models.household import Household
from models.law_year import in_law_year
from models.ledger import Ledger, exact
from models.ledger.next_year import carried_out
from models.order import Flow, Order, order_id
from models.plan import Figures
from models.policy import Policy
from optimizer.judge.verify import verify


@dataclass(frozen=True, slots=True)
class Method:
    """A named way to rebalance: the function, its policy, and whether the judge may stop it.

    A `nightly` one is asked between looks too, on nights on which a trigger of its policy fires.
    """

    name: str
    rebalancer: Rebalancer
    policy: Policy
    enforced: bool = True
    nightly: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What a look came to: the household after it, the ledger, the judge's figures.

    `drift` is ½·Σ|weight − target| by class before the look,
    `breaches` counts the rules that the proposal broke (for want of a plan, those that settling in
    cash breaks), `refused` says that no proposal left,
    `seconds` is the rebalancer's own time.
    """

    household: Household
    ledger: Ledger
    figures: Figures
    orders: tuple[Order, ...]
    breaches: int
    refused: bool
    drift: float
    seconds: float


def look_at(stage: Stage, household: Household, method: Method) -> Look:
    """Ask for a proposal under the newest law, judge it, and carry it out in true dates."""
    shown = in_law_year(household, household.market, stage.law_year)
    started = time.perf_counter()
    try:
        orders, flows = method.rebalancer(shown, method.policy)
        planned = True
    except NoPlanError:
        orders, flows = (), settled_in_cash(shown)
        planned = False
    seconds = time.perf_counter() - started
    verdict = verify(shown, method.policy, orders, flows)
    refused = not planned or (method.enforced and not verdict.kept)
    if refused:
        orders, flows = (), settled_in_cash(household)
    booked = tuple(_dated(household, order) for order in orders)
    after, ledger = carried_out(household, method.policy, booked, flows)
    return Look(
        household=after,
        ledger=ledger,
        figures=verdict.figures,
        orders=booked,
        breaches=len(verdict.breaches),
        refused=refused,
        drift=class_drift(household),
        seconds=seconds,
    )


def class_drift(household: Household) -> float:
    """Return ½·Σ|weight − target| over asset classes and cash, a fraction of the household."""
    market, accounts = household.market, household.accounts
    dollars = shares_held(household).sum(axis=0) * market.securities.price
    value = float(dollars.sum() + accounts.cash.sum())
    target = market.targets[household.target_id]
    wanted = dict(zip(target.classes, target.class_weights.tolist(), strict=True))
    by_class = dict(zip(market.risk.classes, market.risk.class_weights.T @ dollars, strict=True))
    by_class["cash"] = float(accounts.cash.sum())
    names = sorted(wanted.keys() | by_class.keys())  # one order of summing in every process
    apart = (abs(by_class.get(n, 0.0) / value - wanted.get(n, 0.0)) for n in names)
    return 0.5 * float(sum(apart))


def settled_in_cash(household: Household) -> tuple[Flow, ...]:
    """Return where the flows due go when no plan is there: whatever has most, in cash alone."""
    accounts, lots = household.accounts, household.lots
    prices = household.market.securities.price
    value = accounts.cash + np.bincount(
        lots.account, lots.shares * prices[lots.security], len(accounts.account_id)
    )
    names = accounts.account_id
    taxable = household.taxable
    flows = []
    if household.net_flow:
        able = taxable if household.net_flow > 0 else accounts.withdrawable
        a = int(np.argmax(np.where(able, value, -np.inf)))
        flows.append(Flow(str(names[a]), exact(household.net_flow)))
    for a in np.flatnonzero(accounts.rmd_due_usd > 0).tolist():
        more = exact(accounts.rmd_due_usd[a]) - max(Decimal(0), -exact(accounts.net_flow[a]))
        mine = np.flatnonzero(taxable & (accounts.filing_unit == accounts.filing_unit[a]))
        if more > 0 and len(mine):
            flows += [Flow(str(names[a]), -more), Flow(str(names[mine[0]]), more)]
    return tuple(flows)


def _dated(household: Household, order: Order) -> Order:
    name = order_id(household.asof, order.account_id, order.security_id, order.side)
    return replace(order, order_id=name)
