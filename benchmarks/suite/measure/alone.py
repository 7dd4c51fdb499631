"""Measures in a process of its own that is set up as a worker of a night is.

One thread for numeric libraries, and what was imported out of the collector's way. Threads that
wait for work burn processor time, which would be counted as the household's.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from nightly.workers.driver import ONE_THREAD

Given = ParamSpec("Given")
Result = TypeVar("Result")


def alone(call: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Return what a call returns when a new single-threaded process makes it."""
    with (
        patch.dict(os.environ, dict.fromkeys(ONE_THREAD, "1")),
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_settle) as process,
    ):
        return process.submit(call, *args, **kwargs).result()


def _settle() -> None:
    gc.collect()
    gc.freeze()
