"""The shared tables of a synthetic market, and the market put together from them.

The three kinds differ in what they contain (`scenarios.synthetic.kinds`), not in how it is laid
out; this file lays it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from scenarios.book_files import COLUMNS
from scenarios.sample_market import Fund
from scenarios.sample_risk import CORRELATION_PERCENT, VOLATILITY
from scenarios.synthetic.market import (
    AccountSlot,
    Floats,
    Ints,
    Market,
    simulate_past,
    trading_days,
)

#: Expected yearly price return (without distributions) of the simulated past, by class.
PRICE_DRIFT: Mapping[str, float] = {
    "us_equity": 0.085,
    "us_small_value": 0.075,
    "developed": 0.05,
    "emerging": 0.035,
    "us_bond": -0.004,
    "muni": 0.0,
    "tips": 0.002,
    "long_treasury": -0.015,
    "high_yield": -0.01,
    "reit": 0.02,
    "gold": 0.08,
    "commodities": 0.01,
    "bills": 0.0,
}


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a kind of market is made of.

    Attributes
    ----------
    funds
        The securities, in order.
    loadings
        Exposures to `factors`, `(n_securities, k)`.
    factors
        Names of the factors (or classes) of the covariance, `(k,)`.
    covariance
        Annual covariance, `(k, k)`.
    factor_model
        Whether the book states factor loadings (else the factors are the asset classes).
    class_loadings
        Loadings of classes that are no factors themselves.
    models
        Model portfolio to class weights.
    stock_weights
        Weight of single stocks within "us_equity" of the models named ``*-direct``.
    menus, slots, block, median_wealth_usd, swaps, dividends_reinvested, lot_step
        See `Market`.
    """

    funds: Sequence[Fund]
    loadings: Floats
    factors: Sequence[str]
    covariance: Floats
    factor_model: bool
    class_loadings: Mapping[str, Mapping[str, float]]
    models: Mapping[str, Mapping[str, float]]
    stock_weights: Mapping[str, float]
    popularity: Mapping[str, float]
    menus: Mapping[str, Sequence[str]]
    slots: tuple[AccountSlot, ...]
    block: int
    median_wealth_usd: float
    swaps: int
    dividends_reinvested: float
    lot_step: float


def class_covariance(classes: Sequence[str]) -> Floats:
    """Return the annual covariance of asset classes from the stated figures, `(k, k)`."""
    names = list(VOLATILITY)
    index = [names.index(name) for name in classes]
    correlation = np.eye(len(names))
    for i, row in enumerate(CORRELATION_PERCENT):
        for j, percent in enumerate(row):
            correlation[i, j] = correlation[j, i] = percent / 100
    vol = np.array([VOLATILITY[name] for name in classes])
    result: Floats = correlation[np.ix_(index, index)] * np.outer(vol, vol)
    return result


def assemble(parts: Ingredients, rng: np.random.Generator, asof: date) -> Market:
    """Lay out the shared tables and simulate the past."""
    funds = parts.funds
    classes = sorted({fund.asset_class for fund in funds})
    class_of = np.array([classes.index(fund.asset_class) for fund in funds])
    price = np.array([fund.price for fund in funds])
    specific = np.array([fund.specific_vol for fund in funds])
    drift = np.array([PRICE_DRIFT[fund.asset_class] for fund in funds])
    singles = np.array([fund.security_id in parts.stock_weights for fund in funds])
    drift = drift + np.where(singles, rng.normal(-0.02, 0.06, len(funds)), 0.0)
    days = trading_days(asof)
    path = simulate_past(rng, price, drift, parts.loadings, parts.covariance, specific)
    ids = np.array([fund.security_id for fund in funds], dtype=object)
    popularity = np.array([parts.popularity.get(fund.security_id, 1.0) for fund in funds])
    popularity = popularity / np.bincount(class_of, popularity)[class_of]
    weights = [[row.get(name, 0.0) for name in classes] for row in parts.models.values()]
    return Market(
        tables=shared_tables(parts, asof),
        slots=parts.slots,
        block=parts.block,
        median_wealth_usd=parts.median_wealth_usd,
        swaps=parts.swaps,
        dividends_reinvested=parts.dividends_reinvested,
        security_id=ids,
        price=price,
        lot_step=np.full(len(funds), parts.lot_step),
        yields=np.array([[f.qualified, f.ordinary, f.exempt] for f in funds]).T,
        popularity=popularity,
        classes=np.array(classes, dtype=object),
        class_of=class_of,
        target_id=np.array(list(parts.models), dtype=object),
        target_weights=np.array(weights),
        menus={
            name: np.isin(ids.astype(str), np.array(allowed, dtype=str))
            for name, allowed in parts.menus.items()
        },
        identical_of=identical_groups(funds),
        substitute=substitutes(funds),
        days=days,
        path=path,
    )


