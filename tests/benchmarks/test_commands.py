"""The commands that the pages name exist, with the options they are shown with."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from benchmarks.suite.small import FULL

ROOT = Path(__file__).resolve().parents[2]
PAGES = "\n".join(page.read_text("utf-8") for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")))
SHOWN = re.findall(r"`(python -m (?:benchmarks|scenarios)\.[^`]+)`", PAGES)
COMMANDS = sorted({*SHOWN, *(command for command, _ in FULL), "python -m benchmarks.small"})


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_exists(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its help names every option of the line, and its own name."""
    _, _, module, *rest = command.split()
    monkeypatch.setattr("sys.argv", [module, "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module(module, run_name="__main__")
    told = capsys.readouterr().out
    assert f"usage: python -m {module}" in told
    assert [word for word in rest if word.startswith("--") and word not in told] == []


def test_the_pages_show_every_benchmark() -> None:
    """No part of the suite is a secret."""
    for module in ("compare", "quality", "speed", "backtest"):
        assert any(command.split()[2] == f"benchmarks.{module}" for command in SHOWN)
