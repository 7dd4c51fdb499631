"""Local search by the judge: probe every leg, take the steepest moves that are legal and better.

First improvement with sizes that double while they pay, so that a plan far from its optimum is
reached in few steps, and one share at a time near it. Refused: curvature from a model of risk; the
judge is asked at another size instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

import numpy as np

from benchmarks.hunt.local_search.drops import without_ticket
from benchmarks.hunt.local_search.legs import Board, Leg
from benchmarks.hunt.local_search.moves import Pair, couples, pairs, taken
from benchmarks.hunt.local_search.probes import Prober, Way
from benchmarks.hunt.plans.court import Court, Judged
from benchmarks.hunt.plans.point import Point

FIRST_WEIGHT = 2e-3
"""Fraction of the household that a move trades at first."""

LEAST_BPS = 1e-5
"""Basis points by which a plan must be better to be called so."""

SMALLER = 8
"""By how much a move that does not pay is shrunk, and how often (`SHRINKS`)."""

SHRINKS = 2

WIDTH = 6
"""Ways of each account and side that are paired."""

PAIRS, COUPLES = 40, 20
"""Moves tried between two rounds of probes."""

OPENED = 150
"""Buys that may be opened and are probed in a round; in large markets they are drawn."""


@dataclass(slots=True)
class Descent:
    """Local search on one household until a number of plans is judged."""

    court: Court
    board: Board
    rng: np.random.Generator
    prober: Prober

    def run(self, start: Judged, until: int) -> Judged:
        """Return the best plan on the way down from `start`; `until` is the count to stop at."""
        at = start
        while self.court.spent < until:
            better = self._round(at, until)
            if better is at:
                return at
            at = better
        return at

    def _round(self, at: Judged, until: int) -> Judged:
        accounts = len(self.court.household.accounts.account_id)
        ways = self.prober.ways(at, self._openings())
        swaps = pairs(ways, accounts, WIDTH)
        start = at
        for move in self._moves(swaps):
            if self.court.spent >= until:
                return at
            at = self.along(at, move)
        if at is start:
            for couple in islice(couples(swaps[:PAIRS]), COUPLES):
                if self.court.spent >= until:
                    return at
                at = self.along(at, couple)
        if at is start:
            at = self.dropped(at, ways, until)
        return at

    def _moves(self, swaps: Sequence[Pair]) -> Iterable[tuple[Pair]]:
        return ((pair,) for pair in swaps[:PAIRS])

    def _openings(self) -> list[Leg]:
        free = [leg for leg in self.board.buys if leg not in self.prober.barred]
        if len(free) <= OPENED:
            return free
        return [free[k] for k in sorted(self.rng.choice(len(free), OPENED, replace=False))]

    def along(self, at: Judged, move: Sequence[Pair]) -> Judged:
        """Go a move as far as it pays: doubled while it does, shrunk while it does not."""
        usd = Decimal(FIRST_WEIGHT * self.board.value_usd)
        best = at
        for _ in range(SHRINKS + 1):
            found = self._better(at, best, move, usd)
            if found is not None:
                best = found
                break
            usd /= SMALLER
        while best is not at:
            usd *= 2
            found = self._better(at, best, move, usd)
            if found is None:
                break
            best = found
        return best

    def _better(
        self, at: Judged, best: Judged, move: Sequence[Pair], usd: Decimal
    ) -> Judged | None:
        point = taken(self.board, at, move, usd)
        return None if point is None else self.better(best, point)

    def better(self, best: Judged, point: Point) -> Judged | None:
        """Judge a point; return it if it is legal and better."""
        tried = self.court.judge(point)
        fine = tried.kept and self.court.pays(tried)
        return tried if fine and tried.bps < best.bps - LEAST_BPS else None

    def dropped(self, at: Judged, ways: Sequence[Way], until: int) -> Judged:
        """Leave out each ticket, its cash taken from or put where that costs least."""
        for point in without_ticket(self.board, at, ways):
            if self.court.spent >= until:
                return at
            found = self.better(at, point)
            if found is not None:
                return found
        return at
