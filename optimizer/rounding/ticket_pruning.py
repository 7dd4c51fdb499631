"""Fewer tickets: where each one costs the smallest are closed, and those not worth being lifted.

The number of orders is not convex and the program charges it in part only. Closing a ticket and
solving again lets other accounts take over what it did; it stays closed if objective and tickets
together cost less. Where the policy's gate asks a worth of each order, those worth less are closed:
they may cost the objective as much as the gate asks, for it is no part of it. So one of two funds
of a class goes whose account buys both and loses little by buying only the other. Without gate and
price only those are asked that were lifted to the minimum and would rather be smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.program.language import Branch
from optimizer.rounding.minimum_trade import Supported, rested_on, solved_again
from optimizer.rounding.ticket_price import (
    asked_of,
    not_charged,
    small_ticket,
    with_orders_worth,
    with_tickets_whole,
)
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Model
from optimizer.settings import (
    EVERY_HALF,
    HARDLY_COSTS,
    MOST_NEEDED,
    MOST_TRIALS,
    PROOF_NOISE,
    PRUNING_ROUNDS,
    SAME,
    TOUCH,
    WITHOUT_ROUNDS,
)
from optimizer.solvers.dual_bound import columns_at_least, rows_at_least
from optimizer.solvers.solution import Solution, SolveStatus

NONE = np.zeros(0, np.int64)


def fewer(model: Model, supported: Supported, tries: int = EVERY_HALF) -> Supported:
    """Close tickets while objective and tickets together cost less.

    Of those not worth their gate so many sets are tried at most, each half of the last.
    """
    policy, to_bps = model.frame.policy, BPS_PER_PERCENT / model.frame.percent_usd
    price = policy.trades.ticket_usd * policy.weights.trading_cost * to_bps
    if price > 0.0:
        supported = _cheaper(model, supported, price)
    return _worth(model, supported, tries)


def _cheaper(model: Model, supported: Supported, price: float) -> Supported:
    """Close the smallest tickets one by one where each has a price, bps."""
    tickets = supported.tickets
    tried: set[int] = set()
    for _ in range(MOST_TRIALS):
        amounts = tickets.amounts(supported.sale, supported.buy)
        used = np.flatnonzero(amounts > TOUCH)
        smallest = used[np.argsort(amounts[used], kind="stable")].tolist()
        ticket = next((t for t in smallest if t not in tried), None)
        if ticket is None:
            return supported
        tried.add(ticket)
        trial = without(model, supported, np.array([ticket]))
        if trial is None:
            continue
        now = supported.solution.objective + price * len(used)
        count = int((tickets.amounts(trial.sale, trial.buy) > TOUCH).sum())
        if trial.solution.objective + price * count < now:
            supported = trial
    return supported


def _worth(model: Model, supported: Supported, tries: int) -> Supported:
    """Close tickets that are not worth the gate, bps: all of them, or as many of the worst as pay.

    Where all cost together a good part of what the gate asks of them, half may be better.
    """
    frame, tickets = model.frame, supported.tickets
    needed = np.zeros(tickets.size, bool)
    for _ in range(PRUNING_ROUNDS):
        amounts = tickets.amounts(supported.sale, supported.buy)
        gate, now = asked_of(frame, amounts), with_tickets_whole(frame, supported)
        closed = _worthless(model, supported, gate + not_charged(frame, tickets, amounts))
        closed = closed[~needed[closed]]
        best, found, left = with_orders_worth(frame, supported), None, tries
        while len(closed) and left:
            tried = without_most(model, supported, closed)
            needed[tried.needed] = True
            trial, closed = tried.supported, tried.closed
            worth = np.inf if trial is None else with_orders_worth(frame, trial)
            if trial is not None and worth < best:
                best, found = worth, trial
                if with_tickets_whole(frame, trial) - now < HARDLY_COSTS * gate[closed].sum():
                    break
            elif found is not None:
                break
            closed, left = closed[: len(closed) // 2], left - 1
        if found is None:
            return supported
        supported = found
    return supported


def harvests_not_worth(model: Model, supported: Supported) -> Bools:
    """Sales that harvests rest on and that bring less than the gate, `(n_tickets,)`."""
    tickets = supported.tickets
    amounts = tickets.amounts(supported.sale, supported.buy)
    gate = asked_of(model.frame, amounts) + not_charged(model.frame, tickets, amounts)
    found = np.zeros(tickets.size, bool)
    rests = rested_on(supported.settled, tickets)
    if rests.any():
        worthless = _worthless(model, supported, gate)
        found[worthless] = rests[worthless]
    return found


def _worthless(model: Model, supported: Supported, gate: Floats) -> Ints:
    """Tickets that bring less than the gate, bps, those that bring least first.

    Without a gate only those that were lifted to the minimum can cost more than they bring. With
    one, what a buy brings is less where another buy takes it over. Who takes over stays.
    """
    tickets = supported.tickets
    amounts = tickets.amounts(supported.sale, supported.buy)
    low_sale, low_buy = (supported.settled.branch.bounds[block][0] for block in ("sale", "buy"))
    lifted = tickets.amounts(low_sale, low_buy) > TOUCH
    lifted &= amounts <= tickets.least * (1.0 + SAME)
    gated = bool((gate > 0.0).any())
    asked = amounts > TOUCH if gated else lifted
    if not asked.any():
        return np.zeros(0, np.int64)
    saved, alone = saved_at_prices(model, supported), 0.5 * tickets.risk.curvature * amounts**2
    shifted, heir = _taken_over(tickets, amounts if gated else 0.0 * amounts)
    cost = np.minimum(alone, shifted) - saved
    worthless = np.flatnonzero(asked & (cost < gate))
    chosen: dict[int, None] = {}
    heirs: set[int] = set()
    for ticket in worthless[np.argsort(cost[worthless], kind="stable")].tolist():
        inherits = shifted[ticket] < alone[ticket]
        if ticket in heirs or (inherits and int(heir[ticket]) in chosen):
            continue
        chosen[ticket] = None
        heirs |= {int(heir[ticket])} if inherits else set()
    return np.array(list(chosen), np.int64)


def without_small(model: Model, supported: Supported) -> Tickets | None:
    """Tickets whose least is where the gate asks no more; None where none in use is smaller.

    What cannot be as large keeps its least.
    """
    tickets, large = supported.tickets, small_ticket(model.frame)
    amounts, least = tickets.amounts(supported.sale, supported.buy), tickets.least
    if not ((amounts > TOUCH) & (amounts < large * (1.0 - SAME)) & (least < large)).any():
        return None
    most = tickets.held.copy()
    most[tickets.of_buy] = model.frame.buys.most
    return replace(tickets, least=np.where(most < large, least, np.maximum(least, large)))


def worth_at_prices(model: Model, supported: Supported) -> Floats:
    """What each ticket brings when the others stay and cash has its price, bps.

    At a bound the solution says what a percent less saves; risk is curved, so that all of it saves
    slope·amount − ½·curvature·amount².
    """
    tickets = supported.tickets
    amounts = tickets.amounts(supported.sale, supported.buy)
    curved = 0.5 * tickets.risk.curvature * amounts**2
    return np.asarray(curved - saved_at_prices(model, supported))


def saved_at_prices(model: Model, supported: Supported) -> Floats:
    """What the prices at the solution say that no amount of each ticket would save, bps."""
    columns, solution = model.arrays.columns, supported.solution
    slope = model.arrays.reduced(solution.x, solution.multipliers)
    return supported.tickets.amounts(
        slope[columns["sale"]] * supported.sale, slope[columns["buy"]] * supported.buy
    )


def _taken_over(tickets: Tickets, amounts: Floats) -> tuple[Floats, Ints]:
    """What closing a buy costs if another buy of its account takes it over, bps, and which does.

    Moving x from i to j costs ½·x²·(c_ii + c_jj − 2·c_ij), c the second derivatives: both are where
    they like to be, so that first derivatives cancel. Infinite where there is no other.
    """
    least, heir = np.full(tickets.size, np.inf), np.full(tickets.size, -1)
    risk, own = tickets.risk, tickets.risk.curvature
    bought = (amounts > TOUCH) & ~tickets.is_sale
    for account in np.unique(tickets.account[bought]).tolist():
        here = np.flatnonzero(bought & (tickets.account == account))
        first, second = (each.ravel() for each in np.meshgrid(here, here, indexing="ij"))
        apart = own[first] + own[second] - 2.0 * risk.mixed(first, second)
        moved = 0.5 * apart.reshape(len(here), len(here)) * amounts[here, None] ** 2
        np.fill_diagonal(moved, np.inf)
        least[here], heir[here] = moved.min(axis=1), here[moved.argmin(axis=1)]
    return least, heir


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of tickets that were to be closed.

    Attributes
    ----------
    supported
        The solution without those of `closed`, None where that is not legal.
    closed
        The tickets it is about: those asked for but for the needed.
    needed
        Tickets left open since a proof says that not all can go.
    alone
        Those of `needed` that a proof says cannot go though all others stay.
    """

    supported: Supported | None
    closed: Ints
    needed: Ints
    alone: Ints


