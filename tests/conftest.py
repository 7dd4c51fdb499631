"""What every test shares: the same examples in every run, other ones where they are asked for.

A property that breaks one run in twenty tells the wrong person. So `make test` draws the same
examples each time, and `make test-full` draws new ones: what it finds becomes an `@example`.
"""

from __future__ import annotations

import gc
import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile(os.environ.get("HEARTH_EXAMPLES", "same"))

gc.disable()  # what is imported and collected stays: looking for garbage in it took a twentieth


def pytest_collection_finish() -> None:
    """Look for garbage from now on, in what the tests make."""
    gc.freeze()
    gc.enable()
