"""Naive modelling: the relaxed program in plain cvxpy, rounded plainly, judged like the others.

What one gets by writing the textbook program down and handing it to a solver at its defaults: sales
are rounded up to whole steps and buys down, tickets under the minimum are dropped, and nothing is
done about wash sales, lockouts, budgets or required distributions. How often that is legal is one
of the answers; time is another.
"""

from __future__ import annotations

import warnings
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import cvxpy as cp
import numpy as np

from benchmarks.heuristics.steps.proposal import Proposal, Rebalancer
from benchmarks.oracles.naive_cvxpy import Facts, facts_of, state
from models.arrays import Floats
from models.household import Household
from models.ledger import exact
from models.ledger.exact import ZERO
from models.order import Flow, Order, OrderLot, Side, order_id
from models.policy import Policy
from models.tolerances import CENT_USD

NOISE = 1e-4
"""Of the household: amounts below it are what a solver at its defaults leaves of a zero."""


class NaiveFailureError(Exception):
    """The solver returned no solution; the message is its status."""


def naive(solver: str) -> Rebalancer:
    """Return the naive rebalancer of a cvxpy solver at its default settings."""

    def rebalance(household: Household, policy: Policy) -> Proposal:
        problem, facts = state(household, policy), facts_of(household, policy)
        sell, buy, leaves = amounts(problem, solver, facts.percent_usd)
        return Proposal(_orders(facts, sell, buy), _flows(facts, leaves))

    return rebalance


def amounts(problem: cp.Problem, solver: str, percent_usd: float) -> tuple[Floats, Floats, Floats]:
    """Solve, and return sales by lot, buys, and what leaves each account, in dollars.

    Raises
    ------
    NaiveFailureError
        If the solver returns no solution.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an inaccurate answer is judged like any other
            problem.solve(solver=solver)
    except cp.SolverError as error:
        raise NaiveFailureError(str(error)) from error
    found = problem.var_dict
    if found["sell"].value is None:
        raise NaiveFailureError(str(problem.status))
    sell, buy, leaves = (
        _clean(found[name].value, percent_usd) for name in ("sell", "buy", "leaves")
    )
    return sell, buy, leaves


def _clean(part: Floats, percent_usd: float) -> Floats:
    """Dollars, what is noise set to zero."""
    return np.asarray(np.where(part > 100.0 * NOISE, part, 0.0) * percent_usd)


def _orders(facts: Facts, sell: Floats, buy: Floats) -> tuple[Order, ...]:
    household, trades = facts.household, facts.policy.trades
    account, security = facts.sold
    sold: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for k in np.flatnonzero(sell > 0.0).tolist():
        where = int(account[k]), int(security[k])
        sold.setdefault(where, []).append((int(facts.lots[k]), float(sell[k])))
    bought = dict(
        zip(
            zip(facts.buy_account.tolist(), facts.buy_security.tolist(), strict=True),
            buy.tolist(),
            strict=True,
        )
    )
    least = max(trades.min_usd, trades.min_weight * 100.0 * facts.percent_usd)
    orders = []
    for where, parts in sold.items():
        net = sum(usd for _, usd in parts) - bought.get(where, 0.0)
        order = _sale(household, bool(facts.taxable[where[0]]), where, parts, net)
        if order is not None and float(order.amount) >= least:
            orders.append(order)
    for where, usd in bought.items():
        net = usd - sum(part for _, part in sold.get(where, ()))
        step = exact(household.market.securities.share_step[where[1]])
        price = exact(household.market.securities.price[where[1]])
        shares = (exact(max(net, 0.0)) / price / step).quantize(Decimal(1), ROUND_FLOOR) * step
        if shares > ZERO and float(shares * price) >= least:
            orders.append(_order(household, where, Side.BUY, shares, ()))
    return tuple(orders)


def _sale(
    household: Household,
    taxable: bool,
    where: tuple[int, int],
    parts: list[tuple[int, float]],
    usd: float,
) -> Order | None:
    """Whole steps, rounded up within what is held; lots in the order of their amounts."""
    if usd <= 0.0:
        return None
    securities, lots = household.market.securities, household.lots
    price, step = exact(securities.price[where[1]]), exact(securities.share_step[where[1]])
    here = np.flatnonzero((lots.account == where[0]) & (lots.security == where[1]))
    held = sum((exact(shares) for shares in lots.shares[here].tolist()), ZERO)
    shares = min((exact(usd) / price / step).quantize(Decimal(1), ROUND_CEILING) * step, held)
    first = [lot for lot, _ in sorted(parts, key=lambda part: -part[1])]
    taken, left = [], shares
    for lot in [*first, *(each for each in here.tolist() if each not in first)]:
        part = min(left, exact(lots.shares[lot]))
        if part > ZERO:
            taken.append(OrderLot(str(lots.lot_id[lot]), part))
            left -= part
    return _order(household, where, Side.SELL, shares, tuple(taken) if taxable else ())


def _order(
    household: Household,
    where: tuple[int, int],
    side: Side,
    shares: Decimal,
    lots: tuple[OrderLot, ...],
) -> Order:
    account = str(household.accounts.account_id[where[0]])
    security = str(household.market.securities.security_id[where[1]])
    price = exact(household.market.securities.price[where[1]])
    name = order_id(household.asof, account, security, side)
    return Order(name, account, security, side, shares.normalize() + ZERO, price, lots)


def _flows(facts: Facts, leaves: Floats) -> tuple[Flow, ...]:
    """A withdrawal to the cent; a contribution split evenly over taxable accounts, as modelled."""
    household = facts.household
    names, flow = household.accounts.account_id, exact(household.net_flow)
    if not flow:
        return ()
    sign = Decimal(1) if flow > ZERO else Decimal(-1)
    share = facts.taxable.astype(float) if flow > ZERO else leaves
    if not share.sum():
        return ()
    cents = [
        (abs(flow) * exact(part)).quantize(CENT_USD, ROUND_FLOOR)
        for part in (share / share.sum()).tolist()
    ]
    cents[int(np.argmax(share))] += abs(flow) - sum(cents, ZERO)
    return tuple(Flow(str(n), sign * each) for n, each in zip(names, cents, strict=True) if each)