def without_most(model: Model, supported: Supported, closed: Ints) -> Closed:
    """Solve with tickets closed, the least worth first, but for those that proofs say are needed.

    An account that has to raise cash keeps a sale: that one of hundreds is needed is no reason to
    keep half of them.
    """
    asked, alone = closed, NONE
    for _ in range(MOST_NEEDED):
        found = _closing(model, supported, closed)
        if isinstance(found, Supported):
            return Closed(found, closed, np.setdiff1d(asked, closed), alone)
        needed, by_itself = found
        alone = np.concatenate([alone, by_itself])
        if not len(needed) or len(needed) == len(closed):
            break
        closed = closed[~np.isin(closed, needed)]
    return Closed(None, closed, np.setdiff1d(asked, closed), alone)


def without(model: Model, supported: Supported, closed: Ints) -> Supported | None:
    """Solve with some tickets closed and no other opened; None if that is not legal."""
    found = _closing(model, supported, closed)
    return found if isinstance(found, Supported) else None


def _closing(model: Model, supported: Supported, closed: Ints) -> Supported | tuple[Ints, Ints]:
    """Solve with some tickets closed and no other opened; else which of them are needed, if known.

    What then is too small is closed too if it is nearer to nothing, else held at the minimum for
    the next solve: a sale by what it took of each lot, a buy by itself.
    """
    branch, tickets = supported.settled.branch, supported.tickets
    rests = rested_on(supported.settled, tickets)
    if rests[closed].any():
        resting = closed[rests[closed]]
        return resting, resting
    amounts = tickets.amounts(supported.sale, supported.buy)
    least = tickets.least
    part = np.minimum(least, amounts) / np.maximum(amounts, TOUCH)
    shut = ((amounts <= TOUCH) & ~rests) | np.isin(np.arange(tickets.size), closed)
    held = np.zeros(tickets.size, bool)
    for attempt in range(WITHOUT_ROUNDS):
        bounds, holding = dict(branch.bounds), dict(branch.bounds)
        for block, of_block, amount in (
            ("sale", tickets.of_sale, supported.sale),
            ("buy", tickets.of_buy, supported.buy),
        ):
            own = model.arrays.columns[block]
            low, high = bounds.get(block, (model.arrays.low[own], model.arrays.high[own]))
            high = np.where(shut[of_block], 0.0, high)
            bounds[block] = (np.minimum(low, high), high)
            low = np.maximum(low, np.where(held, part, 0.0)[of_block] * amount)
            holding[block] = (np.minimum(low, high), high)
        within = replace(branch, bounds=holding)
        found = solved_again(model, supported, within)
        if isinstance(found, Solution):
            if attempt or found.status is not SolveStatus.INFEASIBLE or not len(found.multipliers):
                return NONE, NONE
            return _needed(model, supported, (found.multipliers, within), closed)
        again, small = found
        if not small.any():
            return _let_go(model, again, replace(branch, bounds=bounds)) if held.any() else again
        nearer = tickets.amounts(again.sale, again.buy) < 0.5 * least
        shut |= small & nearer & ~rests
        held |= small & ~(nearer & ~rests)
    return NONE, NONE


