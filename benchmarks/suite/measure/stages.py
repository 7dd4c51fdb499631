"""What share of a call each stage takes, measured on the real functions.

A stage is named by the functions it consists of, where the callers look them up; while measuring
they are wrapped. Time inside a nested stage counts for that stage alone. Copies of the pipeline
with clocks in them were refused: they drift from what runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

Result = TypeVar("Result")

OTHER = "other"
"""What no stage accounts for."""


class StageClock:
    """Processor seconds by stage, exclusive of nested stages, and calls that are counted."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._open: list[str] = []
        self._since = 0.0

    def _turn(self) -> None:
        now = time.process_time()
        if self._open:
            stage = self._open[-1]
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    def run(self, stage: str, call: Callable[[], Result]) -> Result:
        """Run a call on a stage's account."""
        self._turn()
        self._open.append(stage)
        try:
            return call()
        finally:
            self._turn()
            self._open.pop()

    @contextmanager
    def watching(
        self, stages: Mapping[str, Sequence[str]], counted: Sequence[str] = ()
    ) -> Iterator[None]:
        """Wrap the functions of each stage, given as `module:name`, while the block runs.

        Functions `counted` are only counted, by their names, on the account of whoever calls.

        Raises
        ------
        AttributeError
            When a module has no function of that name: the stage list is out of date.
        """
        replaced: list[tuple[Any, str, Any]] = []
        try:
            for stage, places in stages.items():
                for place in places:
                    module_name, name = place.split(":")
                    module = import_module(module_name)
                    original = getattr(module, name)
                    replaced.append((module, name, original))
                    setattr(module, name, self._timed(stage, original))
            for place in counted:
                module_name, name = place.split(":")
                module = import_module(module_name)
                original = getattr(module, name)
                replaced.append((module, name, original))
                setattr(module, name, self._counted(name, original))
            yield
        finally:
            for module, name, original in reversed(replaced):
                setattr(module, name, original)

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            return self.run(stage, lambda: function(*args, **kwargs))

        return timed

    def _counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] = self.calls.get(name, 0) + 1
            return function(*args, **kwargs)

        return counted
