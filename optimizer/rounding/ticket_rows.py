"""Rules that are rows over tickets: what rounding must not overstep while it moves single steps.

Restrictions that keep a total, turnover and hard bands have one coefficient by ticket, so their
rows can be followed exactly while tickets move. Rules that depend on lots or on the law are
followed elsewhere or mended by solving again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, Ints
from optimizer.rounding.tickets import Tickets
from optimizer.search.model import Model
from optimizer.settings import ROW_NOISE


@dataclass(slots=True)
class TicketRows:
    """low ≤ level ≤ high, `matrix` of shape `(n_rows, n_tickets)`; `level` moves with tickets."""

    matrix: Floats
    level: Floats
    low: Floats
    high: Floats

    def kept(self, place: Ints, move: Floats) -> Bools:
        """Which moves, each on its own, leave no row further outside than it is."""
        return self.kept_by(self.matrix[:, place] * move)

    def kept_by(self, moved: Floats) -> Bools:
        """The same of moves by what each adds to every row, `(n_rows, n)`."""
        if not len(self.level):
            return np.ones(moved.shape[1], bool)
        after = self._outside(self.level[:, None] + moved)
        return np.asarray((after <= self._outside(self.level[:, None]) + ROW_NOISE).all(axis=0))

    def kept_in_pairs(self, place: Ints, move: Floats) -> Bools:
        """Which two moves, taken together, leave no row further outside than it is, `(n, n)`."""
        kept = np.ones((len(place), len(place)), bool)
        before = self._outside(self.level)
        for row, (level, low, high) in enumerate(zip(self.level, self.low, self.high, strict=True)):
            part = self.matrix[row, place] * move
            after = level + part[:, None] + part
            kept &= np.maximum(low - after, after - high) <= before[row] + ROW_NOISE
        return kept

    def kept_together(self, moved: Floats) -> bool:
        """Whether moves of all tickets at once leave no row further outside than it is."""
        if not len(self.level):
            return True
        after = self._outside(self.level + self.matrix @ moved)
        return bool((after <= self._outside(self.level) + ROW_NOISE).all())

    def mended(self, place: Ints, move: Floats) -> Floats:
        """By how much each move brings the rows nearer to their bounds, percents."""
        before = self._outside(self.level[:, None])
        after = self._outside(self.level[:, None] + self.matrix[:, place] * move)
        return np.asarray((before - after).sum(axis=0))

    @property
    def broken(self) -> bool:
        """Whether any row is outside its bounds."""
        return bool((self._outside(self.level) > ROW_NOISE).any())

    def take(self, moved: Floats) -> None:
        """Take moves of all tickets at once."""
        if len(self.level):
            self.level = self.level + self.matrix @ moved

    def _outside(self, level: Floats) -> Floats:
        shape = (len(self.low),) + (1,) * (level.ndim - 1)
        low, high = self.low.reshape(shape), self.high.reshape(shape)
        return np.maximum(0.0, np.maximum(low - level, level - high))


def ticket_rows(model: Model, tickets: Tickets, amount: Floats, x: Floats) -> TicketRows:
    """Gather the rows; what is no ticket (cash, flows) stays as it is in the solution `x`."""
    arrays = model.arrays
    rows = arrays.by_tickets
    if not len(rows):
        nothing = np.zeros(0)
        return TicketRows(np.zeros((0, tickets.size)), nothing, nothing, nothing)
    part = sparse.csc_array(arrays.A.tocsr()[rows])
    matrix = np.zeros((len(rows), tickets.size))
    sale = part[:, arrays.columns["sale"]].toarray()
    matrix[:, tickets.of_sale] = sale
    matrix[:, tickets.of_buy] = part[:, arrays.columns["buy"]].toarray()
    others = x.copy()
    others[arrays.columns["sale"]] = others[arrays.columns["buy"]] = 0.0
    level = matrix @ amount + part @ others
    return TicketRows(matrix, level, arrays.row_low[rows], arrays.row_high[rows])
