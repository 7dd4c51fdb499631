"""What was asked of one household of a run beyond its policy, as the run keeps it.

It stands among what tonight must know, so that every worker, whoever judges the run again, and
whoever makes it again see the household as it was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.asked import JOINT, as_asked
from models.household import Household
from models.policy import Policy
from models.request.reading import request_of
from models.request.record import Request


@dataclass(frozen=True, slots=True)
class AskedTonight:
    """Of whom what was asked, with how much set aside for tax, by whom and why."""

    household_id: str
    request: Request
    set_aside_usd: float
    by: str
    why: str

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "household_id": self.household_id,
            "request": self.request.as_data(),
            "request_sha256": self.request.sha256,
            "set_aside_usd": self.set_aside_usd,
            "by": self.by,
            "why": self.why,
        }

    def names(self, policy_id: str) -> bool:
        """Whether a policy's name says that this request stands beside it."""
        return policy_id.endswith(f"{JOINT}{self.request.name}")

    def name_on(self, policy_id: str) -> str:
        """Return the name of a policy with this request."""
        return f"{policy_id}{JOINT}{self.request.name}"

    def base_of(self, policy_id: str) -> str:
        """Return the name of the policy without this request."""
        return policy_id.removesuffix(f"{JOINT}{self.request.name}")

    def household(self, household: Household, policy: Policy) -> Household:
        """Return the household as it was asked."""
        return as_asked(household, policy, self.request, self.set_aside_usd)[0]


def asked_tonight(data: Mapping[str, Any] | None) -> AskedTonight | None:
    """Return what was asked from its data; None where nothing was."""
    if data is None:
        return None
    return AskedTonight(
        str(data["household_id"]),
        request_of(data["request"]),
        float(data["set_aside_usd"]),
        str(data["by"]),
        str(data["why"]),
    )
