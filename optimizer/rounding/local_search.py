"""A descent over share steps: every single step and every swap of an account priced at once."""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.rounding.ground import Ground
from optimizer.rounding.move_pairs import MovePairs
from optimizer.rounding.tax_state import TaxState
from optimizer.rounding.ticket_rows import ticket_rows
from optimizer.settings import (
    CASH_SLACK,
    FEW_MOVES,
    HELPS,
    MOST_PAIRED,
    MOVES_PER_TICKET,
    NEAR_ENOUGH,
    REACH,
    SAME,
    TOGETHER,
)


class Descent:
    """Amounts by ticket in percents: cash placed, floors kept, then improved, in place."""

    most_paired: float = MOST_PAIRED
    helps: float = HELPS
    near_enough: float = NEAR_ENOUGH

    def __init__(self, ground: Ground, start: Floats, play: Ints) -> None:
        """Start at `start` around the ground's solution; `play` are the tickets that may move."""
        model, found, tickets = ground.model, ground.supported.solution, ground.tickets
        local, gains, solution = ground.local, ground.gains, ground.solution
        self.rows, self.gains = ticket_rows(model, tickets, start, found.x), gains
        tax = TaxState(model, found)
        self.local, self.risk, self.tax = local, local.risk, tax
        self.tickets, self.play = tickets, play
        self.low, self.high, self.floor = ground.low, ground.high, ground.floor
        around = REACH * tickets.step
        self.near_low = np.maximum(self.low, solution - around)
        self.near_high = np.minimum(self.high, solution + around)
        self.amount = start.copy()
        self.pairs: dict[int, MovePairs] = {}
        self.wanted = solution
        self.curvature = local.risk.curvature
        self.gradient = local.gradient + local.risk.responses(start - solution)
        raised = sum_by(tickets.account, local.risk.cash * start, len(ground.cash))
        self.cash = ground.cash + raised
        sold = np.flatnonzero((solution > 0.0) & tickets.is_sale)
        self.least = tax.total(tickets.account[sold], gains.at(sold, solution[sold]))
        self.most_moves = 50 + MOVES_PER_TICKET * len(play)
        self.taxed = tickets.is_sale & gains.brought.any(axis=(0, 2))
        self.recognised, self.gains_up, self.gains_down = np.zeros((3, 4, len(start)))
        self._recognise(np.flatnonzero((start > 0.0) & tickets.is_sale))

    def change(self) -> float:
        """Objective change from the solution to where the descent stands, bps, but a constant."""
        moved = self.amount - self.wanted
        curved = 0.5 * float(moved @ self.risk.responses(moved))
        return float(self.local.gradient @ moved) + curved + self.tax.total()

    def place(self) -> None:
        """Spend what rounding buys down has left, all at once.

        In each account one step more of the buys that were cut most, as far as its cash goes.
        """
        step, amount = self.tickets.step[self.play], self.amount[self.play]
        cut = np.where(self.tickets.is_sale[self.play], 0.0, self.wanted[self.play] - amount)
        more = np.where(amount > 0.0, step, self.low[self.play])
        wanted = (cut > 0.0) & (amount + more <= self.high[self.play] + SAME * step)
        for account in np.unique(self.tickets.account[self.play]).tolist():
            own = np.flatnonzero(wanted & (self.tickets.account[self.play] == account))
            own = own[np.argsort(-(cut[own] / more[own]), kind="stable")]
            price = -self.risk.cash[self.play[own]] * more[own]
            room = self.cash[account] - self.floor[account]
            paid = own[np.cumsum(price) <= room]
            self._take(self.play[paid], more[paid])

    def repair(self) -> bool:
        """Bring every account to its floor; False if one cannot be."""
        for _ in range(self.most_moves):
            short = np.flatnonzero(self.cash < self.floor - CASH_SLACK)
            if not len(short):
                return True
            if not self._raise_cash(int(short[0])):
                return False
        return False

    def mend(self) -> bool:
        """Bring rows over tickets and budgets inside their bounds; False if one cannot be.

        By single steps, those that leave cash enough first; what cash they cost is raised again
        without passing a bound.
        """
        for _ in range(self.most_moves):
            if not (self.rows.broken or self.tax.broken):
                return True
            place, move, gains = self._steps(self.play, self.low, self.high)
            account = self.tickets.account[place]
            left = self.cash[account] + self.risk.cash[place] * move - self.floor[account]
            helps = self.rows.mended(place, move)
            helps = helps + self.tax.relief(account, gains) / self.tax.usd
            cost, _ = self._prices(place, move, gains)
            usable = np.flatnonzero((helps > 0.0) & (left >= 0.0))
            if not len(usable):
                usable = np.flatnonzero(helps > 0.0)
            if not len(usable):
                return False
            best = usable[int(np.argmin(cost[usable] / helps[usable]))]
            self._take(place[best : best + 1], move[best : best + 1])
            if self.cash[account[best]] < self.floor[account[best]] and not self.repair():
                return False
        return False

    def _raise_cash(self, account: int) -> bool:
        """Take the move that costs least per dollar: sell more, buy less or not at all.

        A move is as many steps as the account still needs, as far as the ticket has room.
        """
        mine = self.play[self.tickets.account[self.play] == account]
        step, sale, amount = self.tickets.step[mine], self.tickets.is_sale[mine], self.amount[mine]
        need = self.floor[account] - self.cash[account]
        wanted = np.ceil(need / (np.abs(self.risk.cash[mine]) * step)) * step
        room = np.where(sale, self.high[mine] - amount, amount - self.low[mine]) + SAME * step
        room = np.floor(room / step) * step
        move = np.minimum(wanted, room)
        dropped = ~sale & (room < step)
        move = np.where(dropped, amount, move)
        possible = np.flatnonzero(move > 0.0)
        if not len(possible):
            return False
        place, move = mine[possible], np.where(sale, move, -move)[possible]
        cost, kept = self._prices(place, move, self._recognised(place, move))
        raised = np.minimum(self.risk.cash[place] * move, need)
        rate = np.where(kept, cost / raised, np.inf)
        if not np.isfinite(rate).any():
            rate = cost / raised
        best = int(np.argmin(rate))
        self._take(place[best : best + 1], move[best : best + 1])
        return True

    def prices_of(self, place: Ints, move: Floats) -> tuple[Floats, Bools]:
        """Price moves of any size, each on its own, bps, and say whether limits are kept."""
        return self._prices(place, move, self._recognised(place, move))

    def take(self, place: Ints, move: Floats) -> None:
        """Take moves of different tickets, of any size."""
        self._take(place, move)

    def improve(self) -> None:
        """Take single steps and swaps while they lower the objective and keep the floors."""
        for _ in range(self.most_moves):
            moves = self._candidates()
            if self._moved_alone(*moves):
                continue
            if np.isfinite(self.near_enough) and self.near:
                return
            if not self._moved_in_pairs(*moves):
                return

    @property
    def near(self) -> bool:
        """Whether so little is left to gain against the solution that it is not looked for."""
        return self.change() - self.least <= self.near_enough

    def steps(self) -> tuple[Ints, Floats, Floats]:
        """Every legal move of one step: tickets, signed amounts, and gains they bring."""
        return self._steps(self.play, self.low, self.high)

    def recognised_by(self, place: Ints, move: Floats) -> Floats:
        """What the lots that each move takes bring, `(4, n)`."""
        return self._recognised(place, move)

    def _candidates(self) -> tuple[Ints, Floats, Floats]:
        """Moves that improvement may take: tickets, amounts, gains they bring."""
        return self._steps(self.play, self.near_low, self.near_high)

    def _prices(self, place: Ints, move: Floats, gains: Floats) -> tuple[Floats, Bools]:
        """Objective change of each move on its own, bps, and whether limits are kept."""
        change = self.gradient[place] * move + 0.5 * self.curvature[place] * move**2
        taxed, kept = self.tax.change(self.tickets.account[place], gains)
        return change + taxed, kept & self.rows.kept(place, move)

    def _recognised(self, place: Ints, move: Floats) -> Floats:
        """Short, long, positive short gain and what is forgone by the lots that each move takes."""
        brought = np.zeros((4, len(place)))
        mine = np.flatnonzero(self.taxed[place])
        then = self.gains.at(place[mine], (self.amount[place] + move)[mine])
        brought[:, mine] = then - self.recognised[:, place[mine]]
        return brought

    def _steps(self, mine: Ints, low: Floats, high: Floats) -> tuple[Ints, Floats, Floats]:
        """Every legal move of one step: tickets, signed amounts, and gains they bring."""
        step, amount = self.tickets.step[mine], self.amount[mine]
        up = (amount > 0.0) & (amount + step <= high[mine] + SAME * step)
        down = (amount > 0.0) & (amount - step >= low[mine] - SAME * step)
        more, less = mine[up], mine[down]
        gains = np.concatenate([self.gains_up[:, more], self.gains_down[:, less]], axis=1)
        return np.concatenate([more, less]), np.concatenate([step[up], -step[down]]), gains

    def _moved_alone(self, place: Ints, move: Floats, gains: Floats) -> bool:
        """Take the moves that help most, each on its own."""
        if not len(place):
            return False
        change, kept = self._prices(place, move, gains)
        account = self.tickets.account[place]
        kept &= self.cash[account] + self.risk.cash[place] * move >= self.floor[account]
        change = np.where(kept, change, np.inf)
        helpful = np.flatnonzero(change < -self.helps)
        if not len(helpful):
            return False
        helpful = helpful[np.argsort(change[helpful], kind="stable")]
        chosen = self._together(place, move, gains, change, helpful)
        self._take(place[chosen], move[chosen])
        return True

    def _together(
        self, place: Ints, move: Floats, gains: Floats, change: Floats, helpful: Ints
    ) -> Ints:
        """As many of the helpful moves, best first, as help together about as much as alone."""
        first = np.unique(place[helpful], return_index=True)[1]
        many = self._affordable(place, move, helpful[np.sort(first)])
        while len(many) >= FEW_MOVES:
            moved = np.zeros(len(self.amount))
            moved[place[many]] = move[many]
            joint = float(self.gradient @ moved + 0.5 * moved @ self.risk.responses(moved))
            taxed, kept = self.tax.together(self.tickets.account[place[many]], gains[:, many])
            enough = joint + taxed <= TOGETHER * float(change[many].sum())
            if enough and kept and self.rows.kept_together(moved):
                return many
            many = many[: len(many) // 2]
        return many[:1]

    def _affordable(self, place: Ints, move: Floats, chosen: Ints) -> Ints:
        """Moves that their accounts can pay for one after the other."""
        account = self.tickets.account[place[chosen]]
        raised = self.risk.cash[place[chosen]] * move[chosen]
        room = (self.cash - self.floor).tolist()
        affordable = []
        for at, (where, more) in enumerate(zip(account.tolist(), raised.tolist(), strict=True)):
            if room[where] + more >= 0.0:
                room[where] += more
                affordable.append(at)
        return chosen[affordable]

    def _moved_in_pairs(self, place: Ints, move: Floats, gains: Floats) -> bool:
        """Take the best pair of moves of two tickets of one account."""
        best = -self.helps
        chosen: Ints | None = None
        account = self.tickets.account[place]
        for each, tickets in enumerate(self.in_play):
            if not 2 <= tickets <= self.most_paired:
                continue
            mine = np.flatnonzero(account == each)
            if len(mine) < 2:
                continue
            change = self._pair_prices(each, place[mine], move[mine], gains[:, mine])
            pair = divmod(int(np.argmin(change)), len(mine))
            if change[pair] < best:
                best, chosen = float(change[pair]), mine[list(pair)]
        if chosen is None:
            return False
        self._take(place[chosen], move[chosen])
        return True

    @property
    def in_play(self) -> list[int]:
        """How many tickets of each account may move."""
        count = np.bincount(self.tickets.account[self.play], minlength=len(self.cash))
        return [int(tickets) for tickets in count]

    def _pair_prices(self, account: int, place: Ints, move: Floats, gains: Floats) -> Floats:
        """Objective change of every pair of moves in one account, infinite where not allowed."""
        known = self.pairs.get(account)
        if known is None or not known.about(place, move):
            known = self.pairs[account] = MovePairs(self.risk, self.tax, account, place, move)
        alone = self.gradient[place] * move + 0.5 * self.curvature[place] * move**2
        change = alone[:, None] + alone + known.factors + known.own
        taxed, kept = known.taxed(gains)
        legal = kept & known.different & self.rows.kept_in_pairs(place, move)
        legal &= self.cash[account] + known.raised >= self.floor[account]
        return np.where(legal, change + taxed, np.inf)

    def _take(self, place: Ints, move: Floats) -> None:
        """Take moves of different tickets."""
        moved = np.zeros(len(self.amount))
        moved[place] = move
        self.amount += moved
        self._recognise(place[self.tickets.is_sale[place]])
        self.cash += sum_by(self.tickets.account, self.risk.cash * moved, len(self.cash))
        self.gradient += self.risk.responses(moved)
        self.rows.take(moved)

    def _recognise(self, sold: Ints) -> None:
        """Give taxes what sales now bring, and keep what one step more or less would."""
        sold = sold[self.taxed[sold]]
        if not len(sold):
            return
        now, step = self.amount[sold], self.tickets.step[sold]
        amounts = np.concatenate([now - step, now, now + step])
        less, here, more = np.split(self.gains.at(np.tile(sold, 3), amounts), 3, axis=1)
        self.tax.take(self.tickets.account[sold], here - self.recognised[:, sold])
        self.recognised[:, sold] = here
        self.gains_down[:, sold], self.gains_up[:, sold] = less - here, more - here
