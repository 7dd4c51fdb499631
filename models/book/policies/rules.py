"""What each key of a policy may hold: type, range or closed list, as one table.

A test holds the keys here equal to the fields of `models.policy.Policy`, so that neither can be
added alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from models.book.tables.schema import INSTRUMENTS
from models.finite import finite
from models.policy import ClassBand


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value may be: a `type`, a range in `low` to `high`, or one of `choices`."""

    type: type
    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False
    choices: tuple[str, ...] = ()

    def allows(self, value: Any) -> bool:
        """Whether a value as TOML gave it is allowed."""
        if self.type in (bool, str):
            return isinstance(value, self.type) and (not self.choices or value in self.choices)
        if isinstance(value, bool) or not isinstance(
            value, int if self.type is int else (int, float)
        ):
            return False
        if not finite(value):
            return False
        over = value > self.low if self.above else value >= self.low
        under = value < self.high if self.below else value <= self.high
        return over and under

    @property
    def words(self) -> str:
        """What is allowed, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.type is bool:
            return "true or false"
        name = "a whole number" if self.type is int else "a number"
        bounds = []
        if math.isfinite(self.low):
            bounds.append(f"{'above' if self.above else 'at least'} {self.low:g}")
        if math.isfinite(self.high):
            bounds.append(f"{'below' if self.below else 'at most'} {self.high:g}")
        return " ".join([name, " and ".join(bounds)]).strip()

    def field(self, value: Any) -> Any:
        """Return an allowed value as the policy's field holds it."""
        return float(value) if self.type is float else value


@dataclass(frozen=True, slots=True)
class DaysRule(Rule):
    """A list of dates, as TOML dates or ISO text; the field holds ISO text."""

    def allows(self, value: Any) -> bool:
        """Whether it is a list of days."""
        return isinstance(value, list) and all(_iso_day(day) is not None for day in value)

    @property
    def words(self) -> str:
        """What is allowed, in words."""
        return "a list of dates such as [2026-03-31]"

    def field(self, value: Any) -> Any:
        """Return the days as sorted ISO texts."""
        return tuple(sorted(str(_iso_day(day)) for day in value))


@dataclass(frozen=True, slots=True)
class ClassBandsRule(Rule):
    """A table from asset class to its band: a number, or a table of absolute, relative, sides."""

    def allows(self, value: Any) -> bool:
        """Whether every class has a band."""
        return isinstance(value, dict) and all(map(_is_class_band, value.values()))

    @property
    def words(self) -> str:
        """What is allowed, in words."""
        return (
            "a table from asset class to a weight from 0 to 1, or to a table of "
            "absolute, relative, below and above"
        )

    def field(self, value: Any) -> Any:
        """Return one `ClassBand` a class, sorted by name."""
        sides = {
            name: band if isinstance(band, dict) else {"absolute": band}
            for name, band in value.items()
        }
        return tuple(
            ClassBand(name, **{key: float(width) for key, width in sides[name].items()})
            for name in sorted(sides)
        )


@dataclass(frozen=True, slots=True)
class ClassWeightsRule(Rule):
    """A table from asset class to a weight."""

    def allows(self, value: Any) -> bool:
        """Whether every class has a weight."""
        return isinstance(value, dict) and all(map(_FRACTION.allows, value.values()))

    @property
    def words(self) -> str:
        """What is allowed, in words."""
        return "a table from asset class to a weight from 0 to 1"

    def field(self, value: Any) -> Any:
        """Return pairs of class and weight, sorted by name."""
        return tuple((name, float(value[name])) for name in sorted(value))


@dataclass(frozen=True, slots=True)
class DaysByInstrumentRule(Rule):
    """A table from instrument to a number of days."""

    def allows(self, value: Any) -> bool:
        """Whether every key is an instrument and every value a number of days."""
        return (
            isinstance(value, dict)
            and value.keys() <= set(INSTRUMENTS)
            and all(map(_DAYS.allows, value.values()))
        )

    @property
    def words(self) -> str:
        """What is allowed, in words."""
        return f"a table from instrument ({', '.join(INSTRUMENTS)}) to days from 0 to 366"

    def field(self, value: Any) -> Any:
        """Return pairs of instrument and days, sorted by name."""
        return tuple(sorted(value.items()))


