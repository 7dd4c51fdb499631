"""One intention tried in two ways: the first fill ends the other, and two fills are told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nightly.export.blocks import blocks_of
from nightly.export.files import order_files
from nightly.export.routing import routing_beside
from nightly.export.tickets import routed
from nightly.fills.booking import book
from nightly.fills.fitting import Fitted
from nightly.fills.reports import file_at
from nightly.fills.tolerance import FAR_OFF
from nightly.register.fold import Registered
from nightly.register.records import Ticket
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.register.standing import facts_of
from nightly.register.states import TransitionError
from nightly.results.run_folder import RunFolder
from nightly.triage.earlier_runs import orders_left
from tests.nightly.fills.broker import messages, report
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
D = Decimal
OPEN, CLOSE = (f"{RUN}/2026-11-20/h1-a/VTI/sell/{time}" for time in ("at_open", "at_close"))
BLOCK = f"{RUN}/block/0001/VTI/sell"


def legs(place: Path, *households: str) -> list[Ticket]:
    """Return sales of 100 shares, each tried in the opening auction and in the closing one."""
    text = '[default.time_in_force]\nother = ["at_open", "at_close"]\n'
    (place / "custodians.toml").write_text(text)
    routing = routing_beside(place)
    return [
        leg for name in households for leg in routed(orders.ticket(RUN, name), routing, number=1)
    ]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder of runs whose register has sent the lists of two households."""
    folder = RunFolder(tmp_path / RUN)
    folder.path.mkdir()
    with Register(tmp_path / NAME).held() as held:
        orders.propose(held, RUN, ["h1", "h2"])
        orders.send(held, folder, legs(tmp_path, "h1", "h2"))
    return tmp_path


def booked(runs: Path, *rows: str, by: str = "ticket_id") -> Fitted:
    """Book rows of order, fill, shares, price and state."""
    (runs / "answers").write_text("\n".join((f"{by},fill_id,shares,price,state", *rows)) + "\n")
    return book(Register(runs / NAME), file_at(runs / "answers"), Rights("Eve"), FAR_OFF).fitted


def now(runs: Path) -> Registered:
    """Return what holds."""
    return Register(runs / NAME).read()


def stands(runs: Path, name: str) -> tuple[str, Decimal]:
    """Return state and shares of a ticket."""
    return now(runs).tickets[name].state.value, now(runs).tickets[name].filled


def reserved(runs: Path) -> dict[str, float]:
    """Return the shares that later nights set aside, by account."""
    found: dict[str, float] = {}
    for row in orders_left(now(runs), orders.ASOF, 5).to_pylist():
        found[row["account_id"]] = found.get(row["account_id"], 0.0) + row["lot_shares"]
    return found


def test_a_list_sets_its_shares_aside_once(runs: Path) -> None:
    """Two orders of 100 shares for one intention are 100 shares under way, whichever ends first."""
    assert reserved(runs) == {"h1-a": 100.0, "h2-a": 100.0}
    assert booked(runs, f"{OPEN},,,,expired").refused == ()
    assert reserved(runs) == {"h1-a": 100.0, "h2-a": 100.0}
    assert booked(runs, f"{CLOSE},,,,expired").refused == ()
    assert reserved(runs) == {"h2-a": 100.0}


@pytest.mark.parametrize(("shares", "state"), [("100", "filled"), ("30", "partly_filled")])
def test_the_first_fill_ends_the_other(runs: Path, shares: str, state: str) -> None:
    """Even of a part; what the market then says of the other's end is nothing new."""
    assert booked(runs, f"{CLOSE},f1,{shares},300,").refused == ()
    assert (stands(runs, CLOSE), stands(runs, OPEN)) == ((state, D(shares)), ("cancelled", 0))
    told = facts_of(now(runs).tickets[OPEN])["steps"][-1]
    assert (told["by"], told["why"]) == ("Eve", f"one cancels all: {CLOSE} was filled")
    after = booked(runs, f"{OPEN},,,,cancelled", f"{OPEN},,,,expired", f"{OPEN},,,,acknowledged")
    assert (after.refused, after.repeated) == ((), 3)
    assert reserved(runs)["h1-a"] == 100.0


