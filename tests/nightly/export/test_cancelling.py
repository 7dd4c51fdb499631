"""Nothing is asked back under a name that the market never saw, and nothing twice unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nightly.export.cancelling import NothingToCancelError, cancel
from nightly.export.sending import Wish
from nightly.fills.booking import book
from nightly.fills.reports import file_at
from nightly.fills.tolerance import FAR_OFF
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
from tests.nightly.export.exported import rows
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
BLOCK = f"{RUN}/block/0001/VTI/sell"
H1, H2 = (f"{RUN}/2026-11-20/{name}-a/VTI/sell" for name in ("h1", "h2"))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Return a run that sent the sales of two households, in one block."""
    folder = RunFolder(tmp_path / RUN)
    folder.path.mkdir()
    with Register(tmp_path / NAME).held() as held:
        orders.propose(held, RUN, ["h1", "h2"])
        orders.send(held, folder, [orders.ticket(RUN, name) for name in ("h1", "h2")])
        held.add("written", "hearth", "", {"parcel": held.registered.entries})
    return folder


def filled(run: RunFolder, by: str, name: str) -> None:
    """Book a fill of ten shares, by ticket or by block."""
    path = run.path.parent / "answers"
    path.write_text(f"{by},fill_id,shares,price\n{name},f1,10,300\n")
    fitted = book(Register(run.path.parent / NAME), file_at(path), Rights("E"), FAR_OFF).fitted
    assert fitted.refused == ()


def asked(run: RunFolder, names: Sequence[str] = (), **more: Any) -> dict[str, list[str]]:
    """Ask households back; return what is asked back, by file."""
    place, _ = cancel(run, names, [], Wish("csv", None, Rights("Ann"), "client called", **more))
    return {
        path.stem: [row["order_id"] for row in rows(path)] for path in sorted(place.glob("*.csv"))
    }


def test_a_part_of_a_block_is_asked_back_only_where_it_did_not_go_as_one(run: RunFolder) -> None:
    """Nobody knows yet: the refusal names the option, and whom else the block holds."""
    before = (run.path.parent / NAME).read_bytes()
    with pytest.raises(NothingToCancelError, match=r"--sent tickets.*name these too") as said:
        asked(run, ["h1"])
    assert H2 in str(said.value)
    with pytest.raises(NothingToCancelError, match="cancelled whole"):
        asked(run, ["h1"], sent_as="blocks")
    assert (run.path.parent / NAME).read_bytes() == before
    assert asked(run, ["h1"], sent_as="tickets") == {"cancels": [H1]}


@pytest.mark.parametrize(
    ("told", "files"),
    [
        ("", {"block_cancels": [BLOCK], "cancels": [H1, H2]}),
        ("tickets", {"cancels": [H1, H2]}),
        ("blocks", {"block_cancels": [BLOCK]}),
    ],
)
def test_a_whole_block_is_asked_back_as_it_was_sent(
    run: RunFolder, told: str, files: dict[str, list[str]]
) -> None:
    """Both ways where nobody knows; never an empty file."""
    assert asked(run, sent_as=told) == files


def test_the_markets_fills_say_what_was_sent(run: RunFolder) -> None:
    """Filled by block, the block alone is asked back, and who says otherwise is refused."""
    filled(run, "block_id", BLOCK)
    with pytest.raises(NothingToCancelError, match="was sent as blocks"):
        asked(run, sent_as="tickets")
    assert asked(run) == {"block_cancels": [BLOCK]}


def test_filled_by_ticket_a_ticket_is_asked_back_by_itself(run: RunFolder) -> None:
    """Whoever else stands in its block."""
    filled(run, "ticket_id", H1)
    assert asked(run, ["h1"]) == {"cancels": [H1]}


def test_what_was_asked_back_is_not_asked_twice_unsaid(run: RunFolder) -> None:
    """The second request leaves what is new; a third says where the requests are."""
    asked(run, ["h1"], sent_as="tickets")
    assert asked(run, sent_as="tickets") == {"cancels": [H2]}
    with pytest.raises(NothingToCancelError, match=r"asked back before.*exports/0003.*--again"):
        asked(run, sent_as="tickets")
    assert asked(run, sent_as="tickets", again=True) == {"cancels": [H1, H2]}