def identical_groups(funds: Sequence[Fund]) -> Ints:
    """Return the index of each security's identical group: the first security of the same group."""
    first: dict[str, int] = {}
    identicals = [
        first.setdefault(f.identical_group or f.security_id, i) for i, f in enumerate(funds)
    ]
    return np.array(identicals, dtype=np.int64)


def substitutes(funds: Sequence[Fund]) -> Ints:
    """Return, for each security, the next one of its class that is not identical to it."""
    result = np.full(len(funds), -1, dtype=np.int64)
    for i, fund in enumerate(funds):
        for step in range(1, len(funds)):
            j = (i + step) % len(funds)
            other = funds[j]
            same = (
                fund.identical_group is not None and fund.identical_group == other.identical_group
            )
            if other.asset_class == fund.asset_class and not same:
                result[i] = j
                break
    return result


def shared_tables(parts: Ingredients, asof: date) -> dict[str, pd.DataFrame]:
    """Return securities, risk, targets and menus as frames with the contract's columns."""
    priced = np.busday_offset(np.datetime64(asof, "D"), 0, roll="backward").astype(object)
    tables = {
        "securities": pd.DataFrame(
            [
                {
                    "security_id": fund.security_id,
                    "price": fund.price,
                    "price_date": priced,
                    "asset_class": fund.asset_class,
                    "half_spread_bps": float(fund.half_spread_bps),
                    "share_step": fund.share_step,
                    "identical_group": fund.identical_group,
                    "qualified_yield": fund.qualified,
                    "ordinary_yield": fund.ordinary,
                    "exempt_yield": fund.exempt,
                    "foreign_tax_yield": fund.foreign_tax,
                    "specific_vol": fund.specific_vol,
                    "rank": None,
                }
                for fund in parts.funds
            ],
            columns=list(COLUMNS["securities"]),
        ),
        "targets": pd.DataFrame(_target_rows(parts), columns=list(COLUMNS["targets"])),
        "menus": pd.DataFrame(
            [(menu, name) for menu, allowed in parts.menus.items() for name in allowed],
            columns=list(COLUMNS["menus"]),
        ),
    }
    pairs = [
        (parts.factors[i], parts.factors[j], round(float(parts.covariance[i, j]), 12))
        for i in range(len(parts.factors))
        for j in range(i + 1)
    ]
    risk = "factor_covariance" if parts.factor_model else "covariance"
    tables[risk] = pd.DataFrame(pairs, columns=list(COLUMNS[risk]))
    if parts.factor_model:
        rows = [
            (fund.security_id, factor, round(float(value), 6))
            for fund, row in zip(parts.funds, parts.loadings, strict=True)
            for factor, value in zip(parts.factors, row, strict=True)
            if value != 0.0
        ]
        rows += [
            (name, factor, value)
            for name, row in parts.class_loadings.items()
            for factor, value in row.items()
        ]
        tables["factor_loadings"] = pd.DataFrame(rows, columns=list(COLUMNS["factor_loadings"]))
    return tables


def _target_rows(parts: Ingredients) -> list[tuple[str, str | None, str | None, float, None]]:
    rows: list[tuple[str, str | None, str | None, float, None]] = []
    for model, weights in parts.models.items():
        for name, weight in weights.items():
            if model.endswith("-direct") and name == "us_equity":
                rows += [
                    (model, None, stock, share, None)
                    for stock, share in _spread_out(parts.stock_weights, weight).items()
                ]
            else:
                rows.append((model, name, None, weight, None))
    return rows


def _spread_out(stock_weights: Mapping[str, float], total: float) -> dict[str, float]:
    """Return stock weights to eight decimals that sum to `total`; the largest takes the rest."""
    scale = total / sum(stock_weights.values())
    shares = {name: round(weight * scale, 8) for name, weight in stock_weights.items()}
    largest = max(shares, key=lambda name: shares[name])
    shares[largest] = round(shares[largest] + total - sum(shares.values()), 8)
    return shares
