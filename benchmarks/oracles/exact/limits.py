"""Limits on holdings and trades, for SCIP: restrictions, turnover, classes, hard bands.

A band lets pass one share step: of a security its own; of a class the largest, as far as it counts,
of what is held of it in the end, and the smallest there is where nothing is; of cash the largest of
all that is held or traded. Which step that is, is chosen with the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import LEAST_USD, Facts
from benchmarks.oracles.exact.mip import Expression, Mip
from benchmarks.oracles.exact.money import Money
from benchmarks.oracles.exact.tracking import CASH
from benchmarks.oracles.exact.trades import EVERYWHERE, Trades
from benchmarks.oracles.prices import market_moved
from models.arrays import Floats
from models.market import Target
from models.tolerances import WEIGHT
from models.triggers.bands import sides_of


def state_limits(mip: Mip, facts: Facts, trades: Trades, money: Money) -> None:
    """Keep every limit that the policy and the household's restrictions set."""
    _restrictions(mip, facts, trades, money)
    turnover = facts.policy.trades.max_turnover
    if turnover is not None:
        traded = quicksum(ticket.amount for ticket in trades.tickets)
        mip.require(0.5 * traded <= 100.0 * turnover)
    _participation(mip, facts, trades)
    for name, most in facts.policy.limits.class_max:
        share = _through(facts, name)
        inside = [float(share[i]) * x for (_, i), x in money.held.items() if share[i]]
        inside += money.cash if name == CASH else ()
        if inside:
            mip.require(quicksum(inside) <= 100.0 * most)
    if facts.policy.limits.bands == "hard":
        household = facts.household
        for name in household.group_targets:
            mine = np.flatnonzero(household.account_target == name).tolist()
            _Group(mip, facts, trades, money, tuple(mine)).keep(household.market.targets[name])


def _participation(mip: Mip, facts: Facts, trades: Trades) -> None:
    """Orders of a security and side are no more than a part of the volume of a day."""
    part, securities = facts.policy.trades.participation, facts.household.market.securities
    if part is None:
        return
    moved = market_moved(facts.household)
    for side in (trades.sales, trades.buys):
        for security in sorted({t.security for t in side if moved[t.security]}):
            most = part * float(securities.adv_shares[security] * securities.price[security])
            amount = quicksum(t.amount for t in side if t.security == security)
            mip.require(amount <= most / facts.percent_usd)


def _restrictions(mip: Mip, facts: Facts, trades: Trades, money: Money) -> None:
    """hold_at_least: what a scope holds does not fall below the lesser of that and what it has."""
    rows, securities = facts.household.restrictions, facts.household.market.securities
    for k in np.flatnonzero(rows.rule == "hold_at_least").tolist():
        account, security = int(rows.account[k]), int(rows.security[k])
        scope = [
            place
            for place in money.held
            if place[1] == security and account in (EVERYWHERE, place[0])
        ]
        price = float(securities.price[security]) / facts.percent_usd
        reserved = price * sum(float(facts.reserved.shares.get(place, 0)) for place in scope)
        before = sum(float(facts.value[facts.held.get(place, [])].sum()) for place in scope)
        least = min(float(rows.shares[k]) * price, before - reserved)
        if any((sale.account, sale.security) in scope for sale in trades.sales):
            mip.require(quicksum(money.held[place] for place in scope) - reserved >= least)


def _through(facts: Facts, name: str) -> Floats:
    """What a dollar of each security counts in a class."""
    risk = facts.household.market.risk
    if name not in risk.classes:
        return np.zeros(risk.class_weights.shape[0])
    return np.asarray(risk.class_weights[:, [risk.classes.index(name)]].toarray().ravel())


