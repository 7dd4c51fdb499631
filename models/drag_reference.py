"""What a class bears of yearly cost at the margin, when the target is placed best.

Tax drag counts the tax on income and not the income, so by itself it leans a plan to cash and to
whatever pays little. Counted only beyond this reference (`[tax] drag_reference = "target"`, the
default), it says which account holds what, and nothing of how much is held.

Placing the target is a transportation problem over the tax treatments k: taxable, deferred,
exempt. In a management group, class c wants the weight t_c and costs y_kc a dollar a year in
treatment k, which holds the share s_k of the group's value:

    min Σ_k,c y_kc·a_kc  with  a ≥ 0,  Σ_k a_kc = t_c,  Σ_c a_kc = s_k

With u_k the prices of room, classes bear min_k (y_kc + u_k). Prices are free up to one constant; it
is taken so that cash, placed where it is best, has none:

    π_c = min_k (y_kc + u_k) − min_k (y_k,cash + u_k)

By duality Σ h·(y − π) does not change, to first order, with the mix of a household that is placed
best. Refused: the prices of what is held today, with its menus and gains, as references: a plan
would move what it is measured by.

Cash-like holdings count their income too: cash, money-market funds, and what moves as little, such
as a fund of bills. What earns less than the best of them costs the difference, so that cash in a
sweep that pays nothing is not taken for cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, read_only, sum_by
from models.expected_flow import expected_distributions, expected_flow
from models.household import Household
from models.market import CASH, MARKETS, Market
from models.room_prices import KNOWN, room_prices

TARGET: Final = "target"
"""The policy's `drag_reference` that asks for what is computed here."""

LEAST_USD: Final = 1.0
"""Dollars. Accounts worth less have no say in the rates of a treatment: they fade to nothing."""

PLACED: Final = 16
"""Ways to place one target at one set of rates that are remembered, a number a security each."""

CALM_VOLATILITY: Final = 0.01
"""A year. Funds of treasury bills move by half of it, the calmest bond funds by four times."""


class Rates(NamedTuple):
    """Marginal rates of years to come by filing unit, fractions, each `(n_units,)`.

    All-in τ_l and τ_o on income, and τ_ret on what leaves deferred accounts.
    """

    long: Floats
    ordinary: Floats
    deferred: Floats


@lru_cache(maxsize=MARKETS)
def cash_like(market: Market) -> Bools:
    """Whether a security is cash but for its name: a money-market fund, or nearly without risk.

    One of which no risk of its own is stated is not: it may be unknown.
    """
    securities, risk = market.securities, market.risk
    loads, own = risk.exposures.toarray(), securities.specific_vol
    variance = ((loads @ risk.covariance) * loads).sum(axis=1) + own**2
    calm = np.isfinite(variance) & (variance <= CALM_VOLATILITY**2) & (own > 0.0)
    return read_only(np.asarray(securities.money_market | calm))


def best_cash_yield(household: Household) -> float:
    """What the best of cash and cash-like funds earns a year, fraction (0 if none earns)."""
    by_funds = _best_fund(household.market)
    return max(by_funds, float(household.accounts.cash_yield.max(initial=0.0)))


@lru_cache(maxsize=MARKETS)
def _best_fund(market: Market) -> float:
    securities = market.securities
    funds = cash_like(market) & securities.usable
    earned = securities.qualified_yield + securities.ordinary_yield + securities.exempt_yield
    return float(earned[funds].max(initial=0.0))


def drag_reference(household: Household, rates: Rates, scale: Floats) -> Floats:
    """π of a dollar, fraction a year, shape `(n_accounts, n_securities)`.

    A security that a target names has its own price. Any other has those of its asset classes, by
    look-through, named in the target or not; costs of a class are means over the market's
    securities, weighted by look-through. Where filing units of a group have different rates, those
    of each treatment's accounts count by value. Money-market funds are cash: 0.

    Parameters
    ----------
    household
        Its accounts, counted after all flows as they are expected, and its targets.
    rates
        Of every filing unit.
    scale
        What a dollar of each account counts in weights, shape `(n_accounts,)`.
    """
    accounts, lots, market = household.accounts, household.lots, household.market
    n = len(accounts.account_id)
    held = sum_by(lots.account, household.lot_value_usd, n) + accounts.cash + accounts.net_flow
    held = held + expected_flow(household) + expected_distributions(household)
    counted = scale * np.maximum(held, 0.0)
    taxable, deferred = household.taxable, household.deferred
    kinds = np.array([taxable, deferred, ~(taxable | deferred)])
    best = best_cash_yield(household)
    found: Floats = np.zeros((n, len(market.securities.security_id)))
    for name in household.group_targets:
        mine = household.account_target == name
        by_kind = counted * (mine & kinds)
        room = by_kind.sum(axis=1)
        if room.sum() <= 0.0:
            continue
        of_taxed, of_deferred = (
            sum_by(accounts.filing_unit, by_kind[k], len(rates.long))
            / max(float(room[k]), LEAST_USD)
            for k in range(2)
        )
        of_group = (
            float(of_taxed @ rates.long),
            float(of_taxed @ rates.ordinary),
            float(of_deferred @ rates.deferred),
        )
        costs = _known(market)(name, of_group, best)
        prices = room_prices(costs.rows, costs.weights, room / room.sum())
        found[mine] = scale[mine, None] * costs.borne(prices.tobytes())
    return found


