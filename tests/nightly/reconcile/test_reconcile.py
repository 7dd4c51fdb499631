"""Each kind of difference by its own name, on evidence; books that say the same do not differ."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nightly.main import main
from tests.books import Tables
from tests.nightly.settle.small import DAY, TWO_LOTS, book, lot, tables


def rows() -> Tables:
    """Return a book of two households, with trades on the day and a dividend that is due."""
    found = tables(
        [
            *TWO_LOTS,
            lot("o1", "h1-a", "OLD", 100.0, 4_000.0, "2026-11-20"),
            lot("v1", "h1-ira", "VTI", 30.0, None, None),
            lot("m1", "h2-a", "VTI", 60.0, 6_000.0, "2020-01-02"),
        ],
        "h1",
        "h2",
    )
    found["trades"] = [
        trade("t0", "h1-a", "VTI", "sell", 10.0, 3_000.0, "2026-10-01", 500.0),
        trade("t1", "h1-a", "OLD", "buy", 100.0, 4_000.0, str(DAY), None),
    ]
    found["accounts"][1]["rmd_due_usd"] = 0.0
    found["movements"] = [
        movement("h1-a", "2026-10-05", -100.0, "withdrawal"),
        movement("h2-a", "2026-11-18", 800.0, "contribution"),
    ]
    found["corporate_actions"] = [
        {
            "action_id": "d",
            "security_id": "VTI",
            "date": "2026-11-20",
            "kind": "cash_dividend",
            "cash_per_share": 0.5,
            "booked": None,
        }
    ]
    return found


def trade(
    name: str,
    account: str,
    security: str,
    side: str,
    shares: float,
    usd: float,
    day: str,
    gain: float | None,
) -> dict[str, Any]:
    """Return a row of trades."""
    return {
        "trade_id": name,
        "account_id": account,
        "security_id": security,
        "trade_date": day,
        "side": side,
        "shares": shares,
        "amount": usd,
        "realized_gain": gain,
        "lot_id": None,
    }


def compared(
    place: Path, ours: Tables, theirs: Tables, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, Any]]:
    """Return exit code and document of two books compared."""
    one, other = book(place / "ours", ours), book(place / "theirs", theirs)
    capsys.readouterr()
    code = main(["reconcile", str(one), str(other), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def put(rows: Tables, table: str, name: str, **cells: Any) -> None:
    """Add to figures of one row, or replace what is no figure."""
    column = {"lots": "lot_id", "accounts": "account_id", "filing_units": "filing_unit_id"}[table]
    row = next(row for row in rows[table] if row[column] == name)
    for cell, value in cells.items():
        row[cell] = row[cell] + value if isinstance(row.get(cell), float) else value


def missing_fill(rows: Tables) -> None:
    """The custodian never bought 100 OLD."""
    rows["lots"] = [row for row in rows["lots"] if row["lot_id"] != "o1"]
    rows["trades"].pop()
    put(rows, "accounts", "h1-a", cash=4_000.0)


def missing_sale(rows: Tables) -> None:
    """We know nothing of a sale of 20 at $300 of the lot at $100: a long gain of $4,000."""
    put(rows, "lots", "l1", shares=-20.0, basis=-2_000.0)
    put(rows, "accounts", "h1-a", cash=6_000.0)
    put(rows, "filing_units", "h1-u", lt_realized_ytd=4_000.0)
    rows["trades"].append(trade("x", "h1-a", "VTI", "sell", 20.0, 6_000.0, str(DAY), 4_000.0))


def dividend(rows: Tables) -> None:
    """130 shares at 50 cents."""
    put(rows, "accounts", "h1-a", cash=65.0)


def split(rows: Tables) -> None:
    """2 for 1 everywhere, in the IRA too."""
    for row in rows["lots"]:
        if row["security_id"] == "VTI":
            row["shares"] *= 2


def basis(rows: Tables) -> None:
    """$120 more on a lot."""
    put(rows, "lots", "l1", basis=120.0)


def other_lots(rows: Tables) -> None:
    """The same total, on other lots."""
    put(rows, "lots", "l1", shares=-10.0, basis=-1_000.0)
    put(rows, "lots", "l2", shares=10.0, basis=1_000.0)


def wash(rows: Tables) -> None:
    """$75 of a loss disallowed into a lot."""
    put(rows, "lots", "l2", basis=75.0, holding_start="2026-05-01")
    put(rows, "filing_units", "h1-u", st_realized_ytd=75.0)


def transfer(rows: Tables) -> None:
    """A lot moved between accounts of the household."""
    put(rows, "lots", "l1", account_id="h1-ira")


def arrived(rows: Tables) -> None:
    """A whole lot came from elsewhere."""
    rows["lots"].append(lot("z", "h2-a", "NEW", 12.0, 300.0, "2021-01-04"))


def cash_moved(rows: Tables) -> None:
    """$700 between accounts of the household."""
    put(rows, "accounts", "h1-a", cash=-700.0)
    put(rows, "accounts", "h1-ira", cash=700.0)


def cash(rows: Tables) -> None:
    """A fee."""
    put(rows, "accounts", "h1-a", cash=-12.34)


def movement(account: str, day: str, usd: float, kind: str | None) -> dict[str, Any]:
    """Return a row of movements."""
    return {
        "movement_id": None,
        "account_id": account,
        "date": day,
        "amount": usd,
        "kind": kind,
    }


def paid_out(rows: Tables) -> None:
    """A withdrawal that we know nothing of, on a day on which a fee was taken as well."""
    put(rows, "accounts", "h1-ira", cash=-2_500.0)
    rows["movements"].append(movement("h1-ira", str(DAY), -2_500.0, "withdrawal"))
    rows["movements"].append(movement("h1-a", str(DAY), -12.34, "fee"))


def paid_and_charged(rows: Tables) -> None:
    """A withdrawal, and a fee without a row."""
    put(rows, "accounts", "h1-ira", cash=-2_512.34)
    rows["movements"].append(movement("h1-ira", str(DAY), -2_500.0, "withdrawal"))


def not_paid(rows: Tables) -> None:
    """Our contribution never arrived."""
    rows["movements"].pop()
    put(rows, "accounts", "h2-a", cash=-800.0)


def still_due(rows: Tables) -> None:
    """A required distribution that the custodian still waits for, and nobody paid."""
    put(rows, "accounts", "h1-ira", rmd_due_usd=4_000.0)


def unknown(rows: Tables) -> None:
    """Three shares fewer, without a trade."""
    put(rows, "lots", "l1", shares=-3.0)


def gains(rows: Tables) -> None:
    """Gains of the year that no lot and no trade explain."""
    put(rows, "filing_units", "h1-u", st_realized_ytd=50.0, lt_realized_ytd=-50.0)


CASES: dict[Callable[[Tables], None], list[tuple[str, str, str, float, float]]] = {
    missing_fill: [("h1-a", "missing_fill", "OLD", -100, 4_000)],
    missing_sale: [("h1-a", "missing_fill", "VTI", -20, 6_000)],
    dividend: [("h1-a", "unbooked_dividend", "VTI", 0, 65)],
    split: [
        ("h1-a", "split", "VTI", 130, 0),
        ("h1-ira", "split", "VTI", 30, 0),
        ("h2-a", "split", "VTI", 60, 0),
    ],
    basis: [("h1-a", "basis", "VTI", 0, 120)],
    other_lots: [("h1-a", "basis", "VTI", 0, -1_000)],
    wash: [("h1-a", "wash_adjustment", "VTI", 0, 75)],
    transfer: [
        ("h1-a", "transfer", "VTI", -80, -8_000),
        ("h1-ira", "transfer", "VTI", 80, 0),
    ],
    arrived: [("h2-a", "transfer", "NEW", 12, 300)],
    cash_moved: [("h1-a", "transfer", None, 0, -700), ("h1-ira", "transfer", None, 0, 700)],
    cash: [("h1-a", "cash", None, 0, -12.34)],
    paid_out: [("h1-ira", "missing_movement", None, 0, -2_500)],
    paid_and_charged: [
        ("h1-ira", "cash", None, 0, -12.34),
        ("h1-ira", "missing_movement", None, 0, -2_500),
    ],
    not_paid: [("h2-a", "missing_movement", None, 0, -800)],
    still_due: [("h1-ira", "unknown", None, 0, 0)],
    unknown: [("h1-a", "unknown", "VTI", -3, 0)],
    gains: [("h1-a", "unknown", None, 0, 0)],
}


@pytest.mark.parametrize("change", CASES, ids=lambda change: change.__name__)
def test_a_difference_has_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Tables], None]
) -> None:
    """Account, kind, security, shares and dollars are told, and nothing else is."""
    theirs = rows()
    change(theirs)
    code, found = compared(tmp_path, rows(), theirs, capsys)
    told = [
        (d["account_id"], d["kind"], d["security_id"], float(d["shares"]), float(d["usd"]))
        for d in found["differences"]
    ]
    assert told == CASES[change]
    assert code == 1


def test_a_custodian_may_say_the_same_in_its_own_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other ids, a lot in two parts, another order, less history, half a cent: no difference."""
    theirs = rows()
    first = theirs["lots"][0]
    theirs["lots"] = [
        {**row, "lot_id": f"c-{row['lot_id']}"}
        for row in (
            *theirs["lots"][1:],
            {**first, "lot_id": "p", "shares": 30.0, "basis": 3_000.0},
            {**first, "lot_id": "q", "shares": 50.0, "basis": 5_000.005},
        )
    ]
    theirs["trades"] = [{**row, "trade_id": "c"} for row in theirs["trades"][1:]]
    theirs["accounts"].reverse()
    theirs["movements"] = [movement("h2-a", "2026-11-20", 800.0, None)]
    code, found = compared(tmp_path, rows(), theirs, capsys)
    assert (code, found["differences"], found["waiting"]) == (0, [], [])


