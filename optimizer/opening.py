"""A descent over whole tickets that may open, close and empty any of them, not only adjust.

Share steps adjust the tickets that a solution in real amounts uses. Where a share is a large part
of an account, other tickets would do better: this descent may write any ticket that the sides
allow, give one up, sell a position out or step back from that, alone or two in one account. It is
slower than share steps and simpler: the best move of all, one after the other.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.descent import HELPS, Descent
from optimizer.support import SAME


class Opening(Descent):
    """A descent whose moves are not bound to the neighbourhood of its solution."""

    emptiable: Bools
    other: Ints

    def allow(self, emptiable: Bools, other: Ints) -> None:
        """Say which sales may empty their position, and each ticket's opposite (−1: none)."""
        self.emptiable, self.other = emptiable, other

    def improve(self) -> None:
        """Take the best move or pair of moves while that lowers the objective."""
        for _ in range(self.most_moves):
            if not (self._best_move() or self._best_pair()):
                return

    def _best_move(self) -> bool:
        place, move = self._moves(self.play)
        if not len(place):
            return False
        change, kept = self._prices(place, move, self._recognised(place, move))
        account = self.tickets.account[place]
        kept &= self.cash[account] + self.model.cash[place] * move >= self.floor[account]
        change = np.where(kept, change, np.inf)
        best = int(np.argmin(change))
        if change[best] >= -HELPS:
            return False
        self._take(int(place[best]), float(move[best]))
        return True

    def _best_pair(self) -> bool:
        """Two tickets of one account, the best pair of all accounts."""
        best, chosen = -HELPS, None
        for account in np.unique(self.tickets.account[self.play]).tolist():
            place, move = self._moves(self.play[self.tickets.account[self.play] == account])
            if len(place) < 2:
                continue
            change = self._pairs(account, place, move)
            first, second = np.unravel_index(int(np.argmin(change)), change.shape)
            if change[first, second] < best:
                best = float(change[first, second])
                chosen = (place[first], move[first]), (place[second], move[second])
        for where, size in chosen or ():
            self._take(int(where), float(size))
        return chosen is not None

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

    def _pairs(self, account: int, place: Ints, move: Floats) -> Floats:
        """Objective change of every pair of moves in one account, infinite where not allowed.

        Never both sides of one security, nor one ticket twice.
        """
        model = self.model
        alone = self.gradient[place] * move + 0.5 * self.curvature[place] * move**2
        loads = model.loadings[place] * move[:, None]
        same = model.group[place][:, None] == model.group[place]
        own = model.own[place] * move
        change = alone[:, None] + alone + loads @ loads.T + same * np.outer(own, own)
        gains = self._recognised(place, move)
        both = (gains[:, :, None] + gains[:, None, :]).reshape(3, -1)
        taxed, kept = self.tax.change(np.full(change.size, account), both)
        raised = model.cash[place] * move
        inside = self.rows.kept(place, move)
        written = self.amount[place] + move > 0.0
        against = (self.other[place][:, None] == place) & written[:, None] & written
        legal = kept.reshape(change.shape) & (place[:, None] != place) & ~against
        legal &= inside[:, None] & inside
        legal &= self.cash[account] + raised[:, None] + raised >= self.floor[account]
        return np.where(legal, change + taxed.reshape(change.shape), np.inf)
