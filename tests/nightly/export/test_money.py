"""Money leaves with its plan, once, and keeps the household's later nights back until it moved."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nightly.main import main
from nightly.register.money import MoneyState, movements_of
from nightly.register.register import NAME, Register
from tests.books import write
from tests.nightly.settle.small import lot, read, tables

RUN = "2026-11-20-0001"
ASOF = "2026-11-20"
D = Decimal


def flow(account: str, amount: float, unit: str = "u", custodian: str | None = None) -> Any:
    """Return a row of a run's flows."""
    return {
        "account_id": account,
        "amount": amount,
        "filing_unit_id": unit,
        "custodian": custodian,
    }


def moved(*flows: Any, selling: tuple[str, ...] = ()) -> list[tuple[str, str, str, str]]:
    """Return who pays whom how much, and for what."""
    found = movements_of(RUN, date(2026, 11, 20), "h1", flows, (selling, "Ann"))
    return [(m.kind, m.from_account, m.to_account, str(m.amount)) for m in found]


def test_a_distribution_goes_to_the_taxable_account_and_the_rest_to_the_client() -> None:
    """$5,000 of the IRA: $1,000 to the taxable account, $4,000 to the client."""
    assert moved(flow("IRA", -5_000.0), flow("TX", 1_000.0)) == [
        ("distribution", "IRA", "TX", "1000.00"),
        ("withdrawal", "IRA", "client", "4000.00"),
    ]


def test_nobody_receives_the_distribution_of_another_return() -> None:
    """His $600 go to his account and hers to hers, whatever the order of the rows."""
    rows = (flow("A", 600.0, "his"), flow("B", 400.0, "hers"))
    rows += (flow("IRA1", -400.0, "hers"), flow("IRA2", -600.0, "his"))
    assert moved(*rows) == [
        ("distribution", "IRA2", "A", "600.00"),
        ("distribution", "IRA1", "B", "400.00"),
    ]