def test_a_wash_sale_is_known_through_the_cents_of_many_lots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six lots, each rounded: $75 of gains, $75.012 of basis."""
    ours, theirs = rows(), rows()
    for each in (ours, theirs):
        each["lots"] += [
            lot(f"w{n}", "h1-a", "NEW", 10.0, 400.0, f"2026-0{n}-02") for n in range(1, 4)
        ]
    put(theirs, "lots", "w1", basis=75.012)
    put(theirs, "filing_units", "h1-u", st_realized_ytd=75.0)
    _, found = compared(tmp_path, ours, theirs, capsys)
    assert [each["kind"] for each in found["differences"]] == ["wash_adjustment"]


def test_a_sheltered_split_needs_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice the shares in an IRA alone is unknown; with the action in the custodian's, a split."""
    theirs = rows()
    put(theirs, "lots", "v1", shares=30.0)
    _, found = compared(tmp_path / "1", rows(), copy.deepcopy(theirs), capsys)
    assert [each["kind"] for each in found["differences"]] == ["unknown"]
    theirs["corporate_actions"].append(
        {
            "action_id": "s",
            "security_id": "VTI",
            "date": "2026-11-20",
            "kind": "split",
            "cash_per_share": None,
            "booked": None,
            "ratio": 2.0,
        }
    )
    _, found = compared(tmp_path / "2", rows(), theirs, capsys)
    assert [each["kind"] for each in found["differences"]] == ["split"]


