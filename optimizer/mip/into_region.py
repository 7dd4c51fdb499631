"""A repair into the region where tracking error keeps its limit, in whole shares.

Branching on hundreds of numbers of steps finds a corner of a region that is thinner than a step by
luck. But near the point with the least tracking error, single steps and pairs of them over all
accounts, priced at once, lead down into the region within a few moves. Nothing else is looked at
but cash: whether lots, taxes and sides allow what is found is asked afterwards, with every number
of steps in place.

No second local search (see `rounding/local_search`): that one lowers the objective of a plan whose
rows and taxes it keeps, by swaps within an account. Here no such plan is known yet; one square is
lowered, over accounts, in steps of several sizes, only until it is small enough, and what any of it
costs is not asked. One class for both would share no more than the choice of the least.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from optimizer.mip.integer_model import Whole, WholePoint
from optimizer.search.tracking_region import Region
from optimizer.settings import MOST_MOVES, MOVES, WHOLE, WHOLE_HELPS, WHOLE_KICKS


def repaired_into(
    whole: Whole, point: WholePoint, region: Region, allowed: float
) -> Iterator[Floats]:
    """Amounts in whole steps near a point, with TE² ≤ allowed: two at most, the plainer first.

    Shape `(n_tickets,)`, percents; positions that the point empties stay emptied. The second may
    open tickets that the point has not.
    """
    for opening in (False, True):
        start = _start(whole, point, region, opening=opening)
        if start is None:
            return
        if start.entered(allowed):
            yield start.amount
        elif not opening:
            found = (kicked.amount for kicked in start.kicked() if kicked.entered(allowed))
            yield from islice(found, 1)


@dataclass(slots=True)
class _Repair:
    """Where a repair stands: amounts of tickets, levels of the squares (weighed), and cash."""

    amount: Floats
    level: Floats
    cash: Floats
    play: Ints
    step: Floats
    low: Floats
    high: Floats
    effect: Floats
    raises: Floats
    account: Ints
    floor: Floats

    def squared(self) -> float:
        """TE², percent²."""
        return float(self.level @ self.level)

    def entered(self, allowed: float) -> bool:
        """Take moves of one ticket and of two until TE² is what is allowed; False if it stays."""
        for _ in range(MOST_MOVES):
            if self.squared() <= allowed:
                return True
            if not (self._moved_alone() or self._moved_in_pairs()):
                return False
        return False

    def kicked(self) -> Iterator[_Repair]:
        """Where the least harmful pairs lead."""
        place, move, change = self._pairs()
        change = np.triu(change)
        change[change == 0.0] = np.inf
        order = np.argsort(change, axis=None, kind="stable")[:WHOLE_KICKS]
        for first, second in zip(*np.unravel_index(order, change.shape), strict=True):
            if np.isfinite(change[first, second]):
                other = replace(self, amount=self.amount.copy(), cash=self.cash.copy())
                other._take(place[[first, second]].tolist(), move[[first, second]].tolist())
                yield other

    def _moves(self) -> tuple[Ints, Floats, Floats]:
        """Every move of one ticket: tickets, signed amounts, and changes of the levels."""
        place = np.repeat(self.play, 2 * len(MOVES))
        sizes = np.array([*MOVES, *(-size for size in MOVES)])
        move = np.tile(sizes, len(self.play)) * self.step[place]
        after = self.amount[place] + move
        inside = (after >= self.low[place] - WHOLE) & (after <= self.high[place] + WHOLE)
        place, move = place[inside], move[inside]
        return place, move, self.effect[:, place] * move

    def _moved_alone(self) -> bool:
        place, move, effect = self._moves()
        if not len(place):
            return False
        raised, account = self.raises[place] * move, self.account[place]
        kept = self.cash[account] + raised >= self.floor[account]
        alone = 2.0 * self.level @ effect + np.einsum("ij,ij->j", effect, effect)
        change = np.where(kept, alone, np.inf)
        best = int(np.argmin(change))
        if change[best] >= -WHOLE_HELPS * self.squared():
            return False
        self._take([int(place[best])], [float(move[best])])
        return True

    def _pairs(self) -> tuple[Ints, Floats, Floats]:
        """Tickets and amounts of single moves, and the change of TE² of every pair of them."""
        place, move, effect = self._moves()
        raised, account = self.raises[place] * move, self.account[place]
        kept = self.cash[account] + raised >= self.floor[account]
        alone = 2.0 * self.level @ effect + np.einsum("ij,ij->j", effect, effect)
        change = alone[:, None] + alone + 2.0 * effect.T @ effect
        return place, move, np.where(self._legal(place, account, raised, kept), change, np.inf)

    def _moved_in_pairs(self) -> bool:
        place, move, change = self._pairs()
        if not change.size or change.min() >= -WHOLE_HELPS * self.squared():
            return False
        both = list(np.unravel_index(int(np.argmin(change)), change.shape))
        self._take(place[both].tolist(), move[both].tolist())
        return True

    def _legal(self, place: Ints, account: Ints, raised: Floats, kept: Bools) -> Bools:
        """Which pairs leave every account its floor."""
        room = (self.cash - self.floor)[account]
        same = account[:, None] == account
        together = room[:, None] + raised[:, None] + raised >= 0.0
        legal = np.where(same, together, kept[:, None] & kept)
        return np.asarray(legal & (place[:, None] != place))

    def _take(self, places: list[int], moves: list[float]) -> None:
        for place, move in zip(places, moves, strict=True):
            self.amount[place] += move
            self.level = self.level + self.effect[:, place] * move
            self.cash[self.account[place]] += self.raises[place] * move


def _start(whole: Whole, point: WholePoint, region: Region, *, opening: bool) -> _Repair | None:
    """Sales rounded up and buys down, which leaves every account its cash; None if too small."""
    frame, tickets, columns = whole.model.frame, whole.tickets, whole.model.arrays.columns
    x = point.x
    real = tickets.amounts(x[columns["sale"]], x[columns["buy"]])
    play = np.flatnonzero((point.amount > 0.0) & ~point.emptied)
    most = whole.most(np.where(whole.limits[3] > 0.0, 1.0, x))
    low = np.maximum(np.ceil(tickets.least / tickets.step - WHOLE), 1.0) * tickets.step
    high = np.floor(most / tickets.step + WHOLE) * tickets.step
    up = np.ceil(real / tickets.step - WHOLE) * tickets.step
    down = np.floor(real / tickets.step + WHOLE) * tickets.step
    amount = real.copy()
    amount[play] = np.where(tickets.is_sale, np.minimum(up, high), np.maximum(down, low))[play]
    if (low > high)[play].any():
        return None
    if opening:
        play = np.union1d(play, _openings(whole, point, low, high))
    low = np.where(point.amount > 0.0, low, 0.0)
    root = np.sqrt(region.squares.values)
    effect = root[:, None] * _effects(whole, region)
    cost = frame.cost[tickets.security]
    raises = np.where(tickets.is_sale, 1.0 - cost, -(1.0 + cost))
    moved = amount - real
    return _Repair(
        amount=np.where(point.emptied, tickets.held, np.where(point.amount > 0.0, amount, 0.0)),
        level=root * (region.squares.levels(x)) + effect @ moved,
        cash=x[columns["cash"]] + sum_by(tickets.account, raises * moved, len(frame.accounts.cash)),
        play=play,
        step=tickets.step,
        low=low,
        high=high,
        effect=effect,
        raises=raises,
        account=tickets.account,
        floor=whole.limits[2][columns["cash"]],
    )


def _openings(whole: Whole, point: WholePoint, low: Floats, high: Floats) -> Ints:
    """Tickets that may open beside those of a point: steps of one, nothing against them.

    Sales in sheltered accounts, and buys of identical groups that the point sells nothing of at a
    loss, where the account does not trade the other way. Their sides are settled once amounts are
    in place.
    """
    frame, tickets = whole.model.frame, whole.tickets
    sales = frame.sales
    identicals = frame.household.market.securities.identical_group
    sold = sales.loss & (point.x[whole.model.arrays.columns["sale"]] > 0.0)
    lost = np.isin(identicals[tickets.security], sales.identical_group[sold])
    sheltered = ~frame.accounts.taxable[tickets.account]
    fits = np.where(tickets.is_sale, sheltered, ~lost) & (whole.steps >= 0)
    fits &= (point.amount == 0.0) & (low <= tickets.step) & (high >= tickets.step)
    return np.flatnonzero(fits & ~tickets.opposite(point.amount > 0.0))


def _effects(whole: Whole, region: Region) -> Floats:
    """What a percent of each ticket does to the level of each direction, `(n_squares, n_tickets)`.

    Deviations and factors are what the rows that define them say, all else in place.
    """
    arrays, tickets = whole.model.arrays, whole.tickets
    frame, columns = whole.model.frame, arrays.columns
    rows = np.concatenate([arrays.rows[rule] for rule in ("holdings", "exposure")])
    own = np.concatenate(
        [np.arange(columns[name].start, columns[name].stop) for name in ("deviation", "factor")]
    )
    part = arrays.A.tocsr()[rows].toarray()
    moved = np.zeros((len(rows), tickets.size))
    moved[:, tickets.of_sale] = part[:, columns["sale"]]
    moved[:, tickets.of_buy] = part[:, columns["buy"]]
    cost = frame.cost[tickets.security]
    raises = np.where(tickets.is_sale, 1.0 - cost, -(1.0 + cost))
    moved += part[:, columns["cash"]][:, tickets.account] * raises
    response = -np.linalg.solve(part[:, own], moved)
    return np.asarray(region.squares.directions[:, own] @ response)
