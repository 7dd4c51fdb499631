"""Orders go to the custodian that holds the account, and funds in dollars at their next value."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nightly.export.files import cancel_files, file_name, order_files
from nightly.export.routing import RoutingError, routing_beside
from nightly.main import main
from nightly.register.register import NAME, Register
from tests.books import write
from tests.nightly.fills.broker import messages, report
from tests.nightly.register import orders
from tests.nightly.settle.small import account, lot, read, security, tables

RUN = "2026-11-20-0001"
ASOF = "2026-11-20"
D = Decimal
TWO = """
[default]
sender_comp_id = "LEE-RIA"
[custodians.schwab]
target_comp_id = "SCHW"
target_sub_id = "ADVISOR"
[custodians.schwab.time_in_force]
etf = "at_close"
[custodians."fi/delity"]
target_comp_id = "FIDO"
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan a household that sells ETFs at two custodians and buys a fund with what that brings."""
    place = tmp_path_factory.mktemp("night")
    lots = [
        lot("l1", "h1-a", "VTI", 120.0, 35_000.0, "2020-01-02"),
        lot("l2", "h1-b", "VTI", 80.0, 23_000.0, "2020-01-02"),
    ]
    book = tables(lots)
    taxable = [{**account("h1", name, "taxable", 0.0), "custodian": None} for name in "ab"]
    book["accounts"] = [
        {**taxable[0], "custodian": "schwab"},
        {**taxable[1], "custodian": "fi/delity"},
    ]
    fund = {"asset_class": "bonds", "instrument": "mutual_fund", "share_step": 0.001}
    book["securities"] = [
        security("VTI", 300.0, instrument="etf"),
        security("VBTLX", 9.71, **fund),
    ]
    book["targets"] = [
        {"target_id": "T", "asset_class": name, "weight": 0.5} for name in ("stocks", "bonds")
    ]
    book["covariance"] += [
        {"asset_class_a": "bonds", "asset_class_b": name, "covariance": value}
        for name, value in (("bonds", 0.003), ("stocks", 0.0))
    ]
    write(book, place / "book", "csv")
    (place / "book" / "policies").mkdir(exist_ok=True)
    (place / "book" / "policies" / "standard.toml").write_text("[approval]\nalways = false\n")
    command = ["run", str(place / "book"), "--asof", ASOF, "--out", str(place / "runs")]
    assert main([*command, "--workers", "0"]) == 0
    (place / "runs" / "custodians.toml").write_text(TWO)
    out = place / "csv"
    assert main(["export", str(place / "runs" / RUN), "--out", str(out)]) == 0
    assert main(["export", str(place / "runs" / RUN), "--again", "--format", "fix"]) == 0
    return place


def test_every_custodian_has_files_of_its_own(night: Path) -> None:
    """No ticket and no block goes over two; a name that no file may have is escaped."""
    names = {path.name for path in (night / "csv").iterdir()}
    assert {"tickets-schwab.csv", "blocks-fi%2Fdelity.csv"} <= names
    assert "tickets.csv" not in names
    for custodian, mine in (("schwab", "h1-a"), ("fi%2Fdelity", "h1-b")):
        tickets = read(night / "csv", f"tickets-{custodian}")
        assert {row["account_id"] for row in tickets} == {mine}
        assert {row["account_id"] for row in read(night / "csv", f"allocations-{custodian}")} == {
            mine
        }
    register = Register(night / "runs" / NAME).read()
    for held in register.blocks.values():
        assert len({register.tickets[name].ticket.custodian for name in held}) == 1


def test_a_fund_is_bought_for_dollars_and_an_etf_sold_in_shares(night: Path) -> None:
    """The fund has no limit and no shares; what is paid is what the plan pays, to the cent."""
    plan = {row["order_id"]: row for row in _orders(night)}
    for row in read(night / "csv", "tickets-schwab"):
        order = plan[row["order_id"]]
        if row["security_id"] == "VBTLX":
            assert (row["order_type"], row["limit_price"], row["shares"]) == ("next_nav", "", "")
            assert D(row["dollars"]) == D(repr(order["shares"] * order["price"])).quantize(
                D("0.01"), "ROUND_FLOOR"
            )
            assert row["time_in_force"] == "day"
        else:
            assert (row["order_type"], row["dollars"], row["time_in_force"]) == (
                "limit",
                "",
                "at_close",
            )


def _orders(night: Path) -> list[dict[str, Any]]:
    import pandas as pd

    return pd.read_parquet(night / "runs" / RUN / "orders.parquet").to_dict("records")


def test_fix_says_who_to_whom_and_how(night: Path) -> None:
    """49, 56 and 57 by custodian; 40=M, 167=MF, 152 for the fund; 59=7 at the close for the ETF."""
    (place,) = (night / "runs" / RUN / "exports").iterdir()
    told = messages((place / "tickets-schwab.fix").read_bytes())
    assert {(m.get(49), m.get(56), m.get(57)) for m in told} == {(b"LEE-RIA", b"SCHW", b"ADVISOR")}
    other = messages((place / "tickets-fi%2Fdelity.fix").read_bytes())
    assert {(m.get(49), m.get(56), m.get(57)) for m in other} == {(b"LEE-RIA", b"FIDO", None)}
    assert [m.get(34) for m in other] == [b"1", b"2"]
    (fund,) = [m for m in told if m.get(55) == b"VBTLX"]
    assert (fund.get(40), fund.get(167), fund.get(44), fund.get(38)) == (b"M", b"MF", None, None)
    assert D(fund.get(152).decode()) > 0
    (etf,) = [m for m in told if m.get(55) == b"VTI"]
    assert (etf.get(40), etf.get(59), etf.get(152)) == (b"2", b"7", None)
    (block,) = [
        m for m in messages((place / "blocks-schwab.fix").read_bytes()) if m.get(55) == b"VBTLX"
    ]
    assert (block.get(1), block.get(78)) == (b"h1-a", None)


def test_a_custodian_that_the_file_does_not_know_stops_the_export(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing leaves; the message names the custodian, the file and what would do."""
    place = tmp_path / "runs"
    command = ["run", str(night / "book"), "--asof", ASOF, "--out", str(place)]
    assert main([*command, "--workers", "0"]) == 0
    (place / "custodians.toml").write_text('[custodians.schwab]\ntarget_comp_id = "SCHW"\n')
    assert main(["export", str(place / RUN)]) == 2
    said = capsys.readouterr().err
    assert "'fi/delity'" in said and "custodians.toml" in said and "[custodians.fi/delity]" in said
    assert Register(place / NAME).read().tickets == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[default", "cannot be read"),
        ("[brokers.x]\n", "brokers is not known"),
        ("default = 3\n", "default is no table"),
        ("custodians = 3\n", "custodians is no table"),
        ("[custodians]\nx = 3\n", "custodians.x is no table"),
        ('[custodians.""]\n', "one without a name"),
        ('[default]\ntarget = "X"\n', "default.target is not known"),
        ("[default]\ntarget_comp_id = 3\n", "default.target_comp_id is a text"),
        ('[default]\ntarget_comp_id = " "\n', "not blank"),
        ('[default]\ntarget_comp_id = "A\\u0001B"\n', "control character"),
        ('[default]\ntarget_comp_id = "Ä"\n', "ASCII"),
        ("[default]\ntime_in_force = 1\n", "is no table from instrument to time"),
        ('[default.time_in_force]\nbond = "day"\n', "bond is no instrument"),
        ('[default.time_in_force]\netf = "week"\n', "is one of day"),
        ('[custodians.x.time_in_force]\nmutual_fund = "at_close"\n', "mutual_fund is day"),
        ('[custodians.x.time_in_force]\nmutual_fund = ["day"]\n', "each once"),
        ('[default.time_in_force]\netf = ["day", "day"]\n', "each once"),
        ('[default.time_in_force]\netf = ["day", "week"]\n', "each once"),
        ('[default.time_in_force]\nmoney_market = ["day", "at_open"]\n', "money_market is day"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    """Place and what would do, before anything leaves."""
    (tmp_path / "custodians.toml").write_text(text, "utf-8")
    with pytest.raises(RoutingError, match=r"custodians\.toml") as caught:
        routing_beside(tmp_path)
    assert said in str(caught.value)


def fund(dollars: str, **more: Any) -> Any:
    """Return a ticket that buys a fund for dollars, at $10 in the book."""
    facts = {"price": D(10), "shares": D(dollars) / 10, "limit_price": None, "lots": ()}
    told = {"side": "buy", "dollars": D(dollars), "instrument": "mutual_fund", **facts}
    name = f"{RUN}/block/0001/VTI/buy/h1-a"
    return orders.ticket(RUN, "h1", **{**told, "block_id": name, **more})


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder of runs whose register has a fund bought for $1,000."""
    from nightly.results.run_folder import RunFolder

    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    with Register(folder.path.parent / NAME).held() as held:
        orders.propose(held, RUN, ["h1"])
        orders.send(held, folder, [fund("1000")])
    return folder.path.parent


def book(runs: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> Any:
    """Book answers and return what is said, and where the ticket then stands."""
    (runs / "answers").write_bytes(content)
    capsys.readouterr()
    main(["fills", str(runs / "answers"), "--register", str(runs), "--json"])
    told = json.loads(capsys.readouterr().out)
    (standing,) = Register(runs / NAME).read().tickets.values()
    return told, standing


def filled(shares: str, price: str, status: str = "2", name: str = "") -> bytes:
    """Return a trade of the fund as FIX says it."""
    order = name or fund("1000").ticket_id
    more = {"t14": shares, "t60": "20261120-22:00:00"}
    return report(t11=order, t17="e1", t150="F", t39=status, t32=shares, t31=price, **more)


@pytest.mark.parametrize("name", ["", f"{RUN}/block/0001/VTI/buy/h1-a"])
def test_dollars_are_filled_by_what_the_fund_makes_of_them(
    runs: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """$1,000 at $9.83 are 101.729 shares: filled, though the book's price said 100."""
    told, standing = book(runs, capsys, filled("101.729", "9.83", name=name))
    assert told["refused"] == []
    assert (standing.state, standing.filled, standing.left) == ("filled", D("101.729"), 0)
    assert standing.counts == D("101.729")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (filled("102", "9.83"), "$1,002.66 in all where $1,000.00 were ordered"),
        (filled("50", "9.83"), "the market calls $1,000.00 filled, here are $491.50"),
        (filled("80", "12.50"), "more than 10% off"),
    ],
)
def test_other_dollars_are_refused(
    runs: Path, capsys: pytest.CaptureFixture[str], answer: bytes, why: str
) -> None:
    """Too many, too few where it is called filled, and a price that is another fund's."""
    told, standing = book(runs, capsys, answer)
    assert why in told["refused"][0]["why"]
    assert standing.filled == 0


def test_a_part_leaves_the_rest_of_the_dollars_under_way(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """$491.50 of $1,000: 50.85 shares more at the book's $10 are still to come."""
    _, standing = book(runs, capsys, filled("50", "9.83", "1"))
    assert (standing.state, standing.left) == ("partly_filled", D("50.85"))
    assert standing.counts == D("100.85")


def test_a_fund_is_asked_back_for_its_dollars() -> None:
    """35=F with 152, to the custodian's own session; the file can be written again as it was."""
    held = fund("1000", custodian="schwab")
    headers = {"schwab": {"sender_comp_id": "LEE", "target_comp_id": "SCHW"}}
    found = cancel_files([held], ([held.block_id], ()), "fix", orders.MOMENT, 7, headers)
    (message,) = messages(found["cancels-schwab.fix"])
    assert (message.get(35), message.get(152), message.get(38)) == (b"F", b"1000", None)
    assert message.get(56) == b"SCHW"
    again = order_files([held], "fix", orders.MOMENT, True, headers)
    assert messages(again[file_name("tickets.fix", "schwab")])[0].get(56) == b"SCHW"