def _needed(
    model: Model, supported: Supported, proof: tuple[Floats, Branch], closed: Ints
) -> tuple[Ints, Ints]:
    """Which of some closed tickets a proof that nothing is feasible rests on, and which alone.

    Farkas multipliers say by how much each of them, open again, would ease the proof. Returned are
    the last of those that would undo it by themselves, else the fewest that do together.
    """
    multipliers, branch = proof
    arrays, tickets = model.arrays, supported.tickets
    limits = arrays.branched(branch)
    positive, negative, rows = rows_at_least(arrays, multipliers, limits)
    slope = arrays.transposed @ (negative - positive)
    least = columns_at_least(arrays, slope, limits)
    proven = rows + float(least.sum()) - PROOF_NOISE * (abs(rows) + float(np.abs(least).sum()))
    high = np.minimum(arrays.branched(supported.settled.branch)[3], arrays.box_high)
    eases = np.maximum(-slope * high, 0.0)
    sale, buy = (eases[arrays.columns[block]] for block in ("sale", "buy"))
    eased = tickets.amounts(sale, buy)[closed]
    if eased.sum() < max(proven, 0.0):
        return NONE, NONE
    order = np.argsort(-eased, kind="stable")
    fewest = order[: int(np.searchsorted(eased[order].cumsum(), proven)) + 1]
    needed = np.flatnonzero(eased >= proven)[-1:] if len(fewest) == 1 else fewest
    alone = needed[eased.sum() - eased[needed] < proven]
    return closed[needed], closed[alone]


def _let_go(model: Model, supported: Supported, branch: Branch) -> Supported:
    """The same with tickets no longer held at the minimum: none is asked for."""
    low = model.arrays.branched(branch)[2]
    return replace(
        supported,
        settled=replace(supported.settled, branch=branch),
        sale_low=low[model.arrays.columns["sale"]],
    )
