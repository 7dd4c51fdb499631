"""The ledger: what orders and flows make of a household, exact to the share and the cent.

It replays; it judges nothing and prices no wish. Whoever wants to know whether a rule is kept reads
the result. Only what trades is touched: the cost does not depend on the lots that stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from models.household import Household, TaxTreatment
from models.ledger.booking import BookedOrder
from models.ledger.costs import cost_fraction
from models.ledger.exact import PRECISION, ZERO, exact
from models.ledger.history import History
from models.ledger.reservations import Reservations
from models.ledger.sales import LotSale, TradedLots, sell_lots
from models.ledger.washes import NO_WASHES, Washes, match_washes
from models.order import Flow
from models.plan import Lockout
from models.policy import Policy
from models.tax.wash.outcome import WINDOW


@dataclass(frozen=True, slots=True)
class UnitRun:
    """What the run means for one filing unit, in dollars.

    `short`, `long`: recognised gains (gains plus allowed losses). `deferred`, `destroyed`:
    disallowed losses ≥ 0. `positive_short`: gains of short-term lots that stand at more than half a
    cent of one. `distribution` D and `roth` R: what leaves tax-deferred and tax-exempt accounts.
    `penalty`: early-withdrawal penalties.
    """

    short: Decimal = ZERO
    long: Decimal = ZERO
    deferred: Decimal = ZERO
    destroyed: Decimal = ZERO
    positive_short: Decimal = ZERO
    distribution: Decimal = ZERO
    roth: Decimal = ZERO
    penalty: Decimal = ZERO

    @property
    def recognized(self) -> Decimal:
        """Recognised gain, short and long."""
        return self.short + self.long


@dataclass(frozen=True, slots=True)
class Ledger:
    """A household after orders and flows.

    Attributes
    ----------
    orders
        The orders replayed.
    washes
        Sales of lots with what is disallowed, and the shares that did it.
    units
        One record a filing unit.
    cash
        Dollars by account, after flows, trades and their costs (tickets are not paid from cash).
    outflow
        Dollars out of each account by its own negative `net_flow` and by `flows`, ≥ 0.
    sold
        Shares sold by lot index (taxable accounts).
    change
        Shares bought less sold by (account, security), for what trades.
    cost
        Half-spreads, commissions and tickets, dollars.
    lockouts
        Identical groups with a loss sale in this run; nobody may buy them through `until`.
    traded
        What was looked up of the lots that trade, None where nothing was ordered.
    """

    orders: tuple[BookedOrder, ...]
    washes: Washes
    units: tuple[UnitRun, ...]
    cash: tuple[Decimal, ...]
    outflow: tuple[Decimal, ...]
    sold: Mapping[int, Decimal]
    change: Mapping[tuple[int, int], Decimal]
    cost: Decimal
    lockouts: tuple[Lockout, ...]
    traded: TradedLots | None = None

    @property
    def sales(self) -> tuple[LotSale, ...]:
        """Sales of lots in taxable accounts."""
        return self.washes.sales


def replay(
    household: Household,
    policy: Policy,
    orders: Sequence[BookedOrder],
    flows: Sequence[Flow],
    history: History,
    reserved: Reservations,
    known: Ledger | None = None,
) -> Ledger:
    """Replay this run: flows, then sales by lot, then buys, then wash sales over all of it.

    Parameters
    ----------
    orders
        Booked orders (see `models.ledger.booking`).
    flows
        Household-level flows and required distributions; accounts not in the household are left
        out.
    history, reserved
        The past's wash-sale windows, and what open orders set aside.
    known
        A replay of other orders of the household with the same past, most of which are the same
        here: what it found of lots and of identical groups that trade alike is not found again.
    """
    with localcontext(prec=PRECISION):
        moved = _moved(household, flows)
        cash, cost = _settle_cash(household, policy, orders, moved)
        washes, traded = NO_WASHES, None
        if orders:
            sales, traded = sell_lots(household, orders, known.traded if known else None)
            before = known.washes.replays if known else {}
            washes = match_washes(household, history, reserved, sales, orders, before)
        sold: dict[int, Decimal] = {}
        for sale in washes.sales:
            sold[sale.lot] = sold.get(sale.lot, ZERO) + sale.shares
        change: dict[tuple[int, int], Decimal] = {}
        for order in orders:
            signed = order.shares if order.is_buy else -order.shares
            change[order.where] = change.get(order.where, ZERO) + signed
        outflow = tuple(
            max(ZERO, -exact(own)) + max(ZERO, -flow)
            for own, flow in zip(household.accounts.net_flow, moved, strict=True)
        )
        return Ledger(
            orders=tuple(orders),
            washes=washes,
            units=_units(household, washes, outflow),
            cash=cash,
            outflow=outflow,
            sold=sold,
            change=change,
            cost=cost,
            lockouts=_lockouts(household, washes.sales),
            traded=traded,
        )


def _moved(household: Household, flows: Sequence[Flow]) -> list[Decimal]:
    """Dollars that flows move into (+) or out of (−) each account."""
    position = {account: i for i, account in enumerate(household.accounts.account_id.tolist())}
    moved = [ZERO] * len(position)
    for flow in flows:
        if flow.account_id in position:
            moved[position[flow.account_id]] += flow.amount
    return moved


def _settle_cash(
    household: Household, policy: Policy, orders: Sequence[BookedOrder], moved: Sequence[Decimal]
) -> tuple[tuple[Decimal, ...], Decimal]:
    """C = c⁰ + flows + Σ(1 − ϕ)·sales − Σ(1 + ϕ)·buys by account, and the cost of it all."""
    accounts = household.accounts
    cash = [
        exact(start) + exact(own) + flow
        for start, own, flow in zip(accounts.cash, accounts.net_flow, moved, strict=True)
    ]
    fractions: dict[int, Decimal] = {}
    cost = len(orders) * exact(policy.trades.ticket_usd)
    for order in orders:
        if order.security not in fractions:
            fractions[order.security] = cost_fraction(household, policy, order.security)
        amount = order.amount
        spread = amount * fractions[order.security]
        cash[order.account] += -amount - spread if order.is_buy else amount - spread
        cost += spread
    return tuple(cash), cost


def _units(household: Household, washes: Washes, outflow: Sequence[Decimal]) -> tuple[UnitRun, ...]:
    if washes is NO_WASHES and not any(outflow):
        return (UnitRun(),) * len(household.units.filing_unit_id)
    totals = [dict[str, Decimal]() for _ in household.units.filing_unit_id]

    def add(unit: int, name: str, amount: Decimal) -> None:
        if amount:
            totals[unit][name] = totals[unit].get(name, ZERO) + amount

    for sale in washes.sales:
        add(sale.unit, "long" if sale.long else "short", sale.recognized)
        add(sale.unit, "deferred", sale.deferred)
        add(sale.unit, "destroyed", sale.destroyed)
        if not sale.long and sale.gain_lot:
            add(sale.unit, "positive_short", sale.gain)
    for past in washes.past:
        disallowed = past.deferred + past.destroyed
        add(past.unit, "long" if past.long else "short", disallowed - past.restated)
        add(past.unit, "deferred", past.deferred)
        add(past.unit, "destroyed", past.destroyed)
    accounts = household.accounts
    for a, out in enumerate(outflow):
        unit, treatment = int(accounts.filing_unit[a]), household.treatment[a]
        if out > ZERO:
            if treatment is TaxTreatment.DEFERRED:
                add(unit, "distribution", out)
            elif treatment is TaxTreatment.EXEMPT:
                add(unit, "roth", out)
            add(unit, "penalty", out * exact(accounts.early_penalty_rate[a]))
    return tuple(UnitRun(**total) for total in totals)


def _lockouts(household: Household, sales: Sequence[LotSale]) -> tuple[Lockout, ...]:
    securities = household.market.securities
    identicals = sorted({int(securities.identical_group[s.security]) for s in sales if s.loss_lot})
    until = household.asof + WINDOW
    return tuple(
        Lockout(str(securities.identical_names[identical]), until) for identical in identicals
    )
