"""Answers fitted to what was sent, row by row: booked, known before, or refused with the reason.

A row must name an order that was sent, fit its security and side, fill no more than was ordered,
trade near the price of the book and within the limit, and on a day since its night. A block's
shares go to its tickets in share steps, in parts of what each still lacks, so that nothing given is
ever taken back. Of a one-cancels-all list the first fill ends the others; a fill of a second is
refused. Whether tickets or blocks were sent shows in the first fill; the other is then refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from nightly.export.allocation import allocate
from nightly.fills.days import why_not
from nightly.fills.draft import Draft, MisfitError
from nightly.fills.reports import AnswersFile, Report
from nightly.fills.tolerance import FAR_OFF
from nightly.register.corrections import CorrectedFill, day_told_again
from nightly.register.fold import Registered
from nightly.register.records import Answer, Fill, Ticket
from nightly.register.states import ENDED, TRANSITIONS, State

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row that was refused, and why."""

    place: str
    order: str
    why: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """The answers of a file in their order, the rows that say nothing new, and those refused.

    `stands` is where each ticket that they move stands after them: its state and its shares.
    `corrections` are fills told again.
    """

    answers: tuple[Answer, ...]
    repeated: int
    refused: tuple[Misfit, ...]
    stands: Mapping[str, tuple[State, Decimal]]
    corrections: tuple[CorrectedFill, ...] = ()


def fitted(
    now: Registered, reports: Sequence[Report], file: AnswersFile, far_off: Decimal = FAR_OFF
) -> Fitted:
    """Return what of a file's rows can be booked; nothing is written."""
    draft = Draft(now, far_off, file.came_on)
    corrections: list[CorrectedFill] = []
    answers: list[Answer] = []
    refused: list[Misfit] = []
    repeated = 0
    for report in reports:
        try:
            if report.corrects and not report.fault:
                again = _corrections(draft, report)
                repeated += not again
                for fill in again:
                    draft.correct(fill)
                corrections += again
                continue
            mine = [] if report.ignored else _answers(draft, report)
        except MisfitError as error:
            refused.append(Misfit(report.place, report.order, str(error)))
            continue
        repeated += not mine
        for answer in mine:
            draft.move(answer)
        answers += mine
    stands = {name: (draft.state(name), draft.given(name)) for name in sorted(draft.states)}
    return Fitted(tuple(answers), repeated, tuple(refused), stands, tuple(corrections))


def _answers(draft: Draft, report: Report) -> list[Answer]:
    names, by_block = _ordered(draft, report)
    first = draft.now.tickets[names[0]].ticket
    if report.shares is None:
        return _told(draft, report, names)
    parts = _traded(draft, report, names, by_block)
    route = draft.route(first.block_id)
    if parts and route and route != ("block" if by_block else "ticket"):
        raise MisfitError(
            f"{first.block_id} is filled by {route} already: tickets and blocks may both have been "
            "sent; a person must look"
        )
    return parts


def _ordered(draft: Draft, report: Report) -> tuple[list[str], bool]:
    """Return the tickets that a row speaks of, and whether by their block."""
    if report.fault:
        raise MisfitError(report.fault)
    names = draft.now.blocks.get(report.order)
    if names is None and report.order not in draft.now.tickets:
        raise MisfitError(f"{report.order!r} was never sent from here")
    by_block = names is not None
    names = names or [report.order]
    _must_match(report, draft.now.tickets[names[0]].ticket, by_block)
    return names, by_block


