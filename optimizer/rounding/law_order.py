"""The order of the law: which loss meets which recent shares, as a plan's own sales decide it.

Where wash sales have a price the program may let any loss of an identical group meet any batch of
its recent purchases, as far as there are shares. The law takes losses in the order in which what is
sold was acquired: a plan that was to destroy a small loss may destroy a large one. Which lot is the
last to meet a batch is not convex; but a plan's own sales say it, and the program with losses kept
to their batches says what they cost. It is solved again so, and its plan followed while it is
better. Ways for every last lot of every batch were refused: there are too many of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Floats, Ints, sum_by
from models.ledger import FIXED
from optimizer.inputs.frame import Frame
from optimizer.program.language import Branch
from optimizer.rounding.candidate import Candidate, candidate_of
from optimizer.search.incumbent import resolved
from optimizer.search.model import Incumbent, Model
from optimizer.search.tax_regimes import TaxRegime
from optimizer.settings import LAW_ROUNDS, MISTAKEN_BPS, SAME, TOUCH, WAYS_TRIED


def as_the_law_takes(
    model: Model,
    incumbent: Incumbent | None,
    candidate: Candidate | None,
    regimes: Sequence[TaxRegime] = (),
) -> Candidate | None:
    """The plan, or a better one whose losses meet recent shares in the order of the law.

    Where the law leaves it worse than the program said, other ways to harvest are tried that the
    program thinks better than what it is, and so is giving up a lot whose loss recent shares meet.
    What was hoped for at first stays known: tickets may be chosen whole for it.
    """
    if incumbent is None or candidate is None or not candidate.kept:
        return candidate
    if not model.frame.windows.batches:
        return candidate
    if candidate.objective - candidate.supported_objective < MISTAKEN_BPS:
        return candidate
    best = _followed(model, incumbent, candidate, regimes)
    starts = _other_ways(model, incumbent, best) + _without_a_lot(model, incumbent, best)
    at, best = _tried(model, (incumbent, best), starts, regimes)
    if at is not incumbent:
        _, best = _tried(model, (at, best), _without_a_lot(model, at, best), regimes)
    return replace(best, settled_objective=min(best.settled_objective, candidate.settled_objective))


def _tried(
    model: Model,
    known: tuple[Incumbent, Candidate],
    starts: list[Incumbent],
    regimes: Sequence[TaxRegime],
) -> tuple[Incumbent, Candidate]:
    """The best plan and where it started, after some starts that the program likes better."""
    at, best = known
    for start in sorted(starts, key=lambda each: each.solution.objective)[:WAYS_TRIED]:
        if start.solution.objective >= best.objective - MISTAKEN_BPS:
            break
        found = candidate_of(model, start, regimes)
        found = None if found is None else _followed(model, start, found, regimes)
        if better := _better(best, found):
            at, best = start, better
    return at, best


def _followed(
    model: Model, incumbent: Incumbent, candidate: Candidate, regimes: Sequence[TaxRegime]
) -> Candidate:
    """The plan, or what is better with its own losses kept to the batches that they meet."""
    for _ in range(LAW_ROUNDS):
        if candidate.objective - candidate.supported_objective < MISTAKEN_BPS:
            break
        kept = _kept_to_batches(model, incumbent, candidate)
        trial = None if kept is None else candidate_of(model, kept, regimes)
        better = _better(candidate, trial)
        if better is None:
            break
        candidate = better
    return candidate


def _better(candidate: Candidate, trial: Candidate | None) -> Candidate | None:
    """The trial, if it keeps every rule and is better than the plan."""
    return trial if trial is not None and trial.kept and trial.gated < candidate.gated else None


def _other_ways(model: Model, incumbent: Incumbent, best: Candidate) -> list[Incumbent]:
    """The incumbent with a group, of which losses are disallowed, harvested in another way."""
    sales, groups, sides = model.frame.sales, incumbent.groups, incumbent.sides
    met = set(sales.identical_group[_disallowed(model, best)].tolist())
    found = []
    for place, group in enumerate(groups):
        others = range(1, len(group.options)) if group.identical_group in met else ()
        for side in (side for side in others if side != sides[place]):
            turned = (*sides[:place], side, *sides[place + 1 : len(groups)])
            start = resolved(model, incumbent.regime, groups, turned, best.objective)
            found += [start] if start is not None else []
    return found


def _without_a_lot(model: Model, incumbent: Incumbent, best: Candidate) -> list[Incumbent]:
    """The incumbent without the sale of one lot whose loss is disallowed in the plan."""
    sales = model.frame.sales
    found = []
    for lot in np.unique(sales.lot[_disallowed(model, best)]).tolist():
        closed = _bounded(incumbent, np.flatnonzero(sales.lot == lot))
        solution = model.solve(closed)
        if solution.usable:
            found.append(replace(incumbent, solution=solution, branch=closed))
    return found


def _disallowed(model: Model, best: Candidate) -> Ints:
    """Sale columns of a plan whose loss recent shares disallow."""
    return np.flatnonzero(model.frame.sales.disallowed & (best.supported.sale > TOUCH))


def _kept_to_batches(model: Model, incumbent: Incumbent, candidate: Candidate) -> Incumbent | None:
    """The incumbent with losses kept to the batches that the plan's sales let them meet."""
    sales = model.frame.sales
    met = met_in_order(model.frame, candidate.supported.sale)
    copies = np.flatnonzero(sales.disallowed)
    first, last = met[sales.lot[copies]].T
    off = copies[(sales.batch[copies] < first) | (sales.batch[copies] > last)]
    kept = _bounded(incumbent, off)
    solution = model.solve(kept)
    return replace(incumbent, solution=solution, branch=kept) if solution.usable else None


