"""A draft becomes tickets: whole share steps, minimum trades, cash to the cent.

Sales are rounded first, to the nearest step, up where an account needs the cash; then each account
buys from what it really has. What falls under the minimum trade is dropped unless it empties a
position. Lots are taken in the order the strategy sold them.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final, NamedTuple

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.proposal import Proposal
from models.ledger import exact
from models.ledger.exact import PRECISION, ZERO
from models.order import Order, OrderLot, Side, order_id
from models.tolerances import SHARES

Where = tuple[int, int]


class Scale(NamedTuple):
    """How much of a draft is carried out: of taxable sales at short and long gains, and the rest.

    What cash floors force is sold in any case.
    """

    short: float = 1.0
    long: float = 1.0
    rest: float = 1.0


WHOLE: Final = Scale()


def proposal_of(draft: Draft, scale: Scale = WHOLE) -> Proposal:
    """Turn a draft into orders."""
    with localcontext(prec=PRECISION):
        desk = _Desk(draft, scale)
        desk.sell()
        desk.cover()
        desk.buy()
        orders = sorted(desk.orders(), key=lambda o: (o.account_id, o.security_id, o.side.value))
    return Proposal(tuple(orders), draft.ground.flows)


class _Desk:
    """Exact shares and cash while a draft is rounded."""

    def __init__(self, draft: Draft, scale: Scale) -> None:
        self.draft, self.ground, self.scale = draft, draft.ground, scale
        ground = self.ground
        self.price = [exact(price) for price in ground.household.market.securities.price.tolist()]
        self.step = [exact(s) for s in ground.household.market.securities.share_step.tolist()]
        self.least = exact(ground.least_usd)
        self.cash = self._cash_before()
        supply = ground.supply
        share = np.where(supply.long, scale.long, scale.short)
        share = np.where(supply.gain_rate > 0.0, share, scale.rest)
        self.wish = draft.forced + share * (draft.sold - draft.forced)
        self.sales: dict[Where, list[tuple[int, Decimal]]] = {}
        self.buys: dict[Where, Decimal] = {}

    def _cash_before(self) -> list[Decimal]:
        ground, accounts = self.ground, self.ground.household.accounts
        cash = [
            exact(have) + exact(own) - exact(aside)
            for have, own, aside in zip(
                accounts.cash.tolist(),
                accounts.net_flow.tolist(),
                ground.idle.tolist(),
                strict=True,
            )
        ]
        place = {name: a for a, name in enumerate(accounts.account_id.tolist())}
        for flow in ground.flows:
            cash[place[flow.account_id]] += flow.amount
        return cash

    def net(self, security: int) -> Decimal:
        """Cash from selling a share."""
        return self.price[security] * (1 - exact(self.ground.cost[security]))

    def gross(self, security: int) -> Decimal:
        """Cash for buying a share."""
        return self.price[security] * (1 + exact(self.ground.cost[security]))

    def sell(self) -> None:
        """Round every position's sale."""
        supply = self.ground.supply
        wanted: dict[Where, list[int]] = {}
        for row in np.flatnonzero(self.wish > 0.0).tolist():
            wanted.setdefault((int(supply.account[row]), int(supply.security[row])), []).append(row)
        for where, rows in wanted.items():
            total = exact(float(self.wish[rows].sum())) / self.price[where[1]]
            mode = ROUND_CEILING if self.cash[where[0]] < ZERO else ROUND_HALF_EVEN
            self._place(where, total, mode)

    def _place(self, where: Where, total: Decimal, mode: str) -> None:
        """Sell about `total` shares of a position, replacing what was sold of it before."""
        supply, step = self.ground.supply, self.step[where[1]]
        before = self.sales.pop(where, [])
        self.cash[where[0]] -= sum((n for _, n in before), ZERO) * self.net(where[1])
        rows = self.draft.rows_of(*where)
        order = rows[np.lexsort((supply.gain_rate[rows], -self.wish[rows]))]
        free = {row: self._free(row) for row in order.tolist()}
        able = sum(free.values(), ZERO)
        whole = able >= sum((exact(s) for s in supply.held[rows].tolist()), ZERO) - exact(SHARES)
        if whole and total >= able - min(step, able) / 2:
            shares = able
        else:
            shares = min(
                (total / step).quantize(Decimal(1), mode),
                (able / step).quantize(Decimal(1), ROUND_FLOOR),
            )
            shares *= step
            if shares * self.price[where[1]] < self.least:
                return
        taken, left = [], shares
        for row, most in free.items():
            part = min(most, left)
            if part > ZERO:
                taken.append((row, part))
                left -= part
        if taken:
            self.sales[where] = taken
            self.cash[where[0]] += shares * self.net(where[1])

    def _free(self, row: int) -> Decimal:
        if self.draft.left(row) <= 0.0 and self.wish[row] <= 0.0:
            return ZERO
        supply, lots = self.ground.supply, self.ground.household.lots
        if supply.shares[row] < supply.held[row] or supply.lot[row] >= 0:
            return exact(float(supply.shares[row]))
        here = (lots.account == supply.account[row]) & (lots.security == supply.security[row])
        return sum((exact(shares) for shares in lots.shares[here].tolist()), ZERO)

    def cover(self) -> None:
        """Sell a little more where rounding, or a share of the draft, left an account short."""
        supply = self.ground.supply
        for account, cash in enumerate(self.cash):
            if cash >= ZERO:
                continue
            rows = self.draft.rows_of(account)
            order = rows[np.lexsort((supply.gain_rate[rows], self.wish[rows] <= 0.0))]
            for security in dict.fromkeys(supply.security[order].tolist()):
                if self.cash[account] >= ZERO:
                    break
                where = account, int(security)
                had = sum((n for _, n in self.sales.get(where, ())), ZERO)
                more = max(-self.cash[account] / self.net(where[1]), ZERO)
                lowest = self.least / self.price[where[1]]
                self._place(where, max(had + more, lowest), ROUND_CEILING)

    def buy(self) -> None:
        """Spend what each account has on what the strategy wished, scaled to fit."""
        supply = self.ground.supply
        lost = {
            int(supply.identical_group[row])
            for taken in self.sales.values()
            for row, _ in taken
            if supply.loss[row]
        }
        wished: dict[int, dict[int, float]] = {}
        for (account, mandate, k), usd in self.draft.bought.items():
            row = self.ground.mandates[mandate].rows[k]
            security = self.ground.demand.through(account, row, lost, self.sales.keys())
            if security is not None:
                ratio = float(self.ground.mandates[mandate].exposure[security, k])
                into = wished.setdefault(account, {})
                into[security] = into.get(security, 0.0) + self.scale.rest * usd / max(ratio, 1.0)
        for account, wish in wished.items():
            self._spend(account, wish)

    def _spend(self, account: int, wish: dict[int, float]) -> None:
        """Buy whole steps from the account's cash; leftover cash goes to the largest cuts."""
        cost = self.ground.cost
        needed = sum(usd * (1.0 + cost[i]) for i, usd in wish.items())
        fit = min(1.0, max(float(self.cash[account]), 0.0) / needed) if needed > 0.0 else 0.0
        steps = {i: fit * usd / float(self.price[i] * self.step[i]) for i, usd in wish.items()}
        for i, count in steps.items():
            whole = Decimal(int(count)) * self.step[i]
            enough = whole > ZERO and whole * self.price[i] >= self.least
            if enough and whole * self.gross(i) <= self.cash[account]:
                self.buys[account, i] = whole
                self.cash[account] -= whole * self.gross(i)
        for i in sorted(steps, key=lambda i: int(steps[i]) - steps[i]):
            have = self.buys.get((account, i), ZERO)
            more = self.step[i]
            if not have:  # what rounding pushed under the minimum trade
                more = (self.least / self.price[i] / self.step[i]).quantize(
                    Decimal(1), ROUND_CEILING
                ) * self.step[i]
            close = steps[i] - float((have + more) / self.step[i]) >= -0.5
            if close and more * self.gross(i) <= self.cash[account]:
                self.buys[account, i] = have + more
                self.cash[account] -= more * self.gross(i)

    def orders(self) -> list[Order]:
        """Return the tickets."""
        lots, supply = self.ground.household.lots, self.ground.supply
        found = []
        for where, taken in self.sales.items():
            named = tuple(
                OrderLot(str(lots.lot_id[supply.lot[row]]), shares)
                for row, shares in taken
                if supply.lot[row] >= 0
            )
            found.append(self._order(where, Side.SELL, sum((n for _, n in taken), ZERO), named))
        found += [self._order(where, Side.BUY, shares, ()) for where, shares in self.buys.items()]
        return found

    def _order(
        self, where: Where, side: Side, shares: Decimal, lots: tuple[OrderLot, ...]
    ) -> Order:
        household = self.ground.household
        account = str(household.accounts.account_id[where[0]])
        security = str(household.market.securities.security_id[where[1]])
        name = order_id(household.asof, account, security, side)
        price = self.price[where[1]]
        return Order(name, account, security, side, shares.normalize() + ZERO, price, lots)
