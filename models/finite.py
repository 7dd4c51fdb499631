"""Whether a number that somebody wrote can be counted with: files hold whole ones of any size.

Refused: `math.isfinite` alone, which raises for a whole number that no float holds.
"""

from __future__ import annotations

import sys


def finite(value: float) -> bool:
    """Whether a number, whole or not, is one that a float holds; NaN is none."""
    return -sys.float_info.max <= value <= sys.float_info.max