def test_a_policy_says_who_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """h1 passes by its policy, h2 waits: the file of who is ready has h1 alone."""
    ours, theirs = rows(), rows()
    for each in (ours, theirs):
        each["households"][0]["policy_id"] = "lenient"
    cash(theirs)
    put(theirs, "accounts", "h2-a", cash=1.0)
    one, other = book(tmp_path / "ours", ours), book(tmp_path / "theirs", theirs)
    (one / "policies").mkdir(exist_ok=True)
    (one / "policies" / "lenient.toml").write_text('[data]\ndifferences = "pass"\n', "utf-8")
    ready = tmp_path / "ready"
    assert main(["reconcile", str(one), str(other), "--ready", str(ready)]) == 1
    assert ready.read_text("utf-8") == "h1\n"
    out = capsys.readouterr().out
    assert "h1: h1-a: cash: -12.34 dollars" in out
    assert "2 households compared, 2 differ, 1 of them wait; 2 differences" in out


def test_a_custodian_without_movements_is_asked_by_its_cash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It lists none: what comes to the difference of cash is named, and nothing of the rest."""
    theirs = rows()
    del theirs["movements"]
    code, found = compared(tmp_path / "1", rows(), copy.deepcopy(theirs), capsys)
    assert (code, found["differences"]) == (0, [])
    put(theirs, "accounts", "h2-a", cash=-800.0)
    _, found = compared(tmp_path / "2", rows(), theirs, capsys)
    (told,) = found["differences"]
    assert (told["kind"], told["usd"]) == ("missing_movement", "-800")
    assert told["what"] == "the custodian's book lacks a contribution of 800 dollars on 2026-11-18"
