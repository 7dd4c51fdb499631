"""What trades cost, what is held costs a year, and what a withdrawal leaves behind, for SCIP."""

from __future__ import annotations

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.mip import Mip
from benchmarks.oracles.exact.money import Money
from benchmarks.oracles.exact.trades import Trades
from benchmarks.oracles.rates import annuity_years
from models.arrays import Floats
from models.drag_reference import TARGET, drag_reference


def state_costs(mip: Mip, facts: Facts, trades: Trades, money: Money) -> None:
    """Price trading, tax drag and withdrawals, in bps."""
    policy, household = facts.policy, facts.household
    traded = quicksum(float(facts.fee[t.security]) * t.amount for t in trades.tickets)
    tickets = quicksum(ticket.used for ticket in trades.tickets)
    each = policy.trades.ticket_usd / facts.unit_usd
    mip.cost(100.0 * policy.weights.trading_cost * (traded + each * tickets))
    price = 100.0 * policy.weights.tax_drag * annuity_years(policy) * _yearly(facts)
    if price.any():
        mip.cost(quicksum(float(price[place]) * x for place, x in money.held.items()))
    every = np.arange(len(household.taxable))
    for a in every[~household.taxable].tolist():
        owed = -float(facts.of_unit("deferred")[a])
        leaves = owed if facts.deferred[a] else policy.tax.roth_premium
        mip.cost(100.0 * policy.weights.tax * leaves * money.leaving(facts, [a]).of)


def _yearly(facts: Facts) -> Floats:
    """Y − π by account and security: the owner's tax on income, or foreign tax if sheltered."""
    household, securities = facts.household, facts.household.market.securities
    taxed = np.outer(facts.of_unit("long"), securities.qualified_yield)
    taxed += np.outer(facts.of_unit("ordinary"), securities.ordinary_yield)
    yearly = np.where(household.taxable[:, None], taxed, securities.foreign_tax_yield)
    if facts.policy.tax.drag_reference != TARGET:
        return np.asarray(yearly)
    long, ordinary = (
        np.array([getattr(unit, name) for unit in facts.rates]) for name in ("long", "ordinary")
    )
    return np.asarray(yearly - drag_reference(household, long, ordinary, facts.scale))
