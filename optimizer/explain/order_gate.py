"""The gate of orders: each must be worth what the policy asks, as the judge measures it.

An order that is worth less is left out and the others are settled again: they may take over what it
did. Several go at once, those worth least first, as long as the program's objective rises by less
than the gate asks for all of them; one that costs more is worth that. Only what is left in the end
is made whole and judged again. An order that a rule needs stays. The gate is no part of the
objective, so that the bound owes it nothing and the gap shows what it costs. Where it asks nothing
and tickets have a price, an order must bring its own: many funds of a class, each in a small part,
otherwise stay for the little risk that each takes away.

One that is still said to be worth less is left out alone, in every way there is, before it is said
to be needed: the others as they stand, or settled again as small as the policy lets them be.

Refused: to leave several out and not to settle again, for two orders of which each is worth little
beside the other would both go; and to make every trial whole, which cost several plans.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from models.arrays import Floats, Ints
from optimizer.explain.worth import Worth, worths
from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.rounding.candidate import Candidate, amounts_of, in_shares, judged, tightened
from optimizer.rounding.minimum_trade import Supported, rested_on
from optimizer.rounding.ticket_price import asked_of, not_charged, with_tickets_whole
from optimizer.rounding.ticket_pruning import without, without_most, worth_at_prices
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.cutoff import TRADES
from optimizer.search.disjunctions import side_branch
from optimizer.search.model import Model
from optimizer.settings import DEARER, MOST_ALONE, MOST_GATED, TOUCH

OTHERS: Final = "the other orders"
"""What an order is needed for that no legal plan found is without."""


def worthwhile(model: Model, candidate: Candidate) -> tuple[Candidate, tuple[Worth, ...]]:
    """The plan without orders that are not worth their gate, and what each of the rest is worth.

    Left out with a part of all that its account buys, a sale may be worth less than it is at the
    prices that cash and the other orders have, or once they are settled again: then that is what
    it is worth. Where shares then overstep a limit, it is lowered and they are left out again.
    """
    worth = _worths(candidate)
    policy = model.frame.policy
    if not (policy.gate.min_order_usd or policy.trades.ticket_usd) or not candidate.kept:
        return candidate, worth
    tickets = candidate.supported.tickets
    kept = np.full(tickets.size, np.nan)
    within = model
    for _ in range(MOST_GATED):
        cheap = _cheap(model, candidate, tickets, worth)
        if len(cheap):
            usd = model.frame.percent_usd / BPS_PER_PERCENT
            amounts = amounts_of(model, candidate, tickets)
            gate = usd * asked_of(model.frame, amounts)[cheap]
            priced = worth_at_prices(model, candidate.supported)
            priced = usd * (priced - not_charged(model.frame, tickets, amounts))[cheap]
            dear = priced > DEARER * gate
            kept[cheap[dear]] = priced[dear]
        left = _closed(within, candidate.supported, cheap[np.isnan(kept[cheap])], kept)
        if left is candidate.supported:
            break
        other = in_shares(within, left, candidate.settled_objective)
        if other is not None and (tighter := tightened(within, other)):
            within = tighter
            continue
        if other is None or not other.kept or other.gated >= candidate.gated:
            break
        candidate, worth = other, _worths(other)
    candidate, worth = _asked_alone(model, candidate, tickets, worth, kept)
    return candidate, _settled_again(model, candidate, tickets, worth, kept)


def _asked_alone(
    model: Model, candidate: Candidate, tickets: Tickets, worth: tuple[Worth, ...], kept: Floats
) -> tuple[Candidate, tuple[Worth, ...]]:
    """Make the plan whole without each order that is still said to be worth less than its gate.

    What share steps and other orders make of its absence is what it is worth; one worth less goes.
    """
    to_usd = model.frame.percent_usd / BPS_PER_PERCENT
    done = rested_on(candidate.supported.settled, tickets)
    for _ in range(MOST_ALONE):
        asked = to_usd * asked_of(model.frame, amounts_of(model, candidate, tickets))
        cheap = _cheap(model, candidate, tickets, worth)
        known = np.isfinite(kept[cheap]) & (kept[cheap] >= asked[cheap])
        ticket = cheap[~known & ~done[cheap]][:1]
        if not len(ticket):
            break
        done[ticket] = True
        other = _left_out(model, candidate, tickets, ticket)
        if other is None:
            kept[ticket] = np.inf
            continue
        usd = to_usd * (other.objective - candidate.objective)
        if usd < asked[ticket][0]:
            candidate, worth = other, _worths(other)
        else:
            kept[ticket] = usd
    return candidate, worth


def _left_out(
    model: Model, candidate: Candidate, tickets: Tickets, ticket: Ints
) -> Candidate | None:
    """The best legal plan found without an order; None if there is none.

    The others stay as they are, or are settled again with or without what they were lifted to.
    """
    place = _places(model, tickets)
    orders = tuple(
        each.order
        for each in candidate.verdict.case.ledger.orders
        if place[each.account, each.security, not each.is_buy] != ticket[0]
    )
    supported, settled = candidate.supported, candidate.settled_objective
    trials = [judged(model, supported, settled, orders, candidate.flows)]
    for others in (supported, _unlifted(model, supported)):
        left = without(model, others, ticket)
        again = None if left is None else in_shares(model, left, settled)
        trials += [] if again is None else [again]
    legal = [each for each in trials if each.kept]
    return min(legal, key=lambda each: each.gated, default=None)


def _unlifted(model: Model, supported: Supported) -> Supported:
    """The same with tickets that may be as small as the policy lets them be, none held at that."""
    settled, columns = supported.settled, model.arrays.columns
    sides = side_branch(
        model.frame, settled.regime, settled.disjunctions, settled.sides, careful=model.careful
    )
    low = model.arrays.branched(sides)[2]
    bounds = {
        block: (np.minimum(low[columns[block]], high) if block in TRADES else held, high)
        for block, (held, high) in settled.branch.bounds.items()
    }
    branch = replace(settled.branch, bounds=bounds)
    return replace(
        supported, settled=replace(settled, branch=branch), tickets=tickets_of(model.frame)
    )


def _closed(model: Model, supported: Supported, cheap: Ints, kept: Floats) -> Supported:
    """Settle again without tickets that are worth less than the gate; what others cost is `kept`.

    `kept`, dollars by ticket, is filled in where closing a ticket alone costs the gate or more.
    So many are tried at once as went at once before, twice as many after each that went; those that
    cannot all go come last.
    """
    tickets = supported.tickets
    needed = cheap[rested_on(supported.settled, tickets)[cheap]]
    kept[needed] = np.inf
    cheap = cheap[~np.isin(cheap, needed)]
    size = len(cheap)
    while len(cheap):
        amounts = tickets.amounts(supported.sale, supported.buy)
        now = with_tickets_whole(model.frame, supported)
        tried = without_most(model, supported, cheap[:size])
        trial, closed = tried.supported, tried.closed
        kept[tried.alone] = np.inf
        later = np.setdiff1d(tried.needed, tried.alone)
        cheap = cheap[~np.isin(cheap, [*tried.needed, *tried.alone])]
        cheap = np.concatenate([cheap, later])
        more = np.inf if trial is None else with_tickets_whole(model.frame, trial) - now
        if trial is not None and more < asked_of(model.frame, amounts)[closed].sum():
            supported, size = trial, 2 * len(closed)
            amounts = tickets.amounts(supported.sale, supported.buy)
            cheap = cheap[(amounts[cheap] > TOUCH) & ~np.isin(cheap, closed)]
        elif len(closed) > 1:
            size = len(closed) // 2
        else:
            kept[closed] = model.frame.percent_usd * more / BPS_PER_PERCENT
            cheap = cheap[~np.isin(cheap, closed)]
    return supported


def _worths(candidate: Candidate) -> tuple[Worth, ...]:
    if not candidate.orders:
        return ()
    return worths(candidate.verdict)


def _settled_again(
    model: Model, candidate: Candidate, tickets: Tickets, worth: tuple[Worth, ...], kept: Floats
) -> tuple[Worth, ...]:
    """What orders are worth, those that were kept by what settling again without them costs.

    Where no legal plan is without one, the others need it.
    """
    place = _places(model, tickets)
    told = []
    for booked, each in zip(candidate.verdict.case.ledger.orders, worth, strict=True):
        usd = kept[place[booked.account, booked.security, not booked.is_buy]]
        if np.isfinite(usd):
            each = Worth(float(usd))
        elif np.isinf(usd):
            each = Worth(None, OTHERS)
        told.append(each)
    return tuple(told)


def _cheap(model: Model, candidate: Candidate, tickets: Tickets, worth: tuple[Worth, ...]) -> Ints:
    """Tickets of orders that are worth less than the gate, those worth least first."""
    usd: Floats = np.full(tickets.size, np.inf)
    place = _places(model, tickets)
    for booked, each in zip(candidate.verdict.case.ledger.orders, worth, strict=True):
        if each.usd is not None:
            usd[place[booked.account, booked.security, not booked.is_buy]] = each.usd
    gate = asked_of(model.frame, amounts_of(model, candidate, tickets))
    cheap = np.flatnonzero(usd < gate * model.frame.percent_usd / BPS_PER_PERCENT)
    return cheap[np.argsort(usd[cheap], kind="stable")]


def _places(model: Model, tickets: Tickets) -> dict[tuple[int, int, bool], int]:
    """Ticket of each account, security and side."""
    keys = zip(
        tickets.account.tolist(), tickets.security.tolist(), tickets.is_sale.tolist(), strict=True
    )
    return {key: place for place, key in enumerate(keys)}
