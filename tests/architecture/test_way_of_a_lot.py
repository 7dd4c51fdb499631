"""docs/lot.md is true: what it names exists, and a real run calls its stations in its order."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pandas as pd
import pytest

from nightly.main import main
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from optimizer.rebalance import rebalance

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/lot.md"
TEXT = (ROOT / PAGE).read_text("utf-8")
NAME = r"[a-z_.]+:\w[\w.]*"
STATIONS = re.findall(rf"^\| `({NAME})` \|", TEXT, re.M)
NAMED = list(dict.fromkeys(re.findall(rf"`({NAME})`", TEXT)))
PARTS = tuple(
    tuple(re.findall(rf"^\| `({NAME})` \|", part, re.M)) for part in TEXT.split("\n## ")[1:]
)

SAMPLE = ROOT / "scenarios" / "sample"
HOUSEHOLD = "drifted-60-40"
LOT = "drifted-60-40.joint.06"
ASOF = date(2026, 11, 20)


def found(name: str) -> Any:
    """Return what a qualified name stands for; AttributeError or ImportError where nothing does."""
    module, _, path = name.partition(":")
    thing = import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part)
    return thing


@contextmanager
def traced(calls: list[str]) -> Iterator[None]:
    """Note every call of a station while the block runs, in order."""
    code = {getattr(found(name), "__code__", None): name for name in STATIONS}
    before: Callable[..., Any] | None = sys.getprofile()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in code:
            calls.append(code[frame.f_code])

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("name", NAMED)
def test_what_the_page_names_exists(name: str) -> None:
    """Every function and type, by its module and qualified name."""
    try:
        found(name)
    except (ImportError, AttributeError) as error:
        pytest.fail(
            f"{PAGE} names {name}, which is not in the code ({error}). Was it renamed or moved? "
            f"Write its new name on the page; if it is gone, write what happens there now."
        )


def test_stations_are_called_in_the_order_of_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """First calls of one night and one page, counted within each part from its first station."""
    calls: list[str] = []
    request = Request(str(SAMPLE), ASOF, tmp_path, households=(HOUSEHOLD,))
    with traced(calls):
        folder, _ = start_run(request, rebalance, InProcess())
        main(["plan", str(SAMPLE), HOUSEHOLD, "--asof", str(ASOF)])
    for part in PARTS:
        assert part[0] in calls, f"{PAGE}: {part[0]} is on the page, and no run calls it"
        calls = calls[calls.index(part[0]) :]
        walked = tuple(dict.fromkeys(name for name in calls if name in part))
        assert walked == part, (
            f"{PAGE} tells another order than a run takes. Put its lines in this order (what is "
            f"missing here is no longer called on the way):\n" + "\n".join(walked)
        )
    lots = pd.read_parquet(folder.path / "order_lots.parquet")
    assert lots.set_index("lot_id").at[LOT, "shares"] == 573.0
    assert "joint.06" in capsys.readouterr().out


def test_the_row_on_the_page_is_the_row_of_the_sample() -> None:
    """The page begins with the lot's line of lots.csv."""
    rows = (SAMPLE / "lots.csv").read_text("utf-8").splitlines()
    (row,) = (line for line in rows if line.startswith(f"{LOT},"))
    assert row in TEXT.splitlines()
