"""The market of the sample book: funds, stocks and look-through, as data.

Figures, and where they come from:

* Prices are closes of 1 May 2026, carried to the as-of date: plausible, not quotes.
* Yields are cash distributions of the twelve months to 1 May 2026 over that close. Their split
  (95% qualified for US shares, about 70% for developed and 40% for emerging markets, none for
  property and bonds) follows the funds' usual year-end tax letters; foreign tax withheld is about
  7% of the distributions of funds abroad, 10% in emerging markets.
* Half-spreads follow fund size: 0.5 to 1 bp above $50bn, 1 to 2 bp above $5bn, 3 bp and more below.
* Volatilities and correlations are sample figures of monthly total returns, January 2008 to April
  2026 (220 months), of VTI, VBR, VEA, VWO, BND, MUB, TIP, TLT, HYG, VNQ, GLD, DBC and BIL.
* The specific volatility of a fund is the annual tracking error of its monthly returns against its
  class's own proxy, January 2016 to April 2026; a proxy itself carries 0.2%.
* The two single stocks, the fund company's and the 401(k) plan's pools are invented; the stocks'
  specific volatilities are those of ordinary large companies.

Identical groups are stated where one fund is a share class or a twin of the other: same fund in
another wrapper, same index for the S&P 500 funds (the careful reading; no authority settles it),
and the two gold trusts, which hold the same metal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fund:
    """One row of the securities table; yields and volatility are yearly fractions."""

    security_id: str
    asset_class: str
    price: float
    half_spread_bps: float
    qualified: float = 0.0
    ordinary: float = 0.0
    exempt: float = 0.0
    foreign_tax: float = 0.0
    specific_vol: float = 0.002
    rank: int | None = None
    identical_group: str | None = None
    share_step: float = 1.0


#: Fractional shares of mutual funds and plan pools, in shares.
FUND_STEP = 0.001

FUNDS: tuple[Fund, ...] = (
    Fund(
        "VTI", "us_equity", 355.29, 0.5, 0.0101, 0.0005, rank=1, identical_group="vanguard-total-us"
    ),
    Fund("ITOT", "us_equity", 157.76, 0.6, 0.0097, 0.0005, specific_vol=0.0027, rank=2),
    Fund("SCHB", "us_equity", 27.82, 1.5, 0.0101, 0.0005, specific_vol=0.0032, rank=3),
    Fund(
        "VOO",
        "us_equity",
        662.52,
        0.5,
        0.0103,
        0.0005,
        specific_vol=0.0142,
        rank=4,
        identical_group="sp500",
    ),
    Fund(
        "IVV",
        "us_equity",
        724.01,
        0.5,
        0.0105,
        0.0006,
        specific_vol=0.0148,
        rank=5,
        identical_group="sp500",
    ),
    Fund(
        "VTSAX",
        "us_equity",
        171.40,
        0.0,
        0.0100,
        0.0005,
        rank=6,
        identical_group="vanguard-total-us",
        share_step=FUND_STEP,
    ),
    Fund("SSO", "us_equity", 63.31, 2.0, 0.0030, 0.0037, specific_vol=0.0250),
    Fund("HLIX", "us_equity", 214.60, 1.5, 0.0060, specific_vol=0.32),
    Fund("GRNT", "us_equity", 88.15, 1.5, 0.0210, specific_vol=0.24),
    Fund("VBR", "us_small_value", 231.77, 1.0, 0.0152, 0.0027, rank=1),
    Fund("AVUV", "us_small_value", 119.96, 2.0, 0.0119, 0.0010, specific_vol=0.045, rank=2),
    Fund("VEA", "developed", 68.72, 0.7, 0.0191, 0.0082, foreign_tax=0.0019, rank=1),
    Fund(
        "IEFA",
        "developed",
        95.39,
        0.6,
        0.0233,
        0.0100,
        foreign_tax=0.0023,
        specific_vol=0.0131,
        rank=2,
    ),
    Fund(
        "VXUS",
        "developed",
        82.97,
        0.6,
        0.0171,
        0.0105,
        foreign_tax=0.0021,
        specific_vol=0.006,
        rank=3,
    ),
    Fund("VWO", "emerging", 58.99, 0.9, 0.0098, 0.0148, foreign_tax=0.0025, rank=1),
    Fund(
        "IEMG",
        "emerging",
        78.65,
        0.7,
        0.0094,
        0.0141,
        foreign_tax=0.0024,
        specific_vol=0.0286,
        rank=2,
    ),
    Fund(
        "BND", "us_bond", 73.36, 0.7, ordinary=0.0394, rank=1, identical_group="vanguard-total-bond"
    ),
    Fund("AGG", "us_bond", 98.90, 0.6, ordinary=0.0396, specific_vol=0.0052, rank=2),
    Fund(
        "VBTLX",
        "us_bond",
        9.71,
        0.0,
        ordinary=0.0393,
        rank=3,
        identical_group="vanguard-total-bond",
        share_step=FUND_STEP,
    ),
    Fund("VTEB", "muni", 50.17, 1.0, exempt=0.0336, specific_vol=0.0055, rank=1),
    Fund("MUB", "muni", 106.81, 1.0, exempt=0.0290, rank=2),
    Fund("SCHP", "tips", 26.86, 1.8, ordinary=0.0358, specific_vol=0.0028, rank=1),
    Fund("TIP", "tips", 111.35, 1.0, ordinary=0.0280, rank=2),
    Fund("TLT", "long_treasury", 85.61, 0.6, ordinary=0.0455, rank=1),
    Fund("HYG", "high_yield", 80.06, 0.8, ordinary=0.0585, rank=1),
    Fund("VNQ", "reit", 96.06, 0.6, ordinary=0.0363, rank=1),
    Fund("SCHH", "reit", 23.39, 2.1, ordinary=0.0279, specific_vol=0.0215, rank=2),
    Fund("IAU", "gold", 86.72, 0.6, specific_vol=0.0029, rank=1, identical_group="gold-bullion"),
    Fund("GLD", "gold", 423.18, 0.5, rank=2, identical_group="gold-bullion"),
    Fund("PDBC", "commodities", 18.37, 2.7, ordinary=0.0277, specific_vol=0.03, rank=1),
    Fund("BIL", "bills", 91.40, 0.6, ordinary=0.0391, specific_vol=0.0005, rank=1),
    Fund("SGOV", "bills", 100.41, 0.5, ordinary=0.0362, specific_vol=0.0005, rank=2),
    # The ten pools of one employer's 401(k) plan; they trade at net value, without a spread.
    Fund(
        "K-LARGE", "us_equity", 48.12, 0, 0.0108, specific_vol=0.0143, rank=7, share_step=FUND_STEP
    ),
    Fund(
        "K-SMALL",
        "us_small_value",
        31.07,
        0,
        0.0110,
        specific_vol=0.041,
        rank=3,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-INTL",
        "developed",
        22.56,
        0,
        0.0190,
        0.0080,
        foreign_tax=0.0020,
        specific_vol=0.0155,
        rank=4,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-EM",
        "emerging",
        14.83,
        0,
        0.0100,
        0.0140,
        foreign_tax=0.0025,
        specific_vol=0.02,
        rank=3,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-BOND",
        "us_bond",
        12.94,
        0,
        ordinary=0.0395,
        specific_vol=0.006,
        rank=4,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-TIPS",
        "tips",
        11.38,
        0,
        ordinary=0.0330,
        specific_vol=0.004,
        rank=3,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-YIELD",
        "high_yield",
        10.21,
        0,
        ordinary=0.0580,
        specific_vol=0.02,
        rank=2,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-REIT",
        "reit",
        17.45,
        0,
        ordinary=0.0340,
        specific_vol=0.015,
        rank=3,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-STABLE",
        "bills",
        10.00,
        0,
        ordinary=0.0310,
        specific_vol=0.003,
        rank=3,
        share_step=FUND_STEP,
    ),
    Fund(
        "K-2045",
        "allocation",
        41.66,
        0,
        0.0140,
        0.0090,
        foreign_tax=0.0006,
        specific_vol=0.01,
        share_step=FUND_STEP,
    ),
)

#: Look-through weights, where a security is not one dollar of its own class.
EXPOSURES: Mapping[str, Mapping[str, float]] = {
    "VXUS": {"developed": 0.73, "emerging": 0.27},
    "SSO": {"us_equity": 2.0},
    "HLIX": {"us_equity": 1.25},
    "GRNT": {"us_equity": 0.90},
    "K-2045": {"us_equity": 0.52, "developed": 0.24, "emerging": 0.09, "us_bond": 0.15},
}
