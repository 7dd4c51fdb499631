"""The exact optimum of one small household, by SCIP.

Share steps, minimum trades, ticket costs, wash-sale sides, ranks, netting and the law's schedules
are whole or exact here, and every lot counts. The problem is stated from household, policy and law
alone; nothing of the optimizer or its judge is imported, so that an answer may contradict them. The
incumbent is handed back as orders, which the judge judges like any plan's. For small households
only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.costs import state_costs
from benchmarks.oracles.exact.facts import Facts, facts_of
from benchmarks.oracles.exact.limits import state_limits
from benchmarks.oracles.exact.mip import FEASIBLE, Mip
from benchmarks.oracles.exact.money import Money, money_of
from benchmarks.oracles.exact.orders import flows_of, orders_of
from benchmarks.oracles.exact.tracking import state_tracking
from benchmarks.oracles.exact.trades import Ticket, Trades, trades_of
from benchmarks.oracles.exact.unit_years import state_years
from benchmarks.oracles.exact.washes import washes_of
from models.household import Household
from models.order import Flow, Order, Side
from models.policy import Policy

GAP_BPS = 1e-4
"""Basis points between incumbent and dual bound at which SCIP may stop."""

TWIN_SECONDS = 20.0
"""Seconds for the small model that completes a start; it takes a fraction of one."""

SOLD_OUT = 1e-9
"""Relative: a sale that leaves less of a position empties it."""


@dataclass(frozen=True, slots=True)
class Exact:
    """What SCIP found.

    `status` is SCIP's word (optimal, gaplimit, timelimit, infeasible, ...). `objective_bps` is
    the incumbent's by the model (the ledger judges the orders again), `bound_bps` SCIP's dual
    bound. Without an incumbent, orders are empty and the objective is infinite.
    """

    status: str
    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]
    objective_bps: float
    bound_bps: float
    seconds: float
    nodes: int

    @property
    def found(self) -> bool:
        """Whether there is an incumbent."""
        return bool(np.isfinite(self.objective_bps))


@dataclass(frozen=True, slots=True)
class Statement:
    """The model of a household and the variables that orders are read from."""

    mip: Mip
    facts: Facts
    trades: Trades
    money: Money
    harvested: Mapping[int, Any]


def solve(
    household: Household,
    policy: Policy,
    *,
    seconds: float = 60.0,
    gap_bps: float = GAP_BPS,
    start: Sequence[Order] = (),
) -> Exact:
    """Solve one household exactly, or as far as `seconds` go.

    `start` are orders to begin with (a plan's): the incumbent is then never worse than they are.
    """
    begun = time.perf_counter()
    said = state(household, policy)
    model = said.mip.model
    if start:
        _suggest(said, state(household, policy), start)
    _limit(model, seconds)
    model.setParam("limits/absgap", gap_bps)
    model.setParam("limits/gap", 0.0)
    model.setParam("parallel/maxnthreads", 1)
    model.optimize()
    status = str(model.getStatus())
    bound = float(model.getDualbound())
    nodes = int(model.getNNodes())
    if not model.getNSols():
        bound = np.inf if status == "infeasible" else bound
        return Exact(status, (), (), np.inf, bound, time.perf_counter() - begun, nodes)
    best = model.getBestSol()

    def value(expression: Any) -> float:
        return float(model.getSolVal(best, expression))

    return Exact(
        status=status,
        orders=orders_of(said.facts, said.trades, said.harvested, value),
        flows=flows_of(said.facts, said.money, value),
        objective_bps=float(model.getSolObjVal(best)),
        bound_bps=bound,
        seconds=time.perf_counter() - begun,
        nodes=nodes,
    )


def state(household: Household, policy: Policy) -> Statement:
    """State the whole household."""
    mip = Mip(household.household_id)
    facts = facts_of(household, policy)
    trades = trades_of(mip, facts)
    harvested, washed = washes_of(mip, facts, trades)
    money = money_of(mip, facts, trades)
    state_limits(mip, facts, trades, money)
    state_tracking(mip, facts, money)
    state_years(mip, facts, trades, money, washed)
    state_costs(mip, facts, trades, money)
    mip.model.setObjective(quicksum(mip.terms), "minimize")
    return Statement(mip, facts, trades, money, harvested)


def _limit(model: Any, seconds: float) -> None:
    model.hideOutput()
    model.setParam("limits/time", seconds)
    model.setParam("numerics/feastol", FEASIBLE)


def _suggest(said: Statement, twin: Statement, orders: Sequence[Order]) -> None:
    """Offer orders as a first incumbent: a twin of the model with their tickets fills the rest."""
    household, model = twin.facts.household, twin.mip.model
    account = {name: a for a, name in enumerate(household.accounts.account_id.tolist())}
    security = {name: i for i, name in enumerate(household.market.securities.security_id.tolist())}
    given = {
        (account[order.account_id], security[order.security_id], order.side == Side.SELL): float(
            order.shares
        )
        for order in orders
    }
    for ticket in twin.trades.tickets:
        _fix(model, twin.facts, ticket, given.pop((*_place(ticket), ticket.is_sale), 0.0))
    if given:
        return  # orders that this statement does not know: no plan of its own to begin with
    _limit(model, TWIN_SECONDS)
    model.optimize()
    if not model.getNSols():
        return
    best = model.getBestSol()
    whole_solution = said.mip.model.createSol()
    for own, other in zip(said.mip.variables, twin.mip.variables, strict=True):
        said.mip.model.setSolVal(whole_solution, own, model.getSolVal(best, other))
    said.mip.model.addSol(whole_solution)


def _place(ticket: Ticket) -> tuple[int, int]:
    return ticket.account, ticket.security


def _fix(model: Any, facts: Facts, ticket: Ticket, shares: float) -> None:
    """Fix a ticket to an order of so many shares."""
    lots = facts.held.get(_place(ticket), []) if ticket.is_sale else []
    held = float(facts.household.lots.shares[lots].sum())
    out = ticket.emptied is not None and shares >= held * (1.0 - SOLD_OUT)
    step = float(facts.household.market.securities.share_step[ticket.security])
    steps = 0 if out else round(shares / step)
    for variable, value in (
        (ticket.steps, steps),
        (ticket.written, steps > 0),
        (ticket.emptied, out),
    ):
        if variable is not None:
            model.fixVar(variable, float(value))
