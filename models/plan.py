"""A plan: the answer for one household, whatever the answer is.

Undefined figures are None here and null in tables; in comparisons an undefined gap counts as
infinity, never as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from models.earlier_no import EarlierNo
from models.order import Flow, Order


class Status(StrEnum):
    """The closed list of answers."""

    PLANNED = "planned"
    NO_ACTION = "no_action"
    DEFERRED = "deferred"
    INFEASIBLE = "infeasible"
    REFUSED = "refused"
    INVALID = "invalid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lockout:
    """An identical group that nobody in the household may buy through `until`, inclusive."""

    identical_group: str
    until: date


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that orders break: its name, where, and by how much (in the rule's own unit)."""

    rule: str
    where: str
    amount: float


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule that binds and what one more unit of it is worth, in dollars of objective per unit."""

    rule: str
    where: str
    shadow_price: float


@dataclass(frozen=True, slots=True)
class Clash:
    """A rule of a set that no plan keeps, and that can be kept when any one of them goes.

    `whose` is request, policy, book or law. `gives_usd` is by how many dollars it alone would have
    to give at least, with every other rule kept, and limits that are parts of what the household is
    worth at what they come to as asked; None where it cannot, or is no dollars. `figure` is the
    least limit that a bound allows, in the limit's own unit, where one is known.
    """

    rule: str
    whose: str
    gives_usd: float | None = None
    figure: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the judge measured: a plan's figures, in the units of their names.

    `terms_usd` splits the objective by term after the trades, `terms_before_usd` before them
    (empty when the state before is undefined). `money_usd_a_year` and `risk_usd_a_year` are what
    the plan is worth: what it saves of all terms that are money, and of tracking error, spread
    over the years that each is counted for. They are two things, and no sum.
    """

    value_usd: float
    objective_before_bps: float | None
    objective_after_bps: float | None
    te_before: float | None
    te_after: float | None
    tax_usd: float
    distribution_tax_usd: float
    cost_usd: float
    drag_before_usd: float
    drag_after_usd: float
    realized_st: float
    realized_lt: float
    disallowed_loss: float
    orders: int
    terms_usd: Mapping[str, float] = field(default_factory=dict)
    terms_before_usd: Mapping[str, float] = field(default_factory=dict)
    money_usd_a_year: float | None = None
    risk_usd_a_year: float | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far from optimal the plan can be at most.

    `bound_bps` is a lower bound on the objective of every plan that keeps the rules; `gap_bps`
    is the judge's objective minus it, split by cause in `gap_by_cause`.
    """

    bound_bps: float
    gap_bps: float
    gap_by_cause: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer for one household.

    `request` is the digest of what was asked of it beyond its policy, empty where nothing was;
    `clashes` name what cannot be kept together where it is infeasible; `no` is what the next night
    may answer by where nothing pays, tonight's own or one that still stands.
    """

    household_id: str
    status: Status
    reason: str
    figures: Figures | None = None
    certificate: Certificate | None = None
    orders: tuple[Order, ...] = ()
    flows: tuple[Flow, ...] = ()
    lockouts: tuple[Lockout, ...] = ()
    breaches: tuple[Breach, ...] = ()
    binding: tuple[Binding, ...] = ()
    notes: tuple[str, ...] = ()
    approval: str = "auto"
    solver: str = ""
    seconds: float = 0.0
    request: str = ""
    clashes: tuple[Clash, ...] = ()
    no: EarlierNo | None = None
