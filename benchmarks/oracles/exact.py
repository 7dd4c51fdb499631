"""The exact mixed-integer program of one small household, solved by SCIP.

Share steps, minimum trades, ticket costs, wash-sale sides, netting and the law's schedules are all
whole or exact here; what is linear or quadratic in the program is carried over. The incumbent is
handed back as orders, so that the ledger judges it like any other plan. For small households only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact_orders import Point, orders_of, tickets_in
from benchmarks.oracles.exact_tax import ExactTax, Net, Span, exact_tax, netted
from benchmarks.oracles.exact_tickets import Whole, whole
from benchmarks.oracles.mip import Mip
from models.household import Household
from models.order import Flow, Order
from models.policy import Policy
from models.tax.filing import tax_at
from optimizer.inputs.frame import BPS_PER_UNIT, Frame, frame
from optimizer.judge.rates import UnitRates, unit_rates
from optimizer.program import decisions
from optimizer.program.rules import RULES, tax_budget
from optimizer.program.terms import basis_change, tax_drag, tracking_error, trading_cost, withdrawal
from optimizer.rounding.tickets import tickets_of

FEASIBLE = 1e-7
"""Units (1e-9 of the household): how far SCIP may be off a row."""

GAP_BPS = 1e-4
"""Basis points between incumbent and dual bound at which SCIP may stop."""

TWIN_SECONDS = 20.0
"""Seconds for the small model that completes a start; it takes a fraction of one."""


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
    frame: Frame
    whole: Whole
    objective: Any


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

    Raises
    ------
    ValueError
        When the policy limits tracking error: the program's own limit is a price, not a row.
    """
    begun = time.perf_counter()
    said = state(household, policy)
    model = said.mip.model
    model.hideOutput()
    if start:
        _suggest(said, household, policy, start)
    model.setParam("limits/time", seconds)
    model.setParam("limits/absgap", gap_bps)
    model.setParam("limits/gap", 0.0)
    model.setParam("numerics/feastol", FEASIBLE)
    model.setParam("parallel/maxnthreads", 1)
    model.optimize()
    status = str(model.getStatus())
    bound = float(model.getDualbound())
    nodes = int(model.getNNodes())
    if not model.getNSols():
        bound = np.inf if status == "infeasible" else bound
        return Exact(status, (), (), np.inf, bound, time.perf_counter() - begun, nodes)
    best = model.getBestSol()
    point = Point.of(said.frame, said.mip, said.whole, lambda v: model.getSolVal(best, v))
    orders, flows = orders_of(said.frame, point)
    return Exact(
        status=status,
        orders=orders,
        flows=flows,
        objective_bps=float(model.getSolObjVal(best)),
        bound_bps=bound,
        seconds=time.perf_counter() - begun,
        nodes=nodes,
    )


def _suggest(
    said: Statement, household: Household, policy: Policy, orders: Sequence[Order]
) -> None:
    """Offer orders as a first incumbent: a twin of the model with their tickets fills the rest."""
    twin = state(household, policy)
    model, found = twin.mip.model, twin.whole
    steps, emptied = tickets_in(twin.frame, orders)
    for variables, values in (
        (found.steps, steps),
        (found.emptied, emptied),
        (found.written, steps > 0),
    ):
        for variable, value in zip(variables, values.tolist(), strict=True):
            if variable is not None:
                model.fixVar(variable, float(value))
    model.hideOutput()
    model.setParam("limits/time", TWIN_SECONDS)
    model.setParam("numerics/feastol", FEASIBLE)
    model.optimize()
    if not model.getNSols():
        return
    best = model.getBestSol()
    whole_solution = said.mip.model.createSol()
    for own, other in zip(said.mip.variables, twin.mip.variables, strict=True):
        said.mip.model.setSolVal(whole_solution, own, model.getSolVal(best, other))
    said.mip.model.addSol(whole_solution)


