"""Where money is, for SCIP: flows by account, cash, and what every security is worth afterwards.

No cash crosses accounts but by the household's own flow and by required distributions, which stay
within a filing unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.mip import Expression, Mip, Span
from benchmarks.oracles.exact.trades import Trades


@dataclass(frozen=True)
class Money:
    """By account, in percents: what flows bring in and take out, and cash after everything.

    `most_out` and `most_in` bound the flows, `held` is what an account holds of a security in the
    end, by account and security, for everything that is held or may be bought.
    """

    into: tuple[Expression, ...]
    out: tuple[Expression, ...]
    most_out: tuple[float, ...]
    cash: tuple[Any, ...]
    held: dict[tuple[int, int], Expression]

    def leaving(self, facts: Facts, accounts: list[int]) -> Span:
        """What leaves some accounts, by their own flows too."""
        forced = float(facts.outflow[accounts].sum())
        most = forced + sum(self.most_out[a] for a in accounts)
        return Span(quicksum(self.out[a] for a in accounts) + forced, forced, most)

    def worth(self, facts: Facts, counted: dict[int, float]) -> Expression:
        """Σ s_a·(what account a is worth after every flow), before trades and their costs."""
        settled = sum(scale * float(facts.worth[a]) for a, scale in counted.items())
        flows = quicksum(scale * (self.into[a] - self.out[a]) for a, scale in counted.items())
        return flows + settled


def money_of(mip: Mip, facts: Facts, trades: Trades) -> Money:
    """State flows and cash balances, and gather what is held."""
    household, accounts, usd = facts.household, facts.household.accounts, facts.percent_usd
    n, due = len(accounts.account_id), household.net_flow / usd
    taxable = household.taxable
    paid, arrived = max(-due, 0.0), max(due, 0.0)
    most_paid = [paid if accounts.withdrawable[a] else 0.0 for a in range(n)]
    withdrawal = [mip.variable(0.0, most) for most in most_paid]
    transfer = [mip.variable(0.0, float(due_here)) for due_here in facts.required]
    contribution = [mip.variable(0.0, arrived if taxable[a] else 0.0) for a in range(n)]
    receipt = [mip.variable(0.0, None if taxable[a] else 0.0) for a in range(n)]
    mip.require(quicksum(withdrawal) == paid)
    mip.require(quicksum(contribution) == arrived)
    for a in np.flatnonzero(facts.required > 0.0).tolist():
        mip.require(withdrawal[a] + transfer[a] >= float(facts.required[a]))
    for unit in range(len(facts.rates)):
        mine = np.flatnonzero(accounts.filing_unit == unit).tolist()
        mip.require(quicksum(receipt[a] for a in mine) == quicksum(transfer[a] for a in mine))
    into = tuple(contribution[a] + receipt[a] for a in range(n))
    out = tuple(withdrawal[a] + transfer[a] for a in range(n))
    most_out = tuple(most_paid[a] + float(facts.required[a]) for a in range(n))
    held: dict[tuple[int, int], Expression] = {
        place: float(facts.value[lots].sum()) for place, lots in facts.held.items()
    }
    spent: list[list[Expression]] = [[] for _ in range(n)]
    for ticket in trades.tickets:
        place, fee = (ticket.account, ticket.security), float(facts.fee[ticket.security])
        sign = -1.0 if ticket.is_sale else 1.0
        held[place] = held.get(place, 0.0) + sign * ticket.amount
        spent[ticket.account].append((sign + fee) * ticket.amount)
    start = (accounts.cash + accounts.net_flow) / usd
    cash = []
    for a in range(n):
        floor = float(accounts.cash_floor[a]) / usd + float(facts.reserved.cash.get(a, 0)) / usd
        left = float(start[a]) + into[a] - out[a] - quicksum(spent[a])
        cash.append(mip.named(left, floor - facts.cent))
    return Money(into, out, most_out, tuple(cash), held)
