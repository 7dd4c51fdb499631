"""A process that ends at any step, counted in what it asks of the file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

STEPS = 24
"""More calls of the file system than an export of one parcel makes."""


class Crash(BaseException):
    """The process ends here."""


@contextmanager
def crash_at(step: int | None) -> Iterator[None]:
    """End at a step, counted from 0; None never ends."""
    left = [step]

    def counted(call: Any) -> Any:
        def called(*given: Any, **named: Any) -> Any:
            if left[0] is not None:
                left[0] -= 1
                if left[0] < 0:
                    raise Crash
            return call(*given, **named)

        return called

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((os, "fsync"), (os, "pwrite"), (Path, "rename"), (Path, "write_bytes")):
            patch.setattr(owner, name, counted(getattr(owner, name)))
        yield
