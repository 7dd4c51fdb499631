"""Figures of the policy that a plan was made under, from its run's manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.asked import without_request
from models.book.policies.overrides import JOINT, override_of


def in_force(facts: Mapping[str, Any], policy_id: str, table: str, key: str, default: Any) -> Any:
    """Return what a policy says under a key of a table; `default` where the manifest has nothing.

    A policy with a household's override, or with what was asked, is not in the manifest by itself;
    its id says both.
    """
    override = without_request(policy_id).partition(JOINT)[2]
    said = _known(facts, policy_id).get(table, {}).get(key, default)
    return override_of(override).get(table, {}).get(key, said)


def digest_in_force(facts: Mapping[str, Any], policy_id: str) -> str:
    """Return the digest of a policy's rules; nothing where the manifest has none."""
    return str(_known(facts, policy_id).get("sha256", ""))


def _known(facts: Mapping[str, Any], policy_id: str) -> Mapping[str, Any]:
    policy_id = without_request(policy_id)
    found: Mapping[str, Any] = facts["policies"].get(policy_id) or facts["policies"].get(
        policy_id.partition(JOINT)[0], {}
    )
    return found
