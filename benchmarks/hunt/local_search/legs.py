"""What can be changed: legs, each a ticket (or a part of its lots) that grows and shrinks.

A position's lots come in families by what selling them means (a loss or a gain, short or long),
best first, so that lots are chosen differently by growing one leg and shrinking another. Which
buys a household may make is not worked out here: the judge is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

import numpy as np

from benchmarks.hunt.plans.point import WHOLE_POSITION, ZERO, Place, Point, Row
from models.household import Household
from models.ledger import exact, reserve
from models.ledger.costs import cost_fraction
from models.policy import Policy

YEAR_DAYS = 366
"""Days held from which a lot is taken for long-term: for the order of trying only."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A ticket of one account and security; `rows` are lots of a sale, best first, none: a buy."""

    place: Place
    rows: tuple[Row, ...] = ()

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return not self.rows


@dataclass(frozen=True, slots=True)
class Board:
    """What stands still while plans change.

    Attributes
    ----------
    price, step, cost
        Dollars a share, shares a step, cost per dollar traded, by security.
    have
        Shares of each row that are not spoken for.
    sells, buys
        Every leg; buys of everything in the market, allowed or not.
    least_usd, value_usd
        Minimum trade and W.
    """

    price: tuple[Decimal, ...]
    step: tuple[Decimal, ...]
    cost: tuple[Decimal, ...]
    have: dict[Row, Decimal]
    sells: tuple[Leg, ...]
    buys: tuple[Leg, ...]
    least_usd: Decimal
    value_usd: float

    def amount(self, point: Point, leg: Leg) -> Decimal:
        """Shares that a leg trades."""
        if leg.is_buy:
            return point.bought.get(leg.place, ZERO)
        return sum((point.sold.get(row, ZERO) for row in leg.rows), ZERO)

    def room(self, point: Point, leg: Leg, grow: bool) -> Decimal | None:
        """Shares by which a leg can still change one way; None where nothing limits it."""
        if leg.is_buy and grow:
            return None
        return self._left(point, leg) if grow else self.amount(point, leg)

    def _left(self, point: Point, leg: Leg) -> Decimal:
        """Shares of a sale's lots that are not sold."""
        return sum((self.have[row] for row in leg.rows), ZERO) - self.amount(point, leg)

    def freed(self, leg: Leg, shares: Decimal) -> Decimal:
        """Cash that more shares on a leg bring in, dollars (negative: that they take)."""
        usd, cost = shares * self.price[leg.place[1]], self.cost[leg.place[1]]
        return -usd * (1 + cost) if leg.is_buy else usd * (1 - cost)

    def changed(self, point: Point, leg: Leg, shares: Decimal, exactly: bool = False) -> Point:
        """Return the point with more (or fewer) shares on a leg, in whole steps of its ticket.

        Where a leg ends, so does the change; `exactly` asks for no steps, as probes do.
        """
        step = self.step[leg.place[1]]
        if leg.is_buy:
            now = point.bought.get(leg.place, ZERO)
            new = max(now + shares, ZERO)
            new = new if exactly else _whole(new, step)
            bought = {**point.bought, leg.place: new}
            if new <= ZERO:
                del bought[leg.place]
            return Point(point.sold, bought, point.flows)
        total = point.sold_at(leg.place)
        free = sum((n for row, n in self.have.items() if row[:2] == leg.place), ZERO)
        reach = self._left(point, leg) if shares > ZERO else self.amount(point, leg)
        wanted = max(min(shares, reach), -reach)
        if not exactly and total + wanted < free:
            wanted = _whole(total + wanted, step) - total
            while abs(wanted) > reach:  # what a family cannot give in whole steps
                wanted += step if wanted < ZERO else -step
                if abs(wanted) < step and total + wanted != ZERO:
                    break
        return Point(_spread(self.have, point, leg, wanted), point.bought, point.flows)

    def emptied(self, point: Point, place: Place) -> Point:
        """Return the point with a whole position sold."""
        rows = {row: n for row, n in self.have.items() if row[:2] == place and n > ZERO}
        return Point({**point.sold, **rows}, point.bought, point.flows)


def _whole(shares: Decimal, step: Decimal) -> Decimal:
    return (shares / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step


def whole_up(shares: Decimal, step: Decimal) -> Decimal:
    """Shares in whole steps, no fewer."""
    return (shares / step).quantize(Decimal(1), ROUND_CEILING) * step


def _spread(
    have: dict[Row, Decimal], point: Point, leg: Leg, shares: Decimal
) -> dict[Row, Decimal]:
    """Sell more from the front of a family, or less from its end."""
    sold = dict(point.sold)
    for row in leg.rows if shares > ZERO else leg.rows[::-1]:
        now = sold.get(row, ZERO)
        part = min(shares, have[row] - now) if shares > ZERO else max(shares, -now)
        shares -= part
        sold[row] = now + part
        if sold[row] <= ZERO:
            del sold[row]
    return sold


def board_of(household: Household, policy: Policy) -> Board:
    """Lay out what can be changed."""
    lots, accounts, securities = household.lots, household.accounts, household.market.securities
    reserved = reserve(household, policy)
    price = tuple(map(exact, securities.price.tolist()))
    have: dict[Row, Decimal] = {}
    families: dict[tuple[Place, bool, bool], list[tuple[float, Row]]] = {}
    days = (np.datetime64(household.asof, "D") - lots.holding_start).astype(np.int64)
    taxable = household.taxable
    for lot in range(len(lots.lot_id)):
        place = int(lots.account[lot]), int(lots.security[lot])
        shares = exact(lots.shares[lot])
        if not taxable[place[0]]:
            row = (*place, WHOLE_POSITION)
            have[row] = have.get(row, -reserved.shares.get(place, ZERO)) + shares
            families[place, False, False] = [(0.0, row)]
            continue
        row = (*place, lot)
        have[row] = shares - reserved.lots.get(lot, ZERO)
        gain = float(securities.price[place[1]]) - float(lots.basis[lot]) / float(shares)
        family = families.setdefault((place, gain < 0.0, bool(days[lot] >= YEAR_DAYS)), [])
        family.append((gain, row))
    sells = tuple(
        Leg(key[0], tuple(row for _, row in sorted(rows))) for key, rows in sorted(families.items())
    )
    buys = tuple(
        Leg((a, int(s)))
        for a in range(len(accounts.account_id))
        for s in np.flatnonzero(securities.usable)
    )
    least = max(policy.trades.min_usd, policy.trades.min_weight * household.value_usd)
    cost = tuple(cost_fraction(household, policy, i) for i in range(len(price)))
    step = tuple(map(exact, securities.share_step.tolist()))
    return Board(price, step, cost, have, sells, buys, exact(least), household.value_usd)
