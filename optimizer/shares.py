"""Share steps: from real amounts to whole steps, by a descent that prices all moves at once.

Every ticket starts at its nearest step; each account is then brought to its cash floor by the move
that costs least per dollar, and single steps and swaps within an account are taken while they
help. A sale that empties its position is not rounded. A search that solves again was refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.directions import Search
from optimizer.local_model import LocalModel, local_model
from optimizer.support import SAME, Supported
from optimizer.tickets import Tickets, least_ticket

MOST_MOVES = 300
"""Moves of the descent; each takes one step of one or two tickets."""

MOST_SWAPPED = 40
"""Tickets of an account beyond which swaps are not tried: single steps then serve as well."""

HELPS = 1e-8
"""Basis points a move must gain to be taken: less is the noise of the local model."""

CASH_SLACK = 1e-9
"""Units of cash (1e-11 of the household) by which a sum of floats may miss a floor."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """Amount of each ticket in units, a whole number of steps or a whole position."""

    amount: Floats
    emptied: Bools


def rounded(search: Search, found: Supported, tickets: Tickets, cash: Floats) -> Rounded | None:
    """Round a supported solution; None if an account cannot be brought to its floor.

    `cash` is what each account has before its tickets, flows included, in units.
    """
    amounts = tickets.amounts(found.sale, found.buy)
    frame = search.frame
    most = np.zeros(tickets.size)
    most += sum_by(tickets.of_sale, np.minimum(found.sale_high, frame.sales.value), tickets.size)
    most += sum_by(tickets.of_buy, np.minimum(found.buy_high, frame.buys.most), tickets.size)
    sellable = most >= tickets.held * (1.0 - SAME)
    near = tickets.held - np.minimum(0.5 * tickets.step, 0.5 * tickets.held)
    emptied = (
        tickets.is_sale
        & sellable
        & (amounts > 0.0)
        & (amounts >= np.minimum(near, tickets.held * (1.0 - SAME)))
    )
    forced = sum_by(tickets.of_sale, found.sale_low, tickets.size)
    least = np.maximum(least_ticket(frame), forced)
    low = np.ceil(least / tickets.step - SAME) * tickets.step
    high = np.floor(most / tickets.step + SAME) * tickets.step
    steps = np.rint(amounts / tickets.step) * tickets.step
    start = np.where(low <= high, np.clip(steps, low, high), 0.0)
    start = np.where(emptied, tickets.held, np.where(amounts > 0.0, start, 0.0))
    play = np.flatnonzero((amounts > 0.0) & ~emptied & (low <= high))
    model = local_model(search, found, tickets)
    descent = _Descent(model, tickets, start, low, high, play, cash, frame.accounts.floor)
    descent.gradient += model.responses(start - amounts)
    if not descent.repair():
        return None
    descent.improve()
    return Rounded(descent.amount, emptied & (descent.amount > 0.0))


class _Descent:
    """State of the descent over tickets; thrown away once amounts stand."""

    def __init__(
        self,
        model: LocalModel,
        tickets: Tickets,
        start: Floats,
        low: Floats,
        high: Floats,
        play: Ints,
        cash: Floats,
        floor: Floats,
    ) -> None:
        self.model, self.tickets = model, tickets
        self.amount, self.low, self.high, self.play = start, low, high, play
        self.floor = floor
        self.gradient = model.gradient.copy()
        self.curvature = model.curvature()
        self.cash = cash + sum_by(tickets.account, model.cash * start, len(cash))
        self.moves = 0

    def repair(self) -> bool:
        """Bring every account to its floor; False if one cannot be."""
        for _ in range(MOST_MOVES):
            short = np.flatnonzero(self.cash < self.floor - CASH_SLACK)
            if not len(short):
                return True
            if not self._raise_cash(int(short[0])):
                return False
        return False

    def _raise_cash(self, account: int) -> bool:
        mine = self.play[self.tickets.account[self.play] == account]
        step = self.tickets.step[mine]
        sale = self.tickets.is_sale[mine]
        move = np.where(sale, step, -step)
        room = np.where(sale, self.amount[mine] + step <= self.high[mine] * (1 + SAME), True)
        below = ~sale & (self.amount[mine] - step < self.low[mine] * (1 - SAME))
        move = np.where(below, -self.amount[mine], move)
        room &= self.amount[mine] + move >= -SAME
        room &= np.abs(move) > 0.0
        if not room.any():
            return False
        cost = self.gradient[mine] * move + 0.5 * self.curvature[mine] * move**2
        raised = self.model.cash[mine] * move
        need = self.floor[account] - self.cash[account]
        rate = np.where(room, cost / np.clip(raised, 1e-12, need), np.inf)
        self._take(int(mine[np.argmin(rate)]), float(move[np.argmin(rate)]))
        return True

    def improve(self) -> None:
        """Take single steps and swaps while they lower the objective and keep the floors."""
        while self.moves < MOST_MOVES and (self._single() or self._swap()):
            self.moves += 1

    def _steps(self, mine: Ints) -> tuple[Ints, Floats]:
        """Every legal move of one step: tickets and signed amounts."""
        step = self.tickets.step[mine]
        up = self.amount[mine] + step <= self.high[mine] * (1.0 + SAME)
        down = self.amount[mine] - step >= self.low[mine] * (1.0 - SAME)
        up &= self.amount[mine] > 0.0
        down &= self.amount[mine] > 0.0
        return np.concatenate([mine[up], mine[down]]), np.concatenate([step[up], -step[down]])

    def _single(self) -> bool:
        place, move = self._steps(self.play)
        if not len(place):
            return False
        change = self.gradient[place] * move + 0.5 * self.curvature[place] * move**2
        account = self.tickets.account[place]
        kept = self.cash[account] + self.model.cash[place] * move >= self.floor[account]
        change = np.where(kept, change, np.inf)
        best = int(np.argmin(change))
        if change[best] >= -HELPS:
            return False
        self._take(int(place[best]), float(move[best]))
        return True

    def _swap(self) -> bool:
        """Two tickets of one account, one step each, the best pair of all accounts."""
        best, chosen = -HELPS, None
        for account in np.unique(self.tickets.account[self.play]):
            mine = self.play[self.tickets.account[self.play] == account]
            if not 2 <= len(mine) <= MOST_SWAPPED:
                continue
            place, move = self._steps(mine)
            if len(place) < 2:
                continue
            alone = self.gradient[place] * move + 0.5 * self.curvature[place] * move**2
            loads = self.model.loadings[place] * move[:, None]
            same = self.model.group[place][:, None] == self.model.group[place]
            own = self.model.own[place] * move
            change = alone[:, None] + alone + loads @ loads.T + same * np.outer(own, own)
            raised = self.model.cash[place] * move
            kept = self.cash[account] + raised[:, None] + raised >= self.floor[account]
            kept &= place[:, None] != place
            change = np.where(kept, change, np.inf)
            first, second = np.unravel_index(int(np.argmin(change)), change.shape)
            if change[first, second] < best:
                best = float(change[first, second])
                chosen = (place[first], move[first]), (place[second], move[second])
        for where, size in chosen or ():
            self._take(int(where), float(size))
        return chosen is not None

    def _take(self, place: int, move: float) -> None:
        self.amount[place] += move
        self.cash[self.tickets.account[place]] += self.model.cash[place] * move
        self.gradient += self.model.response(place) * move
