"""What a dollar more on each leg does to the objective: finite differences through the judge.

The judge measures J of plans that break rules too, so a probe need not be legal and no rule is
asked. What a leg breaks by itself (a menu, a target, a restriction) is asked of all legs at once,
before: such a leg never grows. Refused: any gradient of our own, which would be the optimizer's
algebra written a third time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.hunt.local_search.legs import Board, Leg
from benchmarks.hunt.plans.court import Court, Judged
from benchmarks.hunt.plans.point import Point
from models.order import Side, order_id

PROBE_WEIGHT = 3e-4
"""Fraction of the household by which a leg is moved: far above cents, far below a ticket."""

NEVER = frozenset(
    {
        *("menu", "off_target", "restriction", "unusable_security", "exempt_in_sheltered"),
        *("mode", "open_order"),
    }
)
"""Rules that one leg breaks whatever the others do."""

CASH = None
"""The leg that stands for cash: it takes what others free, at no cost and in any amount."""


@dataclass(frozen=True, slots=True)
class Way:
    """A leg and the way it goes; `leg` is None for cash.

    `slope` is dollars of J per dollar traded; `least_usd` what it must trade if it trades at all.
    """

    account: int
    leg: Leg | None
    grow: bool
    slope: float
    least_usd: Decimal = Decimal(0)

    def frees(self) -> bool:
        """Whether it brings cash in."""
        return self.leg is not None and self.leg.is_buy != self.grow


def barred_legs(court: Court, board: Board) -> frozenset[Leg]:
    """Legs that may never grow: the judge is asked of all buys at once, and of all sales."""
    household = court.household
    accounts = household.accounts.account_id
    securities = household.market.securities.security_id
    probe = Decimal(PROBE_WEIGHT * board.value_usd)

    def name(leg: Leg) -> str:
        account, security = leg.place
        side = Side.BUY if leg.is_buy else Side.SELL
        return order_id(household.asof, str(accounts[account]), str(securities[security]), side)

    bought = {leg.place: probe / board.price[leg.place[1]] for leg in board.buys}
    sold = {row: n for leg in board.sells for row in leg.rows if (n := board.have[row]) > 0}
    wrong = court.barred(Point({}, bought, {}), NEVER) | court.barred(Point(sold, {}, {}), NEVER)
    return frozenset(leg for leg in (*board.buys, *board.sells) if name(leg) in wrong)


@dataclass(slots=True)
class Prober:
    """Probes legs around points; `barred` are legs that may never grow."""

    court: Court
    board: Board
    barred: frozenset[Leg]

    def ways(self, at: Judged, buys: Iterable[Leg]) -> list[Way]:
        """Every way out of a point, steepest first; `buys` are those that may be opened."""
        held = [Leg(place) for place in at.point.bought]
        legs = [*self.board.sells, *dict.fromkeys((*held, *buys))]
        found = [way for leg in legs for grow in (True, False) for way in self._way(at, leg, grow)]
        return sorted(found, key=lambda way: way.slope)

    def _way(self, at: Judged, leg: Leg, grow: bool) -> Iterable[Way]:
        if grow and leg in self.barred:
            return
        room = self.board.room(at.point, leg, grow)
        price = self.board.price[leg.place[1]]
        shares = Decimal(PROBE_WEIGHT * self.board.value_usd) / price
        if room is not None:
            shares = min(shares, room)
        if shares <= 0:
            return
        signed = shares if grow else -shares
        usd = self.court.measure(self.board.changed(at.point, leg, signed, exactly=True))
        opens = grow and not self.board.amount(at.point, leg)
        fixed = self.court.policy.trades.ticket_usd if opens else 0.0
        fixed *= self.court.policy.weights.trading_cost
        slope = (usd - at.usd - fixed) / float(shares * price)
        least = self.board.least_usd if opens else Decimal(0)
        yield Way(leg.place[0], leg, grow, slope, least)