def _corrections(draft: Draft, report: Report) -> list[CorrectedFill]:
    """Return the fills that a row tells again, with its day and price; none if that is known.

    So it is where the same correction was booked, whatever corrected it since.
    """
    names, by_block = _ordered(draft, report)
    before = _known(draft, report.corrects, names, by_block)
    before = before or _known(draft, draft.first_told_as(report.corrects), names, by_block)
    if not before or any(fill.ticket_id not in names for fill in before):
        raise MisfitError(
            f"fill {report.corrects} of {report.order} was never told: nothing to correct"
        )
    told = sum((fill.shares for fill in before), ZERO)
    if report.shares != told or report.price is None:
        raise MisfitError(
            f"fill {report.corrects} was told with {told} shares: its day and price can be "
            "corrected by a row, shares would open an order again: a person must look"
        )
    price, day = report.price, report.trade_date or before[0].trade_date
    tickets = [draft.now.tickets[fill.ticket_id].ticket for fill in before]
    _must_be_near(price, tickets, draft.far_off)
    _must_be_since(day, tickets[0], draft.today)
    told_as, now = _told_as(draft, report), before[0]
    as_it_is = report.trade_date is None or (day_told_again(now) and day == now.trade_date)
    if (price == now.price and as_it_is) or draft.was_told(
        now.fill_id, price, report.trade_date, told_as
    ):
        return []
    return [
        CorrectedFill(
            fill.fill_id,
            fill.ticket_id,
            fill.shares,
            price,
            day,
            fill.block_id,
            day_told=report.trade_date is not None or day_told_again(fill),
            told_as=told_as,
        )
        for fill in before
    ]


def _told_as(draft: Draft, report: Report) -> str:
    """Return the name of a correction: its own id, which no fill has, or its file down to it."""
    own = report.fill_id not in ("", report.corrects) and not draft.known(report.fill_id)
    return report.fill_id if own else f"{report.place} of {report.so_far}"


def _known(draft: Draft, fill_id: str, names: Sequence[str], by_block: bool) -> list[Fill]:
    """Return what was told before under an id, of a block in parts."""
    return [fill for each in _ids(fill_id, names, by_block) if (fill := draft.known(each))]


def _ids(fill_id: str, names: Sequence[str], by_block: bool) -> list[str]:
    return [f"{fill_id}#{k}" for k in range(len(names))] if by_block else [fill_id]


def _traded(draft: Draft, report: Report, names: list[str], by_block: bool) -> list[Answer]:
    """Return a trade's answers: one a ticket that gets shares of it; none if it is known."""
    shares, price = report.shares or ZERO, report.price or ZERO
    ids, before = (
        _ids(report.fill_id, names, by_block),
        _known(draft, report.fill_id, names, by_block),
    )
    if before:
        same = sum((f.shares for f in before), ZERO) == shares
        same = same and draft.was_told(before[0].fill_id, price, report.trade_date)
        if same and before[0].ticket_id in names:
            return []
        first = before[0]
        raise MisfitError(
            f"fill {report.fill_id} was told otherwise before: {first.shares} shares of "
            f"{first.ticket_id} at {first.price} on {first.trade_date}; a row with corrects = "
            f"{report.fill_id} corrects its day or price"
        )
    if (of := draft.first_told_as(report.fill_id)) != report.fill_id:
        raise MisfitError(
            f"{report.fill_id} is a correction of fill {of}: does the row lack corrects = {of}?"
        )
    draft.must_be_only_one(names)
    over = [name for name in names if draft.state(name) not in ENDED]
    if not over:
        raise MisfitError(f"{report.order} is {draft.state(names[0])}: nothing more can be traded")
    tickets = [draft.now.tickets[name].ticket for name in names]
    _must_be_near(price, tickets, draft.far_off)
    day = report.trade_date or tickets[0].asof
    _must_be_since(day, tickets[0], draft.today)
    parts = _parts(draft, names, tickets, (shares, price), by_block)
    _must_add_up(draft, report, names, shares, price)
    answers: list[Answer] = []
    for name, part in zip(names, parts, strict=True):
        if part:
            fill = Fill(
                ids[len(answers)],
                name,
                part,
                price,
                day,
                report.order if by_block else "",
            )
            whole = draft.reached(name, part, price)
            state = State.FILLED if whole else State.PARTLY_FILLED
            answers.append(Answer(name, state, fill, report.text))
    return answers + draft.others_cancelled(names, report.order)


