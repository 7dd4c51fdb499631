"""Overrides: what one household's rules say beyond its policy, as text in households.overrides.

    limits.te_max = 0.01; trades.max_turnover = 0.05

Keys and values are those of a policy file, with `;` between. Policy and override together are a
policy of their own, named `<policy_id> + <override>`, so that whoever reads a plan sees what was in
force, equal overrides are one policy, and everything after reading knows policies only. Refused: a
column for each key (most would be empty), and a file for each household.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.arrays import Texts
from models.book.policies.files import PolicyFile, parse_given
from models.book.tables.cells import Cells
from models.book.tables.column import CellKind
from models.book.tables.table import Table

JOINT: Final = " + "
"""What stands between a policy's id and an override in the id of both together."""

Tables = Mapping[str, Table]
Policies = Mapping[str, PolicyFile]


def effective_ids(policy_ids: Texts, overrides: Texts) -> Texts:
    """Return the id of the policy in force of each row: its policy, or policy and override."""
    found: Texts = policy_ids.copy()
    for row in np.flatnonzero(overrides != np.array(None)).tolist():
        text = _tidy(overrides[row])
        if text and found[row] is not None:
            found[row] = f"{found[row]}{JOINT}{text}"
    return found


def resolved(policies: Policies, policy_id: str) -> PolicyFile | None:
    """Return the policy of an id, put together where it names an override; None if unknown."""
    if policy_id in policies:
        return policies[policy_id]
    base, joint, text = policy_id.partition(JOINT)
    file = policies.get(base)
    if file is None or not joint or file.policy is None:
        return None if file is None else replace(file, policy_id=policy_id)
    found = parse_given(policy_id, _merged(file.given, override_of(text)), "households.overrides")
    return replace(found, overridden=True)


def override_of(text: str) -> dict[str, Any]:
    """Return what an override says, by section; a text that says nothing is its own wrong key."""
    try:
        return tomllib.loads(text.replace("; ", "\n"))
    except (ValueError, RecursionError):
        return {text: None}  # the reader of policies tells what is wrong with it


def with_overrides(tables: Tables, policies: Policies) -> tuple[Tables, Policies]:
    """Return the tables with every household's policy in force, and all policies in force."""
    households = tables["households"]
    overrides = households.texts("overrides")
    if not households.rows or not (overrides != np.array(None)).any():
        return tables, policies
    ids = effective_ids(households.texts("policy_id"), overrides)
    more = {name: resolved(policies, name) for name in dict.fromkeys(ids) if name is not None}
    known = {name: file for name, file in more.items() if file is not None}
    unread = households.cells["policy_id"].unread
    cells = Cells(CellKind.TEXT, pa.array(ids, pa.large_string()), unread)
    rewritten = replace(households, cells={**households.cells, "policy_id": cells})
    return {**tables, "households": rewritten}, {**policies, **known}


def _tidy(text: str) -> str:
    """Return an override with its parts trimmed, the same for texts that mean the same."""
    parts = (part.strip() for line in text.splitlines() for part in line.split(";"))
    return "; ".join(part for part in parts if part)


def _merged(given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(given)
    for section, values in more.items():
        own = merged.get(section)
        both = isinstance(own, dict) and isinstance(values, dict)
        merged[section] = {**own, **values} if both and own is not None else values
    return merged