@dataclass(frozen=True)
class _Group:
    """Accounts that follow one target, under hard bands."""

    mip: Mip
    facts: Facts
    trades: Trades
    money: Money
    accounts: tuple[int, ...]

    def keep(self, target: Target) -> None:
        """Keep every banded weight within its band and a share step."""
        facts = self.facts
        worth = self.mip.named(self.money.worth(facts, dict.fromkeys(self.accounts, 1.0)))
        owned = float(facts.worth[list(self.accounts)].sum())
        most = owned + sum(self._may_come(account) for account in self.accounts)
        if most * facts.percent_usd < LEAST_USD:
            return
        sides = sides_of(target, facts.policy, facts.household.market)
        names = (*target.classes, *target.securities.tolist())
        weights = (*target.class_weights.tolist(), *target.security_weights.tolist())
        for name, weight, below, above in zip(
            names, weights, sides.below.tolist(), sides.above.tolist(), strict=True
        ):
            if np.isnan(below) and np.isnan(above):
                continue
            inside, leeway = self._measured(name)
            slack = leeway + most * WEIGHT
            if np.isfinite(below):
                self.mip.require(inside - (weight - below) * worth >= -slack)
            if np.isfinite(above):
                self.mip.require(inside - (weight + above) * worth <= slack)

    def _may_come(self, account: int) -> float:
        facts = self.facts
        arriving = max(facts.household.net_flow, 0.0) / facts.percent_usd + float(
            facts.required.sum()
        )
        return arriving if facts.household.taxable[account] else 0.0

    def _measured(self, name: str | int) -> tuple[Expression, Expression]:
        """What is held of a class or a security, and by how much it may miss."""
        facts = self.facts
        held: dict[int, list[Expression]] = {}
        for (account, security), x in self.money.held.items():
            if account in self.accounts:
                held.setdefault(security, []).append(x)
        steps = {security: float(facts.share_step[security]) for security in held}
        if isinstance(name, int):
            step = float(facts.share_step[name])
            return quicksum(held.get(name, ())) + 0.0, step
        if name == CASH:
            cash = quicksum(self.money.cash[a] for a in self.accounts)
            return cash, self._largest_traded()
        share = _through(facts, name)
        counted = {i: steps[i] * abs(float(share[i])) for i in held if share[i]}
        inside = quicksum(float(share[i]) * x for i in counted for x in held[i]) + 0.0
        return inside, self._largest_held(name, counted, held)

    def _largest_traded(self) -> Expression:
        """The largest step of what the household holds already, or of what it buys."""
        facts = self.facts
        owned = {security for _, security in facts.held}
        base = max((float(facts.share_step[i]) for i in owned), default=0.0)
        larger: dict[int, list[Any]] = {}
        for buy in self.trades.buys:
            if facts.share_step[buy.security] > base:
                larger.setdefault(buy.security, []).append(buy.written)
        choices = [(float(facts.share_step[i]) - base, quicksum(w)) for i, w in larger.items()]
        return base + self._one_of(choices) if choices else base

    def _largest_held(
        self, name: str, counted: dict[int, float], held: dict[int, list[Expression]]
    ) -> Expression:
        """The largest step of what is held of a class; where nothing is, the smallest of all."""
        facts, securities = self.facts, self.facts.household.market.securities
        of_class = (securities.asset_class == name) & securities.usable
        smallest = float(facts.share_step[of_class].min(initial=np.inf))
        smallest = smallest if np.isfinite(smallest) else 0.0
        if not counted:
            return smallest
        if len({*counted.values(), smallest}) == 1:
            return smallest
        picks = []
        none = self.mip.binary()
        most = 2.0 * max(100.0, sum(abs(float(w)) for w in facts.worth))
        for security, step in counted.items():
            pick, x = self.mip.binary(), quicksum(held[security])
            self.mip.require(x >= float(facts.share_step[security]) * pick)
            self.mip.require(x <= most * (1 - none))
            picks.append((step, pick))
        self.mip.require(none + quicksum(pick for _, pick in picks) <= 1)
        return quicksum(step * pick for step, pick in picks) + smallest * none

    def _one_of(self, choices: Sequence[tuple[float, Expression]]) -> Expression:
        """The amount of at most one choice whose condition holds."""
        picks = [self.mip.binary() for _ in choices]
        for pick, (_, condition) in zip(picks, choices, strict=True):
            self.mip.require(pick <= condition)
        self.mip.require(quicksum(picks) <= 1)
        return quicksum(amount * pick for pick, (amount, _) in zip(picks, choices, strict=True))
