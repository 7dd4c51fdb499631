"""What each side of a disjunction gives up at the open solution: a guess that saves solves.

At the open solution an identical group is often both harvested and bought. Without its losses the
unit pays tax on other gains: that is priced by the law's own function, since solutions rest on its
kinks. Without its purchases the group's deviation is priced by its own risk and a small part of its
factor risk, because other securities stand in. The guess orders what is tried first; it proves
nothing.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, sum_by
from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.inputs.unit_tax import discount
from optimizer.search.disjunctions import WashSides
from optimizer.search.model import Model
from optimizer.search.stakes import Stakes
from optimizer.settings import NOTHING_BPS, STANDS_IN, TOUCH
from optimizer.solvers.solution import Solution


def open_estimates(model: Model, stakes: Stakes, root: Solution) -> list[Floats]:
    """What every option of each disjunction gives up at an open solution, bps, `(n_options,)`.

    Where some options leave the solution as it is, they give up nothing and the others are out of
    the question.
    """
    columns = model.arrays.columns
    sale, buy = root.x[columns["sale"]], root.x[columns["buy"]]
    amount = sale[stakes.sales]
    moved = np.clip(amount, stakes.low, stakes.high) - amount
    stirs = (amount > stakes.high + TOUCH) | (amount < stakes.low - TOUCH)
    free = sum_by(stakes.of_sale, stirs.astype(float), stakes.size) == 0.0
    washed, left = _washed(model, stakes, sale)
    free &= left <= TOUCH
    free &= sum_by(stakes.of_buy, (buy[stakes.buys] > TOUCH).astype(float), stakes.size) == 0.0
    settled = sum_by(stakes.disjunction, free.astype(float), len(stakes.first)) > 0.0
    given_up = np.where(free, 0.0, np.inf)
    in_conflict = ~settled[stakes.disjunction]
    if in_conflict.any():
        given_up[in_conflict] = _given_up(model, stakes, root, (moved, washed), in_conflict)
    return stakes.by_choice(given_up)


def _given_up(
    model: Model, stakes: Stakes, root: Solution, changes: tuple[Floats, Floats], wanted: Bools
) -> Floats:
    """What the wanted options give up, bps.

    `changes` are by how much each sale entry would change, and what of it would be disallowed.
    """
    moved, washed = changes
    buy = root.x[model.arrays.columns["buy"]]
    closed = sum_by(stakes.of_buy, buy[stakes.buys], stakes.size)
    shifted = sum_by(stakes.of_sale, moved, stakes.size)
    curved = 0.5 * (stakes.own + STANDS_IN * stakes.factors) * closed**2
    cost = np.where(stakes.is_buy, 0.0, curved) + 0.5 * stakes.own * shifted**2
    return (cost + _without_losses(model, stakes, root, washed - moved, wanted))[wanted]


def _washed(model: Model, stakes: Stakes, sale: Floats) -> tuple[Floats, Floats]:
    """What of each sale entry would be disallowed, and what each option leaves to be met, percents.

    The losses that are worth least are taken first: the law's order is left to the solve.
    """
    washed, most = np.zeros(len(stakes.sales)), np.zeros(stakes.size)
    columns = model.frame.sales
    for option, row in stakes.used_up:
        left = model.frame.replaced.used_up[row]
        missing = left.amount - float(left.coefficients @ sale[left.columns])
        most[option] = max(most[option], missing)
        entries = np.flatnonzero((stakes.of_sale == option) & (stakes.high > 0.0))
        copied = columns.disallowed[stakes.sales[entries]]
        met = np.isin(
            columns.lot[stakes.sales[entries]], columns.lot[stakes.sales[entries[copied]]]
        )
        own = entries[met & ~copied]
        for entry in own[np.argsort(-columns.gain[stakes.sales[own]], kind="stable")].tolist():
            more = min(max(missing, 0.0), float(sale[stakes.sales[entry]]) - washed[entry])
            washed[entry] += more
            missing -= more
    return washed, most


def flip_gains(
    model: Model, stakes: Stakes, sides: WashSides, solution: Solution
) -> list[tuple[float, int, int]]:
    """What flips might gain at a settled solution: bps, disjunction, option, best first.

    What an option opens gains by its reduced cost, against the same curvature; what it closes
    gives up what it is worth. Substitutes interact: an identical group that was no conflict while
    all sides were open can become the only fund of its class that may be bought.
    """
    arrays = model.arrays
    gradient = arrays.reduced(solution.x, solution.multipliers)
    sale, buy = (solution.x[arrays.columns[block]] for block in ("sale", "buy"))
    sale_slope, buy_slope = (gradient[arrays.columns[block]] for block in ("sale", "buy"))
    now = (stakes.first + np.array(sides, np.int64))[stakes.disjunction]
    curvature = stakes.own + STANDS_IN * stakes.factors
    has_sales = sum_by(stakes.of_sale, np.ones(len(stakes.sales)), stakes.size) > 0.0
    curvature = np.where(has_sales[now], curvature[now], curvature)
    closes = sum_by(stakes.of_buy, np.ones(len(stakes.buys)), stakes.size) > 0.0
    steepest = np.zeros(stakes.size)
    np.minimum.at(steepest, stakes.of_buy, buy_slope[stakes.buys])
    opening = 0.5 * steepest[now] ** 2 / np.where(curvature > 0.0, curvature, np.inf)
    gain = np.where(closes[now] & ~closes, opening, 0.0)
    bought = sum_by(stakes.of_buy, buy[stakes.buys], stakes.size)
    gain -= np.where(closes & ~closes[now], 0.5 * curvature * bought**2, 0.0)
    room = stakes.high - sale[stakes.sales]
    rate = np.minimum(sale_slope[stakes.sales], 0.0)
    worth = rate * np.where(room > 0.0, -0.5 * room, -room)
    gain += sum_by(stakes.of_sale, worth, stakes.size)
    found = np.flatnonzero((gain > NOTHING_BPS) & (now != np.arange(stakes.size)))
    found = found[np.argsort(-gain[found], kind="stable")]
    disjunction = stakes.disjunction[found]
    option = found - stakes.first[disjunction]
    return list(zip(gain[found].tolist(), disjunction.tolist(), option.tolist(), strict=True))


def _without_losses(
    model: Model, stakes: Stakes, root: Solution, amount: Floats, wanted: Bools
) -> Floats:
    """Tax that comes back if amounts are not sold, less what their basis keeps, bps by option."""
    frame, columns = model.frame, model.arrays.columns
    entries = np.flatnonzero(wanted[stakes.of_sale] & (amount != 0.0))
    sales, option = stakes.sales[entries], stakes.of_sale[entries]
    unit = frame.accounts.unit[frame.sales.account[sales]]
    gain = frame.sales.gain[sales] * amount[entries] * frame.percent_usd
    long = frame.sales.long[sales]
    change = np.zeros(stakes.size)
    for u in np.unique(unit).tolist():
        mine = unit == u
        shorts = sum_by(option[mine & ~long], gain[mine & ~long], stakes.size)
        longs = sum_by(option[mine & long], gain[mine & long], stakes.size)
        tax = frame.taxes[u]
        short = tax.short + frame.percent_usd * float(root.x[columns["short_gain"]][u])
        held = tax.long + frame.percent_usd * float(root.x[columns["long_gain"]][u])
        out = frame.percent_usd * frame.ranges[u].distribution
        more = tax.values(short - shorts, held - longs, out) - tax.value(short, held, out)
        keeps = frame.policy.weights.basis_change * discount(frame.policy) * tax.rate_future
        change += frame.policy.weights.tax * more + keeps * (shorts + longs)
    return BPS_PER_PERCENT * change / frame.percent_usd
