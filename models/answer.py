"""The answer to a request: the plan, what it changed, and what would do where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from models.household import Household
from models.plan import Plan
from models.policy import Policy
from models.request.record import Request


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order that one plan has and the other has not, or of other shares."""

    order_id: str
    shares_standing: Decimal
    shares: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """A plan beside the standing one.

    `figures` and `terms_usd` hold (standing, with the request), None where one is undefined;
    `began` and `ceased` the rules, with their places, that bind in one of both only.
    """

    orders: tuple[OrderChange, ...]
    figures: Mapping[str, tuple[float | None, float | None]]
    terms_usd: Mapping[str, tuple[float | None, float | None]]
    began: tuple[tuple[str, str], ...]
    ceased: tuple[tuple[str, str], ...]

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "orders": [
                {
                    "order_id": each.order_id,
                    "shares_standing": float(each.shares_standing),
                    "shares": float(each.shares),
                }
                for each in self.orders
            ],
            "figures": {name: _pair(*both) for name, both in self.figures.items()},
            "terms_usd": {name: _pair(*both) for name, both in self.terms_usd.items()},
            "began_to_bind": [{"rule": rule, "where": where} for rule, where in self.began],
            "ceased_to_bind": [{"rule": rule, "where": where} for rule, where in self.ceased],
        }


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of the request that was planned and works: a key and its value; None leaves it out.

    `names` are what a list is to do without, where it is not left out altogether; `also` are keys
    that have to go with it, where none alone does.
    """

    key: str
    value: float | None = None
    names: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The remedy in words."""
        if self.value is not None:
            return f"{self.key} = {self.value:.12g} would do"
        without = f"{self.key} without {', '.join(self.names)}" if self.names else f"no {self.key}"
        without += "".join(f" and no {key}" for key in self.also)
        return f"{without} would do"

    def on(self, request: Request) -> Request:
        """Return the request with this change."""
        changes: dict[str, Any] = {self.key: getattr(Request(), self.key)}
        if self.value is not None:
            changes[self.key] = self.value
        elif self.names:
            listed = getattr(request, self.key)
            changes[self.key] = tuple(name for name in listed if name not in self.names)
        changes |= {key: getattr(Request(), key) for key in self.also}
        if changes.get("raise_usd", request.raise_usd) == 0.0:
            changes["after_tax"] = False
        return replace(request, **changes)


@dataclass(frozen=True, slots=True)
class Answer:
    """The plan of a household as asked, beside the plan without the request.

    `household` and `policy` are what the plan is of, and what whoever judges it needs. `remedies`
    are told where there is no plan.
    """

    request: Request
    household: Household
    policy: Policy
    plan: Plan
    standing: Plan
    difference: Difference
    remedies: tuple[Remedy, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return what is told beside the plan, as JSON-ready data."""
        asked = self.household.asked
        return {
            "request": {
                "sha256": self.request.sha256,
                "asked": self.request.as_data(),
                "set_aside_usd": 0.0 if asked is None else asked.set_aside_usd,
            },
            "standing": {"status": self.standing.status.value, "reason": self.standing.reason},
            "difference": self.difference.as_data(),
            "clashes": [asdict(clash) for clash in self.plan.clashes],
            "would_do": [
                {
                    "key": each.key,
                    "value": each.value,
                    "without": list(each.names),
                    "also": list(each.also),
                    "words": each.words,
                }
                for each in self.remedies
            ],
        }


def _pair(standing: float | None, asked: float | None) -> dict[str, float | None]:
    return {"standing": standing, "asked": asked}
