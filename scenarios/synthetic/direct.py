"""Books of single stocks: `index` (direct indexing), and two that are large.

`index` is the size on which solvers were measured. `family` has ten accounts, three of them taxable
and open to every stock, with 520 securities and about 5,000 lots; `office` 3,020 securities and
about 20,000 lots. What only scale brings out (a position of a few dollars on which a harvest of
thousands rests) is rare elsewhere and certain there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scenarios.sample_risk import VOLATILITY
from scenarios.synthetic.funds import (
    BY_ID,
    WIDE_FUNDS,
    class_rows,
    loadings_of,
    own_moves,
    sheltered,
    stock_popularity,
)
from scenarios.synthetic.market import AccountSlot
from scenarios.synthetic.portfolios import INDEX_MODELS
from scenarios.synthetic.shared_tables import Ingredients, class_covariance
from scenarios.synthetic.stocks import SECTORS, STYLES, WEIGHT_FALL, invent_stocks


@dataclass(frozen=True, slots=True)
class Size:
    """How large a book of single stocks is.

    Attributes
    ----------
    stocks
        Single stocks beside the 24 funds.
    fall
        How fast weights fall off: the index weight of rank n goes as n^−fall.
    slots
        Accounts of a household.
    block, median_wealth_usd, dividends_reinvested
        See `Market`.
    """

    stocks: int
    fall: float
    slots: tuple[AccountSlot, ...]
    block: int
    median_wealth_usd: float
    dividends_reinvested: float = 0.0


def _brokerage(size: float, second: bool, held: float, lots: float) -> AccountSlot:
    return AccountSlot((("taxable", 1.0, None),), size, second, held, lots)


def _funds_only(name: str, second: bool, size: float, held: float) -> AccountSlot:
    return sheltered(name, second, size, "funds", "plan", 1.1, held)


_SHELTERED = (
    _funds_only("ira", False, 1.2, 0.80),
    _funds_only("roth", False, 0.6, 0.75),
    _funds_only("plan", False, 1.0, 0.80),
    _funds_only("ira", True, 0.8, 0.80),
    _funds_only("roth", True, 0.5, 0.75),
)

_MORE = (_funds_only("plan", True, 0.6, 0.80), _funds_only("ira", False, 0.4, 0.60))

_INDEX = Size(
    stocks=496,
    fall=WEIGHT_FALL,
    slots=(_brokerage(4.0, False, 0.98, 5.5), *_SHELTERED),
    block=16,
    median_wealth_usd=6_500_000,
)

_FAMILY = replace(
    _INDEX,
    slots=(
        _brokerage(4.0, False, 0.98, 4.4),
        _brokerage(2.0, True, 0.90, 3.2),
        _brokerage(1.5, False, 0.80, 2.6),
        *_SHELTERED,
        *_MORE,
    ),
    block=8,
    median_wealth_usd=12_000_000,
    dividends_reinvested=0.1,
)

_OFFICE = replace(
    _FAMILY,
    stocks=2_996,
    fall=0.35,
    slots=(
        _brokerage(4.0, False, 0.98, 5.2),
        _brokerage(2.0, True, 0.90, 3.9),
        _brokerage(1.5, False, 0.80, 3.2),
        *_SHELTERED,
        *_MORE,
    ),
    block=2,
    median_wealth_usd=60_000_000,
)

SIZES: Mapping[str, Size] = {"index": _INDEX, "family": _FAMILY, "office": _OFFICE}


def direct(rng: np.random.Generator, size: Size) -> Ingredients:
    """Return what a book of single stocks is made of."""
    stocks = invent_stocks(rng, size.stocks, twins=2, share_step=0.001, fall=size.fall)
    wide = [BY_ID[name] for name in WIDE_FUNDS]
    macro = [name for name in VOLATILITY if name != "us_small_value"]
    own = own_moves(wide, macro)
    factors = [*macro, *own, *SECTORS, *STYLES]
    of_funds, of_stocks = len(macro) + len(own), len(SECTORS) + len(STYLES)
    vol = [*own.values(), *(vol for _, _, vol, _ in SECTORS.values()), *STYLES.values()]
    covariance = np.diag(np.concatenate([np.zeros(len(macro)), vol]) ** 2)
    covariance[: len(macro), : len(macro)] = class_covariance(macro)
    loadings = np.zeros((len(wide) + size.stocks, of_funds + of_stocks))
    loadings[:24, :of_funds] = class_rows(wide, macro)
    loadings[24:, 0] = np.round(stocks.beta, 4)
    sectors = list(SECTORS)
    for i, sector in enumerate(stocks.sector):
        loadings[24 + i, of_funds + sectors.index(sector)] = 1.0
    loadings[24:, -len(STYLES) :] = stocks.styles
    centre = stocks.weight @ loadings[24:, of_funds:]
    loadings[24:, of_funds:] = np.round(loadings[24:, of_funds:] - centre, 6)
    ids = [fund.security_id for fund in stocks.funds]
    plan = [name for name in WIDE_FUNDS if name not in {"VTEB", "MUB", "VTI", "BND"}]
    return Ingredients(
        funds=[*wide, *stocks.funds],
        loadings=loadings,
        factors=factors,
        covariance=covariance,
        factor_model=True,
        class_loadings={"us_small_value": loadings_of("us_small_value", macro)},
        models=INDEX_MODELS,
        stock_weights=dict(zip(ids, stocks.weight.tolist(), strict=True)),
        popularity={**stock_popularity(stocks, 60.0), "VTI": 2.0},
        menus={"funds": list(WIDE_FUNDS), "plan": plan},
        slots=size.slots,
        block=size.block,
        median_wealth_usd=size.median_wealth_usd,
        swaps=14,
        dividends_reinvested=size.dividends_reinvested,
        lot_step=0.001,
    )