def marginal_prices(costs: Floats, prices: Floats, cash: Floats) -> Floats:
    """π of rows that cost `costs`, `(k, n)`, at `prices` of room, `(k,)`, where cash costs `cash`.

    Any row that no treatment holds bears 0.
    """
    live = np.isfinite(prices)
    borne = (costs[live] + prices[live, None]).min(axis=0)
    return np.asarray(borne - float((cash[live] + prices[live]).min()))


class _Costs(NamedTuple):
    """What the rows of a target cost a dollar and year at some rates, `(k, n_rows)`; their weights.

    `borne` gives π of every security, `(n_securities,)`, at prices of room told as bytes. Prices
    are where kinks cross: a book's households ask for few, again and again.
    """

    rows: Floats
    weights: Floats
    borne: Callable[[bytes], Floats]


def _costs(
    market: Market, target_id: str, rates: tuple[float, float, float], best: float
) -> _Costs:
    """Costs at τ_l, τ_o and τ_ret where the best cash earns `best`."""
    target, yields = market.targets[target_id], _yields(market)
    named, place, like_cash = target.securities, yields.place, yields.money_market
    long, ordinary, deferred = rates
    taxed = yields.qualified * long + yields.ordinary * ordinary
    own = np.array([taxed, (1.0 - deferred) * yields.foreign, yields.foreign])
    means = np.array([_ratio(yields.by_class @ yearly, yields.size) for yearly in own])
    cash = np.array([best * ordinary, 0.0, 0.0])
    if CASH in place:
        means[:, place[CASH]] = cash
    rows = [means[:, place[name]] if name in place else cash for name in target.classes]
    rows += [own[:, one] if not like_cash[one] else cash for one in named.tolist()]
    wanted = np.concatenate([target.class_weights, target.security_weights])

    @lru_cache(maxsize=PLACED)
    def borne(told: bytes) -> Floats:
        prices = np.frombuffer(told)
        found = np.asarray(market.risk.class_weights @ marginal_prices(means, prices, cash))
        found[named] = marginal_prices(own[:, named], prices, cash)
        found[like_cash] = 0.0
        return read_only(found)

    return _Costs(np.array(rows).T, wanted, borne)


@lru_cache(maxsize=MARKETS)
def _known(market: Market) -> Callable[[str, tuple[float, float, float], float], _Costs]:
    """Costs of one market, remembered as long as the market is."""
    return lru_cache(maxsize=KNOWN)(partial(_costs, market))


class _Yields(NamedTuple):
    """Yields of a market's securities, `(n,)`, 0 where unknown or cash, and who is of which class.

    `by_class`, `(n_classes, n)`, weights what is long by look-through, `size` adds it up.
    """

    place: dict[str, int]
    money_market: Bools
    qualified: Floats
    ordinary: Floats
    foreign: Floats
    by_class: sparse.csc_array
    size: Floats


@lru_cache(maxsize=MARKETS)
def _yields(market: Market) -> _Yields:
    securities, risk = market.securities, market.risk
    qualified, ordinary = securities.qualified_yield, securities.ordinary_yield
    foreign = securities.foreign_tax_yield
    known = securities.usable & ~securities.money_market
    known &= np.isfinite(qualified) & np.isfinite(ordinary) & np.isfinite(foreign)
    by_class = risk.class_weights.maximum(0.0).T
    return _Yields(
        place={name: column for column, name in enumerate(risk.classes)},
        money_market=securities.money_market,
        qualified=np.where(known, qualified, 0.0),
        ordinary=np.where(known, ordinary, 0.0),
        foreign=np.where(known, foreign, 0.0),
        by_class=by_class,
        size=by_class @ known.astype(float),
    )


def _ratio(sums: Floats, sizes: Floats) -> Floats:
    """Return sums over sizes, 0 where there is no size: a class of no security bears nothing."""
    return np.divide(sums, sizes, out=np.zeros(len(sums)), where=sizes > 0.0)