def _bounded(incumbent: Incumbent, closed: Ints) -> Branch:
    """The incumbent's branch without some sale columns."""
    low, high = incumbent.branch.bounds["sale"]
    high = high.copy()
    high[closed] = np.minimum(high[closed], low[closed])
    return replace(incumbent.branch, bounds={**incumbent.branch.bounds, "sale": (low, high)})


def met_in_order(frame: Frame, sale: Floats) -> Floats:
    """First and last batch that losses of each lot may meet in the law's order, `(n_lots, 2)`.

    A lot that is not sold takes its turn: what those before it left over, up to what those after
    it begin with. What the order leaves open, such as its own purchase's next, is not bounded.
    """
    sales, household, windows = frame.sales, frame.household, frame.windows
    lots, price = household.lots, household.market.securities.price
    sold = sum_by(np.maximum(sales.lot, 0), np.where(sales.lot >= 0, sale, 0.0), len(lots.lot_id))
    sold = sold * frame.percent_usd / price[lots.security]
    met = np.tile([-np.inf, np.inf], (len(lots.lot_id), 1))
    for group in {batch.identical_group for batch in windows.batches}:
        mine = np.unique(sales.lot[sales.loss & (sales.identical_group == group)])
        order = mine[np.argsort(lots.acquired[mine], kind="stable")].tolist()
        pieces = [
            (number, piece)
            for number, batch in enumerate(windows.batches)
            if batch.identical_group == group
            for piece in batch.pieces
        ]
        left = [
            piece.shares - (float(sold[piece.lot]) if piece.lot != FIXED else 0.0)
            for _, piece in pieces
        ]
        reached = -np.inf
        for lot in order:
            purchase, open_shares = windows.purchases.get(lot, ""), float(sold[lot])
            used = []
            for place, (number, piece) in enumerate(pieces):
                taken = min(open_shares, left[place])
                if piece.purchase != purchase and taken > SAME:
                    left[place] -= taken
                    open_shares -= taken
                    used.append(number)
            if used:
                met[lot] = used[0], used[-1]
                reached = reached if purchase else used[-1]
            elif sold[lot] <= TOUCH:
                met[lot, 0] = reached
    return met
