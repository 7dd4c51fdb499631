"""What trades cost and forgo, what is held costs a year, what a withdrawal leaves, for SCIP."""

from __future__ import annotations

import math

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.mip import Mip
from benchmarks.oracles.exact.money import Money
from benchmarks.oracles.exact.trades import Trades
from benchmarks.oracles.prices import (
    DAYS_OF_TRADING,
    forgone,
    market_moved,
    volatility,
    yearly_costs,
    yearly_costs_of_cash,
)
from benchmarks.oracles.rates import annuity_years


def state_costs(mip: Mip, facts: Facts, trades: Trades, money: Money) -> None:
    """Price trading, what sales forgo, tax drag and withdrawals, in bps."""
    policy, household = facts.policy, facts.household
    traded = quicksum(float(facts.fee[t.security]) * t.amount for t in trades.tickets)
    tickets = quicksum(ticket.used for ticket in trades.tickets)
    each = policy.trades.ticket_usd / facts.percent_usd
    mip.cost(100.0 * policy.weights.trading_cost * (traded + each * tickets))
    _state_impact(mip, facts, trades)
    year = 100.0 * policy.weights.tax_drag * annuity_years(policy)
    held = year * yearly_costs(household, policy, facts.rates)
    cash = year * yearly_costs_of_cash(household, facts.rates)
    mip.cost(quicksum(float(held[place]) * x for place, x in money.held.items() if held[place]))
    mip.cost(quicksum(float(price) * money.cash[a] for a, price in enumerate(cash) if price))
    lost = 100.0 * policy.weights.tax * forgone(household, policy, facts.rates) / facts.percent_usd
    mip.cost(quicksum(float(lost[lot]) * part for lot, part in trades.sold.items() if lost[lot]))
    every = np.arange(len(household.taxable))
    for a in every[~household.taxable].tolist():
        owed = -float(facts.of_unit("deferred")[a])
        leaves = owed if facts.deferred[a] else policy.tax.roth_premium
        mip.cost(100.0 * policy.weights.tax * leaves * money.leaving(facts, [a]).of)


def _state_impact(mip: Mip, facts: Facts, trades: Trades) -> None:
    """Price what moving the market costs, Y·σ·√(Q/V) of each dollar, by security and side.

    Of z dollars that is c·z^1.5, the least c·t with z² ≤ s·t and s² ≤ z: two cones.
    """
    policy, securities = facts.policy, facts.household.market.securities
    moved = market_moved(facts.household)
    day = policy.trades.impact * volatility(facts.household) / math.sqrt(DAYS_OF_TRADING)
    for side in (trades.sales, trades.buys):
        for security in sorted({t.security for t in side if moved[t.security]}):
            volume = float(securities.adv_shares[security] * securities.price[security])
            price = float(day[security]) * math.sqrt(facts.percent_usd / volume)
            amount = mip.named(quicksum(t.amount for t in side if t.security == security), 0.0)
            root, power = mip.variable(0.0, None), mip.variable(0.0, None)
            mip.require(root * root <= amount)
            mip.require(amount * amount <= root * power)
            mip.cost(100.0 * policy.weights.trading_cost * price * power)