def _parts(
    draft: Draft,
    names: list[str],
    tickets: Sequence[Ticket],
    traded: tuple[Decimal, Decimal],
    by_block: bool,
) -> tuple[Decimal, ...]:
    """Return what each ticket gets of shares at a price: in steps, or what a fund made of dollars.

    An order for dollars is a block by itself, and the fund rounds its shares as it does.
    """
    shares, price = traded
    ordered = tickets[0].dollars
    if ordered is not None:
        paid = draft.spent(names[0]) + shares * price
        if tickets[0].exceeded(shares, paid, price):
            raise MisfitError(f"${paid:,.2f} in all where ${ordered:,.2f} were ordered")
        return (shares,)
    left = [draft.left(name) for name in names]
    if shares > sum(left, ZERO):
        raise MisfitError(f"{shares} shares where {sum(left, ZERO)} are still to be filled")
    step = min(ticket.share_step for ticket in tickets)
    if shares % step and shares != sum(left, ZERO) and (by_block or (left[0] - shares) % step):
        raise MisfitError(f"{shares} shares are no whole steps of {step}")
    return allocate(shares, left, step)


def _told(draft: Draft, report: Report, names: list[str]) -> list[Answer]:
    """Return the answers of a row without a trade; none if it says nothing new."""
    state = report.state or State.ACKNOWLEDGED
    at = [draft.state(name) for name in names]
    late = state is State.ACKNOWLEDGED and all(each is not State.SENT for each in at)
    if not late:
        _must_add_up(draft, report, names, ZERO)
    known = state in ENDED and all(draft.cancelled_in_list(name) for name in names)
    if late or known or all(each is state for each in at):
        return []
    moving = [name for name in names if state in TRANSITIONS[draft.state(name)]]
    if not moving:
        raise MisfitError(f"{report.order} is {at[0]} and cannot be {state}")
    return [Answer(name, state, None, report.text) for name in moving]


def _must_match(report: Report, ticket: Ticket, by_block: bool) -> None:
    told = {"security_id": report.security_id, "side": report.side}
    if not by_block:
        told["account_id"] = report.account_id
    for name, said in told.items():
        if said and said != getattr(ticket, name):
            raise MisfitError(f"{name} {said}, where {getattr(ticket, name)} was sent")


def _must_be_since(day: date, ticket: Ticket, today: date) -> None:
    if why := why_not("trade_date", day, ticket.asof, today):
        raise MisfitError(f"{why}: mend the row and send it in again")


def _must_be_near(price: Decimal, tickets: Sequence[Ticket], far_off: Decimal) -> None:
    for ticket in tickets:
        if abs(price / ticket.price - 1) > far_off:
            raise MisfitError(
                f"price {price} is more than {far_off:.0%} off the book's {ticket.price}"
            )
        limit, buys = ticket.limit_price, ticket.side == "buy"
        if limit is not None and (price > limit if buys else price < limit):
            raise MisfitError(f"price {price} is beyond the limit of {limit}")


def _must_add_up(
    draft: Draft, report: Report, names: list[str], shares: Decimal, price: Decimal = ZERO
) -> None:
    """Raise where the market's own count of an order is another than ours."""
    ours = sum((draft.given(name) for name in names), ZERO) + shares
    tickets = [draft.now.tickets[name].ticket for name in names]
    theirs, ordered = report.filled, tickets[0].dollars
    if report.state is State.FILLED:
        if ordered is None:
            theirs = theirs or sum((ticket.shares for ticket in tickets), ZERO)
        elif not draft.reached(names[0], shares, price):
            paid = draft.spent(names[0]) + shares * price
            raise MisfitError(
                f"the market calls ${ordered:,.2f} filled, here are ${paid:,.2f}: a fill is missing"
            )
    if theirs is not None and theirs != ours:
        raise MisfitError(f"the market counts {theirs} shares, here are {ours}: a fill is missing")
