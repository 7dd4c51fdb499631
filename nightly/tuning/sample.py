"""Which households of a run a policy is tried on: the same ones every time it is asked."""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from models.book.policies.overrides import JOINT
from nightly.results.run_tables import run_batches

if TYPE_CHECKING:
    from nightly.proof.bench import Bench

LARGEST_SAMPLE: Final = 40
"""Households of a sample at most: two plans each, while somebody waits."""

DRAWS_KEPT: Final = 32
"""Policies of runs whose draw is kept: the digests of a million ids take a second."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Households of a run that a policy is tried on, and how many there are to choose from."""

    policy_id: str
    household_ids: tuple[str, ...]
    of: int


def sample_of(bench: Bench, policy_id: str, most: int) -> Sample:
    """Return the households of a policy whose ids' digests come first: the same ones every time."""
    first, count = _drawn(bench, policy_id)
    return Sample(policy_id, tuple(sorted(first[:most])), count)


@lru_cache(DRAWS_KEPT)
def _drawn(bench: Bench, policy_id: str) -> tuple[tuple[str, ...], int]:
    """Return the first households of a policy by digest, and how many there are that can plan."""
    names: list[str] = []
    for batch in run_batches(bench.folder.path, "plans"):
        policy = batch["policy_id"]
        own = pc.or_(pc.equal(policy, policy_id), pc.starts_with(policy, f"{policy_id}{JOINT}"))
        names += (
            batch["household_id"].filter(pc.and_(own, pc.is_valid(batch["value_usd"]))).to_pylist()
        )
    digests = ((hashlib.sha256(name.encode()).hexdigest(), name) for name in names)
    return tuple(name for _, name in heapq.nsmallest(LARGEST_SAMPLE, digests)), len(names)
