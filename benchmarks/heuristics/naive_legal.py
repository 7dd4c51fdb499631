"""The naive program's wishes, carried out on the legal ground.

A fair reading of naive modelling: the textbook program says what to trade, and whoever carries it
out keeps the rules by hand. Where it sells an identical group at a loss and buys it, the smaller
side is dropped; whole steps, minimum trades, floors and budgets are kept as for every heuristic.
"""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.naive import amounts
from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.strategy import Strategy
from benchmarks.oracles.naive_cvxpy import facts_of, state
from models.arrays import Floats


def naive_legal(solver: str) -> Strategy:
    """Return the strategy that follows the naive program of a cvxpy solver."""

    def strategy(draft: Draft) -> None:
        household, policy = draft.ground.household, draft.ground.policy
        facts, problem = facts_of(household, policy), state(household, policy)
        sell, buy, _ = amounts(problem, solver, facts.percent_usd)
        n_securities = len(household.market.securities.security_id)
        account, security = facts.sold
        sold = _gathered(account, security, sell, n_securities)
        bought = _gathered(facts.buy_account, facts.buy_security, buy, n_securities)
        both = {place: min(sold[place], bought[place]) for place in sold.keys() & bought.keys()}
        _take_sides(draft, facts.lots, sell, bought)
        lot_of = {lot: row for row, lot in enumerate(draft.ground.supply.lot.tolist()) if lot >= 0}
        for place, usd in sold.items():
            left = usd - both.get(place, 0.0)
            where = divmod(place, n_securities)
            mine = np.flatnonzero((account == where[0]) & (security == where[1]))
            for k in mine[np.argsort(-sell[mine], kind="stable")].tolist():
                row = lot_of.get(int(facts.lots[k]), int(draft.rows_of(*where)[0]))
                left -= draft.sell(row, min(left, float(sell[k])))
        for place, usd in bought.items():
            where = divmod(place, n_securities)
            mandate = draft.ground.mandates[draft.ground.mandate_of(where[0])]
            row = int(mandate.main[where[1]])
            if row >= 0:
                draft.buy(where[0], row, usd - both.get(place, 0.0))

    return strategy


def _gathered(account: np.ndarray, security: np.ndarray, usd: Floats, n: int) -> dict[int, float]:
    """Dollars by account·n + security, zeros left out."""
    places, of = np.unique(account * n + security, return_inverse=True)
    total = np.bincount(of, usd, len(places))
    return {int(p): float(t) for p, t in zip(places, total, strict=True) if t > 0.0}


def _take_sides(draft: Draft, lots: np.ndarray, sell: Floats, bought: dict[int, float]) -> None:
    """Keep the losses of identical groups of which more is bought than sold at a loss."""
    supply = draft.ground.supply
    identicals = draft.ground.household.market.securities.identical_group
    wanted: dict[int, float] = {}
    for place, usd in bought.items():
        identical = int(identicals[place % len(identicals)])
        wanted[identical] = wanted.get(identical, 0.0) + usd
    by_lot = dict(zip(lots.tolist(), sell.tolist(), strict=True))
    losing: dict[int, float] = {}
    for row in np.flatnonzero(supply.loss).tolist():
        usd = by_lot.get(int(supply.lot[row]), 0.0)
        losing[int(supply.identical_group[row])] = (
            losing.get(int(supply.identical_group[row]), 0.0) + usd
        )
    for identical, usd in wanted.items():
        if usd > losing.get(identical, 0.0):
            draft.keep_losses(identical)
