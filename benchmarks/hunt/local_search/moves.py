"""Moves: ways of one or more accounts taken together, so that each account's cash stands.

A move is a list of pairs, each within one account: what frees cash and what takes it. One pair is
a swap; two are a swap between accounts (location), or a gain beside a loss (netting).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from benchmarks.hunt.local_search.legs import Board, whole_up
from benchmarks.hunt.local_search.probes import Way
from benchmarks.hunt.plans.court import Judged
from benchmarks.hunt.plans.point import ZERO, Point

STEEP_ENOUGH = 2e-4
"""Dollars of J per dollar traded that a pair may cost at first and still be tried: a minimum
trade, a flipped side or a netted gain pays only once it is large."""


class Pair(NamedTuple):
    """Within an account: `frees` brings cash in, `takes` uses it; one of both may be cash."""

    frees: Way
    takes: Way

    @property
    def slope(self) -> float:
        """Dollars of J per dollar."""
        return self.frees.slope + self.takes.slope


def pairs(ways: Sequence[Way], accounts: int, width: int) -> list[Pair]:
    """The steepest pairs of each account, `width` ways each side, steepest first over all."""
    found = []
    for account in range(accounts):
        cash = Way(account, None, True, 0.0)
        mine = [way for way in ways if way.account == account]
        frees = [way for way in mine if way.frees()][:width]
        takes = [way for way in mine if not way.frees()][:width]
        found += [
            Pair(f, t)
            for f in (*frees, cash)
            for t in (*takes, cash)
            if (f.leg is not t.leg) and _apart(f, t) and f.slope + t.slope < STEEP_ENOUGH
        ]
    return sorted(found, key=lambda pair: pair.slope)


def _apart(frees: Way, takes: Way) -> bool:
    """One account does not sell more and buy more of one security: it is the same trade undone."""
    if frees.leg is None or takes.leg is None or frees.leg.place != takes.leg.place:
        return True
    return not frees.leg.is_buy and not takes.leg.is_buy and frees.leg is not takes.leg


def couples(found: Sequence[Pair]) -> Iterator[tuple[Pair, Pair]]:
    """Two pairs at once, steepest first: other accounts, or other securities of one."""
    both = [
        (first, second)
        for first, second in combinations(found, 2)
        if not {first.frees.leg, first.takes.leg} & {second.frees.leg, second.takes.leg} - {None}
    ]
    yield from sorted(both, key=lambda couple: couple[0].slope + couple[1].slope)


def taken(board: Board, at: Judged, move: Sequence[Pair], usd: Decimal) -> Point | None:
    """Go a move from a point by so many dollars a pair; None if it leads nowhere or takes cash."""
    point = at.point
    spare = list(at.spare)
    for pair in move:
        account = pair.frees.account
        went = _gone(board, point, pair.frees, usd)
        if went is not None:
            point, freed = went
            spare[account] += freed
        if pair.takes.leg is None:
            if spare[account] < ZERO:
                return None
            continue
        able = spare[account] if pair.frees.leg is None else max(usd, pair.takes.least_usd)
        went = _gone(board, point, pair.takes, min(usd, able) if pair.frees.leg is None else able)
        if went is None:
            return None
        if spare[account] + went[1] < ZERO:  # rounding took a little more than there is
            short = -(spare[account] + went[1])
            went = _gone(board, point, pair.takes, able - short, down=True)
            if went is None or spare[account] + went[1] < ZERO:
                return None
        point = went[0]
        spare[account] += went[1]
    return None if point.key == at.point.key else point


def _gone(
    board: Board, point: Point, way: Way, usd: Decimal, down: bool = False
) -> tuple[Point, Decimal] | None:
    """Go one way by so many dollars; return the point and the cash that this freed."""
    if way.leg is None:
        return None
    security = way.leg.place[1]
    shares = max(usd, ZERO) / board.price[security]
    step = board.step[security]
    if down:
        shares = shares // step * step
    elif way.least_usd and shares * board.price[security] <= way.least_usd:
        shares = whole_up(way.least_usd / board.price[security], step)
    elif shares < step:
        shares = step
    before = board.amount(point, way.leg)
    new = board.changed(point, way.leg, shares if way.grow else -shares)
    change = board.amount(new, way.leg) - before
    if not change:
        return None
    return new, board.freed(way.leg, change)