@pytest.mark.parametrize("apart", [False, True])
def test_both_filled_is_told_row_by_row(runs: Path, apart: bool) -> None:
    """In one file or in two: the second fill is no fill of ours, and is named with its list."""
    rows = [f"{OPEN},f1,60,300,", f"{CLOSE},f2,40,300,", f"{OPEN},f3,40,300,"]
    found = [booked(runs, row) for row in rows] if apart else [booked(runs, *rows)]
    (refused,) = [misfit for each in found for misfit in each.refused]
    assert (refused.order, refused.place) == (CLOSE, "row 2" if apart else "row 3")
    assert f"{OPEN} of the same one-cancels-all list has 60 shares already" in refused.why
    assert (stands(runs, OPEN), stands(runs, CLOSE)) == (("filled", 100), ("cancelled", 0))


def test_a_market_that_counts_shares_of_the_other_is_told(runs: Path) -> None:
    """It says the other is cancelled after 25 shares: that fill is missing, not nothing new."""
    booked(runs, f"{OPEN},f1,60,300,")
    (runs / "answers").write_bytes(report(t11=CLOSE, t150="4", t39="4", t14="25"))
    found = book(Register(runs / NAME), file_at(runs / "answers"), Rights("Eve"), FAR_OFF).fitted
    assert "a fill is missing" in found.refused[0].why


def test_a_block_of_a_list_ends_the_other_block(runs: Path) -> None:
    """Blocks are legs too: a part of one goes to its tickets, all of the other ends."""
    assert booked(runs, f"{BLOCK}/at_open,f1,1,300,", by="block_id").refused == ()
    standing = now(runs).tickets
    assert {s.state.value for name, s in standing.items() if name.endswith("close")} == {
        "cancelled"
    }
    (refused,) = booked(runs, f"{BLOCK}/at_close,f2,1,300,", by="block_id").refused
    assert "one-cancels-all" in refused.why
    assert booked(runs, f"{BLOCK}/at_open,f3,199,300,filled", by="block_id").refused == ()


def test_the_register_takes_no_two_fills_and_no_second_list(runs: Path) -> None:
    """Whoever writes a line: what is not one intention is no transition."""
    fill = {"fill_id": "x", "shares": "1", "price": "300", "trade_date": "2026-11-20"}

    def answered(name: str) -> dict[str, Any]:
        told = {"ticket_id": name, "state": "partly_filled", "text": ""}
        return {**told, "fill": {**fill, "ticket_id": name, "fill_id": name, "block_id": ""}}

    with Register(runs / NAME).held() as held, pytest.raises(TransitionError, match="cannot have"):
        held.add("answers", "Eve", "", {"sha256": "", "answers": [answered(OPEN), answered(CLOSE)]})
    with Register(runs / NAME).held() as held, pytest.raises(TransitionError, match="already, as"):
        orders.send(held, RunFolder(runs / RUN), legs(runs, "h1"))


def test_a_list_leaves_as_one_message(tmp_path: Path) -> None:
    """35=E with its two orders (66, 73, 67, 1385=1); by ticket and by block; and in CSV."""
    tickets = legs(tmp_path, "h1", "h2")
    single = orders.ticket(RUN, "h3", "buy")
    files = order_files([*tickets, single], "fix", orders.MOMENT)
    kinds = [message.get(35) for message in messages(files["tickets.fix"])]
    assert kinds == [b"E", b"E", b"D"]
    message = messages(files["tickets.fix"])[0]
    told = [(tag, value.decode()) for tag, value in message.pairs]
    wanted = {11: [OPEN, CLOSE], 66: [OPEN.rsplit("/", 1)[0]], 67: ["1", "2"], 68: ["2"]}
    wanted |= {73: ["2"], 1385: ["1"], 59: ["2", "7"], 38: ["100", "100"], 394: ["3"]}
    got = {tag: [v for t, v in told if int(t) == tag] for tag in wanted}
    assert got == wanted
    kinds = [message.get(35) for message in messages(files["blocks.fix"])]
    assert sorted(kinds) == [b"D", b"E"]
    assert {b.list_id for b in blocks_of(tickets)} == {BLOCK}
    lines = order_files(tickets, "csv", orders.MOMENT)["tickets.csv"].decode().splitlines()
    assert all(
        line.endswith(f"{leg.list_id},one_cancels_all")
        for line, leg in zip(lines[1:], tickets, strict=True)
    )
