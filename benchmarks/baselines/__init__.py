"""Heuristic rebalancers: what practitioners do, each in its own file, all on the same legal ground.

To add one: write a function that fills a draft, and list it in `BASELINES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from benchmarks.baselines.household_proportional import household_proportional
from benchmarks.baselines.losses_first import losses_first
from benchmarks.baselines.proposal import Proposal, Rebalancer
from benchmarks.baselines.strategy import legal

__all__ = ["BASELINES", "Proposal", "Rebalancer"]

BASELINES: Final[Mapping[str, Rebalancer]] = MappingProxyType(
    {
        "household proportional, HIFO": legal(household_proportional("HIFO")),
        "household proportional, MinTax": legal(household_proportional("MINTAX")),
        "losses first": legal(losses_first),
    }
)
"""Every heuristic by the name it bears in tables."""
