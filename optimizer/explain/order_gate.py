"""The gate of orders: each must be worth what the policy asks, as the judge measures it.

An order that is worth less is left out and the others are settled again: they may take over what it
did. Several go at once, those worth least first, as long as the objective rises by less than the
gate asks for all of them. An order that a rule needs stays. The gate is no part of the objective,
so that the bound owes it nothing and the gap shows what it costs.

Refused: to leave out and not to settle again. Two orders of which each is worth little beside the
other would both go.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, Ints
from optimizer.explain.worth import Worth, worths
from optimizer.inputs.frame import BPS_PER_UNIT
from optimizer.judge.left_out import LeftOut
from optimizer.rounding.candidate import Candidate, in_shares
from optimizer.rounding.ticket_pruning import without
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.model import Model
from optimizer.settings import MOST_GATED


def worthwhile(model: Model, found: Candidate) -> tuple[Candidate, tuple[Worth, ...]]:
    """The plan without orders that are not worth their gate, and what each of the rest is worth.

    By itself an order may be worth less than it is once the others are settled again, in whole
    shares and whole tickets: then that is what it is worth.
    """
    worth = _worths(found)
    gate = model.frame.policy.gate.min_order_usd
    if not gate or not found.kept:
        return found, worth
    tickets = tickets_of(model.frame)
    kept = np.full(tickets.size, np.nan)
    for _ in range(MOST_GATED):
        closed = _cheap(model, found, tickets, worth, gate)
        closed = closed[np.isnan(kept[closed])]
        while len(closed):
            other = _without(model, found, tickets, closed)
            if other is not None and other.gated < found.gated:
                found, worth, kept[:] = other, _worths(other), np.nan
                break
            if len(closed) == 1:
                more = np.inf if other is None else other.objective - found.objective
                kept[closed] = model.frame.unit_usd * more / BPS_PER_UNIT
            closed = closed[: len(closed) // 2]
    return found, _settled_again(model, found, tickets, worth, kept)


def _without(model: Model, found: Candidate, tickets: Tickets, closed: Ints) -> Candidate | None:
    """A legal plan without some tickets, the others settled again; None if none is found."""
    left = without(model, found.supported, tickets, closed)
    if left is None:
        return None
    other = in_shares(model, left, tickets, found.settled_objective)
    return other if other is not None and other.kept else None


def _worths(found: Candidate) -> tuple[Worth, ...]:
    if not found.orders:
        return ()
    return worths(found.verdict, LeftOut(found.verdict.case, found.verdict.yardstick))


def _settled_again(
    model: Model, found: Candidate, tickets: Tickets, worth: tuple[Worth, ...], kept: Floats
) -> tuple[Worth, ...]:
    """What orders are worth, those that were kept by what settling again without them costs.

    Where no legal plan is without one, what it is worth is not known.
    """
    place = _places(model, tickets)
    told = []
    for booked, each in zip(found.verdict.case.ledger.orders, worth, strict=True):
        usd = kept[place[booked.account, booked.security, not booked.is_buy]]
        if np.isfinite(usd):
            each = Worth(float(usd))
        elif np.isinf(usd):
            each = Worth(None)
        told.append(each)
    return tuple(told)


def _cheap(
    model: Model, found: Candidate, tickets: Tickets, worth: tuple[Worth, ...], gate: float
) -> Ints:
    """Tickets of orders that are worth less than the gate, those worth least first."""
    usd: Floats = np.full(tickets.size, np.inf)
    place = _places(model, tickets)
    for booked, each in zip(found.verdict.case.ledger.orders, worth, strict=True):
        if each.usd is not None:
            usd[place[booked.account, booked.security, not booked.is_buy]] = each.usd
    cheap = np.flatnonzero(usd < gate)
    return cheap[np.argsort(usd[cheap], kind="stable")]


def _places(model: Model, tickets: Tickets) -> dict[tuple[int, int, bool], int]:
    """Ticket of each account, security and side."""
    keys = zip(
        tickets.account.tolist(), tickets.security.tolist(), tickets.is_sale.tolist(), strict=True
    )
    return {key: place for place, key in enumerate(keys)}
