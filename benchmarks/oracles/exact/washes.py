"""Wash sales, for SCIP: who may sell at a loss and buy at once, and what recent shares disallow.

Loss sales of an identical group and purchases of it exclude each other in the whole household. A
higher rank stands in only where every lower one is locked, be it by a harvest of this very run.
Under `avoid` a loss is sold only if of every other recent purchase nothing stays; under `price` the
law is followed share by share, losses in order of acquisition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from pyscipopt import quicksum

from benchmarks.oracles.exact.facts import Facts
from benchmarks.oracles.exact.mip import Expression, Mip
from benchmarks.oracles.exact.trades import Ticket, Trades, buyable
from models.ledger import Effect
from models.tax.wash.outcome import WINDOW


class Disallowed(NamedTuple):
    """A part of what is sold of a loss lot that recent shares replace: a fraction of the lot."""

    lot: int
    effect: Effect
    part: Expression


def washes_of(
    mip: Mip, facts: Facts, trades: Trades
) -> tuple[Mapping[int, Any], tuple[Disallowed, ...]]:
    """State wash sales; return what says yes to a harvest, by group, and what is disallowed."""
    losing: dict[int, list[int]] = {}
    for lot in sorted(trades.sold):
        if facts.loss[lot]:
            identical = facts.identical_of(int(facts.household.lots.security[lot]))
            losing.setdefault(identical, []).append(lot)
    waits = [(buy, _lower_ranks(facts, buy)) for buy in trades.buys]
    waited_for = {identical for _, identicals in waits for identical in identicals}
    harvested: dict[int, Any] = {}
    for identical, lots in losing.items():
        bought = [buy for buy in trades.buys if facts.identical_of(buy.security) == identical]
        if bought or identical in waited_for:
            harvested[identical] = _two_sides(mip, trades, lots, bought)
            if identical in waited_for:
                _really(mip, facts, trades, lots, harvested[identical])
    for buy, identicals in waits:
        for identical in identicals:
            mip.require(buy.written <= harvested.get(identical, 0))
    if facts.policy.wash_sale.mode == "price":
        parts = [_matched(mip, facts, trades, *each) for each in losing.items()]
        return harvested, tuple(part for found in parts for part in found)
    for identical, lots in losing.items():
        _kept_clean(mip, facts, trades, identical, lots)
    return harvested, ()


def _lower_ranks(facts: Facts, buy: Ticket) -> tuple[int, ...]:
    """Identical groups of lower rank to be harvested in this run before a security is bought."""
    household = facts.household
    securities = household.market.securities
    target = household.market.targets[household.account_target[buy.account]]
    if buy.security in target.securities:
        return ()
    rank = np.where(np.isnan(securities.rank), np.inf, securities.rank)
    alike = securities.asset_class == securities.asset_class[buy.security]
    lower = buyable(facts, buy.account) & alike & (rank < rank[buy.security])
    return tuple(sorted({facts.identical_of(i) for i in np.flatnonzero(lower).tolist()}))


def _two_sides(mip: Mip, trades: Trades, losing: list[int], bought: list[Ticket]) -> Any:
    """Harvested, with no buy anywhere, or open to buys and no loss sold."""
    harvest = mip.binary()
    for lot in losing:
        mip.require(trades.sold[lot] <= harvest)
    for buy in bought:
        mip.require(buy.written + harvest <= 1)
    return harvest


def _really(mip: Mip, facts: Facts, trades: Trades, losing: list[int], harvest: Any) -> None:
    """A harvest that others wait for sells a share step of some loss lot, or all of it."""
    step = facts.share_step[facts.household.lots.security[losing]]
    least = float(np.minimum(step, facts.value[losing]).min())
    sold = quicksum(float(facts.value[lot]) * trades.sold[lot] for lot in losing)
    mip.require(sold >= least * harvest)


def _kept_clean(mip: Mip, facts: Facts, trades: Trades, identical: int, losing: list[int]) -> None:
    """No loss before a scheduled buy, beside an open one, or while other recent shares stay."""
    if _coming(facts, identical):
        for lot in losing:
            mip.require(trades.sold[lot] == 0)
        return
    recent: dict[str, list[int]] = {}
    for piece in facts.met:
        if piece.identical_group == identical:
            recent.setdefault(piece.purchase, []).append(piece.lot)
    for purchase, lots in recent.items():
        leaves = all(lot in trades.sold for lot in lots)
        gone = mip.binary() if leaves else 0
        for lot in lots if leaves else ():
            mip.require(trades.sold[lot] >= gone)
        for lot in losing:
            if facts.purchases.get(lot) != purchase:
                mip.require(trades.sold[lot] <= gone)


def _coming(facts: Facts, identical: int) -> bool:
    """Whether the identical group will be bought by itself within the window, or is on order."""
    scheduled = facts.household.scheduled_buys
    today = np.datetime64(facts.household.asof, "D")
    soon = (scheduled.date >= today) & (scheduled.date <= today + np.timedelta64(WINDOW))
    identicals = facts.household.market.securities.identical_group[scheduled.security[soon]]
    return identical in identicals or identical in facts.reserved.bought


def _matched(
    mip: Mip, facts: Facts, trades: Trades, identical: int, losing: list[int]
) -> list[Disallowed]:
    """Each loss meets recent shares of other purchases, the earliest bought first."""
    lots = facts.household.lots
    pieces = [piece for piece in facts.met if piece.identical_group == identical]
    left: list[Any] = []
    for piece in pieces:
        if piece.lot not in trades.sold:
            left.append(piece.shares)
            continue
        held = float(lots.shares[piece.lot])
        staying = held - held * trades.sold[piece.lot]
        left.append(mip.smaller(staying, piece.shares, held))
    found = []
    for lot in sorted(losing, key=lambda each: (lots.acquired[each], each)) if pieces else ():
        most = float(lots.shares[lot])
        waiting = most * trades.sold[lot]
        for place, piece in enumerate(pieces):
            if piece.purchase == facts.purchases.get(lot):
                continue
            met = mip.smaller(waiting, left[place], max(most, piece.shares))
            waiting, left[place] = waiting - met, left[place] - met
            found.append(Disallowed(lot, piece.effect, met / most))
    return found
