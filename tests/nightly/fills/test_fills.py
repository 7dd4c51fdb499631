"""The market's answers move orders, share by share; what does not fit is refused row by row."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nightly.fills.fix_reports import fix_reports
from nightly.main import main
from nightly.register.register import NAME, Register
from nightly.register.standing import Standing
from nightly.results.run_folder import RunFolder
from tests.nightly.fills.broker import Broker, report
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
D = Decimal
BLOCK = f"{RUN}/block/0001/VTI/sell"
NAMES = {name: orders.ticket(RUN, name).ticket_id for name in ("h1", "h2", "h3")}


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder of runs whose register has a block of three sales: 100, 100 and 62.5."""
    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    with Register(folder.path.parent / NAME).held() as held:
        orders.propose(held, RUN, sorted(NAMES))
        sold = [orders.ticket(RUN, name) for name in ("h1", "h2")]
        orders.send(held, folder, [*sold, orders.ticket(RUN, "h3", shares=D("62.5"))])
    return folder.path.parent


def book(runs: Path, content: str | bytes, *more: str) -> int:
    """Book a file of answers and return the exit code."""
    data = content.encode() if isinstance(content, str) else content
    (runs / "answers").write_bytes(data)
    return main(["fills", str(runs / "answers"), "--register", str(runs), *more])


