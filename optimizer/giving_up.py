"""What each side of a choice gives up at the open solution: a guess that saves solves.

At the open solution a group is often both harvested and bought. Without its losses the unit pays
tax on other gains: that is priced by the law's own function, since solutions rest on its kinks.
Without its purchases the group's deviation is priced by its own risk and a small part of its factor
risk, because other securities stand in. The guess orders what is tried first; it proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.frame import BPS_PER_UNIT, Frame
from optimizer.search import Search
from optimizer.sides import TOUCH, Choice, Option, SideName
from optimizer.solution import Solution
from optimizer.unit_tax import discount

NOTHING_BPS = 1e-4
"""Basis points: what gains or gives up less is not looked at."""

STANDS_IN = 0.1
"""Part of a group's factor risk that other securities cannot take over. Measured on synthetic
books: anything between 0.05 and 0.2 guesses the better side in four cases of five."""


def open_estimates(search: Search, choices: Sequence[Choice], root: Solution) -> list[Floats]:
    """What every option of every choice gives up at an open solution, bps, each `(n_options,)`."""
    columns = search.arrays.columns
    sale, buy = root.x[columns["sale"]], root.x[columns["buy"]]
    return [
        np.array([_given_up(search, choice, option, root, sale, buy) for option in choice.options])
        if _in_conflict(choice, sale, buy)
        else _without_conflict(choice, sale, buy)
        for choice in choices
    ]


def _in_conflict(choice: Choice, sale: Floats, buy: Floats) -> bool:
    """Whether every option would move something."""
    return all(
        bool(_moved(option, sale).any() or (buy[option.closed_buys] > TOUCH).any())
        for option in choice.options
    )


def _without_conflict(choice: Choice, sale: Floats, buy: Floats) -> Floats:
    """Nothing for the options that leave the open solution as it is, infinite for others."""
    free = [
        not (_moved(option, sale).any() or (buy[option.closed_buys] > TOUCH).any())
        for option in choice.options
    ]
    return np.where(free, 0.0, np.inf)


def _moved(option: Option, sale: Floats) -> Bools:
    """Which sales of an option's columns would have to change."""
    amount = sale[option.sales]
    return np.asarray((amount > option.high + TOUCH) | (amount < option.low - TOUCH))


def _given_up(
    search: Search, choice: Choice, option: Option, root: Solution, sale: Floats, buy: Floats
) -> float:
    frame = search.frame
    kept = np.clip(sale[option.sales], option.low, option.high)
    moved = kept - sale[option.sales]
    closed = float(buy[option.closed_buys].sum())
    own, factors = _curvature(frame, choice, option)
    cost = 0.5 * (own + STANDS_IN * factors) * closed**2
    if option.name is SideName.BUY:
        cost = _without_losses(search, root, option.sales, -moved)
    elif moved.any():
        cost += _without_losses(search, root, option.sales, -moved)
    return cost + 0.5 * own * float(moved.sum()) ** 2


def flip_gains(
    search: Search, choices: Sequence[Choice], sides: Sequence[int], solution: Solution
) -> list[tuple[float, int, int]]:
    """What flipping each choice might gain at a settled solution: bps, choice, option, best first.

    What an option opens gains by its reduced cost, against the same curvature; what it closes
    gives up what it is worth. Substitutes interact: a group that was no conflict while all sides
    were open can become the only fund of its class that may be bought.
    """
    arrays = search.arrays
    gradient = arrays.P @ solution.x + arrays.q - arrays.transposed @ solution.multipliers
    sale, buy = (solution.x[arrays.columns[block]] for block in ("sale", "buy"))
    sale_slope, buy_slope = (gradient[arrays.columns[block]] for block in ("sale", "buy"))
    found = []
    for place, (choice, side) in enumerate(zip(choices, sides, strict=True)):
        now = choice.options[side]
        for option, other in enumerate(choice.options):
            if option == side:
                continue
            own, factors = _curvature(search.frame, choice, now if len(now.sales) else other)
            curvature = own + STANDS_IN * factors
            opened = np.setdiff1d(now.closed_buys, other.closed_buys)
            steepest = float(np.minimum(buy_slope[opened], 0.0).min(initial=0.0))
            gain = 0.5 * steepest**2 / curvature if curvature > 0.0 else 0.0
            slopes = sale_slope[other.sales]
            room = np.maximum(other.high - sale[other.sales], 0.0)
            gain -= 0.5 * float(np.minimum(slopes, 0.0) @ room)
            closed = np.setdiff1d(other.closed_buys, now.closed_buys)
            bought = float(buy[closed].sum())
            gain -= 0.5 * curvature * bought**2
            sold = np.maximum(sale[other.sales] - other.high, 0.0)
            gain += float(np.minimum(slopes, 0.0) @ sold)
            if gain > NOTHING_BPS:
                found.append((gain, place, option))
    return sorted(found, key=lambda flip: (-flip[0], flip[1], flip[2]))


def _without_losses(search: Search, root: Solution, sales: Ints, amount: Floats) -> float:
    """Tax that comes back if these amounts are not sold, less what their basis keeps, bps."""
    frame, columns = search.frame, search.arrays.columns
    unit = frame.accounts.unit[frame.sales.account[sales]]
    gain = frame.sales.gain[sales] * amount * frame.unit_usd
    long = frame.sales.long[sales]
    size = len(frame.taxes)
    shorts = sum_by(unit, np.where(long, 0.0, gain), size)
    longs = sum_by(unit, np.where(long, gain, 0.0), size)
    change = 0.0
    for u in np.unique(unit).tolist():
        tax = frame.taxes[u]
        short = tax.short + frame.unit_usd * float(root.x[columns["short_gain"]][u])
        held = tax.long + frame.unit_usd * float(root.x[columns["long_gain"]][u])
        out = frame.unit_usd * frame.ranges[u].distribution
        more = tax.value(short - float(shorts[u]), held - float(longs[u]), out)
        change += frame.policy.weights.tax * (more - tax.value(short, held, out))
        keeps = frame.policy.weights.basis_change * discount(frame.policy) * tax.rate_future
        change += keeps * float(shorts[u] + longs[u])
    return BPS_PER_UNIT * change / frame.unit_usd


def _curvature(frame: Frame, choice: Choice, option: Option) -> tuple[float, float]:
    """Second derivatives along a group: its own risk and its factor risk, bps per unit²."""
    if choice.group < 0 or not len(option.sales):
        return 0.0, 0.0
    risk = frame.policy.risk
    weight = frame.policy.weights.tracking_error * risk.aversion * risk.horizon_years
    cell = int(frame.cells.of_sale[option.sales[0]])
    value = float(frame.group_value[frame.cells.owner[cell]])
    scale = (weight + frame.te_multiplier) * 100.0 / max(value, 1e-12)
    factors = frame.cells.factors
    covariance = frame.household.market.risk.covariance[np.ix_(factors, factors)]
    loading = frame.cells.loadings[cell]
    return (
        scale * float(frame.cells.specific[cell]),
        scale * float(loading @ covariance @ loading),
    )
