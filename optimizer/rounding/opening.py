"""A descent over whole tickets that may open, close and empty any of them, not only adjust.

Share steps adjust the tickets that a solution in real amounts uses. Where a share is a large part
of an account, other tickets would do better: this descent may write any ticket that the sides
allow, give one up, sell a position out or step back from that, alone or two in one account. It is
slower than share steps, whose prices and floors it shares: only the moves are others, and they are
taken one after the other.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.rounding.local_search import Descent
from optimizer.settings import SAME


class Opening(Descent):
    """A descent whose moves are not bound to the neighbourhood of its solution."""

    most_paired: float = np.inf
    emptiable: Bools
    other: Ints

    def allow(self, emptiable: Bools, other: Ints) -> None:
        """Say which sales may empty their position, and each ticket's opposite (−1: none)."""
        self.emptiable, self.other = emptiable, other

    def _candidates(self, mine: Ints) -> tuple[Ints, Floats, Floats]:
        """Whatever a ticket may do, not only a step near the solution."""
        place, move = self._moves(mine)
        return place, move, self._recognised(place, move)

    def _together(
        self, place: Ints, move: Floats, gains: Floats, change: Floats, helpful: Ints
    ) -> Ints:
        """One at a time: opposite tickets must not open together."""
        return helpful[:1]

    def _moves(self, mine: Ints) -> tuple[Ints, Floats]:
        """Every legal move: one step, opening at the least, giving up, selling out, stepping back.

        Returns tickets and signed amounts, units.
        """
        step, held, now = self.tickets.step[mine], self.tickets.held[mine], self.amount[mine]
        least, most = self.low[mine], self.high[mine]
        noise = SAME * step
        blocked = (self.other[mine] >= 0) & (self.amount[self.other[mine]] > 0.0)
        empties = self.emptiable[mine]
        out = empties & (now >= held - noise) & (now > 0.0)
        back = np.floor(held / step - SAME) * step
        targets = [
            (~out & (now > 0.0) & (now + step <= most + noise), now + step),
            (~out & (now - step >= least - noise), now - step),
            ((now == 0.0) & ~blocked & (least <= most + noise), least),
            (now > 0.0, np.zeros(len(mine))),
            (empties & ~out & ~blocked, held),
            (out & (back >= least - noise) & (back <= most + noise) & (back > 0.0), back),
        ]
        place = np.concatenate([mine[may] for may, _ in targets])
        move = np.concatenate([(target - now)[may] for may, target in targets])
        moves = np.abs(move) > 0.0
        return place[moves], move[moves]

    def _pair_prices(self, account: int, place: Ints, move: Floats, gains: Floats) -> Floats:
        """Every pair in one account; never both sides of one security."""
        change = super()._pair_prices(account, place, move, gains)
        written = self.amount[place] + move > 0.0
        against = (self.other[place][:, None] == place) & written[:, None] & written
        return np.where(against, np.inf, change)
