"""A policy's version: the digest of everything it says, as it was in force.

The file of a policy may change its comments and mean the same; a command may change a policy
without touching its file. The digest follows what is meant.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from models.policy import Policy


def policy_digest(policy: Policy) -> str:
    """Return the SHA-256 of a policy's keys and values."""
    said = json.dumps(asdict(policy), sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()
