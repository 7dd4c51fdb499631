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
from optimizer.inputs.frame import Frame
from optimizer.rounding.local_search import Descent
from optimizer.rounding.ticket_price import small_ticket, ticket_price
from optimizer.settings import FLAT, OPENING_HELPS, SAME


class Opening(Descent):
    """A descent whose moves are not bound to the neighbourhood of its solution.

    `emptiable` sales may empty their position, `forced` ones stay written; `other` is each ticket's
    opposite, −1 where there is none. Of a ticket that moves less than `small`, percents, the gate
    of the `frame` asks more. A descent that single moves leave above `hopeless`, bps, ends there.
    """

    most_paired: float = np.inf
    helps: float = OPENING_HELPS
    near_enough: float = -np.inf
    hopeless: float = np.inf
    emptiable: Bools
    other: Ints
    forced: Bools
    frame: Frame
    small: float
    priced: bool

    def allow(self, emptiable: Bools, other: Ints, forced: Bools, frame: Frame) -> None:
        """Say what each ticket may do, and of which household: that says what writing one costs."""
        self.emptiable, self.other, self.forced, self.frame = emptiable, other, forced, frame
        self.small = small_ticket(frame)
        self.priced = bool(ticket_price(frame, np.ones(1))[0] > 0.0)

    def change(self) -> float:
        """Objective change with every ticket paid, bps, but for a constant."""
        return super().change() + float(ticket_price(self.frame, self.amount).sum())

    def _candidates(self) -> tuple[Ints, Floats, Floats]:
        """Whatever a ticket may do, not only a step near the solution."""
        place, move = self._moves(self.play)
        return place, move, self._recognised(place, move)

    def _prices(self, place: Ints, move: Floats, gains: Floats) -> tuple[Floats, Bools]:
        """As any descent, with tickets paid that a move opens, and saved that it closes."""
        change, kept = super()._prices(place, move, gains)
        return change + self._written(place, move), kept

    def _written(self, place: Ints, move: Floats) -> Floats:
        """What a move does to the price of its ticket, bps."""
        now = self.amount[place]
        return ticket_price(self.frame, now + move) - ticket_price(self.frame, now)

    def _together(
        self, place: Ints, move: Floats, gains: Floats, change: Floats, helpful: Ints
    ) -> Ints:
        """As any descent, but opposite tickets must not open together, nor tickets with a price."""
        if self.priced:
            return helpful[:1]
        own = np.arange(len(self.other))
        position = np.where(self.other >= 0, np.minimum(self.other, own), own)
        first = np.unique(position[place[helpful]], return_index=True)[1]
        return super()._together(place, move, gains, change, helpful[np.sort(first)])

    def _moved_in_pairs(self, place: Ints, move: Floats, gains: Floats) -> bool:
        """Two tickets of one account, by what each may do alone, else the best exchange."""
        if self.change() > self.hopeless:
            return False
        return super()._moved_in_pairs(place, move, gains) or self._exchanged()

    def _exchanged(self) -> bool:
        """Take the exchange that helps most of those that keep every limit."""
        place, move = self._exchanges()
        account = self.tickets.account[place[0]]
        alone = self.gradient[place] * move + 0.5 * self.curvature[place] * move**2
        alone = alone + self._written(place, move)
        change = alone.sum(axis=0) + self.risk.mixed(*place) * move[0] * move[1]
        gains = self._recognised(place[0], move[0]) + self._recognised(place[1], move[1])
        taxed, kept = self.tax.change(account, gains)
        left = self.cash[account] + (self.risk.cash[place] * move).sum(axis=0)
        change = np.where(kept & (left >= self.floor[account]), change + taxed, np.inf)
        helpful = np.flatnonzero(change < -self.helps)
        for one in helpful[np.argsort(change[helpful], kind="stable")].tolist():
            moved = np.zeros(len(self.amount))
            moved[place[:, one]] = move[:, one]
            if self.rows.kept_together(moved):
                self._take(place[:, one], move[:, one])
                return True
        return False

    def _exchanges(self) -> tuple[Ints, Floats]:
        """Two tickets of one account, the second paying for the first: `(2, n)` each.

        The first is given up, empties its position, goes one step up or down or as far as helps
        most but for taxes; the second makes up for its cash, and for what is idle.
        """
        account = self.tickets.account[self.play]
        first, second = (each.ravel() for each in np.meshgrid(self.play, self.play, indexing="ij"))
        apart = np.equal.outer(account, account).ravel()
        apart &= (first != second) & (self.other[first] != second)
        first, second = first[apart], second[apart]
        now, step = self.amount[first], self.tickets.step[first]
        emptied = np.where(self.emptiable[first], self.tickets.held[first], 0.0)
        far = now + self._cash_neutral(first, second)
        ends = np.array([0.0 * now, emptied, far, now + step, now - step])
        return self._paid_for(first, second, ends)

    def _cash_neutral(self, first: Ints, second: Ints) -> Floats:
        """How far the first goes at best if the second makes up for its cash, real amounts."""
        risk = self.risk
        rate = -risk.cash[first] / risk.cash[second]
        curved = self.curvature[first] + rate**2 * self.curvature[second]
        curved = curved + 2.0 * rate * risk.mixed(first, second)
        slope = self.gradient[first] + rate * self.gradient[second]
        return np.asarray(-slope / np.maximum(curved, FLAT))

    def _paid_for(self, first: Ints, second: Ints, ends: Floats) -> tuple[Ints, Floats]:
        """Legal whole moves of the first to near each of `ends`, the second paying: `(2, n)` each.

        Beside that, where its account has idle cash, a second that buys takes that up too.
        """
        risk, sale = self.risk, self.tickets.is_sale[second]
        room = np.maximum(self.cash - self.floor, 0.0)[self.tickets.account[second]]
        idle = np.array([0.0 * room, np.where(sale, 0.0, room)])
        moved = self._legal(first, np.rint(ends / self.tickets.step[first])) - self.amount[first]
        needed = -(risk.cash[first] * moved[:, None] + idle) / risk.cash[second]
        wanted = (self.amount[second] + needed) / self.tickets.step[second]
        steps = np.where(sale, np.ceil(wanted - SAME), np.floor(wanted + SAME))
        other = self._legal(second, steps) - self.amount[second]
        used = (moved[:, None] != 0.0) & (other != 0.0)
        used[:, 1] &= idle[1] > 0.0
        *_, pair = np.nonzero(used)
        made = np.broadcast_to(moved[:, None], other.shape)[used], other[used]
        return np.array([first[pair], second[pair]]), np.array(made)

    def _legal(self, place: Ints, steps: Floats) -> Floats:
        """The legal amount nearest to a number of steps: none, the least and more, or all."""
        low, high, held = self.low[place], self.high[place], self.tickets.held[place]
        amount = np.minimum(
            np.maximum(steps * self.tickets.step[place], 0.0), np.maximum(high, 0.0)
        )
        least = np.where((2.0 * amount >= low) | self.forced[place], low, 0.0)
        amount = np.where(amount < low, least, amount)
        out = self.emptiable[place] & (steps * self.tickets.step[place] >= held * (1.0 - SAME))
        amount = np.where(out, held, np.where(low > high, 0.0, amount))
        other = self.other[place]
        blocked = (other >= 0) & (self.amount[other] > 0.0)
        return np.where(blocked, self.amount[place], amount)

    def _moves(self, mine: Ints) -> tuple[Ints, Floats]:
        """Every legal move: one step, opening, giving up, selling out, stepping back.

        A ticket opens at the least or where the gate asks no more of it. Returns tickets and signed
        amounts, percents.
        """
        step, held, now = self.tickets.step[mine], self.tickets.held[mine], self.amount[mine]
        least, most = self.low[mine], self.high[mine]
        large = np.ceil(self.small / step - SAME) * step
        noise = SAME * step
        blocked = (self.other[mine] >= 0) & (self.amount[self.other[mine]] > 0.0)
        empties = self.emptiable[mine]
        out = empties & (now >= held - noise) & (now > 0.0)
        back = np.floor(held / step - SAME) * step
        far = self._as_far_as_it_helps(mine)
        targets = [
            (~out & (now > 0.0) & (now + step <= most + noise), now + step),
            (~out & (now - step >= least - noise), now - step),
            (~out & ~blocked & (np.abs(far - now) > 1.5 * step) & (least <= most + noise), far),
            ((now == 0.0) & ~blocked & (least <= most + noise), least),
            (~out & ~blocked & (now < large) & (least < large) & (large <= most + noise), large),
            ((now > 0.0) & ~self.forced[mine], np.zeros(len(mine))),
            (empties & ~out & ~blocked, held),
            (out & (back >= least - noise) & (back <= most + noise) & (back > 0.0), back),
        ]
        place = np.concatenate([mine[may] for may, _ in targets])
        move = np.concatenate([(target - now)[may] for may, target in targets])
        moves = np.abs(move) > 0.0
        return place[moves], move[moves]

    def _as_far_as_it_helps(self, mine: Ints) -> Floats:
        """Where each ticket alone is best by slope and curvature, in whole steps, as cash goes."""
        step, now, account = self.tickets.step[mine], self.amount[mine], self.tickets.account[mine]
        curved = np.maximum(self.curvature[mine], FLAT)
        room = np.maximum(self.cash - self.floor, 0.0)[account]
        paid = np.where(self.tickets.is_sale[mine], np.inf, room / np.abs(self.risk.cash[mine]))
        more = np.minimum(-self.gradient[mine] / curved, paid)
        wanted = now + np.floor(more / step + SAME) * step
        return np.clip(wanted, self.low[mine], np.maximum(self.high[mine], self.low[mine]))

    def _pair_prices(self, account: int, place: Ints, move: Floats, gains: Floats) -> Floats:
        """Every pair in one account; never both sides of one security."""
        change = super()._pair_prices(account, place, move, gains)
        paid = self._written(place, move)
        change = change + paid[:, None] + paid
        written = self.amount[place] + move > 0.0
        against = (self.other[place][:, None] == place) & written[:, None] & written
        return np.where(against, np.inf, change)
