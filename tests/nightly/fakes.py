"""A book of one small household and a few named ids, passed where a real book would be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from models.book.faults import Fault
from models.errors import PolicyError
from models.household import Household
from models.policy import Policy
from tests.workbench.small import household


@dataclass
class FakeBook:
    """Every id is the small household, except those with faults."""

    faults: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=lambda: {"standard": Policy()})

    def faults_of(self, household_id: str) -> tuple[Fault, ...]:
        """Return the faults given at construction."""
        return self.faults.get(household_id, ())

    def household(self, household_id: str) -> Household:
        """Return the small household under another name."""
        return replace(household(), household_id=household_id)

    def policy(self, policy_id: str) -> Policy:
        """Return a policy given at construction."""
        if policy_id not in self.policies:
            raise PolicyError(f"no policy {policy_id!r}")
        return self.policies[policy_id]
