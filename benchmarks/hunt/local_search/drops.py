"""Tickets left out and positions emptied: the moves that a slope cannot see.

Each comes alone and with its cash evened out in the same account, by the ways that cost least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from benchmarks.hunt.local_search.legs import Board, Leg, whole_up
from benchmarks.hunt.local_search.probes import Way
from benchmarks.hunt.plans.court import Judged
from benchmarks.hunt.plans.point import ZERO, Place, Point
from models.order import Side

EVENED = 3
"""Ways tried to even out the cash of a ticket that is left out."""


def without_ticket(board: Board, at: Judged, ways: Sequence[Way]) -> Iterator[Point]:
    """Each plan without one of its tickets, smallest ticket first, then with a position emptied."""
    sized = sorted(
        (_usd(board, at.point, place, side), place, side) for place, side in at.point.tickets
    )
    for _, place, side in sized:
        yield from _evened(board, at, _left_out(at.point, place, side), place, ways)
    for place in sorted({leg.place for leg in board.sells}):
        emptied = board.emptied(at.point, place)
        if emptied.key != at.point.key:
            yield from _evened(board, at, emptied, place, ways)


def _usd(board: Board, point: Point, place: Place, side: Side) -> Decimal:
    shares = point.bought[place] if side is Side.BUY else point.sold_at(place)
    return shares * board.price[place[1]]


def _left_out(point: Point, place: Place, side: Side) -> Point:
    if side is Side.BUY:
        bought = {where: n for where, n in point.bought.items() if where != place}
        return Point(point.sold, bought, point.flows)
    sold = {row: n for row, n in point.sold.items() if row[:2] != place}
    return Point(sold, point.bought, point.flows)


def _evened(
    board: Board, at: Judged, point: Point, place: Place, ways: Sequence[Way]
) -> Iterator[Point]:
    """The point, and the point with its account's cash spent or raised again."""
    before = _spent(board, at.point, place[0])
    spare = at.spare[place[0]] + before - _spent(board, point, place[0])
    if spare >= ZERO:
        yield point
    fitting = [
        (way.leg, way.grow)
        for way in ways
        if way.account == place[0]
        and way.leg is not None
        and way.leg.place != place
        and way.frees() == (spare < ZERO)
    ]
    for leg, grow in fitting[:EVENED]:
        step = board.step[leg.place[1]]
        one = abs(board.freed(leg, step))
        steps = abs(spare) / one
        shares = whole_up(steps * step, step) if spare < ZERO else steps // 1 * step
        if shares > ZERO:
            yield board.changed(point, leg, shares if grow else -shares)


def _spent(board: Board, point: Point, account: int) -> Decimal:
    """Cash that an account's tickets take, net of what they bring in, dollars."""
    total = sum(
        (-board.freed(Leg(place), n) for place, n in point.bought.items() if place[0] == account),
        ZERO,
    )
    for row, shares in point.sold.items():
        if row[0] == account:
            total -= board.freed(Leg(row[:2], (row,)), shares)
    return total