def _iso_day(value: Any) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if type(value) is date else None


def _is_class_band(value: Any) -> bool:
    sides = value if isinstance(value, dict) else {"absolute": value}
    known = ("absolute", "relative", "below", "above")
    return bool(sides) and all(
        key in known and Rule(float, 0.0, math.inf if key == "relative" else 1.0).allows(width)
        for key, width in sides.items()
    )


_AT_LEAST_0 = Rule(float, 0.0)
_ABOVE_0 = Rule(float, 0.0, above=True)
_RATE = Rule(float, 0.0, 1.0, below=True)
_ANY = Rule(float)
_FRACTION = Rule(float, 0.0, 1.0)
_DAYS = Rule(int, 0, 366)
_SWITCH = Rule(bool)


def _one_of(*choices: str) -> Rule:
    return Rule(str, choices=choices)


THROUGH_CVXPY: Final = ("ecos",)
"""Solvers that take no arrays: without a backend of their own they go through cvxpy."""

RULES: Final[Mapping[tuple[str, str], Rule]] = MappingProxyType(
    {
        ("weights", "tracking_error"): _AT_LEAST_0,
        ("weights", "tax"): _AT_LEAST_0,
        ("weights", "basis_change"): _AT_LEAST_0,
        ("weights", "trading_cost"): _AT_LEAST_0,
        ("weights", "tax_drag"): _AT_LEAST_0,
        ("risk", "aversion"): _ABOVE_0,
        ("risk", "horizon_years"): _AT_LEAST_0,
        ("risk", "after_tax_weights"): _SWITCH,
        ("tax", "carryforward_value"): _RATE,
        ("tax", "discount_rate"): _RATE,
        ("tax", "future_gain_rate"): _RATE,
        ("tax", "short_rate"): _RATE,
        ("tax", "long_rate"): _RATE,
        ("tax", "deferred_rate"): _RATE,
        ("tax", "roth_premium"): _RATE,
        ("tax", "drag_reference"): _one_of("none", "target"),
        ("tax", "offset_years"): Rule(int, low=0, high=50),
        ("tax", "step_up"): _FRACTION,
        ("tax", "waiting"): _SWITCH,
        ("tax", "harvest_option"): _SWITCH,
        ("trades", "min_usd"): _AT_LEAST_0,
        ("trades", "min_weight"): _RATE,
        ("trades", "commission_bps"): Rule(float, 0.0, 10_000.0, below=True),
        ("trades", "ticket_usd"): _AT_LEAST_0,
        ("trades", "max_turnover"): _AT_LEAST_0,
        ("trades", "mode"): _one_of("full", "buy_only", "sell_only", "harvest_only", "hold"),
        ("trades", "gain_harvest"): _SWITCH,
        ("trades", "buys"): _one_of("target", "menu"),
        ("trades", "exempt_in_sheltered"): _SWITCH,
        ("trades", "impact"): _AT_LEAST_0,
        ("trades", "participation"): Rule(float, 0.0, 1.0, above=True),
        ("limits", "tax_budget_usd"): _ANY,
        ("limits", "gain_budget_usd"): _ANY,
        ("limits", "gain_share_of_unrealized"): Rule(float, 0.0, 1.0),
        ("limits", "max_short_gain_usd"): _AT_LEAST_0,
        ("limits", "long_term_guard_days"): Rule(int, 0, 366),
        ("limits", "te_max"): _ABOVE_0,
        ("limits", "bands"): _one_of("trigger", "hard"),
        ("limits", "class_max"): ClassWeightsRule(dict),
        ("wash_sale", "mode"): _one_of("avoid", "price"),
        ("wash_sale", "closed_replacements"): _one_of("ignore", "count"),
        ("data", "max_price_age_days"): Rule(int, 0),
        ("data", "max_age_by_instrument"): DaysByInstrumentRule(dict),
        ("data", "stale"): _one_of("refuse", "hold"),
        ("data", "differences"): _one_of("wait", "pass"),
        ("data", "uncertain"): _one_of("wait", "pass"),
        ("data", "max_price_jump"): Rule(float, 0, 1),
        ("data", "max_value_jump"): Rule(float, 0, 1),
        ("data", "max_basis_multiple"): Rule(float, 0),
        ("data", "min_basis_multiple"): Rule(float, 0),
        ("data", "max_amount_usd"): Rule(float, 0, above=True),
        ("triggers", "drift"): _one_of("bands", "calendar", "hybrid", "either", "never"),
        ("triggers", "calendar"): _one_of(
            "daily", "weekly", "monthly", "quarterly", "annual", "dates"
        ),
        ("triggers", "weekday"): _one_of("monday", "tuesday", "wednesday", "thursday", "friday"),
        ("triggers", "day"): Rule(int, 1, 31),
        ("triggers", "month"): Rule(int, 1, 12),
        ("triggers", "dates"): DaysRule(list),
        ("triggers", "cash_usd"): _AT_LEAST_0,
        ("triggers", "cash_weight"): _FRACTION,
        ("triggers", "harvest_usd"): _AT_LEAST_0,
        ("triggers", "harvest_fraction"): _FRACTION,
        ("triggers", "long_term_days"): _DAYS,
        ("triggers", "long_term_usd"): _AT_LEAST_0,
        ("triggers", "year_end_days"): _DAYS,
        ("triggers", "restriction_expired"): _SWITCH,
        ("bands", "absolute"): _FRACTION,
        ("bands", "relative"): _AT_LEAST_0,
        ("bands", "classes"): ClassBandsRule(dict),
        ("bands", "risk_scaled"): _SWITCH,
        ("bands", "deadband"): _FRACTION,
        ("regime", "follow"): _SWITCH,
        ("regime", "recent_days"): Rule(int, 2),
        ("regime", "long_days"): Rule(int, 2),
        ("regime", "least"): _ABOVE_0,
        ("regime", "most"): _ABOVE_0,
        ("season", "tighten"): _AT_LEAST_0,
        ("season", "days"): Rule(int, 1, 366),
        ("gate", "min_bps"): _AT_LEAST_0,
        ("gate", "location_times"): Rule(float, 1.0),
        ("gate", "min_order_usd"): _AT_LEAST_0,
        ("gate", "small_order_weight"): _FRACTION,
        ("gate", "small_order_times"): Rule(float, 1.0),
        ("gate", "cost_multiple"): _AT_LEAST_0,
        ("aim", "how_far"): _one_of("full", "band_edge", "half_band", "fraction"),
        ("aim", "fraction"): Rule(float, 0.0, 1.0, above=True),
        ("capacity", "max_households"): Rule(int, 0),
        ("capacity", "max_usd"): _AT_LEAST_0,
        ("approval", "always"): _SWITCH,
        ("approval", "max_turnover"): _AT_LEAST_0,
        ("approval", "max_tax_usd"): _ANY,
        ("approval", "max_orders"): Rule(int, 0),
        ("approval", "max_short_gain_usd"): _AT_LEAST_0,
        ("tickets", "limit_bps"): Rule(float, 0.0, 10_000.0, below=True),
        ("carry", "order_days"): _DAYS,
        ("carry", "wait"): _SWITCH,
        ("solver", "name"): _one_of("piqp", "clarabel", "osqp", "ecos"),
        ("solver", "backend"): _one_of("arrays", "cvxpy"),
        ("solver", "certify"): Rule(int, 0),
    }
)
"""Rule of each (section, key)."""
