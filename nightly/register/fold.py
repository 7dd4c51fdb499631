"""The register's lines folded into what holds now: each plan's standing, each ticket's life.

Nothing is kept but the lines; every state follows from them, in their order, by the table of
transitions. A line that the table does not allow cannot be folded, and so cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final

from nightly.register.corrections import CORRECTIONS, CorrectedFill, any_corrected, in_words
from nightly.register.lines import FIRST, RegisterError
from nightly.register.money import MoneyStanding, MoneyState, Movement
from nightly.register.records import (
    Answer,
    Decision,
    Entry,
    Fill,
    Lockout,
    Parcel,
    Proposal,
    RunFacts,
    Step,
    Ticket,
    record_of,
)
from nightly.register.standing import REJECTED, ZERO, PlanStanding, Standing
from nightly.register.states import State, TransitionError, moved

SENT, AGAIN, CANCEL = "sent", "again", "cancel"
"""Kinds of parcels."""

LEFT_BEFORE = "left_before"
"""Key of a line of what left that a register lost, and that is booked again."""

MONEY = "money"
"""Kind of a line that says what became of movements of money."""


class Registered:
    """What holds now; a class because it grows line by line."""

    def __init__(self) -> None:
        self.identity = ""
        self.entries = 0
        self.heads: list[str] = [FIRST]
        self.runs: dict[str, RunFacts] = {}
        self.plans: dict[tuple[str, str], PlanStanding] = {}
        self.tickets: dict[str, Standing] = {}
        self.intentions: dict[str, str] = {}
        self.by_household: dict[str, list[str]] = {}
        self.blocks: dict[str, list[str]] = {}
        self.parcels: dict[int, Parcel] = {}
        self.written: set[int] = set()
        self.fills: dict[str, Fill] = {}
        self.fills_before: dict[str, list[Fill]] = {}  # as they were told before each correction
        self.corrections: dict[str, str] = {}  # a correction's own id, and the fill's
        self.answered_files: dict[str, int] = {}
        self.lockouts: list[Lockout] = []
        self.money: dict[str, MoneyStanding] = {}
        self.money_of: dict[str, list[str]] = {}
        self.unseen: list[Standing | MoneyStanding] = []  # by no night of a later date
        self.moved: list[tuple[str, str]] = []  # run and household of each plan, as it moved
        self.gone: set[str] = set()  # digests of lines that were lost, and that it goes on without
        self.went_on = False  # without lines that were lost

    def take(self, entry: Entry, head: str) -> None:
        """Fold one more line, whose digest is `head`.

        Raises
        ------
        TransitionError
            If it is no transition of the table.
        RegisterError
            If it is out of order, or of a kind that is not known here.
        """
        if entry.number != self.entries + 1 or entry.kind not in _KINDS:
            raise RegisterError(
                f"line {self.entries + 1} of the register is {entry.kind} number {entry.number}: "
                "it was written by another version; use that one"
            )
        try:
            _KINDS[entry.kind](self, entry)
        except KeyError as error:
            raise RegisterError(
                f"line {entry.number} of the register speaks of {error}, which no line before it "
                "names"
            ) from error
        except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise RegisterError(
                f"line {entry.number} of the register is whole and cannot be read ({error}): it "
                "was written by another version, or by hand; fetch the file from a copy"
            ) from error
        self.entries = entry.number
        self.heads.append(head)

    def had(self, line: int, head: str) -> bool:
        """Whether a line with that digest is in it, or was lost and it goes on without."""
        return head in self.gone or self.heads[line : line + 1] == [head]

    def sent_of(self, run_id: str) -> list[Standing]:
        """Return the tickets that a run sent, in order of their ids."""
        return [s for _, s in sorted(self.tickets.items()) if s.ticket.run_id == run_id]

    def plan_sent(self, run_id: str, household_id: str) -> list[Standing]:
        """Return the tickets that were sent of a household's plan."""
        mine = (self.tickets[name] for name in self.by_household.get(household_id, ()))
        return [standing for standing in mine if standing.ticket.run_id == run_id]

    def order_sent(self, order_id: str) -> Standing | None:
        """Return the ticket that an intention left as; of a list, the one that counts."""
        standing = self.tickets.get(self.intentions.get(order_id, ""))
        beside = standing.beside if standing else []
        return next((each for each in beside if not each.stands_aside), standing)

    def money_sent(self, run_id: str, household_id: str) -> list[MoneyStanding]:
        """Return what a household's plan in a run moved of money."""
        mine = (self.money[name] for name in self.money_of.get(household_id, ()))
        return [standing for standing in mine if standing.movement.run_id == run_id]

    def counting(self) -> Iterator[Standing]:
        """Yield every ticket of which a book may have to be told."""
        return (s for s in self.tickets.values() if s.counts > ZERO)

    def lockouts_counting(self) -> Iterator[Lockout]:
        """Yield the lockouts of what was sent, but of plans that ended without a single share."""
        for lock in self.lockouts:
            if any(s.counts > ZERO for s in self.plan_sent(lock.run_id, lock.household_id)):
                yield lock

    def unwritten(self) -> list[Parcel]:
        """Return the parcels of which it is not known that their files are in place."""
        return [p for number, p in sorted(self.parcels.items()) if number not in self.written]

    def route(self, block_id: str) -> str:
        """Return how the market answers a block's tickets: "block", "ticket", or nothing yet."""
        fills = [f for name in self.blocks.get(block_id, ()) for f in self.tickets[name].fills]
        return "" if not fills else "block" if fills[0].block_id else "ticket"


