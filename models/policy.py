"""Policies: the rules of a household as data, with the defaults of the contract.

One frozen section per table of the TOML file; None means "not given", and what then applies is
said beside the field. Reading and checking the file is `models.book.policies`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Weights:
    """Multipliers of the objective's terms (dimensionless, ≥ 0)."""

    tracking_error: float = 1.0
    tax: float = 1.0
    basis_change: float = 1.0
    trading_cost: float = 1.0
    tax_drag: float = 1.0


@dataclass(frozen=True, slots=True)
class RiskAversion:
    """Aversion γ to tracking variance, the horizon H in years, and whether x is after tax."""

    aversion: float = 10.0
    horizon_years: float = 5.0
    after_tax_weights: bool = False


@dataclass(frozen=True, slots=True)
class TaxRates:
    """Rates as fractions; None takes the law's marginal rates of the filing unit.

    `carryforward_value` κ: None is δ·τ_f. `future_gain_rate` τ_f: None is the long rate.
    `deferred_rate` τ_ret: None is today's marginal ordinary rate. `short_rate` and `long_rate`
    are all-in and replace the law's brackets when given.
    """

    carryforward_value: float | None = None
    discount_rate: float = 0.05
    future_gain_rate: float | None = None
    short_rate: float | None = None
    long_rate: float | None = None
    deferred_rate: float | None = None
    roth_premium: float = 0.10


@dataclass(frozen=True, slots=True)
class TradeRules:
    """How trades are made: minimum size, costs, turnover, mode, and what may be bought where.

    `mode` is one of full, buy_only, sell_only, harvest_only, hold. `exempt_in_sheltered` allows
    buying, in sheltered accounts, securities whose income is mostly exempt anyway.
    """

    min_usd: float = 100.0
    min_weight: float = 0.0
    commission_bps: float = 0.0
    ticket_usd: float = 0.0
    max_turnover: float | None = None
    mode: str = "full"
    gain_harvest: bool = False
    exempt_in_sheltered: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits; None means no limit. `bands` is trigger or hard."""

    tax_budget_usd: float | None = None
    gain_budget_usd: float | None = None
    gain_share_of_unrealized: float | None = None
    max_short_gain_usd: float | None = None
    long_term_guard_days: int = 0
    te_max: float | None = None
    bands: str = "trigger"


@dataclass(frozen=True, slots=True)
class WashSales:
    """`mode` is avoid or price; `closed_replacements` is ignore or count."""

    mode: str = "avoid"
    closed_replacements: str = "ignore"


@dataclass(frozen=True, slots=True)
class DataRules:
    """How old a price may be, in calendar days before the as-of date."""

    max_price_age_days: int = 3


@dataclass(frozen=True, slots=True)
class SolverChoice:
    """Which solver and which of the two compilers: `backend` is arrays or cvxpy."""

    name: str = "piqp"
    backend: str = "arrays"


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a household's rebalancing obeys."""

    policy_id: str = "standard"
    weights: Weights = field(default_factory=Weights)
    risk: RiskAversion = field(default_factory=RiskAversion)
    tax: TaxRates = field(default_factory=TaxRates)
    trades: TradeRules = field(default_factory=TradeRules)
    limits: Limits = field(default_factory=Limits)
    wash_sale: WashSales = field(default_factory=WashSales)
    data: DataRules = field(default_factory=DataRules)
    solver: SolverChoice = field(default_factory=SolverChoice)
