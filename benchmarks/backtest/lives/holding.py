"""Days between two looks: prices move, dividends arrive, some of them buy shares by themselves.

Positions stand still but for reinvestment, so a whole stretch of days is a few matrix products; no
lot is touched. Dividends count on their ex-dividend date. In an account that reinvests, the stretch
is cut at every dividend, and the purchase goes through the ledger like any other: it opens and
closes wash-sale windows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

import numpy as np

from benchmarks.backtest.market.stage import Stage
from benchmarks.backtest.taxes.tax_year import Income
from models.arrays import Bools, Floats, Ints, read_only
from models.household import Household, ScheduledBuys
from models.ledger.costs import cost_fraction
from models.ledger.exact import exact
from models.ledger.next_year import carried_out
from models.market import Market
from models.order import Order, Side, order_id
from models.policy import Policy

SHARE_STEP = Decimal("0.001")
"""Shares. Reinvestment buys fractions."""

WINDOW_DAYS = 30
"""Calendar days ahead for which reinvestments are announced."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What some days brought.

    `growth` is V_d/V_{d−1} by day, before any flow, shape `(n_days,)`; `income` is by filing unit;
    `cost` is what reinvestment cost, `bought` what it bought, and `disallowed` the earlier losses
    that it washed, dollars.
    """

    growth: Floats
    income: tuple[Income, ...]
    cost: float
    bought: float
    disallowed: float


def shares_held(household: Household) -> Floats:
    """Return shares by account and security, `(n_accounts, n_securities)`."""
    held: Floats = np.zeros(
        (len(household.accounts.account_id), len(household.market.securities.security_id))
    )
    np.add.at(held, (household.lots.account, household.lots.security), household.lots.shares)
    return held


def hold(
    stage: Stage, household: Household, policy: Policy, first: int, last: int
) -> tuple[Household, Stretch]:
    """Live from the close of row `first` to the close of row `last`.

    Returns
    -------
    Household
        As of `last`, dividends in cash or reinvested; its market is still that of the look.
    Stretch
        What happened.
    """
    nobody = [Income() for _ in household.units.filing_unit_id]
    growth: list[Floats] = []
    income, cost, bought, disallowed = nobody, 0.0, 0.0, 0.0
    for start, end in _cuts(stage, household, first, last):
        held, cash = shares_held(household), household.accounts.cash
        paid = stage.history.dividends[start + 1 : end + 1]
        to_cash = held @ paid.T
        earned = np.cumprod(1.0 + stage.cash_returns[start + 1 : end + 1]) - 1.0
        path = stage.close[start : end + 1] @ held.sum(axis=0) + cash.sum()
        path[1:] += np.cumsum(to_cash.sum(axis=0)) + np.maximum(cash, 0.0).sum() * earned
        growth.append(path[1:] / path[:-1])
        received = held * paid.sum(axis=0)
        interest = np.maximum(cash, 0.0) * earned[-1]
        income = _with_income(stage, household, received, interest, income)
        household = replace(
            household,
            asof=stage.history.days[end].item(),
            accounts=replace(
                household.accounts,
                cash=read_only(np.round(cash + received.sum(axis=1) + interest, 2)),
            ),
        )
        orders = _reinvestments(stage, household, policy, held * paid[-1], end)
        if orders:
            here = replace(household, market=_priced(stage, household, end))
            after, ledger = carried_out(here, policy, orders, ())
            household = replace(after, market=household.market)
            cost += float(ledger.cost)
            bought += float(sum(order.amount for order in orders))
            disallowed += float(sum((u.deferred + u.destroyed for u in ledger.units), Decimal(0)))
    every = np.concatenate(growth) if growth else np.array([])
    return household, Stretch(every, tuple(income), cost, bought, disallowed)


def announced(stage: Stage, household: Household, row: int) -> ScheduledBuys:
    """Return the reinvestments of the next 30 days, as a household would know them."""
    held = (shares_held(household) > 0) & household.accounts.reinvests[:, None]
    last = int(
        np.searchsorted(
            stage.history.days,
            stage.history.days[row] + np.timedelta64(WINDOW_DAYS, "D"),
            side="right",
        )
    )
    days, funds = np.nonzero(stage.history.dividends[row + 1 : last])
    where = [(a, int(f), d) for d, f in zip(days, funds, strict=True) for a in _rows(held[:, f])]
    return ScheduledBuys(
        account=read_only(np.array([a for a, _, _ in where], np.int64)),
        security=read_only(np.array([f for _, f, _ in where], np.int64)),
        date=read_only(
            np.array([stage.history.days[row + 1 + d] for _, _, d in where], "datetime64[D]")
        ),
    )


def _rows(flags: Bools) -> list[int]:
    found: list[int] = np.flatnonzero(flags).tolist()
    return found


def _cuts(stage: Stage, household: Household, first: int, last: int) -> list[tuple[int, int]]:
    """Return stretches of rows that end where a dividend is reinvested, and at `last`."""
    ends: Ints = np.array([], np.int64)
    if household.accounts.reinvests.any():
        held = shares_held(household)[household.accounts.reinvests].sum(axis=0) > 0
        pays = (stage.history.dividends[first + 1 : last + 1] * held).any(axis=1)
        ends = first + 1 + np.flatnonzero(pays)
    rows = sorted({first, *ends.tolist(), last})
    return list(pairwise(rows))


def _with_income(
    stage: Stage, household: Household, received: Floats, interest: Floats, income: list[Income]
) -> list[Income]:
    """Add the dividends of a stretch by kind, and interest as ordinary income."""
    funds, taxable = stage.history.funds, household.taxable
    kinds = np.array([[fund.qualified, fund.ordinary, fund.exempt] for fund in funds])
    by_kind = received @ kinds
    by_kind[:, 1] += interest
    total = list(income)
    for a in np.flatnonzero(taxable & by_kind.any(axis=1)).tolist():
        u = int(household.accounts.filing_unit[a])
        total[u] = total[u].plus(Income(*(float(x) for x in by_kind[a])))
    return total


def _reinvestments(
    stage: Stage, household: Household, policy: Policy, paid: Floats, row: int
) -> tuple[Order, ...]:
    """Return purchases of fractional shares with the dividends of a day."""
    names = household.market.securities.security_id
    orders = []
    for a in np.flatnonzero(household.accounts.reinvests).tolist():
        account_id = str(household.accounts.account_id[a])
        for k in np.flatnonzero(paid[a] > 0).tolist():
            price = exact(stage.close[row, k])
            each = price * (1 + cost_fraction(household, policy, k))
            shares = (exact(round(float(paid[a, k]), 2)) / each).quantize(SHARE_STEP, ROUND_DOWN)
            if shares > 0:
                name = order_id(household.asof, account_id, str(names[k]), Side.BUY) + "/reinvested"
                orders.append(Order(name, account_id, str(names[k]), Side.BUY, shares, price))
    return tuple(orders)


def _priced(stage: Stage, household: Household, row: int) -> Market:
    market = household.market
    price = read_only(np.where(stage.close[row] > 0, stage.close[row], 1.0))
    return replace(market, securities=replace(market.securities, price=price))