def _begin(now: Registered, entry: Entry) -> None:
    now.identity = entry.data["identity"]


def _mended(now: Registered, entry: Entry) -> None:
    """A torn line was cut off, which has no effect; or the register goes on without lost lines.

    One of these may have rejected a plan: what has not left waits for a person's word.
    """
    if "gone" not in entry.data:
        return
    now.gone |= set(entry.data["gone"])
    now.went_on = True
    for which, plan in now.plans.items():
        sent = now.plan_sent(*which) or now.money_sent(*which)
        if plan.state in (State.PROPOSED, State.APPROVED) and not sent:
            digest = plan.proposal.sha256
            plan.steps.append(Step(State.PROPOSED, entry.clock, entry.by, entry.why, digest))
            plan.state, plan.doubted, plan.counting = State.PROPOSED, True, len(plan.decisions)
            now.moved.append(which)


def _run(now: Registered, entry: Entry) -> None:
    facts = record_of(RunFacts, entry.data["run"])
    if facts.run_id in now.runs:
        raise TransitionError(f"{facts.run_id} proposed its plans already")
    now.runs[facts.run_id] = facts
    for household_id, sha256, orders, approval in entry.data["plans"]:
        proposal = Proposal(facts.run_id, household_id, sha256, orders, approval)
        step = Step(State.PROPOSED, entry.clock, entry.by, entry.why, sha256)
        plan = PlanStanding(proposal, State.PROPOSED, [step])
        plan.doubted = now.went_on and not facts.known  # taken in: it may be of the lost lines
        now.plans[facts.run_id, household_id] = plan
    _seen(now, facts)


def _seen(now: Registered, night: RunFacts) -> None:
    """Count the days of what left from the first night of a later date that knew of it."""
    rest: list[Standing | MoneyStanding] = []
    for standing in now.unseen:
        if night.looked and night.known >= standing.entry and night.asof > standing.left_on:
            standing.left_on, standing.seen = night.asof, True
        else:
            rest.append(standing)
    now.unseen = rest


def _decision(now: Registered, entry: Entry) -> None:
    for data in entry.data["decisions"]:
        shared = {"by": entry.by, "why": entry.why, "clock": entry.clock, "number": entry.number}
        made = record_of(Decision, {**data, **shared})
        plan = now.plans[made.run_id, made.household_id]
        name = f"the plan of {made.household_id} in {made.run_id}"
        sent = now.plan_sent(made.run_id, made.household_id)
        if sent:
            raise TransitionError(f"{name} is {sent[0].state}; hearth cancel asks for it back")
        if now.money_sent(made.run_id, made.household_id):
            raise TransitionError(f"{name} sent money; hearth cancel asks for it back")
        state = State.REJECTED if made.decision == REJECTED else State.APPROVED
        moved(name, plan.state, state)
        plan.decisions.append(made)
        now.moved.append((made.run_id, made.household_id))
        if state is State.REJECTED or len(plan.approvers) >= made.needed:
            plan.state, plan.doubted = state, False
            plan.steps.append(Step(state, made.clock, made.by, made.why, made.orders_sha256))