def state(household: Household, policy: Policy) -> Statement:
    """State the whole household."""
    if policy.limits.te_max is not None:
        raise ValueError(f"policy {policy.policy_id!r} limits tracking error: not stated here")
    framed = frame(household, policy)
    tickets = tickets_of(framed)
    mip = Mip(household.household_id)
    parts = [decisions.state(framed)]
    parts += [rule(framed) for rule in RULES if rule is not tax_budget.state]
    terms = (tracking_error, basis_change, trading_cost, tax_drag, withdrawal)
    parts += [term.state(_without_ticket_cost(framed)) for term in terms]
    for part in parts:
        for block in part.blocks:
            mip.declare(block.name, block.low, block.high)
    rates = unit_rates(household, policy)
    gains = [_gains(mip, framed, unit, rate) for unit, rate in enumerate(rates)]
    for part in parts:
        mip.take(part)
    for unit, (rate, (short, long)) in enumerate(zip(rates, gains, strict=True)):
        _unit(mip, framed, unit, rate, (short, long))
    found = whole(mip, framed, tickets)
    per_ticket = framed.bps_of_usd(policy.weights.trading_cost * policy.trades.ticket_usd)
    if per_ticket:
        mip.cost(per_ticket * found.count())
    objective = quicksum(mip.terms) + mip.constant
    mip.model.setObjective(objective, "minimize")
    return Statement(mip, framed, found, objective)


def _without_ticket_cost(framed: Frame) -> Frame:
    """The frame with tickets free: the program only estimates them, here they are counted."""
    trades = replace(framed.policy.trades, ticket_usd=0.0)
    return replace(framed, policy=replace(framed.policy, trades=trades))


def _gains(mip: Mip, framed: Frame, unit: int, rate: UnitRates) -> tuple[Span, Span]:
    """S and L of a unit after the run, as the gains of what is sold; declares the gain blocks."""
    sales = framed.sales
    mine = framed.accounts.unit[sales.account] == unit
    spans = []
    for name, long, before in (
        ("short_gain", False, rate.before.net_short),
        ("long_gain", True, rate.before.net_long),
    ):
        columns = np.flatnonzero(mine & (sales.long == long) & (sales.gain != 0.0))
        most = sales.gain[columns] * sales.value[columns]
        low, high = float(np.minimum(most, 0.0).sum()), float(np.maximum(most, 0.0).sum())
        run = mip.variable(low, high)
        mip.blocks.setdefault(name, []).append(run)
        sold = quicksum(float(sales.gain[c]) * mip.blocks["sale"][c] for c in columns.tolist())
        mip.require(run == sold)
        start = float(before) / framed.unit_usd
        spans.append(Span(run + start, low + start, high + start))
    return spans[0], spans[1]


def _unit(mip: Mip, framed: Frame, unit: int, rate: UnitRates, gains: tuple[Span, Span]) -> None:
    """Price a unit's V, and keep its tax budget."""
    usd = framed.unit_usd
    limit = float(rate.facts.law.loss_limit(rate.facts.filing_status)) / usd
    net: Net = netted(mip, *gains, limit)
    out = _distribution(mip, framed, unit)
    after: ExactTax = exact_tax(mip, rate.facts, net, out, usd)
    before = tax_at(rate.facts, rate.before)
    kappa = float(rate.carryforward)
    weight = framed.policy.weights.tax * BPS_PER_UNIT
    worth_before = (float(before.total) - kappa * float(before.carried)) / usd
    mip.cost(weight * (after.tax - kappa * after.carried_out - worth_before))
    budget = tax_budget.budget_usd(framed, unit)
    if budget is None:
        return
    free = float(tax_at(rate.facts, type(rate.before)(*(3 * [0 * rate.before.net_short]))).total)
    allowed = max(budget, float(before.total) - free) + free
    mip.require(after.tax + _penalties(mip, framed, unit) <= allowed / usd)


def _distribution(mip: Mip, framed: Frame, unit: int) -> Span:
    """D of a unit: its deferred accounts' own outflows, and what leaves them by choice."""
    accounts = framed.accounts
    forced = float(accounts.outflow[accounts.deferred & (accounts.unit == unit)].sum())
    free = []
    for account in np.flatnonzero(accounts.deferred & (accounts.unit == unit)).tolist():
        free += [mip.blocks["withdrawal"][account], mip.blocks["transfer"][account]]
    most = sum(max(float(v.getUbOriginal()), 0.0) for v in free)
    return Span(quicksum(free) + forced, forced, forced + most)


def _penalties(mip: Mip, framed: Frame, unit: int) -> Any:
    accounts = framed.accounts
    mine = np.flatnonzero((accounts.unit == unit) & (accounts.penalty > 0.0)).tolist()
    moved = [
        float(accounts.penalty[a]) * (mip.blocks["withdrawal"][a] + mip.blocks["transfer"][a])
        for a in mine
    ]
    forced = sum(float(accounts.penalty[a] * accounts.outflow[a]) for a in mine)
    return quicksum(moved) + forced
