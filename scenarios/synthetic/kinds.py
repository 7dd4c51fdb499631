"""The three kinds of synthetic book: `etf`, `mixed` and `index`.

Sizes are those on which solvers were measured: about 15 securities and 70 lots in 3 accounts; 60
and 450 in 5; 520 and 2,800 in 6. Menus keep the purchases that a program may consider near 42, 242
and 639: an account that may buy everything of 520 securities is not what a plan or an IRA offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from scenarios.sample_market import EXPOSURES, FUNDS, Fund
from scenarios.sample_risk import VOLATILITY
from scenarios.synthetic.market import AccountSlot, Floats, Market
from scenarios.synthetic.portfolios import ETF_MODELS, INDEX_MODELS, WIDE_MODELS
from scenarios.synthetic.shared_tables import Ingredients, assemble, class_covariance
from scenarios.synthetic.stocks import SECTORS, STYLES, Stocks, invent_stocks

BY_ID: Mapping[str, Fund] = {fund.security_id: fund for fund in FUNDS}

KINDS = ("etf", "mixed", "index")

ETF_FUNDS = (
    *("VTI", "VOO", "IVV", "VEA", "IEFA", "VWO", "IEMG", "BND", "AGG", "VTEB", "MUB"),
    *("SCHP", "VNQ", "GLD", "BIL"),
)

WIDE_FUNDS = (
    *("VTI", "ITOT", "VOO", "IVV", "VBR", "AVUV", "VEA", "IEFA", "VWO", "IEMG", "BND", "AGG"),
    *("VTEB", "MUB", "SCHP", "TIP", "TLT", "HYG", "VNQ", "SCHH", "GLD", "IAU", "PDBC", "BIL"),
)

#: Ten factors of the mixed kind: six classes and four groups of sectors.
MIXED_CLASSES = ("us_equity", "developed", "emerging", "us_bond", "reit", "gold")
SECTOR_GROUPS: Mapping[str, tuple[tuple[str, ...], float]] = {
    "growth_sectors": (("technology", "communication", "discretionary"), 0.060),
    "cyclical_sectors": (("industrials", "materials", "energy"), 0.085),
    "financial_sectors": (("financials", "property"), 0.080),
    "defensive_sectors": (("health", "staples", "utilities"), 0.070),
}

#: What the other classes load on where they are no factors (regression on the monthly history
#: named in `scenarios.sample_market`, rounded), and the specific volatility that leaves.
CLASS_LOADINGS: Mapping[str, tuple[Mapping[str, float], float]] = {
    "us_small_value": ({"us_equity": 1.15}, 0.080),
    "muni": ({"us_bond": 0.80}, 0.036),
    "tips": ({"us_bond": 0.92, "us_equity": 0.05}, 0.035),
    "long_treasury": ({"us_bond": 2.60}, 0.075),
    "high_yield": ({"us_equity": 0.42, "us_bond": 0.50}, 0.060),
    "commodities": ({"us_equity": 0.50, "gold": 0.25}, 0.160),
    "bills": ({"us_bond": 0.02}, 0.005),
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
    builders = {"etf": _etf, "mixed": _mixed, "index": _index}
    return assemble(builders[kind](rng), rng, asof)


def _sheltered(
    name: str, second: bool, size: float, menu: str | None, plan: str, lots: float, held: float
) -> AccountSlot:
    choices = {
        "ira": (("traditional_ira", 0.62, menu), ("401k", 0.38, plan)),
        "plan": (("401k", 1.0, plan),),
        "roth": (("roth_ira", 0.86, menu), ("roth_401k", 0.08, plan), ("hsa", 0.06, menu)),
    }
    return AccountSlot(choices[name], size, second, held, lots)


def _etf(rng: np.random.Generator) -> Ingredients:
    funds = [BY_ID[name] for name in ETF_FUNDS]
    classes = sorted({fund.asset_class for fund in funds})
    plan = [name for name in ETF_FUNDS if name not in {"VTEB", "MUB", "VTI", "BND"}]
    return Ingredients(
        funds=funds,
        loadings=_class_rows(funds, classes),
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
            _sheltered("ira", False, 2.0, None, "plan", 1.3, 0.85),
            _sheltered("roth", True, 1.0, None, "plan", 1.3, 0.80),
        ),
        block=500,
        median_wealth_usd=700_000,
        swaps=1,
        lot_step=1.0,
    )


def _mixed(rng: np.random.Generator) -> Ingredients:
    stocks = invent_stocks(rng, 36, twins=0, share_step=1.0)
    wide = [_with_class_risk(BY_ID[name]) for name in WIDE_FUNDS]
    factors = [*MIXED_CLASSES, *SECTOR_GROUPS]
    covariance = np.zeros((len(factors), len(factors)))
    covariance[:6, :6] = class_covariance(MIXED_CLASSES)
    for i, (_, vol) in enumerate(SECTOR_GROUPS.values()):
        covariance[6 + i, 6 + i] = vol**2
    loadings = np.zeros((60, len(factors)))
    loadings[:24, :6] = _class_rows(wide, MIXED_CLASSES)
    loadings[24:, 0] = np.round(stocks.beta, 4)
    groups = list(SECTOR_GROUPS.values())
    for i, sector in enumerate(stocks.sector):
        group = next(g for g, (members, _) in enumerate(groups) if sector in members)
        loadings[24 + i, 6 + group] = 1.0
    ids = [fund.security_id for fund in stocks.funds]
    sheltered = [name for name in WIDE_FUNDS if name not in {"VTEB", "MUB"}]
    lists = {
        "advisor": [*sheltered, *ids[:22]],
        "plan": [n for n in sheltered if n not in {"VTI", "BND"}],
    }
    return Ingredients(
        funds=[*wide, *stocks.funds],
        loadings=loadings,
        factors=factors,
        covariance=covariance,
        factor_model=True,
        class_loadings={name: row for name, (row, _) in CLASS_LOADINGS.items()},
        models=WIDE_MODELS,
        stock_weights=dict(zip(ids, stocks.weight.tolist(), strict=True)),
        popularity={**_stock_popularity(stocks, 4.0), "VTI": 3.0, "VOO": 2.0, "BND": 2.0},
        menus=lists,
        slots=(
            AccountSlot((("taxable", 1.0, None),), 2.2, False, 0.84, 4.8),
            AccountSlot((("taxable", 1.0, None),), 1.1, True, 0.78, 4.4),
            _sheltered("ira", False, 1.6, None, "plan", 1.2, 0.78),
            _sheltered("plan", True, 1.2, "advisor", "plan", 1.2, 0.90),
            _sheltered("roth", True, 0.7, "advisor", "plan", 1.2, 0.72),
        ),
        block=64,
        median_wealth_usd=2_400_000,
        swaps=4,
        lot_step=1.0,
    )


def _index(rng: np.random.Generator) -> Ingredients:
    stocks = invent_stocks(rng, 496, twins=2, share_step=0.001)
    wide = [BY_ID[name] for name in WIDE_FUNDS]
    macro = [name for name in VOLATILITY if name != "us_small_value"]
    factors = [*macro, *SECTORS, *STYLES]
    covariance = np.zeros((30, 30))
    covariance[:12, :12] = class_covariance(macro)
    for i, (_, _, vol, _) in enumerate(SECTORS.values()):
        covariance[12 + i, 12 + i] = vol**2
    for i, vol in enumerate(STYLES.values()):
        covariance[23 + i, 23 + i] = vol**2
    loadings = np.zeros((520, 30))
    loadings[:24, :12] = _class_rows(wide, macro)
    loadings[24:, 0] = np.round(stocks.beta, 4)
    sectors = list(SECTORS)
    for i, sector in enumerate(stocks.sector):
        loadings[24 + i, 12 + sectors.index(sector)] = 1.0
    loadings[24:, 23:] = stocks.styles
    centre = stocks.weight @ loadings[24:, 12:]
    loadings[24:, 12:] = np.round(loadings[24:, 12:] - centre, 6)
    ids = [fund.security_id for fund in stocks.funds]
    plan = [name for name in WIDE_FUNDS if name not in {"VTEB", "MUB", "VTI", "BND"}]
    return Ingredients(
        funds=[*(_with_class_risk(f, macro) for f in wide), *stocks.funds],
        loadings=loadings,
        factors=factors,
        covariance=covariance,
        factor_model=True,
        class_loadings={"us_small_value": CLASS_LOADINGS["us_small_value"][0]},
        models=INDEX_MODELS,
        stock_weights=dict(zip(ids, stocks.weight.tolist(), strict=True)),
        popularity={**_stock_popularity(stocks, 60.0), "VTI": 2.0},
        menus={"funds": list(WIDE_FUNDS), "plan": plan},
        slots=(
            AccountSlot((("taxable", 1.0, None),), 4.0, False, 0.98, 5.5),
            _sheltered("ira", False, 1.2, "funds", "plan", 1.1, 0.80),
            _sheltered("roth", False, 0.6, "funds", "plan", 1.1, 0.75),
            _sheltered("plan", False, 1.0, "funds", "plan", 1.1, 0.80),
            _sheltered("ira", True, 0.8, "funds", "plan", 1.1, 0.80),
            _sheltered("roth", True, 0.5, "funds", "plan", 1.1, 0.75),
        ),
        block=16,
        median_wealth_usd=6_500_000,
        swaps=14,
        lot_step=0.001,
    )


def _class_rows(funds: Sequence[Fund], factors: Sequence[str]) -> Floats:
    """Return exposures of funds to classes, by look-through, `(n_funds, k)`."""
    rows = np.zeros((len(funds), len(factors)))
    for i, fund in enumerate(funds):
        exposure = EXPOSURES.get(fund.security_id, {fund.asset_class: 1.0})
        for name, weight in exposure.items():
            spread = {name: 1.0} if name in factors else CLASS_LOADINGS[name][0]
            for factor, loading in spread.items():
                rows[i, list(factors).index(factor)] += weight * loading
    return rows


def _with_class_risk(fund: Fund, factors: Sequence[str] = MIXED_CLASSES) -> Fund:
    """Return the fund with the specific risk that its class has beside the factors."""
    if fund.asset_class in factors:
        return fund
    extra = CLASS_LOADINGS[fund.asset_class][1]
    vol = round(float(np.hypot(fund.specific_vol, extra)), 4)
    return replace(fund, specific_vol=vol)


def _stock_popularity(stocks: Stocks, total: float) -> dict[str, float]:
    return {
        fund.security_id: float(total * weight)
        for fund, weight in zip(stocks.funds, stocks.weight, strict=True)
    }
