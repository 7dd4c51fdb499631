"""Policies: the rules of a household as data, with the defaults of the contract.

One frozen section per table of the TOML file; None means "not given", and what then applies is
said beside the field. Reading and checking the file is `models.book.policies.files`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from models.arrays import Floats


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
    """Aversion γ to tracking variance, the horizon H in years, and what a deferred dollar counts.

    `after_tax_weights` counts a tax-deferred dollar as the 1 − τ_ret that is the household's, in
    what is held and in the target alike.
    """

    aversion: float = 10.0
    horizon_years: float = 5.0
    after_tax_weights: bool = False


@dataclass(frozen=True, slots=True)
class TaxRates:
    """Rates as fractions; None takes the law's marginal rates of the filing unit.

    `carryforward_value` κ: None is κ₁ for losses that ordinary income takes in over the next
    `offset_years`, and κ₂ = δ·τ_f for those beyond; given, it stands for both. `future_gain_rate`
    τ_f: None is the unit's usual long rate, else this year's, at least 15% and its state's rate.
    `deferred_rate` τ_ret: None is the unit's usual ordinary rate, else this year's marginal one.
    This year's are without the gains taken in it, which later years need not have. `step_up` is the
    chance that holdings pass on with a new basis before the horizon. `short_rate`
    and `long_rate` are all-in and replace the law's brackets when given. `drag_reference` is none
    or target: with target, tax drag counts only beyond what the class bears when the target is
    placed best. `waiting` and `harvest_option` count what a sale forgoes: a lower rate in some
    weeks, and a deeper loss.
    """

    carryforward_value: float | None = None
    offset_years: int = 0
    discount_rate: float = 0.05
    step_up: float = 0.0
    future_gain_rate: float | None = None
    short_rate: float | None = None
    long_rate: float | None = None
    deferred_rate: float | None = None
    roth_premium: float = 0.10
    drag_reference: str = "target"
    waiting: bool = True
    harvest_option: bool = False


@dataclass(frozen=True, slots=True)
class TradeRules:
    """How trades are made: minimum size, costs, turnover, mode, and what may be bought where.

    `mode` is one of full, buy_only, sell_only, harvest_only, hold. `buys` is target (nothing but
    what the account's target asks for, and substitutes of that) or menu (whatever the account's
    menu offers). `exempt_in_sheltered` allows buying, in sheltered accounts, securities whose
    income is mostly exempt anyway. `impact` is what trading the volume of a whole day costs, in
    daily volatilities of the security (the square-root law); `participation` the most that one
    night's orders of a household may be of the volume of a day, on each side. Both speak of
    securities whose `adv_shares` is known, and of no fund at net asset value.
    """

    min_usd: float = 100.0
    min_weight: float = 0.0
    commission_bps: float = 0.0
    ticket_usd: float = 0.0
    max_turnover: float | None = None
    mode: str = "full"
    buys: str = "target"
    gain_harvest: bool = False
    exempt_in_sheltered: bool = False
    impact: float = 1.0
    participation: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits; None means no limit. `bands` is trigger or hard.

    `class_max` names asset classes (sectors, say) and the most that each may weigh in the
    household.
    """

    tax_budget_usd: float | None = None
    gain_budget_usd: float | None = None
    gain_share_of_unrealized: float | None = None
    max_short_gain_usd: float | None = None
    long_term_guard_days: int = 0
    te_max: float | None = None
    bands: str = "trigger"
    class_max: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class WashSales:
    """`mode` is avoid or price; `closed_replacements` is ignore or count."""

    mode: str = "avoid"
    closed_replacements: str = "ignore"


MOST_PRICE_JUMP: Final = 0.4
"""Fall since the last night, or the rise that undoes it, beyond which a price is asked about.
Measured (`python -m benchmarks.plausible`, with daily prices of your own) on 440 large US stocks
from 2005 to 2020: of 1.75 million daily moves without a split 32 are beyond it, 13 of them
spin-offs and dividends that an action explains; 56 at 0.35, 244 at 0.25. On 229 funds 3 of 0.94
million, all leveraged. It sees 79% of splits that no action tells, all but 3:2 and less; 0.25, 94%.
"""

