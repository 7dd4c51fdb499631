"""Small households: a rounded plan improved by opening and closing tickets, as whole shares.

The solution in real amounts says what a small account would like, not what it can hold. Its
rounded plan, and doing nothing, are the starts of a descent in which every ticket that the sides
allow may open (see `opening`), and sides may turn; the judge decides which is best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats, Ints
from optimizer.rounding.candidate import Candidate, amounts_of, cash_after, judged
from optimizer.rounding.ground import Ground, ground_of
from optimizer.rounding.local_model import local_model
from optimizer.rounding.opening import Opening
from optimizer.rounding.orders import orders_of
from optimizer.rounding.share_steps import Rounded
from optimizer.rounding.ticket_gains import LotPieces, lot_pieces, ticket_gains
from optimizer.rounding.ticket_price import charged_by_amount
from optimizer.rounding.tickets import Tickets, emptiable, tickets_of
from optimizer.search.disjunctions import WashSides, side_branch
from optimizer.search.model import Incumbent, Model
from optimizer.settings import (
    FOLLOWED,
    FOLLOWED_BPS,
    KICKS,
    MOST_DISJUNCTIONS,
    OPENING_HELPS,
    SAME,
)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a descent stands on with some sides in place: open tickets, prices, lots.

    `patience`, bps: how far above the best a descent may still be after moves of one ticket.
    """

    ground: Ground
    sides: WashSides
    pieces: LotPieces
    patience: float

    def better(self, best: _Reached | None, start: Floats, shut: int = -1) -> _Reached | None:
        """The best, or what a descent from amounts without one ticket reaches if that is better."""
        descent = _descent(self.ground, start)
        if descent is None:  # an account lacks cash
            return best
        descent.play = descent.play[descent.play != shut]
        if best is not None:
            descent.hopeless = best.change + self.patience
        descent.improve()
        if best is not None and descent.change() >= best.change - OPENING_HELPS:
            return best
        return _Reached(self, descent)


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where a descent ended, and the ground it stands on."""

    opened: _Opened
    descent: Opening

    @property
    def change(self) -> float:
        """Objective change, bps, but for a constant of the household."""
        return self.descent.change()


def reopened(model: Model, incumbent: Incumbent, candidate: Candidate) -> list[Candidate]:
    """Plans that the descent reaches from the rounded plan and from doing nothing.

    Sides turn one at a time while that helps, then tickets are given up one at a time.
    """
    tickets, cash = tickets_of(model.frame), cash_after(model, candidate.flows)
    opened = _opened(model, incumbent, candidate, tickets, incumbent.sides, cash)
    best = opened.better(None, amounts_of(model, candidate, tickets))
    best = opened.better(best, np.zeros(tickets.size))
    if best is None:
        return []
    turned = _kicked(_turned(incumbent, candidate, best))
    return [_candidate(model, candidate, one) for one in (best, turned)]


def _turned(incumbent: Incumbent, candidate: Candidate, best: _Reached) -> _Reached:
    """Turn the side of one disjunction after the other; tickets that it shuts are given up."""
    for place, disjunction in enumerate(incumbent.disjunctions[:MOST_DISJUNCTIONS]):
        for option in range(len(disjunction.options)):
            ground, sides = best.opened.ground, list(best.opened.sides)
            if option == sides[place]:
                continue
            sides[place] = option
            other = _opened(
                ground.model, incumbent, candidate, ground.tickets, tuple(sides), ground.cash
            )
            most = other.ground.most
            start = np.where(most > 0.0, best.descent.amount, 0.0)
            best = other.better(best, np.minimum(start, most)) or best
    return best


def _kicked(best: _Reached) -> _Reached:
    """Give up one ticket after the other, descend again without it, and keep what is better."""
    tried: set[int] = set()
    for _ in range(KICKS):
        amount = best.descent.amount
        used = np.flatnonzero(amount > 0.0)
        waiting = (t for t in used[np.argsort(amount[used])].tolist() if t not in tried)
        ticket = next(waiting, -1)
        if ticket < 0:
            return best
        tried.add(ticket)
        start = amount.copy()
        start[ticket] = 0.0
        best = best.opened.better(best, start, ticket) or best
    return best


def _candidate(model: Model, candidate: Candidate, reached: _Reached) -> Candidate:
    """Orders of what a descent reached, and what the judge says of them."""
    ground, amount = reached.opened.ground, reached.descent.amount
    emptied = reached.descent.emptiable & (amount >= ground.tickets.held * (1.0 - SAME))
    final = Rounded(amount, emptied & (amount > 0.0))
    orders = orders_of(model, ground.tickets, final, reached.opened.pieces)
    trial = judged(model, ground.supported, candidate.settled_objective, orders, candidate.flows)
    return replace(trial, supported_objective=candidate.supported_objective)


def _opened(
    model: Model,
    incumbent: Incumbent,
    candidate: Candidate,
    tickets: Tickets,
    sides: WashSides,
    cash: Floats,
) -> _Opened:
    """The candidate's solution with every ticket open that the sides allow."""
    columns = model.arrays.columns
    branch = side_branch(
        model.frame, incumbent.regime, incumbent.disjunctions, sides, careful=model.careful
    )
    *_, low, high = model.arrays.branched(branch)
    opened = replace(
        candidate.supported,
        settled=replace(candidate.supported.settled, branch=branch),
        tickets=tickets,
        sale_low=low[columns["sale"]],
        sale_high=high[columns["sale"]],
        buy_high=high[columns["buy"]],
    )
    local = local_model(model, opened)
    free = local.gradient - charged_by_amount(model.frame, tickets)
    pieces = lot_pieces(model, opened)
    gains = ticket_gains(model, tickets, pieces)
    ground = ground_of(model, opened, tickets, replace(local, gradient=free), gains, cash)
    patience = np.inf
    if candidate.kept:
        lost = candidate.objective - candidate.settled_objective
        patience = FOLLOWED_BPS + FOLLOWED * max(lost, 0.0)
    return _Opened(ground, sides, pieces, patience)


def _descent(ground: Ground, start: Floats) -> Opening | None:
    """A descent at a start; None where the start itself leaves an account under its floor."""
    model, tickets, low, whole = ground.model, ground.tickets, ground.low, ground.high
    out = emptiable(model.frame, tickets, ground.supported.sale_high)
    sold_out = out & (start >= tickets.held * (1.0 - SAME))
    start = np.where(sold_out, start, np.minimum(start, whole))
    forced = ground.demanded > 0.0
    at_least = np.where(low > whole, tickets.held, np.maximum(start, low))
    start = np.where(forced & ~sold_out, at_least, start)
    descent = Opening(ground, start, np.flatnonzero(ground.most > 0.0))
    descent.allow(out, _opposites(tickets), forced, model.frame)
    return None if (descent.cash < ground.floor).any() else descent


def _opposites(tickets: Tickets) -> Ints:
    """The ticket of the other side in the same account and security, −1 where there is none."""
    width = int(tickets.security.max(initial=0)) + 1
    key = tickets.account * width + tickets.security
    sales = {int(key[t]): int(t) for t in np.flatnonzero(tickets.is_sale)}
    other = np.full(tickets.size, -1, np.int64)
    for ticket in np.flatnonzero(~tickets.is_sale).tolist():
        sale = sales.get(int(key[ticket]), -1)
        other[ticket] = sale
        if sale >= 0:
            other[sale] = ticket
    return other
