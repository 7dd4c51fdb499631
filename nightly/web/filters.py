"""What a page is asked for: a filter of the queue, read from an address or a form, or refused."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nightly.register.roles import LIMITS
from nightly.web.refusals import RefusedError
from nightly.web.stages import Stage

TEXT: Final = 200
"""Characters of a search at most."""

SORTS: Final[Mapping[str, tuple[str, bool]]] = {
    "triage": ("place", False),
    "drift": ("beyond", True),
    "tax": ("tax", True),
    "tracking": ("te_before", True),
    "money": ("money_usd_a_year", True),
    "traded": ("traded_usd", True),
    "orders": ("orders", True),
}
"""Name of an order → the column it follows, and whether the greatest come first."""

COLUMN_OF: Final = {"max_usd": "most_usd", "max_tax_usd": "tax", "max_orders": "orders"}
"""Limit of a role → the column that it is on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue is wanted, in which order."""

    stage: Stage | None = None
    status: str = ""
    trigger: str = ""
    policy: str = ""
    named: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    sort: str = "triage"

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out."""
        return self == Wanted(sort=self.sort)


def asked_of(told: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a filter as they were asked for, empty where they were not."""
    names = ("stage", "status", "trigger", "policy", "named", *LIMITS, "sort")
    return {name: told.get(name, "")[:TEXT] for name in names}


def wanted_of(told: Mapping[str, str]) -> Wanted:
    """Return what a filter asks for.

    Raises
    ------
    RefusedError
        If a limit is no number, or a stage or an order is not known.
    """
    asked = asked_of(told)
    if asked["stage"] and asked["stage"] not in Stage.__members__:
        raise RefusedError(400, "there is no such stage")
    if asked["sort"] and asked["sort"] not in SORTS:
        raise RefusedError(400, "there is no such order")
    return Wanted(
        stage=Stage[asked["stage"]] if asked["stage"] else None,
        status=asked["status"],
        trigger=asked["trigger"],
        policy=asked["policy"],
        named=asked["named"],
        limits={name: _amount(asked[name]) for name in LIMITS if asked[name].strip()},
        sort=asked["sort"] or "triage",
    )


def digest(names: Sequence[Any]) -> str:
    """Return a digest of what a page showed, so that what is pressed is what was seen."""
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def _amount(text: str) -> float:
    try:
        found = float(text.replace(",", "").strip())
    except ValueError as error:
        raise RefusedError(400, "a limit is a number") from error
    if not math.isfinite(found):
        raise RefusedError(400, "a limit is a number")
    return found


def whole(text: str) -> int:
    """Return a page's number, `RefusedError` where it is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise RefusedError(400, "a page is a whole number from 0 on")
    return int(text)