def _sent(now: Registered, entry: Entry) -> None:
    _parcel(now, entry)
    newest = _newest(now)
    for data in entry.data["tickets"]:
        ticket = record_of(Ticket, data)
        beside = _beside(now, entry, ticket)
        plan = _approved(now, entry, (ticket.run_id, ticket.household_id), ticket.approved_by)
        state = moved(ticket.ticket_id, plan.state, State.SENT)
        step = Step(state, entry.clock, entry.by, entry.why, ticket.sha256)
        steps, left_on = [*plan.steps, step], max(newest, ticket.asof)
        standing = Standing(ticket, entry.number, state, steps, left_on, beside=beside)
        now.tickets[ticket.ticket_id] = standing
        now.unseen.append(standing)
        if ticket.list_id:
            beside.append(standing)
        now.intentions.setdefault(ticket.order_id, ticket.ticket_id)
        now.moved.append((ticket.run_id, ticket.household_id))
        now.by_household.setdefault(ticket.household_id, []).append(ticket.ticket_id)
        now.blocks.setdefault(ticket.block_id, []).append(ticket.ticket_id)
    now.lockouts += [record_of(Lockout, data) for data in entry.data["lockouts"]]
    for data in entry.data.get("movements", ()):
        _money_sent(now, entry, record_of(Movement, data))


def _newest(now: Registered) -> date:
    """As-of date of the newest run that the register knows."""
    return max((facts.asof for facts in now.runs.values()), default=date.min)


def _beside(now: Registered, entry: Entry, ticket: Ticket) -> list[Standing]:
    """Return the tickets of the same one-cancels-all list; raise where an intention left already.

    A list leaves in one line, with the same order in each of its tickets.
    """
    other = now.tickets.get(now.intentions.get(ticket.order_id, ""))
    if other is None:
        return []
    same = other.ticket.list_id == ticket.list_id and other.ticket.shares == ticket.shares
    if not (ticket.list_id and same and other.entry == entry.number):
        name = other.ticket.ticket_id
        raise TransitionError(f"{ticket.order_id} was sent already, as {name}")
    return other.beside


def _approved(
    now: Registered, entry: Entry, which: tuple[str, str], approved_by: str
) -> PlanStanding:
    """Return a plan that leaves, approved by its policy where nobody else has.

    What is booked again has left, whatever of its way there was lost.
    """
    plan, had_left = now.plans[which], LEFT_BEFORE in entry.data
    lost = had_left and plan.state is State.REJECTED
    if plan.state is State.PROPOSED or lost:  # by whom it was approved, the parcel says
        plan.state = moved(f"the plan of {which[1]}", plan.state, State.APPROVED)
        digest, why = plan.proposal.sha256, "it had left" if had_left else "policy"
        plan.steps.append(Step(State.APPROVED, entry.clock, approved_by, why, digest))
    return plan


def _money_sent(now: Registered, entry: Entry, movement: Movement) -> None:
    name, mine = movement.movement_id, now.money_of.setdefault(movement.household_id, [])
    plan = _approved(now, entry, (movement.run_id, movement.household_id), movement.approved_by)
    moved(name, plan.state, State.SENT)
    for other in (now.money[each] for each in mine):
        once = (other.movement.run_id, other.movement.asof) == (movement.run_id, movement.asof)
        waits = other.live and not once and LEFT_BEFORE not in entry.data
        if name == other.movement.movement_id or waits:
            raise TransitionError(f"{name}: {other.movement.movement_id} is {other.state} already")
    step = {"state": "sent", "clock": entry.clock, "by": entry.by, "text": entry.why}
    left_on = max(_newest(now), movement.asof)
    now.money[name] = MoneyStanding(movement, entry.number, left_on, steps=[step])
    now.unseen.append(now.money[name])
    mine.append(name)
    now.moved.append((movement.run_id, movement.household_id))