def test_a_contribution_comes_from_the_client() -> None:
    """New cash into an account; whoever holds that account is told."""
    (movement,) = movements_of(
        RUN, date(2026, 11, 20), "h1", [flow("TX", 250.5, custodian="schwab")], ((), "Ann")
    )
    assert (movement.kind, movement.from_account) == ("contribution", "client")
    assert (movement.amount, movement.custodian) == (D("250.50"), "schwab")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book of two who withdraw."""
    return withdrawing(tmp_path)


def withdrawing(place: Path) -> Path:
    """Return a book of two who withdraw: h1 has to sell for it, h2 has the cash and is asked."""
    lots = [lot(f"l{k}", f"h{k}-a", "VTI", 100.0, 20_000.0, "2020-01-02") for k in (1, 2)]
    rows = tables(lots, "h1", "h2")
    for row, flows in zip(rows["households"], (-12_000.0, -400.0), strict=True):
        row |= {"net_flow": flows, "policy_id": "free" if row["household_id"] == "h1" else "asks"}
    for row in rows["accounts"]:
        mine = row["account_id"].endswith("-a")
        row |= {"cash": 400.0 if mine else 0.0, "custodian": "schwab", "withdrawable": mine}
    write(rows, place / "book", "csv")
    policies = place / "book" / "policies"
    policies.mkdir(exist_ok=True)
    (policies / "free.toml").write_text("[approval]\nalways = false\n")
    (policies / "asks.toml").write_text("[approval]\nalways = true\n[trades]\nmode = 'hold'\n")
    return place / "book"


def night(book: Path, asof: str = ASOF) -> Path:
    """Plan a night and return its folder."""
    runs = book.parent / "runs"
    assert main(["run", str(book), "--asof", asof, "--out", str(runs), "--workers", "0"]) == 0
    return max(runs.glob(f"{asof}-*"))


def data(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    """Return what a command says as data."""
    capsys.readouterr()
    main([*command, "--json"])
    return json.loads(capsys.readouterr().out)


def reason_of_h2(run: Path) -> str:
    """Return what a night says of h2."""
    plans = pd.read_parquet(run / "plans.parquet").set_index("household_id")
    return str(plans.loc["h2", "reason"])


def tell(book: Path, *rows: str) -> Path:
    """Write what a custodian says of money."""
    place = book.parent / "said.csv"
    place.write_text("\n".join(["movement_id,state,moved_on,text", *rows]) + "\n", "utf-8")
    return place


def test_money_leaves_with_its_plan_once_and_the_next_nights_wait_for_it(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """h1's leaves with its sale, h2's once a person approves; neither twice, by any run."""
    run = night(book)
    facts = data(capsys, "export", str(run))
    assert set(facts["left_out"]) == {"h2"}
    assert facts["movements"] == 1
    (paid,) = read(run / "exports" / "0001", "money-schwab")
    assert (paid["kind"], paid["from_account"], paid["to_account"]) == (
        "withdrawal",
        "h1-a",
        "client",
    )
    assert (paid["amount"], paid["after_sales"]) == ("12000", "yes")
    said = ["approve", str(run), "h2", "--by", "Ann", "--why", "agreed"]
    assert main(said) == 0
    assert data(capsys, "export", str(run))["movements"] == 1
    (paid,) = read(run / "exports" / "0002", "money-schwab")
    assert (paid["from_account"], paid["after_sales"], paid["approved_by"]) == ("h2-a", "", "Ann")
    assert data(capsys, "export", str(run))["folder"] is None
    assert main(said) == 2
    ask = ["cancel", str(run), "h2", "--by", "Ann", "--why", "client called"]
    asked = data(capsys, *ask)
    (back,) = read(Path(asked["folder"]), "money_cancels-schwab")
    assert asked["movements"] == [paid["movement_id"]] == [back["movement_id"]]
    assert (back["from_account"], back["amount"], asked["cancels"]) == ("h2-a", "400", [])

    again = night(book)
    told = data(capsys, "export", str(again))
    assert told["folder"] is None
    later = night(book, "2026-11-21")
    plans = pd.read_parquet(later / "plans.parquet").set_index("household_id")
    assert "waits for $400.00" in plans.loc["h2", "reason"]
    assert data(capsys, "export", str(later))["folder"] is None

    register = Register(run.parent / NAME)
    name = next(n for n, s in register.read().money.items() if s.movement.household_id == "h2")
    undated = tell(book, f"{name},moved,,", f"{name},moved,2026-11-19,", f"{name},moved,soon,")
    whys = data(capsys, "fills", str(undated), "--register", str(run.parent))["refused"]
    assert ["is no day" in row["why"] for row in whys] == [True, False, True]
    assert "before it left" in whys[1]["why"]
    answers = tell(book, f"{name},moved,2026-11-22,wired", "nobody,moved,,", f"{name},moved,,")
    shown = data(capsys, "fills", str(answers), "--register", str(run.parent), "--preview")
    assert register.read().money[name].state is MoneyState.SENT
    found = data(capsys, "fills", str(answers), "--register", str(run.parent))
    assert found == shown
    assert [row["why"] for row in found["refused"]] == ["'nobody' was never sent from here"]
    assert (len(found["booked"]), found["repeated"]) == (1, 1)
    assert register.read().money[name].state is MoneyState.MOVED
    assert main(ask) == 2 and "is moved" in capsys.readouterr().err
    late = tell(book, f"{name},acknowledged,,", f"{name},moved,2026-11-22,wired")
    repeated = data(capsys, "fills", str(late), "--register", str(run.parent))
    assert (repeated["booked"], repeated["repeated"], repeated["refused"]) == ([], 2, [])
    back = tell(book, f"{name},refused,,", f"{name},sent,,")
    whys = data(capsys, "fills", str(back), "--register", str(run.parent))["refused"]
    assert "cannot be refused" in whys[0]["why"] and "is none of" in whys[1]["why"]
    assert "to be moved and shown" in reason_of_h2(night(book, "2026-11-22"))
    (book / "movements.csv").write_text(
        "movement_id,account_id,date,amount\nown-7,h2-a,2026-11-23,-400\n"
    )
    assert "waits" not in reason_of_h2(night(book, "2026-11-23"))
    listed = data(capsys, "orders", "--register", str(run.parent))["money"]
    assert {each["state"] for each in listed} == {"sent", "moved"}


def test_a_changed_flow_stops_the_export(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten times the money, written into the table by hand, is named; nothing leaves."""
    run = night(book)
    flows = pd.read_parquet(run / "flows.parquet")
    flows["amount"] *= 10.0
    flows.to_parquet(run / "flows.parquet")
    assert main(["export", str(run)]) == 2
    assert "are not those that were proposed" in capsys.readouterr().err
    assert Register(run.parent / NAME).read().money == {}


def test_what_is_under_way_is_written_again_as_it_was(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--again repeats ids and amounts, marked; what has moved is not repeated."""
    run = night(book)
    data(capsys, "export", str(run))
    data(capsys, "export", str(run), "--again")
    first, second = (read(run / "exports" / k, "money-schwab") for k in ("0001", "0002"))
    assert [{**row, "possible_duplicate": "yes"} for row in first] == second
    answers = tell(book, f"{first[0]['movement_id']},cancelled,,")
    data(capsys, "fills", str(answers), "--register", str(run.parent))
    data(capsys, "export", str(run), "--again")
    assert not (run / "exports" / "0003" / "money-schwab.csv").exists()


def test_a_plan_that_knows_nothing_of_what_moved_stays_behind(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Approved two days late: money of another night, gone by now, has moved in between."""
    first, second = night(book), night(book, "2026-11-21")
    said = ("--by", "Ann", "--why", "agreed")
    assert main(["approve", str(second), "h2", *said]) == 0
    assert data(capsys, "export", str(second))["movements"] == 2
    names = Register(first.parent / NAME).read().money
    rows = [f"{name},moved,2026-11-21," for name in names]
    data(capsys, "fills", str(tell(book, *rows)), "--register", str(first.parent))
    shutil.rmtree(second)
    assert main(["approve", str(first), "h2", *said]) == 0
    told = data(capsys, "export", str(first))
    assert (told["folder"], "knew nothing of" in told["left_out"]["h2"]) == (None, True)
