"""Freed memory goes back to the system at once, so that a run's peak is what it uses at a time.

A night's own process passes a whole book through its hands in batches. Arrow's allocator and the C
library's keep what was freed for the next large piece, which here never comes. Workers solve, and
keep their allocators as they are.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

import pyarrow as pa

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Parameters of mallopt (glibc, malloc.h)."""

LARGE_BYTES: Final = 128 << 10
"""Pieces of so many bytes are the system's own; glibc's first value, which it raises by itself."""

ARENAS: Final = 2
"""Heaps of freed pieces at most, whatever the number of threads."""


def give_back() -> None:
    """Make this process give freed memory back; where the C library is another, only Arrow's."""
    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in (
            (MMAP_THRESHOLD, LARGE_BYTES),
            (TRIM_THRESHOLD, LARGE_BYTES),
            (ARENA_MAX, ARENAS),
        ):
            mallopt(parameter, value)
