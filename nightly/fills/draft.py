"""Where tickets stand while a file of answers is fitted row by row; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from nightly.register.corrections import CorrectedFill
from nightly.register.fold import Registered
from nightly.register.records import ZERO, Answer, Fill
from nightly.register.states import ENDED, State


class MisfitError(Exception):
    """A row that does not fit: caught here, told row by row."""


@dataclass(slots=True)
class Draft:
    """Where tickets stand after the rows before; a class because each row moves it."""

    now: Registered
    far_off: Decimal
    today: date
    states: dict[str, State] = field(default_factory=dict)
    filled: dict[str, Decimal] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)
    fills: dict[str, list[Fill]] = field(default_factory=dict)
    corrections: dict[str, str] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)

    def state(self, name: str) -> State:
        """Return where a ticket stands after the rows before."""
        return self.states.get(name, self.now.tickets[name].state)

    def given(self, name: str) -> Decimal:
        """Return the shares that it was filled."""
        return self.filled.get(name, self.now.tickets[name].filled)

    def spent(self, name: str) -> Decimal:
        """Return the dollars that these came to."""
        return self.paid.get(name, self.now.tickets[name].paid)

    def left(self, name: str) -> Decimal:
        """Return the shares that may still be filled."""
        over = self.state(name) in ENDED
        ticket = self.now.tickets[name].ticket
        return ZERO if over else ticket.left(self.given(name), self.spent(name))

    def reached(self, name: str, shares: Decimal, price: Decimal) -> bool:
        """Whether an order is filled with so many shares more."""
        ticket, paid = self.now.tickets[name].ticket, self.spent(name) + shares * price
        return ticket.reached(self.given(name) + shares, paid, price or ticket.price)

    def known(self, fill_id: str) -> Fill | None:
        """Return the fill that was told under an id, as it was told last."""
        told = self.tellings(fill_id)
        return told[-1] if told else None

    def tellings(self, fill_id: str) -> list[Fill]:
        """Return a fill as it was told, before its corrections and after each."""
        now = self.now.fills.get(fill_id)
        before = [*self.now.fills_before.get(fill_id, ()), now] if now else []
        return [*before, *self.fills.get(fill_id, ())]

    def was_told(self, fill_id: str, price: Decimal, day: date | None, told_as: str = "") -> bool:
        """Whether a fill was told so once, by a correction of this name if any; no day is any."""
        return any(
            fill.price == price
            and day in (None, fill.trade_date)
            and told_as in ("", getattr(fill, "told_as", ""))
            for fill in self.tellings(fill_id)
        )

    def correct(self, fill: CorrectedFill) -> None:
        """Go on with a fill as it is told again; its order stays where it stands.

        Dollars of the rows beside it are weighed as told, as the register folds them.
        """
        self.fills.setdefault(fill.fill_id, []).append(fill)
        self.corrections[fill.told_as] = fill.told_first

    def first_told_as(self, told_as: str) -> str:
        """Return the id of the fill that a correction corrected, any other id as it is."""
        return self.corrections.get(told_as) or self.now.corrections.get(told_as, told_as)

    def route(self, block_id: str) -> str:
        """Return how the market answers a block: "block", "ticket", or nothing yet."""
        return self.routes.get(block_id) or self.now.route(block_id)

    def move(self, answer: Answer) -> None:
        """Go on to where an answer leads."""
        name = answer.ticket_id
        self.states[name] = answer.state
        if answer.fill is not None:
            cost = answer.fill.shares * answer.fill.price
            self.paid[name] = self.spent(name) + cost
            self.filled[name] = self.given(name) + answer.fill.shares
            self.fills.setdefault(answer.fill.fill_id, []).append(answer.fill)
            block_id = self.now.tickets[name].ticket.block_id
            self.routes[block_id] = "block" if answer.fill.block_id else "ticket"

    def others(self, name: str) -> list[str]:
        """Return the other tickets of an order's one-cancels-all list."""
        beside = (standing.ticket.ticket_id for standing in self.now.tickets[name].beside)
        return [other for other in beside if other != name]

    def others_cancelled(self, names: Sequence[str], order: str) -> list[Answer]:
        """Return the end of what still works beside tickets of which some shares were filled."""
        why = f"one cancels all: {order} was filled"
        over = (other for name in names for other in self.others(name))
        return [
            Answer(other, State.CANCELLED, None, why)
            for other in over
            if self.state(other) not in ENDED
        ]

    def cancelled_in_list(self, name: str) -> bool:
        """Whether an order of a list is cancelled, so that another end of it says nothing new."""
        return self.state(name) is State.CANCELLED and bool(self.others(name))

    def must_be_only_one(self, names: Sequence[str]) -> None:
        """Raise where another order of a list was filled: the market filled both."""
        for other in (other for name in names for other in self.others(name)):
            if self.given(other):
                raise MisfitError(
                    f"{other} of the same one-cancels-all list has {self.given(other)} shares "
                    "already: the intention would be filled twice; a person must look"
                )
