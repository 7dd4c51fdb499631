"""How far a ticket goes at best: as many steps at once as curvature, cash and limits let it.

A step of one fund may be a cent and a share of another hundreds of dollars: one step at a time, the
fund never takes what the share leaves. How far helps most is a question in one unknown, a parabola
between kinks of the tax, so its answer is known at once. It is asked of every ticket in use, alone
or after one step of another ticket of its account: that may cost cash which this one raises, or
leave some which it spends, as a buy does that is given up since it can be no smaller. Lengths are
found with the slope of the tax where the descent stands and priced by the law. Both go far where
one pays for the other.

It is the last word on a plan, and the judge's: what is not better stays as it was. Share steps do
not ask it, since small accounts are opened by what rounding loses. A sale whose loss recent
purchases may disallow keeps its length: which shares they disallow changes with it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.judge.verify import judged
from optimizer.rounding.candidate import Candidate, amounts_of, ground_under
from optimizer.rounding.local_search import Descent
from optimizer.rounding.orders import orders_of
from optimizer.rounding.share_steps import Rounded
from optimizer.rounding.tickets import emptiable
from optimizer.search.model import Model
from optimizer.settings import DEAR, FLAT, LENGTHS, MOST_PRICED, SAME


def lengthened(model: Model, candidate: Candidate) -> Candidate:
    """The plan with each of its tickets as long as helps; the plan itself where nothing does.

    At the edge of te_max the price of tracking error leaves nothing else to choose by.
    """
    if model.frame.te_multiplier > DEAR or not (candidate.kept and candidate.orders):
        return candidate
    ground, pieces = ground_under(model, candidate.supported, candidate.flows, room_pays=False)
    tickets = ground.tickets
    amount = amounts_of(model, candidate, tickets)
    emptied = emptiable(model.frame, tickets, candidate.supported.sale_high)
    emptied &= (amount > 0.0) & (amount >= tickets.held * (1.0 - SAME))
    play = (amount > 0.0) & ~emptied
    play[tickets.of_sale[model.frame.sales.disallowed]] = False
    descent = Descent(ground, amount, np.flatnonzero(play))
    if not _searched(descent):
        return candidate
    orders = orders_of(model, tickets, Rounded(descent.amount, emptied), pieces)
    verdict = judged(model.frame.bench, orders, candidate.flows)
    trial = replace(candidate, orders=orders, verdict=verdict)
    return trial if trial.kept and trial.gated < candidate.gated else candidate


def _searched(descent: Descent) -> bool:
    """Let tickets go as far as helps and settle again, in place; False if nothing helped."""
    for moves in range(descent.most_moves):
        if descent.near or not LineSearch(descent).taken():
            return moves > 0
        descent.improve()
    return True


class LineSearch:
    """First moves of one step, or of none, each with the tickets that may go on: flat, `(n,)`."""

    def __init__(self, descent: Descent) -> None:
        self.descent = descent
        play = descent.play[descent.amount[descent.play] > 0.0]
        place, move, gains = self._first_moves(play)
        tickets, tax = descent.tickets, descent.tax
        taxed, _ = tax.change(tickets.account[place], gains)
        up = move > 0.0
        self.up, self.down = descent.gradient.copy(), descent.gradient.copy()
        self.up[place[up]] += taxed[up] / move[up]
        self.down[place[~up]] += taxed[~up] / move[~up]
        alone = descent.curvature[place] * move**2 / 2.0 + descent.gradient[place] * move + taxed
        few = np.array(descent.in_play) <= descent.most_paired
        account = tickets.account
        apart = (account[place][:, None] == account[play]) & few[account[place]][:, None]
        one, other = np.nonzero(apart & (place[:, None] != play))
        first, second, exchanged = self._exchanges(play, few)
        nothing = np.zeros(len(play))
        self.first = np.concatenate([play, place[one], first])
        self.second = np.concatenate([play, play[other], second])
        self.move = np.concatenate([nothing, move[one], exchanged])
        slope = np.where(exchanged > 0.0, self.up[first], self.down[first])
        long = slope * exchanged + 0.5 * descent.curvature[first] * exchanged**2
        self.before = np.concatenate([nothing, alone[one], long])
        brought = descent.recognised_by(first, exchanged)
        self.gains = np.concatenate([np.zeros((4, len(play))), gains[:, one], brought], axis=1)

    def _first_moves(self, play: Ints) -> tuple[Ints, Floats, Floats]:
        """Every move of one step, and giving up a buy that can be no smaller."""
        descent = self.descent
        place, move, gains = descent.steps()
        amount, step = descent.amount[play], descent.tickets.step[play]
        least = ~descent.tickets.is_sale[play] & (amount - step < descent.low[play] - SAME * step)
        shut = play[least]
        nothing = np.zeros((len(gains), len(shut)))
        return (
            np.concatenate([place, shut]),
            np.concatenate([move, -descent.amount[shut]]),
            np.concatenate([gains, nothing], axis=1),
        )

    def _exchanges(self, play: Ints, few: Bools) -> tuple[Ints, Ints, Floats]:
        """Two tickets of an account, and how far the first goes if the second keeps cash level.

        More than a step, as rows and sizes of both let them.
        """
        descent, tickets, risk = self.descent, self.descent.tickets, self.descent.risk
        account = tickets.account[play]
        one, other = np.nonzero((account[:, None] == account) & few[account][:, None])
        one, other = one[one != other], other[one != other]
        first, second = play[one], play[other]
        rate = -risk.cash[first] / risk.cash[second]
        same = rate > 0.0
        up = self.up[first] + rate * np.where(same, self.up[second], self.down[second])
        down = self.down[first] + rate * np.where(same, self.down[second], self.up[second])
        curved = descent.curvature[first] + rate**2 * descent.curvature[second]
        curved = np.maximum(curved + 2.0 * rate * risk.mixed(first, second), FLAT)
        best = np.where(up < 0.0, -up, np.minimum(-down, 0.0)) / curved
        least, most = descent.low - descent.amount, descent.high - descent.amount
        ends = np.sort(np.stack([least[second], most[second]]) / rate, axis=0)
        best = np.clip(best, np.maximum(least[first], ends[0]), np.minimum(most[first], ends[1]))
        rows = descent.rows
        for row, level in enumerate(rows.level.tolist()):
            part = rows.matrix[row, first] + rate * rows.matrix[row, second]
            for room in (rows.high[row] - level, rows.low[row] - level):
                if np.isfinite(room):
                    beyond = (part * best * room >= 0.0) & (np.abs(part * best) > abs(room))
                    best[beyond] = room / part[beyond]
        step = tickets.step[first]
        steps = np.trunc(best / step + SAME * np.sign(best))
        far = np.abs(steps) > 1.0
        return first[far], second[far], (steps * step)[far]

    def taken(self) -> bool:
        """Take what helps each account most, as long as it helps; False if nothing does."""
        descent = self.descent
        pairs, go = self._shortlisted()
        if not len(pairs):
            return False
        change = self._priced(pairs, go)
        order = np.argsort(change, kind="stable")
        order = order[change[order] < -descent.helps]
        account = descent.tickets.account[self.first[pairs]]
        order = order[np.sort(np.unique(account[order], return_index=True)[1])]
        for rank, one in enumerate(order.tolist()):
            again = pairs[one : one + 1], go[one : one + 1]
            if rank and not self._priced(*again)[0] < -descent.helps:
                continue
            pair = pairs[one]
            place = np.array([self.first[pair], self.second[pair]])
            moves = np.array([self.move[pair], go[one]])
            used = moves != 0.0
            descent.take(place[used], moves[used])
        return bool(len(order))

    def _shortlisted(self) -> tuple[Ints, Floats]:
        """Pairs that may help, and how far their second goes: the best first, as many as priced."""
        descent, second = self.descent, self.second
        risk = descent.risk
        mixed = risk.mixed(self.first, second) * self.move
        up, down = self.up[second] + mixed, self.down[second] + mixed
        curved, step = np.maximum(descent.curvature[second], FLAT), descent.tickets.step[second]
        best = np.where(up < 0.0, -up, np.minimum(-down, 0.0)) / (curved * step)
        least, most = self._room()
        steps = np.clip(np.rint(best), least, most)
        go = steps * step
        change = self.before + np.where(go > 0.0, up, down) * go + 0.5 * curved * go**2
        chosen = np.flatnonzero((least <= most) & (steps != 0.0) & (change < -descent.helps))
        chosen = chosen[np.argsort(change[chosen], kind="stable")][:MOST_PRICED]
        pairs, lengths = [chosen], [go[chosen]]
        taxed = chosen[descent.taxed[second[chosen]]]
        nearest = np.clip(0.0, least[taxed], most[taxed]) * step[taxed]
        for part in LENGTHS:
            length = nearest + part * (go[taxed] - nearest)
            pairs.append(taxed)
            lengths.append(np.rint(length / step[taxed]) * step[taxed])
        return np.concatenate(pairs), np.concatenate(lengths)

    def _room(self) -> tuple[Floats, Floats]:
        """Least and most whole steps of the second, signed, after the first: cash, sizes, rows."""
        descent, first, second, move = self.descent, self.first, self.second, self.move
        account, rows = descent.tickets.account[second], descent.rows
        step, amount = descent.tickets.step[second], descent.amount[second]
        least = (descent.low[second] - amount) / step - SAME
        most = (descent.high[second] - amount) / step + SAME
        raised = descent.risk.cash
        left = descent.cash[account] + raised[first] * move - descent.floor[account]
        bound = -left / (raised[second] * step)
        sale = raised[second] > 0.0
        least = np.maximum(least, np.where(sale, bound, -np.inf))
        most = np.minimum(most, np.where(sale, np.inf, bound))
        for row, level in enumerate(rows.level.tolist()):
            part = rows.matrix[row, second] * step
            moves = np.flatnonzero(part)
            after = level + rows.matrix[row, first[moves]] * move[moves]
            ends = np.stack([min(level, rows.low[row]) - after, max(level, rows.high[row]) - after])
            ends = np.sort(ends / part[moves], axis=0)
            least[moves] = np.maximum(least[moves], ends[0])
            most[moves] = np.minimum(most[moves], ends[1])
        return np.ceil(least), np.floor(most)

    def _priced(self, pairs: Ints, go: Floats) -> Floats:
        """Objective change of pairs as they stand, bps, infinite where a limit is not kept."""
        descent, first, second = self.descent, self.first[pairs], self.second[pairs]
        account, move = descent.tickets.account[first], self.move[pairs]
        risk = descent.risk
        change = 0.0 * go
        for place, moved in ((first, move), (second, go)):
            change += descent.gradient[place] * moved + 0.5 * descent.curvature[place] * moved**2
        change += risk.mixed(first, second) * move * go
        gains = self.gains[:, pairs] + descent.recognised_by(second, go)
        taxed, kept = descent.tax.change(account, gains)
        left = descent.cash[account] + risk.cash[first] * move + risk.cash[second] * go
        kept = kept & (left >= descent.floor[account]) & self._rows_kept(first, move, second, go)
        return np.where(kept, change + taxed, np.inf)

    def _rows_kept(self, first: Ints, move: Floats, second: Ints, go: Floats) -> Bools:
        """Which pairs leave no row over tickets further outside than it is."""
        rows = self.descent.rows
        return rows.kept_by(rows.matrix[:, first] * move + rows.matrix[:, second] * go)
