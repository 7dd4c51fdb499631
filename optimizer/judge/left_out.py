"""What J's terms change by when an order is left out, for all orders of a judged case at once.

An order's worth is J without it less J with it. Replaying the plan once for each of its orders was
refused: it costs many plans. What a replay would find is known without it: tracking is a square,
costs and drag are linear, and a tax is the law's own function of the gains that remain. That holds
where no wash sale is at stake; orders that share an identical group with one are told apart
(`entangled`), for whoever asks to replay them.

A sale is left out together with what its proceeds pay for: the buys of its account shrink alike,
by as much as cash would fall short of its floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.ledger import BookedOrder
from models.ledger.costs import cost_fraction
from models.ledger.exact import ZERO
from models.tolerances import CENT_USD, RELATIVE
from optimizer.judge.case import Case
from optimizer.judge.impact import saved_by_each
from optimizer.judge.objective import Yardstick
from optimizer.judge.rates import discount
from optimizer.judge.tracking_change import Deviations, Moves, State, TrackingChange
from optimizer.judge.unit_year import UnitYear
from optimizer.judge.years_without import years_without

NEEDED = np.inf
"""Part of an account's buys that would have to go with a sale which all of them do not pay for."""


@dataclass(frozen=True)
class LeftOut:
    """The orders of a judged case, each left out in turn: arrays by order, dollars."""

    case: Case
    yardstick: Yardstick

    @property
    def orders(self) -> tuple[BookedOrder, ...]:
        """The orders, as the ledger replayed them."""
        return self.case.ledger.orders

    @cached_property
    def account(self) -> Ints:
        """Account of each order."""
        return np.array([order.account for order in self.orders], np.int64)

    @cached_property
    def is_buy(self) -> Bools:
        """Side of each order."""
        return np.array([order.is_buy for order in self.orders], bool)

    @cached_property
    def amount(self) -> Floats:
        """Dollars at the book's price."""
        return np.array([float(order.amount) for order in self.orders])

    @cached_property
    def spread(self) -> Floats:
        """Half-spread and commission of each order."""
        household, policy = self.case.household, self.case.policy
        traded = {order.security for order in self.orders}
        rates = {one: float(cost_fraction(household, policy, one)) for one in traded}
        return np.array([rates[order.security] for order in self.orders]) * self.amount

    @cached_property
    def free(self) -> Floats:
        """Cash after everything above what floor and open orders ask for, by account."""
        reserved = self.case.reserved.cash
        floors = self.case.household.accounts.cash_floor.tolist()
        cash = zip(self.case.ledger.cash, floors, strict=True)
        return np.array([float(c - reserved.get(a, ZERO)) - low for a, (c, low) in enumerate(cash)])

    def by_account(self, amounts: Floats) -> Floats:
        """Totals of the orders of each account."""
        return np.asarray(np.bincount(self.account, amounts, len(self.free)), float)

    @cached_property
    def paid(self) -> Floats:
        """What its buys cost each account, spreads included, by account."""
        return self.by_account(np.where(self.is_buy, self.amount + self.spread, 0.0))

    @cached_property
    def cash_need(self) -> Floats:
        """What floor and flows ask of the sales of each account, ≥ 0, by account."""
        raised = self.by_account(np.where(self.is_buy, 0.0, self.amount - self.spread))
        return np.maximum(raised - self.paid - self.free, 0.0)

    @cached_property
    def cut(self) -> Floats:
        """The part of its account's buys that goes with a sale, 0 to 1; or that it is `NEEDED`."""
        proceeds = np.where(self.is_buy, 0.0, self.amount - self.spread)
        leeway = float(CENT_USD) + RELATIVE * self.amount
        missing = proceeds - np.maximum(self.free, 0.0)[self.account]
        paid = self.paid[self.account]
        part = np.minimum(missing / np.where(paid > 0.0, paid, 1.0), 1.0)
        part = np.where(missing > paid + leeway, NEEDED, part)
        return np.where(missing > leeway, part, 0.0)

    def moves(self, place: int) -> Floats:
        """Dollars by which each column of one order's account grows, `(m,)`."""
        grows = -self._part[place] * self._bought[self.account[place]]
        grows[self.column[place]] += self._grows[place]
        return np.asarray(grows)

    @property
    def exposures(self) -> Floats:
        """Exposures of what each order trades, `(n_orders, k)`."""
        return np.asarray(self._change.exposures[self.column])

    @cached_property
    def moved(self) -> Moves:
        """What leaving each order out does to its account."""
        return self._moves(self._part)

    @cached_property
    def terms(self) -> Mapping[str, Floats]:
        """J without each order less J with it, by term."""
        weights, trades = self.case.policy.weights, self.case.policy.trades
        bought = self.by_account(np.where(self.is_buy, self.spread, 0.0))[self.account]
        buys = self.by_account(self.is_buy.astype(float))[self.account]
        drag_of_buys = (self.yardstick.drag_prices * self._bought).sum(axis=1)
        drag_of_buys -= self.yardstick.cash_prices * self.paid
        tickets = 1.0 + np.where(self._part == 1.0, buys, 0.0)
        saved = self.spread + self._part * bought + trades.ticket_usd * tickets
        return {
            "tracking_error": self._price_of_variance * self.variance,
            "trading_cost": -weights.trading_cost * saved,
            "market_impact": -weights.trading_cost * self.impact_saved,
            "tax_drag": self.drag_saved - self._part * drag_of_buys[self.account],
            **self._taxes,
            **self._forgone,
        }

    @cached_property
    def impact_saved(self) -> Floats:
        """What moving the market costs less without each order, dollars."""
        case, volatility = self.case, self.yardstick.volatility
        return saved_by_each(case.household, case.policy, self.orders, self._part, volatility)

    @cached_property
    def variance(self) -> Floats:
        """Change of Σ_g W_g·TE_g²."""
        return self._change.variances(self._at_end, self.moved)

    @cached_property
    def tracking_on_the_way(self) -> Floats:
        """What each order saves of tracking: the mean of what it does as the first and as the last.

        Over all orders this adds up to what the plan saves.
        """
        held = self.case.held
        start = held.cash_after + self.by_account(self._cash_alone)
        at_start = self._change.around(State(held.before * held.price, start))
        alone = self._moves(np.zeros(len(self.orders)))
        done = alone._replace(dollars=-alone.dollars, cash=-alone.cash)
        first = self._price_of_variance * self._change.variances(at_start, done)
        return np.asarray(0.5 * (self.tracking_at_end - first))

    @cached_property
    def tracking_at_end(self) -> Floats:
        """What is missed of tracking where nothing but the order itself is left out."""
        last = self.variance
        if self._part.any():
            last = self._change.variances(self._at_end, self._moves(np.zeros(len(self.orders))))
        return np.asarray(self._price_of_variance * last)

    @cached_property
    def drag_saved(self) -> Floats:
        """What each order itself saves of the drag term."""
        return self.placement_saved + self.yardstick.cash_prices[self.account] * self._cash_alone

    @cached_property
    def placement_saved(self) -> Floats:
        """The part of that which comes of where a security is held: idle cash costs apart.

        A security counts against what its class bears when the target is placed at least cost.
        """
        return np.asarray(self.yardstick.drag_prices[self.account, self.column] * self._grows)

    @cached_property
    def _forgone(self) -> Mapping[str, Floats]:
        """What is not forgone without each order."""
        place = {order.order.order_id: at for at, order in enumerate(self.orders)}
        saved = np.zeros((len(self.orders), 2))
        for sale in self.case.ledger.sales:
            saved[place[sale.order_id]] -= self.yardstick.forgone(sale)
        return {"waiting": saved[:, 0], "harvest_option": saved[:, 1]}

    @cached_property
    def units(self) -> Mapping[int, tuple[int, UnitYear]]:
        """Filing unit of each order that sells taxable lots, and its year without that order."""
        return years_without(self.case)

    @cached_property
    def recognized(self) -> Floats:
        """Gain that each order realises, losses that are disallowed apart."""
        gains = np.zeros(len(self.orders))
        for place, (unit, without) in self.units.items():
            gains[place] = float(self.case.units[unit].run.recognized - without.run.recognized)
        return gains

    @cached_property
    def entangled(self) -> Bools:
        """Orders that wash sales have to be replayed for: nothing here knows their taxes."""
        identicals = self.case.household.market.securities.identical_group
        at_stake = list(self.case.ledger.washes.held)
        touched = np.isin(identicals[[order.security for order in self.orders]], at_stake)
        bought = self.by_account((touched & self.is_buy).astype(float)) > 0.0
        return np.asarray(touched | ((self._part > 0.0) & bought[self.account]))

    @cached_property
    def _part(self) -> Floats:
        return np.where(np.isfinite(self.cut), self.cut, 0.0)

    @cached_property
    def column(self) -> Ints:
        """Column of what each order trades."""
        traded = [order.security for order in self.orders]
        return np.searchsorted(self.case.held.securities, traded)

    @cached_property
    def _grows(self) -> Floats:
        """Growth of its column when nothing but the order itself is left out."""
        return np.where(self.is_buy, -self.amount, self.amount)

    @cached_property
    def _bought(self) -> Floats:
        """What was bought, by account and column."""
        bought = np.zeros((len(self.free), len(self.case.held.securities)))
        buys = np.flatnonzero(self.is_buy)
        np.add.at(bought, (self.account[buys], self.column[buys]), self.amount[buys])
        return bought

    def _moves(self, part: Floats) -> Moves:
        cash = self._cash_alone + part * self.paid[self.account]
        return Moves(self.account, self.column, self._grows, cash, part, self._bought)

    @cached_property
    def _cash_alone(self) -> Floats:
        """Growth of cash when nothing but the order itself is left out."""
        return np.where(self.is_buy, self.amount + self.spread, self.spread - self.amount)

    @property
    def _price_of_variance(self) -> float:
        policy = self.case.policy
        risk = policy.risk.aversion / 2 * policy.risk.horizon_years
        return float(policy.weights.tracking_error * risk)

    @cached_property
    def _change(self) -> TrackingChange:
        return TrackingChange(self.case, self.case.known.scale)

    @cached_property
    def _at_end(self) -> Deviations:
        """How groups deviate after everything."""
        held = self.case.held
        return self._change.around(State(held.after * held.price, held.cash_after))

    @cached_property
    def _taxes(self) -> Mapping[str, Floats]:
        weights, delta = self.case.policy.weights, discount(self.case.policy)
        realized, basis = np.zeros(len(self.orders)), np.zeros(len(self.orders))
        for place, (unit, without) in self.units.items():
            now = self.case.units[unit]
            realized[place] = float(without.value_change_usd - now.value_change_usd)
            gone = without.run.recognized - without.run.destroyed
            gone -= now.run.recognized - now.run.destroyed
            basis[place] = -delta * float(now.rates.future * gone)
        return {
            "realized_tax": weights.tax * realized,
            "basis_change": weights.basis_change * basis,
        }
