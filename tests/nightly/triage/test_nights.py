"""Night after night: orders, lockouts and deferrals of one run are known to the next."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.book.read import read_book
from nightly.main import main
from nightly.register.records import RunFacts, data_of
from nightly.register.register import NAME, Register
from nightly.triage.earlier_runs import lockouts_left, nights_waited, orders_left, runs_before
from nightly.triage.tonight import tonight_of

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
IDS = ("drifted-60-40", "year-end-harvest", "single-account", "withdrawal-best-account")


def night(
    out: Path, asof: str, *more: str, book: Path = SAMPLE, ids: tuple[str, ...] = IDS
) -> Path:
    """Run some households and return the run's folder."""
    listed = out.parent / "ids"
    listed.write_text("\n".join(ids))
    command = ["run", str(book), "--asof", asof, "--out", str(out), "--workers", "0"]
    assert main([*command, "--households", str(listed), *more]) == 0
    return sorted(out.glob(f"{asof}-*"))[-1]


def plans(run: Path) -> dict[str, dict[str, Any]]:
    """Return the plans of a run by household."""
    table = pd.read_parquet(run / "plans.parquet")
    return {row["household_id"]: row for row in table.to_dict("records")}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a first night."""
    return night(tmp_path_factory.mktemp("nights") / "runs", "2026-11-20")


@pytest.fixture
def proposed(first: Path, tmp_path: Path) -> Path:
    """Return a folder of runs that holds the first night, of which nothing was sent."""
    return Path(shutil.copytree(first.parent, tmp_path / "runs"))


@pytest.fixture
def runs(proposed: Path, first: Path) -> Path:
    """Return a folder of runs that holds the first night, all of whose orders were sent."""
    assert main(["export", str(proposed / first.name)]) == 0
    return proposed


def test_the_first_night_has_nothing_before_it(first: Path) -> None:
    """No folder, and a manifest that says so."""
    assert not (first / "previous").exists()
    assert json.loads((first / "manifest.json").read_text())["previous"] == {}


def test_a_second_run_of_the_day_is_the_first_again(proposed: Path, first: Path) -> None:
    """What was only proposed is not carried: the same book gives the same bytes."""
    again = night(proposed, "2026-11-20")
    assert again.name == "2026-11-20-0002"
    for name in ("orders", "order_lots", "flows"):
        path = f"{name}.parquet"
        assert (again / path).read_bytes() == (first / path).read_bytes()


def test_a_plan_that_was_never_sent_blocks_nobody(proposed: Path, first: Path) -> None:
    """The next night plans everybody anew, and locks nothing."""
    found = plans(night(proposed, "2026-11-21"))
    for name, plan in plans(first).items():
        assert (plan["orders"] > 0) == (found[name]["orders"] > 0), name
    assert not any(plan["reason"].startswith("waits") for plan in found.values())


def test_a_second_run_of_the_day_knows_what_the_first_sent(runs: Path, first: Path) -> None:
    """Sent is sent, whatever run and day: everybody waits who has orders."""
    found = plans(night(runs, "2026-11-20"))
    for name, plan in plans(first).items():
        assert found[name]["orders"] == 0 or not plan["orders"] or name == IDS[3]


def test_orders_count_whatever_becomes_of_their_run(runs: Path) -> None:
    """The folder of the run is gone; the register is not."""
    shutil.rmtree(runs / "2026-11-20-0001")
    second = night(runs, "2026-11-20")
    assert second.name == "2026-11-20-0002"
    assert plans(second)["single-account"]["reason"].startswith("waits for")


def test_orders_under_way_are_waited_for(
    runs: Path, first: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The book shows none of them: nobody trades again, and the run verifies with what it kept."""
    second = night(runs, "2026-11-21")
    found = plans(second)
    for name, plan in plans(first).items():
        if plan["orders"]:
            assert found[name]["orders"] == 0 or name == "withdrawal-best-account"
    assert found["drifted-60-40"]["status"] == "no_action"
    orders = plans(first)["drifted-60-40"]["orders"]
    told = f"waits for {orders} orders of 2026-11-20-0001"
    assert found["drifted-60-40"]["reason"].startswith(told)
    facts = json.loads((second / "manifest.json").read_text())["previous"]
    assert facts["last_night"] == "2026-11-20"
    assert [run["run_id"] for run in facts["runs"]] == ["2026-11-20-0001"]
    capsys.readouterr()
    assert main(["verify", str(SAMPLE), str(second), "--json"]) == 0


def test_nothing_is_ordered_that_is_under_way(runs: Path, first: Path) -> None:
    """Also where a policy does not wait: account, security and side of an open order stay alone."""
    book = runs.parent / "book"
    shutil.copytree(SAMPLE, book)
    for policy in (book / "policies").glob("*.toml"):
        policy.write_text(policy.read_text() + "\n[carry]\nwait = false\n")
    second = night(runs, "2026-11-21", book=book)
    keys = ["account_id", "security_id"]
    then, now = (pd.read_parquet(run / "orders.parquet")[keys] for run in (first, second))
    assert then.merge(now, on=keys).empty
    sold = pd.concat(pd.read_parquet(run / "order_lots.parquet") for run in (first, second))
    held = pd.read_csv(SAMPLE / "lots.csv").set_index("lot_id")["shares"]
    total = sold.groupby("lot_id")["shares"].sum()
    assert (total <= held[total.index] + 1e-9).all()