MOST_VALUE_JUMP: Final = 0.25
"""The same of a household's lots and cash at the last night's prices, so that what markets do is
none. What comes without a flow are dividends: of 21,246 of those stocks 25 were more than that of
their price, spin-offs and special ones; of 16,677 of those funds one."""

MOST_BASIS_MULTIPLE: Final = 20.0
"""Basis in shares of what a lot is worth beyond which it is absurd. Of lots bought at a month's end
and looked at on a later one, 0.07% are beyond it, all of 8 of those 440 stocks (172-fold the most),
and 0.35% of funds', all of 5, inverse or of volatile goods. A basis in cents is a hundredfold."""

LEAST_BASIS_MULTIPLE: Final = 1e-4
"""Basis in shares of what a lot is worth under which it is absurd: the most that any share rose in
fifteen years is 346-fold, and of the longest lives some ten thousandfold."""


@dataclass(frozen=True, slots=True)
class DataRules:
    """How old a price may be, in calendar days before the as-of date, and what is plausible.

    `max_age_by_instrument` names instruments with a limit of their own. `stale` is refuse or hold:
    whether a household with too old a price is invalid, or holds that security at its last value.
    `differences` is wait or pass: whether a household that differs from its custodian's book waits;
    `uncertain` says the same of one whose data is implausible or may lack a row. Implausible is a
    price or a household's value (at the earlier prices) that fell by more than `max_price_jump` or
    `max_value_jump` since the last night, or rose as much again as undoes that fall; a price that
    moved as if it were split, unless `max_price_jump` is 1; a basis above
    `max_basis_multiple` or below `min_basis_multiple` times what the lot is worth, or, unless that
    is 0, like the price of a share in most lots of an account. No amount in
    dollars may be beyond `max_amount_usd`. A jump of 1 and a multiple of 0 ask nothing.
    """

    max_price_age_days: int = 3
    max_age_by_instrument: tuple[tuple[str, int], ...] = ()
    stale: str = "refuse"
    differences: str = "wait"
    uncertain: str = "wait"
    max_price_jump: float = MOST_PRICE_JUMP
    max_value_jump: float = MOST_VALUE_JUMP
    max_basis_multiple: float = MOST_BASIS_MULTIPLE
    min_basis_multiple: float = LEAST_BASIS_MULTIPLE
    max_amount_usd: float = 1e13


@dataclass(frozen=True, slots=True)
class Triggers:
    """What makes a household need an answer tonight (see `models.triggers`).

    Flows, required distributions, cash under its floor and a limit that doing nothing breaks always
    do. `drift` says what drift does: bands (a weight outside its band; a target without bands
    always), calendar (on the calendar's days, whatever the drift), hybrid (both together), either,
    never. `calendar` is daily, weekly, monthly, quarterly, annual or dates; `weekday`, `day` of the
    month, `month` and the ISO `dates` say which days. `cash_usd` and `cash_weight`: idle cash above
    the floors. `harvest_usd`, `harvest_fraction`: losses of lots down by that fraction of basis.
    `long_term_days`, `long_term_usd`: a lot that turns long-term so soon with so large a gain or
    loss. `year_end_days`: the last days of the year. `restriction_expired`: one ended since the
    last night. None and 0 days are off.
    """

    drift: str = "bands"
    calendar: str = "daily"
    weekday: str = "monday"
    day: int = 1
    month: int = 1
    dates: tuple[str, ...] = ()
    cash_usd: float | None = None
    cash_weight: float | None = None
    harvest_usd: float | None = None
    harvest_fraction: float = 0.0
    long_term_days: int = 0
    long_term_usd: float = 0.0
    year_end_days: int = 0
    restriction_expired: bool = False