def _money(now: Registered, entry: Entry) -> None:
    """Take what custodians say of money."""
    now.answered_files[entry.data["sha256"]] = entry.number
    for data in entry.data["answers"]:
        standing = now.money[data["movement_id"]]
        standing.go(MoneyState(data["state"]), entry.clock, entry.by, data["text"])
        if data.get("moved_on"):
            standing.moved_on = date.fromisoformat(data["moved_on"])
        now.moved.append((standing.movement.run_id, standing.movement.household_id))
    for data in entry.data.get(CORRECTIONS, ()):
        standing, day = now.money[data["movement_id"]], date.fromisoformat(data["moved_on"])
        standing.correct(day, entry.clock, entry.by, data["text"])
        standing.corrections.append(data.get("told_as", ""))
        now.moved.append((standing.movement.run_id, standing.movement.household_id))


def _parcel(now: Registered, entry: Entry) -> None:
    parcel = record_of(Parcel, {**entry.data["parcel"], "number": entry.number})
    now.parcels[entry.number] = parcel


def _cancel(now: Registered, entry: Entry) -> None:
    _parcel(now, entry)
    asked = now.parcels[entry.number]
    under_way: dict[str, Standing | MoneyStanding] = {
        **{name: now.tickets[name] for name in asked.tickets},
        **{name: now.money[name] for name in asked.movements},
    }
    for name, standing in under_way.items():
        if not standing.live:
            raise TransitionError(f"{name} is {standing.state}: there is nothing to cancel")
        standing.cancel_asked = True


def _written(now: Registered, entry: Entry) -> None:
    now.written.add(entry.data["parcel"])


def _answers(now: Registered, entry: Entry) -> None:
    now.answered_files[entry.data["sha256"]] = entry.number
    for data in entry.data["answers"]:
        answer = record_of(Answer, data)
        standing = now.tickets[answer.ticket_id]
        fill = answer.fill
        state = moved(answer.ticket_id, standing.state, answer.state)
        ticket, filled, paid = standing.ticket, standing.filled, standing.paid
        price = ticket.price
        if fill is not None:
            price = fill.price
            filled, paid = filled + fill.shares, paid + fill.shares * price
        twice = any(s.filled for s in standing.beside if s is not standing) and fill is not None
        # older lines weighed dollars that no correction had reached yet; shares are never corrected
        weighed = ticket.dollars is None or not any_corrected(standing)
        over = (weighed and ticket.exceeded(filled, paid, price)) or twice
        if over or (fill is not None and fill.fill_id in now.fills):
            raise TransitionError(f"{answer.ticket_id} cannot have {fill}")
        if weighed and (state is State.FILLED) != ticket.reached(filled, paid, price):
            raise TransitionError(
                f"{answer.ticket_id} cannot be {state} with {filled} of {ticket.shares} shares"
            )
        if fill is not None:
            standing.fills.append(fill)
            now.fills[fill.fill_id] = fill
        standing.filled, standing.state, standing.answered = filled, state, entry.number
        now.moved.append((standing.ticket.run_id, standing.ticket.household_id))
        standing.steps.append(
            Step(state, entry.clock, entry.by, answer.text or entry.why, entry.data["sha256"])
        )
    for data in entry.data.get(CORRECTIONS, ()):
        _corrected(now, entry, record_of(CorrectedFill, data))


def _corrected(now: Registered, entry: Entry, fill: CorrectedFill) -> None:
    """Let a fill be as it is told again: no answer of the market's to come, so none is counted."""
    told = now.fills[fill.fill_id]
    standing = now.tickets[told.ticket_id]
    if (fill.ticket_id, fill.shares) != (told.ticket_id, told.shares):
        raise TransitionError(f"{fill.fill_id} cannot be corrected to {fill}")
    standing.fills[standing.fills.index(told)] = now.fills[fill.fill_id] = fill
    now.fills_before.setdefault(fill.fill_id, []).append(told)
    if fill.told_as:
        now.corrections[fill.told_as] = fill.told_first
    now.moved.append((standing.ticket.run_id, standing.ticket.household_id))
    said = in_words(fill, told)
    standing.steps.append(Step(standing.state, entry.clock, entry.by, said, entry.data["sha256"]))


_KINDS: Final[Mapping[str, Callable[[Registered, Entry], None]]] = {
    "begin": _begin,
    "mended": _mended,
    "run": _run,
    "decision": _decision,
    SENT: _sent,
    AGAIN: _parcel,
    CANCEL: _cancel,
    "written": _written,
    "answers": _answers,
    MONEY: _money,
}
"""Kind of a line → how it is folded."""
