"""Signal 9 at any moment of an export or of booking: nothing is sent twice, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nightly.life.kills import tally


@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.full)])
def test_kills_lose_and_double_nothing(tmp_path: Path, kills: int) -> None:
    """Each is gone on with by the same command, and broker and register agree after it."""
    assert tally(tmp_path, kills, seed=kills).total() >= kills