@dataclass(frozen=True, slots=True)
class ClassBand:
    """Band of one asset class: `below` and `above` as weights, else the tighter of the others."""

    asset_class: str
    absolute: float | None = None
    relative: float | None = None
    below: float | None = None
    above: float | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands of target rows that have none of their own (see `models.triggers.bands`).

    `absolute` is ± weight, `relative` ± a fraction of the target weight, the tighter holds;
    `classes` replaces both for the classes it names. `risk_scaled` makes riskier classes' bands
    tighter. No band is narrower than `deadband`.
    """

    absolute: float | None = None
    relative: float | None = None
    classes: tuple[ClassBand, ...] = ()
    risk_scaled: bool = False
    deadband: float = 0.0


@dataclass(frozen=True, slots=True)
class Regime:
    """Bands that follow volatility: the factor's windows in returns, and its limits."""

    follow: bool = False
    recent_days: int = 21
    long_days: int = 252
    least: float = 0.8
    most: float = 2.0


@dataclass(frozen=True, slots=True)
class Season:
    """Tax counts more toward year end: by `tighten` on its last day, over the last `days`."""

    tighten: float = 0.0
    days: int = 90


@dataclass(frozen=True, slots=True)
class Gate:
    """What no cash need asks for leaves only if it pays.

    A plan must improve by more than `min_bps`, and by `cost_multiple` of its cost: what trading
    costs and the tax it causes; what it saves by where things are held, `location_times` as much.
    Each of its orders must be worth `min_order_usd` of objective: with it and without it; one under
    `small_order_weight` of the household `small_order_times` as much.
    """

    min_bps: float = 1.0
    location_times: float = 5.0
    cost_multiple: float = 0.0
    min_order_usd: float = 2.0
    small_order_weight: float = 0.001
    small_order_times: float = 20.0

    def asked_usd(self, amount_usd: Floats, value_usd: float) -> Floats:
        """What orders of these amounts must be worth in a household of this value, dollars."""
        small = amount_usd < self.small_order_weight * value_usd
        return self.min_order_usd * np.where(small, self.small_order_times, 1.0)


@dataclass(frozen=True, slots=True)
class Aim:
    """How far to trade: `how_far` is full, band_edge, half_band or fraction (of the way)."""

    how_far: str = "full"
    fraction: float = 1.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """The most that a night answers of this policy's households; None means no limit."""

    max_households: int | None = None
    max_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """What is approved beforehand; a plan beyond a limit needs approval. None means no limit.

    `always` lets no plan leave without a person: so it is where nothing is said, and where limits
    are given only if it is said too.
    """

    always: bool | None = None
    max_turnover: float | None = None
    max_tax_usd: float | None = None
    max_orders: int | None = None
    max_short_gain_usd: float | None = None

    def __post_init__(self) -> None:
        """Say what was left open: a person approves, unless a limit says up to where not."""
        if self.always is None:
            limits = self.max_turnover, self.max_tax_usd, self.max_orders, self.max_short_gain_usd
            object.__setattr__(self, "always", all(limit is None for limit in limits))


@dataclass(frozen=True, slots=True)
class Tickets:
    """How far a ticket's limit price may lie from the book's price, in basis points."""

    limit_bps: float = 50.0


@dataclass(frozen=True, slots=True)
class Carry:
    """How long orders of earlier nights count as under way, and whether the household waits."""

    order_days: int = 5
    wait: bool = True


BRANCHING: Final = 20
"""Solves that are spent on branching where a bound is asked for: most of the gap goes with the
first few."""


@dataclass(frozen=True, slots=True)
class SolverChoice:
    """Which solver and which of the two compilers: `backend` is arrays or cvxpy.

    `certify` counts the solves that may be spent on branching, for a tighter bound.
    """

    name: str = "piqp"
    backend: str = "arrays"
    certify: int = 0


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
    triggers: Triggers = field(default_factory=Triggers)
    bands: Bands = field(default_factory=Bands)
    regime: Regime = field(default_factory=Regime)
    season: Season = field(default_factory=Season)
    gate: Gate = field(default_factory=Gate)
    aim: Aim = field(default_factory=Aim)
    capacity: Capacity = field(default_factory=Capacity)
    approval: Approval = field(default_factory=Approval)
    tickets: Tickets = field(default_factory=Tickets)
    carry: Carry = field(default_factory=Carry)
    solver: SolverChoice = field(default_factory=SolverChoice)
