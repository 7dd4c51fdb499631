"""The ticks of an axis: round figures that hold all that is drawn, a handful of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Final

ROUND: Final = (1.0, 2.0, 5.0, 10.0)
"""Steps that people count in, times a power of ten. Refused: 2.5, which takes one more decimal."""

PARTS: Final = 5
"""Steps of an axis at most; what holds the figures may need one more at each end."""

NEARLY: Final = 1e-9
"""Share of a step by which a figure may be off it by rounding alone."""


def round_ticks(low: float, high: float) -> list[float]:
    """Return multiples of a round step, from at most `low` to at least `high`, two or more."""
    spread = (high - low) or abs(high) or 1.0
    power = 10.0 ** floor(log10(spread / PARTS))
    step = next(power * each for each in ROUND if spread <= PARTS * power * each * (1.0 + NEARLY))
    first = floor(low / step + NEARLY)
    last = max(ceil(high / step - NEARLY), first + 1)
    return [float(f"{step * k:.12g}") for k in range(first, last + 1)]


def inner_ticks(low: float, high: float) -> list[float]:
    """Return the round ticks but an outermost one that lies further out than half a step."""
    ticks = round_ticks(low, high)
    near = (ticks[1] - ticks[0]) / 2.0
    kept = [tick for tick in ticks if low - near <= tick <= high + near]
    return kept if len(kept) > 1 else ticks


def decimals(ticks: Sequence[float]) -> int:
    """Return the decimals that tell the ticks of a round step apart, and are all that they have."""
    return max(0, -floor(log10(ticks[1] - ticks[0]) + NEARLY))
