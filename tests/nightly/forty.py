"""Forty households in several partitions of several chunks, for tests of who answers them."""

from __future__ import annotations

from typing import Final

from nightly.partition.sizes import Sizes

COUNT: Final = 40
"""Households."""

SIZES: Final = Sizes(partition_lots=1_500, chunk_households=3)
"""How the book is cut."""

VICTIM: Final = "etf-0000013"
"""Whoever is to misbehave, somewhere in the middle."""