def test_filled_orders_are_over(runs: Path, first: Path) -> None:
    """The book shows every order as traded, and what was withdrawn has moved: nobody waits."""
    book = runs.parent / "book"
    shutil.copytree(SAMPLE, book)
    orders = pd.read_parquet(first / "orders.parquet")
    trades = pd.read_csv(book / "trades.csv")
    posted = pd.DataFrame(
        {
            "trade_id": [f"t{k}" for k in range(len(orders))],
            "account_id": orders["account_id"],
            "security_id": orders["security_id"],
            "trade_date": "2026-11-20",
            "side": orders["side"],
            "shares": orders["shares"],
            "amount": orders["amount"],
            "realized_gain": 1.0,
        }
    )
    pd.concat([trades, posted]).to_csv(book / "trades.csv", index=False)
    waiting = plans(night(runs, "2026-11-21", book=book))["withdrawal-best-account"]
    assert waiting["reason"] == "waits for $40,000.00 of 2026-11-20-0001 to be moved and shown"
    (moved,) = Register(runs / NAME).read().money
    (runs.parent / "said.csv").write_text(f"movement_id,state,moved_on\n{moved},moved,2026-11-20\n")
    assert main(["fills", str(runs.parent / "said.csv"), "--register", str(runs)]) == 0
    found = plans(night(runs, "2026-11-22", book=book))
    assert not any(plan["reason"].startswith("waits") for plan in found.values())


def test_rejected_and_unlooked_runs_are_not_carried(proposed: Path) -> None:
    """A rejected household is planned anew; with --no-earlier everybody is."""
    runs, run = proposed, proposed / "2026-11-20-0001"
    assert main(["reject", str(run), "drifted-60-40", "--by", "Ann", "--why", "no"]) == 0
    assert main(["export", str(run)]) == 0
    found = plans(night(runs, "2026-11-21"))
    assert found["drifted-60-40"]["status"] == "planned"
    assert found["single-account"]["reason"].startswith("waits")
    alone = plans(night(runs, "2026-11-21", "--no-earlier"))
    assert alone["single-account"]["status"] == "planned"


def test_lockouts_of_earlier_nights_hold(runs: Path, first: Path) -> None:
    """What the first night sold at a loss is barred for thirty days after it, then free."""
    locked = pd.read_parquet(first / "lockouts.parquet")
    assert len(locked)
    registered = Register(runs / NAME).read()
    assert lockouts_left(registered, date(2026, 12, 20)).num_rows == len(locked)
    assert lockouts_left(registered, date(2026, 12, 21)).num_rows == 0
    second = night(runs, "2026-11-21")
    book = tonight_of(second).on(read_book(SAMPLE, date(2026, 11, 21)))
    row = locked.iloc[0]
    barred = book.household(row["household_id"])
    names = barred.market.securities.identical_names
    identical = names[barred.market.securities.identical_group[barred.restrictions.security]]
    assert row["identical_group"] in identical[barred.restrictions.rule == "no_buy"]


def test_orders_come_with_their_lots(first: Path, runs: Path) -> None:
    """Each order that was sent names its lots, as the run's tables do; older ones are left out.

    They grow old from the first night that knew of them, here of the 21st.
    """
    register = Register(runs / NAME)
    whenever = orders_left(register.read(), date(2027, 11, 26), 5)
    with register.held() as held:
        known = held.registered.entries, held.registered.heads[-1]
        facts = data_of(RunFacts("2026-11-21-0001", date(2026, 11, 21), *known, True))
        held.add("run", "hearth", "", {"run": facts, "plans": []})
    registered = register.read()
    assert orders_left(registered, date(2026, 11, 27), 5).num_rows == 0
    rows = orders_left(registered, date(2026, 11, 26), 5).to_pylist()
    assert len(rows) == whenever.num_rows
    orders = pd.read_parquet(first / "orders.parquet")
    lots = pd.read_parquet(first / "order_lots.parquet")
    assert {row["order_id"] for row in rows} == set(orders["order_id"])
    named = {(r["order_id"], r["lot_id"]): r["lot_shares"] for r in rows if r["lot_id"]}
    assert named == {(lot.order_id, lot.lot_id): lot.shares for lot in lots.itertuples()}


def test_those_who_wait_are_first_on_the_next_night(tmp_path: Path) -> None:
    """One household a night: each night another, until everybody was answered once."""
    out = tmp_path / "runs"
    answered: list[str] = []
    for day in ("2026-11-20", "2026-11-21", "2026-11-23"):
        run = night(out, day, "--max-households", "1", ids=IDS[:3])
        assert main(["export", str(run)]) == 0
        found = plans(run)
        answered += [name for name, plan in found.items() if plan["status"] == "planned"]
        late = {name: plan for name, plan in found.items() if plan["status"] == "deferred"}
        assert all("among the first of the next night" in p["reason"] for p in late.values())
        assert all(plan["orders"] == 0 for plan in late.values())
    assert sorted(answered) == sorted(IDS[:3])
    before = runs_before(out, date(2026, 11, 24), 30)
    runs = before.nights
    assert before.unreadable == () and before.latest == runs[-1]
    assert nights_waited(runs[:1]) == dict.fromkeys(set(IDS[:3]) - set(answered[:1]), 1)
    assert nights_waited(runs[:2]) == dict.fromkeys(set(IDS[:3]) - set(answered[:2]), 2)
