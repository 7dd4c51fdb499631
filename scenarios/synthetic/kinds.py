"""The kinds of synthetic book: `etf`, `mixed`, `index`, and the large ones `family` and `office`.

Sizes are those on which solvers were measured: about 15 securities and 70 lots in 3 accounts; 60
and 450 in 5; 520 and 2,800 in 6. Menus keep the purchases that a program may consider near 42, 242
and 639: an account that may buy everything of 520 securities is not what a plan or an IRA offers.
The large ones are there for what scale alone brings out (`scenarios.synthetic.direct`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from scenarios.synthetic.direct import SIZES, direct
from scenarios.synthetic.funds import (
    BY_ID,
    CLASS_LOADINGS,
    MIXED_CLASSES,
    WIDE_FUNDS,
    class_rows,
    loadings_of,
    own_moves,
    sheltered,
    stock_popularity,
)
from scenarios.synthetic.market import AccountSlot, Market
from scenarios.synthetic.portfolios import ETF_MODELS, WIDE_MODELS
from scenarios.synthetic.shared_tables import Ingredients, assemble, class_covariance
from scenarios.synthetic.stocks import invent_stocks

KINDS = ("etf", "mixed", *SIZES)

ETF_FUNDS = (
    *("VTI", "VOO", "IVV", "VEA", "IEFA", "VWO", "IEMG", "BND", "AGG", "VTEB", "MUB"),
    *("SCHP", "VNQ", "GLD", "BIL"),
)

#: Ten factors of the mixed kind: six classes and four groups of sectors.
SECTOR_GROUPS: Mapping[str, tuple[tuple[str, ...], float]] = {
    "growth_sectors": (("technology", "communication", "discretionary"), 0.060),
    "cyclical_sectors": (("industrials", "materials", "energy"), 0.085),
    "financial_sectors": (("financials", "property"), 0.080),
    "defensive_sectors": (("health", "staples", "utilities"), 0.070),
}


def build_market(kind: str, seed: int, asof: date) -> Market:
    """Return the market of a kind of book; the same arguments give the same market.

    Raises
    ------
    ValueError
        If `kind` is not one of `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    rng = np.random.default_rng([seed, KINDS.index(kind), 0])
    if kind in SIZES:
        return assemble(direct(rng, SIZES[kind]), rng, asof)
    return assemble({"etf": _etf, "mixed": _mixed}[kind](rng), rng, asof)


def _etf(rng: np.random.Generator) -> Ingredients:
    funds = [BY_ID[name] for name in ETF_FUNDS]
    classes = sorted({fund.asset_class for fund in funds})
    plan = [name for name in ETF_FUNDS if name not in {"VTEB", "MUB", "VTI", "BND"}]
    return Ingredients(
        funds=funds,
        loadings=class_rows(funds, classes),
        factors=classes,
        covariance=class_covariance(classes),
        factor_model=False,
        class_loadings={},
        models=ETF_MODELS,
        stock_weights={},
        popularity={"VTI": 3.0, "VOO": 2.0, "VEA": 2.0, "VWO": 2.0, "BND": 2.0, "VTEB": 2.0},
        menus={"plan": plan},
        slots=(
            AccountSlot((("taxable", 1.0, None),), 2.4, False, 0.86, 4.6),
            sheltered("ira", False, 2.0, None, "plan", 1.3, 0.85),
            sheltered("roth", True, 1.0, None, "plan", 1.3, 0.80),
        ),
        block=500,
        median_wealth_usd=700_000,
        swaps=1,
        dividends_reinvested=0.0,
        lot_step=1.0,
    )


def _mixed(rng: np.random.Generator) -> Ingredients:
    stocks = invent_stocks(rng, 36, twins=0, share_step=1.0)
    wide = [BY_ID[name] for name in WIDE_FUNDS]
    own = own_moves(wide, MIXED_CLASSES)
    factors = [*MIXED_CLASSES, *own, *SECTOR_GROUPS]
    of_funds = len(MIXED_CLASSES) + len(own)
    vol = [*own.values(), *(vol for _, vol in SECTOR_GROUPS.values())]
    covariance = np.diag(np.concatenate([np.zeros(len(MIXED_CLASSES)), vol]) ** 2)
    covariance[:6, :6] = class_covariance(MIXED_CLASSES)
    loadings = np.zeros((60, len(factors)))
    loadings[:24, :of_funds] = class_rows(wide, MIXED_CLASSES)
    loadings[24:, 0] = np.round(stocks.beta, 4)
    groups = list(SECTOR_GROUPS.values())
    for i, sector in enumerate(stocks.sector):
        group = next(g for g, (members, _) in enumerate(groups) if sector in members)
        loadings[24 + i, of_funds + group] = 1.0
    ids = [fund.security_id for fund in stocks.funds]
    taxed = [name for name in WIDE_FUNDS if name not in {"VTEB", "MUB"}]
    lists = {
        "advisor": [*taxed, *ids[:22]],
        "plan": [n for n in taxed if n not in {"VTI", "BND"}],
    }
    return Ingredients(
        funds=[*wide, *stocks.funds],
        loadings=loadings,
        factors=factors,
        covariance=covariance,
        factor_model=True,
        class_loadings={name: loadings_of(name, MIXED_CLASSES) for name in CLASS_LOADINGS},
        models=WIDE_MODELS,
        stock_weights=dict(zip(ids, stocks.weight.tolist(), strict=True)),
        popularity={**stock_popularity(stocks, 4.0), "VTI": 3.0, "VOO": 2.0, "BND": 2.0},
        menus=lists,
        slots=(
            AccountSlot((("taxable", 1.0, None),), 2.2, False, 0.84, 4.8),
            AccountSlot((("taxable", 1.0, None),), 1.1, True, 0.78, 4.4),
            sheltered("ira", False, 1.6, None, "plan", 1.2, 0.78),
            sheltered("plan", True, 1.2, "advisor", "plan", 1.2, 0.90),
            sheltered("roth", True, 0.7, "advisor", "plan", 1.2, 0.72),
        ),
        block=64,
        median_wealth_usd=2_400_000,
        swaps=4,
        dividends_reinvested=0.0,
        lot_step=1.0,
    )
