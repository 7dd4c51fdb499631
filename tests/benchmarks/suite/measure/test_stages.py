"""Clocks count each stage's own time and leave the functions as they were."""

from __future__ import annotations

import time
from types import ModuleType

import pytest

from benchmarks.suite.measure.stages import StageClock


def busy(seconds: float) -> None:
    """Use the processor for a while."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


@pytest.fixture
def outer(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module with a function that calls another."""
    module = ModuleType("timed_module")

    def inside() -> None:
        busy(0.04)

    def around() -> str:
        busy(0.02)
        module.inside()
        return "done"

    module.inside, module.around = inside, around  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "timed_module", module)
    return module


def test_a_nested_stage_counts_for_itself_alone(outer: ModuleType) -> None:
    """20 ms around 40 ms: each stage has its own, calls are counted, results pass through."""
    clock = StageClock()
    original = outer.inside
    stages = {"a": ("timed_module:around",), "b": ("timed_module:inside",)}
    with clock.watching(stages, counted=("timed_module:inside",)):
        assert outer.around() == "done"
    assert clock.calls == {"inside": 1}
    assert 0.02 <= clock.seconds["a"] < 0.035
    assert 0.04 <= clock.seconds["b"] < 0.055
    assert outer.inside is original


def test_a_stage_that_is_gone_is_named(outer: ModuleType) -> None:
    """A list of stages that no longer fits the code fails, and nothing stays wrapped."""
    original = outer.around
    stages = {"a": ("timed_module:around",), "b": ("timed_module:missing",)}
    with pytest.raises(AttributeError, match="missing"), StageClock().watching(stages):
        pass
    assert outer.around is original
