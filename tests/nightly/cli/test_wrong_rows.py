"""A wrong row of what happened makes whom it touches invalid; it stops no night."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightly.main import main
from tests.books import ASOF, tiny_book, write
from tests.models.book.checks.happened_faults import PAID, SPLIT


@pytest.mark.usefixtures("unplanned")
def test_a_wrong_action_and_a_wrong_movement_stop_no_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """H1 holds what is split twice under one id, and 007 was paid on no day; H2 is answered."""
    tables = tiny_book()
    tables["corporate_actions"] = [SPLIT, SPLIT]
    tables["movements"] = [PAID | {"date": "18.11.2026"}]
    book = write(tables, tmp_path / "book")
    told = ["run", str(book), "--asof", ASOF.isoformat(), "--out", str(tmp_path / "runs")]
    assert main([*told, "--workers", "0", "--json", "--fail-on", "none"]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert (counts["invalid"], sum(counts.values())) == (2, 3)
