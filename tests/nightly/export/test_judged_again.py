"""Orders leave only as they were proposed, from the book that they were made from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nightly.main import main
from nightly.register.register import NAME, beside
from nightly.register.whole import HEAD
from tests.nightly.export.exported import decide


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("orders", "shares", lambda value: value + 1.0),
        ("orders", "security_id", lambda value: "AGG" if value != "AGG" else "BND"),
        ("orders", "share_step", lambda value: value / 2.0),
        ("order_lots", "lot_id", lambda value: f"{value}0"),
        ("plans", "approval", lambda value: "auto" if value != "auto" else "needs_approval"),
    ],
)
def test_what_was_changed_after_the_night_stops_the_export(
    run: Path,
    tmp_path: Path,
    table: str,
    column: str,
    change: Callable[[Any], Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One cell of one household: nothing of the run leaves, and the household is named."""
    frame = pd.read_parquet(run / f"{table}.parquet")
    whose = frame.get("household_id", frame.get("order_id"))
    place = frame.index[whose.str.contains("single-account")][0]
    frame.loc[place, column] = change(frame.loc[place, column])
    frame.to_parquet(run / f"{table}.parquet")
    assert main(["export", str(run), "--out", str(tmp_path / "a")]) == 2
    assert "orders of single-account in" in capsys.readouterr().err
    assert decide(run, "approve", "single-account") == 2
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("what", ["book", "figures", "gone"])
def test_orders_are_judged_again_from_the_book_of_the_run(
    run: Path, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A book that has changed, or a figure that nobody can find again, stops the export."""
    place = Path(json.loads((run / "manifest.json").read_text())["inputs"]["path"])
    book, moved = Path(shutil.copytree(place, tmp_path / "book")), []
    if what == "book":
        lots = (book / "lots.csv").read_text()
        (book / "lots.csv").write_text(lots.replace(",2", ",3", 1))
        moved = ["--book", str(book)]
    elif what == "gone":
        moved = ["--book", str(tmp_path / "nowhere")]
    else:
        plans = pd.read_parquet(run / "plans.parquet")
        plans.loc[plans["household_id"] == "drifted-60-40", "tax_usd"] += 1.0
        plans.to_parquet(run / "plans.parquet")
    assert main(["export", str(run), "--out", str(tmp_path / "a"), *moved]) == 2
    told = capsys.readouterr().err
    named = {"book": "input (lots.csv)", "figures": "drifted-60-40: tax_usd", "gone": "nowhere"}
    assert named[what] in told
    assert not (tmp_path / "a").exists()
    assert beside(run).read().tickets == {}


def test_a_register_that_was_cut_short_lets_nothing_leave(run: Path) -> None:
    """Files that left, their mark, and the last line beside it each know more than it does."""
    assert main(["export", str(run)]) == 0
    path = run.parent / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    assert main(["export", str(run)]) == 2
    shutil.rmtree(run / "exports")
    assert main(["export", str(run)]) == 2
    shutil.rmtree(run / "left")
    assert main(["export", str(run)]) == 2
    path.with_suffix(HEAD).unlink()
    assert main(["export", str(run)]) == 0
