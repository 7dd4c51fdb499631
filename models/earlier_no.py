"""The answer of an earlier night that nothing pays, kept so that nobody works it out every night.

It is made where a gate said no, handed from each run to the next, and stands for some days as long
as what it rested on is what it was (`models.triggers.standing_no`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EarlierNo:
    """When a household was told that no trade pays, why, and what that rested on.

    Attributes
    ----------
    asof
        The night that solved for it.
    reason
        What that night said, with its figure.
    triggers
        Names of the triggers that had fired.
    facts_sha256
        Digest of what must be the same for it to stand.
    idle_bps
        Objective of doing nothing, that night.
    prices
        Price of each security that was held in a taxable account, sorted by its id.
    """

    asof: date
    reason: str
    triggers: tuple[str, ...]
    facts_sha256: str
    idle_bps: float
    prices: tuple[float, ...]
