"""What of a household keeps a plan back that may leave otherwise: what left before it.

A plan may leave while nothing is under way that it did not know of, and while no broker may still
fill an order of the same account, security and side: not while its end is unknown, and not when it
was filled after the plan was made and too old to be set aside by it. What ends an order is the
market's answer or, for all that do not stand until they are cancelled, the end of their day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightly.register.fold import Registered
from nightly.register.money import MoneyState
from nightly.register.records import RunFacts
from nightly.register.standing import ZERO, Standing


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan that may leave: its orders' rows, whether it moves money, its policy's carry days."""

    household_id: str
    orders: Sequence[Mapping[str, Any]]
    pays: bool
    order_days: int


def held_back(registered: Registered, run: RunFacts, plan: Candidate) -> str | None:
    """Return why a household's plan stays behind; None where nothing that left is in its way."""
    return next(_whys(registered, run, plan), None)


def _whys(registered: Registered, run: RunFacts, plan: Candidate) -> Iterator[str]:
    others = [
        standing
        for name in registered.by_household.get(plan.household_id, ())
        if (standing := registered.tickets[name]).ticket.run_id != run.run_id
    ]
    for standing in others:
        if standing.counts and _unknown(standing, run, plan):
            yield (
                f"{standing.ticket.ticket_id} is {standing.state} and this plan does not know of "
                "it: plan again"
            )
    places = {(row["account_id"], row["security_id"], row["side"]) for row in plan.orders}
    for standing in others:
        ticket = standing.ticket
        if (ticket.account_id, ticket.security_id, ticket.side) in places:
            yield from _in_the_way(standing, run, plan)
    for row in plan.orders:
        if row["order_id"] in registered.intentions:
            standing = registered.tickets[registered.intentions[row["order_id"]]]
            yield (
                f"{row['order_id']} left as {standing.ticket.ticket_id}, which is "
                f"{standing.state}: one intention leaves once; plan again on another day"
            )
    if plan.pays:
        yield from _money_before(registered, run, plan)


def _age(standing: Any, run: RunFacts) -> int:
    return int((run.asof - standing.since(run.asof)).days)


def _unknown(standing: Standing, run: RunFacts, plan: Candidate) -> bool:
    """Whether a plan should have been made with a ticket, and was not."""
    young = _age(standing, run) <= plan.order_days
    return standing.entry > run.known or (not run.looked and (standing.live or young))


def _in_the_way(standing: Standing, run: RunFacts, plan: Candidate) -> Iterator[str]:
    """Yield why a plan does not leave while a ticket of one of its places stands as it does."""
    ticket = standing.ticket
    if standing.working(run.asof):
        yield (
            f"{ticket.ticket_id} of {ticket.run_id} is {standing.state} and may still be filled "
            f"({ticket.time_in_force}): book its answer with hearth fills, or ask it back with "
            "hearth cancel and book what comes of it"
        )
    elif (
        standing.filled > ZERO
        and standing.answered > run.known
        and _age(standing, run) > plan.order_days
    ):
        yield (
            f"{ticket.ticket_id} of {ticket.run_id} was filled, which this plan knew nothing of: "
            "plan again"
        )


def _money_before(registered: Registered, run: RunFacts, plan: Candidate) -> Iterator[str]:
    """Yield why a household's money does not move: some of it did, and no book says which."""
    for name in registered.money_of.get(plan.household_id, ()):
        standing = registered.money[name]
        usd = f"${standing.movement.amount:,.2f}"
        if standing.live:
            yield (
                f"{name} of {usd} is {standing.state}: book with hearth fills what became of it, "
                "then plan again"
            )
        if standing.state is not MoneyState.MOVED:
            continue
        if standing.movement.asof == run.asof:
            yield f"{name} of {usd} moved today: plan again tomorrow"
        young = _age(standing, run) <= plan.order_days
        if standing.entry > run.known or (not run.looked and young):
            yield f"{name} of {usd} moved, which this plan knew nothing of: plan again"
