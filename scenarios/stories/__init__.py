"""The households of the sample book, by theme; `STORIES` is the order in which they are told.

To add one: write a function that tells it to a builder, in the theme's file, and list it in that
file's `STORIES`.
"""

from __future__ import annotations

from collections.abc import Callable

from scenarios.builder import BookBuilder
from scenarios.stories import (
    allocation,
    cashflow,
    extremes,
    limits,
    location,
    losses,
    windows,
)

STORIES: tuple[Callable[[BookBuilder], None], ...] = (
    *allocation.STORIES,
    *losses.STORIES,
    *windows.STORIES,
    *location.STORIES,
    *limits.STORIES,
    *cashflow.STORIES,
    *extremes.STORIES,
)