def told(runs: Path, capsys: pytest.CaptureFixture[str], content: str | bytes) -> dict[str, Any]:
    """Book a file of answers and return what is said as data."""
    capsys.readouterr()
    book(runs, content, "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def standing(runs: Path, name: str) -> Standing:
    """Return where a household's ticket stands."""
    return Register(runs / NAME).read().tickets[NAMES[name]]


def rows(*lines: str) -> str:
    """Return a CSV of answers by ticket."""
    return "\n".join(("ticket_id,fill_id,shares,price,state", *lines)) + "\n"


def test_fills_add_up_to_the_order(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Acknowledged, filled in two parts, then whole; the same file again books nothing."""
    first = rows(f"{NAMES['h1']},,,,acknowledged", f"{NAMES['h1']},f1,40,299.5,")
    assert book(runs, first) == 0
    assert (standing(runs, "h1").state, standing(runs, "h1").filled) == ("partly_filled", 40)
    again = told(runs, capsys, first)
    assert (again["booked"], again["repeated"], again["refused"]) == ([], 2, [])
    assert book(runs, rows(f"{NAMES['h1']},f2,60,299.25,filled")) == 0
    found = standing(runs, "h1")
    assert (found.state, found.filled, found.live) == ("filled", 100, False)
    assert [fill.price for fill in found.fills] == [D("299.5"), D("299.25")]
    assert [step.state.value for step in found.steps][2:] == [
        *("sent", "acknowledged", "partly_filled", "filled")
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nobody,f9,1,300,", "was never sent from here"),
        ("{h1},f9,101,300,", "101 shares where 100 are still to be filled"),
        ("{h1},f9,10,330.01,", "more than 10% off the book's 300"),
        ("{h1},f9,10,269.99,", "more than 10% off"),
        ("{h1},f9,10,298.49,", "beyond the limit of 298.50"),
        ("{h1},f9,1.5,300,", "no whole steps of 1"),
        ("{h1},f9,-5,300,", "no number above 0"),
        ("{h1},f9,NaN,300,", "no number above 0"),
        ("{h1},f9,5,,", "no number"),
        ("{h1},,5,300,", "a fill_id is needed"),
        ("{h1},f9,50,300,filled", "the market counts 100 shares, here are 50"),
        ("{h1},f9,5,300,approved", "the market does not say approved"),
        ("{h1},f9,5,300,gone", "gone"),
        (",f9,5,300,", "exactly one of ticket_id and block_id"),
        ("{h2},f1,5,300,", "fill f1 was told otherwise before"),
        ("{h3},f9,5,300,", "is cancelled: nothing more can be traded"),
        ("{h3},,,,expired", "is cancelled and cannot be expired"),
    ],
)
def test_what_does_not_fit_is_refused_by_itself(
    runs: Path, capsys: pytest.CaptureFixture[str], line: str, why: str
) -> None:
    """The rows before and after it are booked; it is named as a spreadsheet numbers it."""
    assert book(runs, rows(f"{NAMES['h3']},,,,cancelled")) == 0
    lines = [f"{NAMES['h2']},f1,7,300,", line.format(**NAMES), f"{NAMES['h2']},f2,3,300,"]
    found = told(runs, capsys, rows(*lines))
    (refused,) = found["refused"]
    assert refused["place"] == "row 3"
    assert why in refused["why"]
    assert [answer["fill"]["fill_id"] for answer in found["booked"]] == ["f1", "f2"]
    assert standing(runs, "h2").filled == 10
    assert standing(runs, "h1").filled == 0
    assert book(runs, rows(*lines)) == 1


def test_a_block_goes_back_in_share_steps_and_nothing_is_taken_back(
    runs: Path, tmp_path: Path
) -> None:
    """Part after part: whole shares, what was given stays given, the fraction comes last."""
    given: dict[str, D] = dict.fromkeys(NAMES, D(0))
    for number, shares in enumerate(("100", "1", "1", "97", "63.5"), start=1):
        out = tmp_path / f"{number}.csv"
        text = f"block_id,fill_id,shares,price\n{BLOCK},f{number},{shares},299\n"
        assert book(runs, text, "--out", str(out)) == 0
        with out.open(newline="", encoding="utf-8") as file:
            found = list(csv.DictReader(file))
        assert sum(D(row["shares"]) for row in found) == D(shares)
        for name in NAMES:
            now = standing(runs, name).filled
            assert now >= given[name]
            assert now % 1 == 0 or now == standing(runs, name).ticket.shares
            given[name] = now
    assert {name: str(shares) for name, shares in given.items()} == {
        **{"h1": "100", "h2": "100", "h3": "62.5"}
    }
    assert {standing(runs, name).state.value for name in NAMES} == {"filled"}
    assert book(runs, f"block_id,fill_id,shares,price\n{BLOCK},f1,100,299\n") == 0
    assert book(runs, f"block_id,fill_id,shares,price\n{BLOCK},f1,99,299\n") == 1


def test_tickets_and_blocks_of_one_export_are_not_both_filled(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever is filled first was sent; the other is told to a person."""
    text = f"block_id,fill_id,shares,price\n{BLOCK},f1,100,299\n"
    assert book(runs, text) == 0
    found = told(runs, capsys, rows(f"{NAMES['h1']},f9,1,299,"))
    assert "filled by block already" in found["refused"][0]["why"]


def test_fix_says_what_the_csv_says(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """New, trade, trade, cancel of the rest; a missing fill is noticed by the market's count."""
    market = Broker()
    from nightly.export.fix import ORDER, Envelope, ticket_messages

    sent = [standing(runs, name).ticket for name in NAMES]
    market.take(ticket_messages(sent, Envelope(ORDER, orders.MOMENT)))
    one = NAMES["h1"]
    first = market.acknowledged(one) + market.traded(one, D(30))
    lost = market.traded(one, D(5))
    late = market.traded(one, D(5))
    found = told(runs, capsys, first + b"\n" + late)
    assert [answer["state"] for answer in found["booked"]] == ["acknowledged", "partly_filled"]
    assert "the market counts 40 shares, here are 35" in found["refused"][0]["why"]
    assert told(runs, capsys, lost + late + market.ended(one, "4"))["refused"] == []
    assert (standing(runs, "h1").state, standing(runs, "h1").filled) == ("cancelled", 40)
    assert standing(runs, "h1").counts == 40


def test_messages_that_are_torn_or_changed_are_refused() -> None:
    """Length and checksum are the market's own word on its message."""
    whole = report(t11="a", t17="e", t150="F", t39="1", t32="5", t31="300")
    assert fix_reports(whole)[0].fault == ""
    for broken in (whole[:-7], whole.replace(b"32=5", b"32=6"), whole.replace(b"9=", b"9=1")):
        (found,) = fix_reports(broken)
        assert "torn" in found.fault
    assert [each.fault for each in fix_reports(whole + whole[:-1] + whole)].count("") == 2


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"t150": "G", "t17": "e"}, "19 (ExecRefID) is needed"),
        ({"t150": "2", "t20": "1", "t17": "e"}, "a person must look"),
        ({"t150": "H", "t17": "e"}, "a person must look"),
        ({"t150": "F", "t32": "5", "t31": "300"}, "17 (ExecID) is needed"),
        ({"t35": "9", "t41": "a", "t58": "too late"}, "does not cancel it: too late"),
    ],
)
def test_what_takes_a_person_is_told(tags: dict[str, str], said: str) -> None:
    """Trades taken back, refusals to cancel, trades without an id."""
    (found,) = fix_reports(report(t11="a", **tags))
    assert said in found.fault


def test_a_refusal_of_the_market_ends_the_order(runs: Path) -> None:
    """150=8: nothing was done; the household is free."""
    refused = report(t11=NAMES["h1"], t17="e", t150="8", t39="8", t14="0", t58="unknown account")
    assert book(runs, refused) == 0
    found = standing(runs, "h1")
    assert (found.state, found.counts) == ("cancelled", 0)
    assert "unknown account" in found.steps[-1].why


def test_files_that_hold_no_answers_are_refused(runs: Path, tmp_path: Path) -> None:
    """Another CSV, no file, no register: exit code 2."""
    assert book(runs, "a,b\n1,2\n") == 2
    assert book(runs, b"\xff\xfe\x00") == 2
    assert main(["fills", str(tmp_path / "none"), "--register", str(runs)]) == 2
    (tmp_path / "f.csv").write_text(rows())
    assert main(["fills", str(tmp_path / "f.csv"), "--register", str(tmp_path)]) == 2
