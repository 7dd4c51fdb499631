"""What each key of a policy may hold: type, range or closed list, as one table.

A test holds the keys here equal to the fields of `models.policy.Policy`, so that neither can be
added alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final


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
        if not math.isfinite(value):
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


_AT_LEAST_0 = Rule(float, 0.0)
_ABOVE_0 = Rule(float, 0.0, above=True)
_RATE = Rule(float, 0.0, 1.0, below=True)
_ANY = Rule(float)
_SWITCH = Rule(bool)


def _one_of(*choices: str) -> Rule:
    return Rule(str, choices=choices)


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
        ("trades", "min_usd"): _AT_LEAST_0,
        ("trades", "min_weight"): _RATE,
        ("trades", "commission_bps"): Rule(float, 0.0, 10_000.0, below=True),
        ("trades", "ticket_usd"): _AT_LEAST_0,
        ("trades", "max_turnover"): _AT_LEAST_0,
        ("trades", "mode"): _one_of("full", "buy_only", "sell_only", "harvest_only", "hold"),
        ("trades", "gain_harvest"): _SWITCH,
        ("trades", "exempt_in_sheltered"): _SWITCH,
        ("limits", "tax_budget_usd"): _ANY,
        ("limits", "gain_budget_usd"): _ANY,
        ("limits", "gain_share_of_unrealized"): Rule(float, 0.0, 1.0),
        ("limits", "max_short_gain_usd"): _AT_LEAST_0,
        ("limits", "long_term_guard_days"): Rule(int, 0, 366),
        ("limits", "te_max"): _ABOVE_0,
        ("limits", "bands"): _one_of("trigger", "hard"),
        ("wash_sale", "mode"): _one_of("avoid", "price"),
        ("wash_sale", "closed_replacements"): _one_of("ignore", "count"),
        ("data", "max_price_age_days"): Rule(int, 0),
        ("solver", "name"): _one_of("piqp", "clarabel", "osqp", "ecos"),
        ("solver", "backend"): _one_of("arrays", "cvxpy"),
    }
)
"""Rule of each (section, key)."""
