"""Every two moves of one account taken together: what of their price outlives a round of moves.

A descent prices pairs over and over. The slope moves with every move that is taken; risk that two
moves share does not, and what they do to taxes only where the account's filing unit has moved.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.rounding.tax_state import TaxState
from optimizer.rounding.ticket_risk import TicketRisk


class MovePairs:
    """Moves of one account, each of one ticket, and what pairs of them share: `(n, n)` each.

    `factors` and `own` are shared risk, bps, `raised` is cash in units, `different` says that two
    moves are of two tickets.
    """

    def __init__(
        self, risk: TicketRisk, tax: TaxState, account: int, place: Ints, move: Floats
    ) -> None:
        self._tax, self._account, self._place, self._move = tax, account, place, move
        loads, own = risk.loadings[place] * move[:, None], risk.own[place] * move
        same = risk.identical_group[place][:, None] == risk.identical_group[place]
        self.factors, self.own = loads @ loads.T, same * np.outer(own, own)
        raised = risk.cash[place] * move
        self.raised = raised[:, None] + raised
        self.different = place[:, None] != place
        self._taken, self._gains = -1, np.zeros((4, 0))
        self._taxed: tuple[Floats, Bools] = np.zeros((0, 0)), np.zeros((0, 0), bool)

    def about(self, place: Ints, move: Floats) -> bool:
        """Whether these are the moves: their tickets and signed amounts."""
        return np.array_equal(place, self._place) and np.array_equal(move, self._move)

    def taxed(self, gains: Floats) -> tuple[Floats, Bools]:
        """Price of taxes of every pair, bps, and whether it keeps their limits.

        `gains`, `(4, n)`, as in `TaxState.change`.
        """
        if self._taken != self._tax.taken or not np.array_equal(gains, self._gains):
            self._taxed = self._priced(gains)
            self._taken, self._gains = self._tax.taken, gains
        return self._taxed

    def _priced(self, gains: Floats) -> tuple[Floats, Bools]:
        """Ask the law for pairs that both bring gains: with one that does it is that one's price.

        Most tickets are buys, or of sheltered accounts.
        """
        size = len(self._place)
        change, kept = np.zeros((size, size)), np.ones((size, size), bool)
        taxing = np.flatnonzero(gains.any(axis=0))
        if not len(taxing):
            return change, kept
        alone = len(taxing)
        first, second = (taxing[each] for each in np.triu_indices(alone, 1))
        asked = np.concatenate([gains[:, taxing], gains[:, first] + gains[:, second]], axis=1)
        priced, legal = self._tax.change(np.full(asked.shape[1], self._account), asked)
        for whole, found in ((change, priced), (kept, legal)):
            whole[taxing], whole[:, taxing] = found[:alone, None], found[:alone]
            whole[first, second] = whole[second, first] = found[alone:]
        return change, kept
