"""A descent over whole tickets that may open, close and empty any of them, not only adjust.

Share steps adjust the tickets that a solution in real amounts uses. Where a share is a large part
of an account, other tickets would do better: this descent may write any ticket that the sides
allow, give one up, sell a position out or step back from that, alone or two in one account.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.descent import Descent
from optimizer.support import SAME


class Opening(Descent):
    """A descent whose moves are not bound to the neighbourhood of its solution."""

    emptiable: Bools
    other: Ints

    def allow(self, emptiable: Bools, other: Ints) -> None:
        """Say which sales may empty their position, and each ticket's opposite (−1: none)."""
        self.emptiable, self.other = emptiable, other

    def _steps(self, mine: Ints, low: Floats, high: Floats) -> tuple[Ints, Floats, Floats]:
        """Every legal move: one step, opening at the least, giving up, selling out, stepping back.

        The bounds of a neighbourhood are not asked for here: those of the tickets hold.
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
        moves = np.abs(move) > noise.min(initial=0.0)
        place, move = place[moves], move[moves]
        return place, move, self._recognised(place, move)

    def _together(
        self, place: Ints, move: Floats, gains: Floats, change: Floats, helpful: Ints
    ) -> Ints:
        """One at a time: opposite tickets must not open together."""
        return helpful[:1]

    def _swap_prices(self, account: int, place: Ints, move: Floats, gains: Floats) -> Floats:
        """Every pair in one account; never both sides of one security."""
        prices = super()._swap_prices(account, place, move, gains)
        written = self.amount[place] + move > 0.0
        against = self.other[place][:, None] == place
        return np.where(against & written[:, None] & written, np.inf, prices)
