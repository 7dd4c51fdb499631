"""Each filing unit's year, for SCIP: gains, taxes, what they are worth, and the budgets on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.mip import Expression, Mip, Span
from benchmarks.oracles.exact.money import Money
from benchmarks.oracles.exact.tax import exact_tax, netted
from benchmarks.oracles.exact.trades import Trades
from benchmarks.oracles.exact.washes import Disallowed
from benchmarks.oracles.rates import UnitRates, discount
from models.ledger import Effect
from models.tax.filing import NOTHING, tax_at


class Gains(NamedTuple):
    """What the run recognises for a unit, short and long, and the losses it destroys (≤ 0)."""

    short: Span
    long: Span
    destroyed: Expression


def state_years(
    mip: Mip, facts: Facts, trades: Trades, money: Money, washed: Sequence[Disallowed]
) -> None:
    """Price and limit every unit's year."""
    accounts = facts.household.accounts
    unit_of = accounts.filing_unit[facts.household.lots.account]
    for unit in range(len(facts.rates)):
        lots = [lot for lot in sorted(trades.sold) if unit_of[lot] == unit]
        gains = _gains(mip, facts, trades, lots, washed)
        _taxes(mip, facts, money, unit, gains)
        _budgets(mip, facts, unit, gains)
        _short_gains(mip, facts, trades, lots)


def _gains(
    mip: Mip, facts: Facts, trades: Trades, lots: Sequence[int], washed: Sequence[Disallowed]
) -> Gains:
    """A sale takes a lot's gain in proportion; of a loss, what is disallowed is not recognised."""
    parts: dict[bool, list[Expression]] = {False: [], True: []}
    least, most = {False: 0.0, True: 0.0}, {False: 0.0, True: 0.0}
    for lot in lots:
        gain, long = float(facts.gain[lot]), bool(facts.long[lot])
        if gain:
            parts[long].append(gain * trades.sold[lot])
            least[long] += min(gain, 0.0)
            most[long] += max(gain, 0.0)
    destroyed = []
    own = set(lots)
    for lot, effect, part in washed:
        if lot not in own:
            continue
        loss, long = float(facts.gain[lot]) * part, bool(facts.long[lot])
        parts[long].append(-loss)
        if effect is Effect.RESTATED:
            parts[False].append(loss)
            least[False] += float(facts.gain[lot])
        elif effect is Effect.DESTROYED:
            destroyed.append(loss)
    short, long_gain = (
        Span(mip.named(quicksum(parts[long])), least[long], most[long]) for long in (False, True)
    )
    return Gains(short, long_gain, quicksum(destroyed))


def _taxes(mip: Mip, facts: Facts, money: Money, unit: int, gains: Gains) -> None:
    """w·(V after − V before), V = T − worth of losses carried out; basis change; tax budget."""
    rate, still, usd = facts.rates[unit], facts.still[unit], facts.percent_usd
    weights, limits = facts.policy.weights, facts.policy.limits
    accounts = facts.household.accounts
    mine = np.flatnonzero(accounts.filing_unit == unit)
    short, long = (
        Span(run.of + start, run.low + start, run.high + start)
        for run, start in (
            (gains.short, float(rate.before.net_short + still.short) / usd),
            (gains.long, float(rate.before.net_long + still.long) / usd),
        )
    )
    offset = float(rate.facts.law.loss_limit(rate.facts.filing_status)) / usd
    out = money.leaving(facts, mine[facts.deferred[mine]].tolist())
    after = exact_tax(mip, rate.facts, netted(mip, short, long, offset), out, usd)
    penalty = quicksum(
        float(accounts.early_penalty_rate[a]) * money.leaving(facts, [a]).of for a in mine.tolist()
    )
    before = tax_at(rate.facts, rate.before)
    worth_before = (float(before.total) - rate.worth(float(before.carried))) / usd
    value = after.tax + penalty - _worth(mip, rate, after.carried_out, usd) - worth_before
    mip.cost(100.0 * weights.tax * value)
    taken = gains.short.of + gains.long.of + gains.destroyed
    forgone = float(still.recognized - still.destroyed) / usd
    basis = weights.basis_change * discount(facts.policy) * rate.future
    mip.cost(-100.0 * basis * (taken + forgone))
    own = float(facts.household.units.tax_budget_usd[unit])
    budget = limits.tax_budget_usd if np.isnan(own) else own
    if budget is not None:
        free = float(tax_at(rate.facts, NOTHING).total)
        allowed = max(budget, float(before.total) - free) + free
        mip.require(after.tax + penalty <= allowed / usd + facts.cent)


def _worth(mip: Mip, rate: UnitRates, carried: Span, usd: float) -> Expression:
    """κ₁·c − (κ₁ − κ₂)·(c − n·k)⁺: what losses carried out are worth."""
    if rate.soon == rate.late:
        return rate.late * carried.of
    most = rate.most_soon / usd
    late = mip.positive(carried.of - most, carried.low - most, carried.high - most)
    return rate.soon * carried.of - (rate.soon - rate.late) * late


def _budgets(mip: Mip, facts: Facts, unit: int, gains: Gains) -> None:
    """Recognised gain of the year against its budget, of the run against what is unrealized."""
    units, limits, usd = facts.household.units, facts.policy.limits, facts.percent_usd
    recognized = gains.short.of + gains.long.of + float(facts.still[unit].recognized) / usd
    own = float(units.gain_budget_usd[unit])
    budget = limits.gain_budget_usd if np.isnan(own) else own
    if budget is not None:
        before = float(units.st_realized_ytd[unit] + units.lt_realized_ytd[unit])
        mip.require(recognized <= (max(budget, before) - before) / usd + facts.cent)
    if limits.gain_share_of_unrealized is not None:
        lots = facts.household.lots
        mine = facts.household.accounts.filing_unit[lots.account] == unit
        possible = float(np.maximum(facts.gain[mine], 0.0).sum())
        mip.require(recognized <= limits.gain_share_of_unrealized * possible + facts.cent)


def _short_gains(mip: Mip, facts: Facts, trades: Trades, lots: Sequence[int]) -> None:
    """Σ positive short-term gains, lot by lot."""
    limit = facts.policy.limits.max_short_gain_usd
    taxed = [lot for lot in lots if facts.gain[lot] > 0.0 and not facts.long[lot]]
    if limit is not None and taxed:
        sold = quicksum(float(facts.gain[lot]) * trades.sold[lot] for lot in taxed)
        mip.require(sold <= limit / facts.percent_usd + facts.cent)
