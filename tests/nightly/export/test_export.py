"""What is approved leaves, whole and once; what is not stays and is told why."""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import simplefix

from nightly.export.spreadsheet import csv_text, neutral
from nightly.export.tickets import limit_price
from nightly.main import main

ROOT = Path(__file__).resolve().parents[3]
ASOF = "2026-11-20"
APPROVAL = "[approval]\nmax_orders = 0\n[tickets]\nlimit_bps = 25.0\n"
HOUSEHOLDS = ("drifted-60-40", "single-account", "year-end-harvest", "faulty-data", "inside-bands")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run five households of the sample book, one of them under a policy that asks for approval."""
    place = tmp_path_factory.mktemp("night")
    book = place / "book"
    shutil.copytree(ROOT / "scenarios" / "sample", book)
    table = pd.read_csv(book / "households.csv")
    table.loc[table["household_id"] == "single-account", "policy_id"] = "asks"
    table.to_csv(book / "households.csv", index=False)
    (book / "policies" / "asks.toml").write_text(APPROVAL, "utf-8")
    (place / "ids").write_text("\n".join(HOUSEHOLDS))
    command = ["run", str(book), "--asof", ASOF, "--out", str(place / "runs"), "--workers", "0"]
    assert main([*command, "--households", str(place / "ids")]) == 0
    return place / "runs" / "2026-11-20-0001"


@pytest.fixture
def run(night: Path, tmp_path: Path) -> Path:
    """Return a copy of the run that a test may decide on."""
    return Path(shutil.copytree(night, tmp_path / night.name))


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def exported(run: Path, out: Path, *more: str) -> dict[str, Any]:
    """Export into a new folder and return the facts."""
    assert main(["export", str(run), "--out", str(out), *more]) == 0
    facts: dict[str, Any] = json.loads((out / "export.json").read_text())
    return facts


def decide(run: Path, made: str, household: str, by: str = "Ann", why: str = "as agreed") -> int:
    """Approve or reject."""
    return main([made, str(run), household, "--by", by, "--why", why])


def test_what_needs_approval_says_so_in_the_plans(night: Path) -> None:
    """Beyond a pre-approved limit a plan needs approval, and its reason has the figure."""
    plans = pd.read_parquet(night / "plans.parquet").set_index("household_id")
    assert plans.loc["single-account", "approval"] == "needs_approval"
    assert "pre-approved 0" in plans.loc["single-account", "reason"]
    assert plans.loc["drifted-60-40", "approval"] == "auto"


def test_only_what_is_approved_leaves(run: Path, tmp_path: Path) -> None:
    """Before the approval it stays behind; after it, it leaves with who approved it."""
    facts = exported(run, tmp_path / "a")
    assert set(facts["left_out"]) == {"single-account"}
    assert facts["households"] == 2
    assert decide(run, "approve", "single-account") == 0
    assert exported(run, tmp_path / "b")["left_out"] == {}
    tickets = rows(tmp_path / "b" / "tickets.csv")
    orders = pd.read_parquet(run / "orders.parquet")
    assert sorted(t["order_id"] for t in tickets) == sorted(orders["order_id"])
    by = {t["household_id"]: t["approved_by"] for t in tickets}
    assert by == {"single-account": "Ann", "drifted-60-40": "policy", "year-end-harvest": "policy"}


def test_orders_of_one_day_that_leave_twice_are_told(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of the same date beside counts once its tickets were written, but rejected plans."""
    first, second = (tmp_path / f"2026-11-20-000{number}" for number in (1, 2))
    for run in (first, second):
        shutil.copytree(night, run)
    (tmp_path / "2026-11-20-0003").mkdir()
    (tmp_path / "fills.csv").write_text("block_id,shares\n")
    exported(second, tmp_path / "e", "--fills", str(tmp_path / "fills.csv"))
    assert exported(first, tmp_path / "f")["exported_beside"] == {}
    (first / "events.jsonl").write_text("")
    assert exported(second, tmp_path / "a")["exported_beside"] == {}
    assert exported(first, tmp_path / "b")["exported_beside"] == {second.name: 2}
    assert f"note: {second.name} of the same date was exported too" in capsys.readouterr().out
    assert decide(second, "reject", "drifted-60-40") == 0
    assert exported(first, tmp_path / "c")["exported_beside"] == {second.name: 1}
    manifest = json.loads((second / "manifest.json").read_text())
    (second / "manifest.json").write_text(json.dumps(manifest | {"asof": "2026-11-19"}))
    assert exported(first, tmp_path / "d")["exported_beside"] == {}


def test_the_last_decision_holds_and_all_are_kept(run: Path, tmp_path: Path) -> None:
    """Approved, then rejected: it stays; the log and the folder tell both."""
    assert decide(run, "approve", "single-account") == 0
    assert decide(run, "reject", "single-account", "Bob", "client called") == 0
    assert decide(run, "reject", "drifted-60-40") == 0
    facts = exported(run, tmp_path / "a")
    assert facts["left_out"]["single-account"] == "rejected by Bob: client called"
    assert set(facts["left_out"]) == {"single-account", "drifted-60-40"}
    kept = sorted(path.name for path in (run / "decisions").iterdir())
    assert kept == ["000001.json", "000002.json", "000003.json"]
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert [e["by"] for e in events if e["event"] == "decision"] == ["Ann", "Bob", "Ann"]


@pytest.mark.parametrize(
    ("household", "by", "why"),
    [
        ("nobody", "Ann", "yes"),
        ("faulty-data", "Ann", "yes"),
        ("inside-bands", "Ann", "yes"),
        ("single-account", " ", "yes"),
        ("single-account", "Ann", ""),
    ],
)
def test_what_cannot_be_decided_is_refused(
    run: Path, household: str, by: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown households, answers without orders, nobody's decisions: exit code 2, no file."""
    assert decide(run, "approve", household, by, why) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not (run / "decisions").exists()


def test_orders_changed_after_a_decision_stop_the_export(run: Path, tmp_path: Path) -> None:
    """An approval is of the orders as they were."""
    assert decide(run, "approve", "single-account") == 0
    orders = pd.read_parquet(run / "orders.parquet")
    mine = orders["household_id"] == "single-account"
    orders.loc[mine, "shares"] += 1
    orders.to_parquet(run / "orders.parquet")
    assert main(["export", str(run), "--out", str(tmp_path / "a")]) == 2
    assert not (tmp_path / "a").exists()


def test_tickets_name_lots_and_limits(run: Path, tmp_path: Path) -> None:
    """Lots add up to their ticket; limits lie within the policy's tolerance on the right side."""
    decide(run, "approve", "single-account")
    exported(run, tmp_path / "a")
    lots = pd.read_parquet(run / "order_lots.parquet").groupby("order_id")["shares"].sum()
    for ticket in rows(tmp_path / "a" / "tickets.csv"):
        named = [part.rsplit(":", 1) for part in ticket["lots"].split()]
        if ticket["order_id"] in lots:
            assert sum(Decimal(shares) for _, shares in named) == Decimal(ticket["shares"])
        else:
            assert named == []
        bps = 25 if ticket["household_id"] == "single-account" else 50
        price, limit = Decimal(ticket["price"]), Decimal(ticket["limit_price"])
        away = (limit - price) * (1 if ticket["side"] == "buy" else -1)
        assert 0 <= away <= price * bps / 10_000
        assert ticket["ticket_id"] == f"{run.name}/{ticket['order_id']}"


@pytest.mark.parametrize(
    ("price", "side", "bps", "limit"),
    [
        ("100", "buy", "50", "100.50"),
        ("100", "sell", "50", "99.50"),
        ("33.33", "buy", "50", "33.49"),  # 33.49665
        ("33.33", "sell", "50", "33.17"),  # 33.16335
        ("0.5", "buy", "50", "0.5025"),
        ("100", "buy", "0", "100.00"),
    ],
)
def test_limit_prices_by_hand(price: str, side: str, bps: str, limit: str) -> None:
    """Rounded to the tick towards the price."""
    assert str(limit_price(Decimal(price), side, Decimal(bps))) == limit


def test_blocks_are_sums_and_go_back_to_their_tickets(run: Path, tmp_path: Path) -> None:
    """By security and side, at the tightest limit, allocated to the last share."""
    exported(run, tmp_path / "a")
    tickets = pd.DataFrame(rows(tmp_path / "a" / "tickets.csv"))
    blocks = rows(tmp_path / "a" / "blocks.csv")
    for frame in (tickets,):
        frame["shares"] = frame["shares"].map(Decimal)
        frame["limit_price"] = frame["limit_price"].map(Decimal)
    grouped = tickets.groupby(["security_id", "side"])
    assert len(blocks) == len(grouped)
    for block in blocks:
        mine = grouped.get_group((block["security_id"], block["side"]))
        assert Decimal(block["shares"]) == sum(mine["shares"])
        tightest = min if block["side"] == "buy" else max
        assert Decimal(block["limit_price"]) == tightest(mine["limit_price"])
        assert int(block["tickets"]) == len(mine)
    whole = rows(tmp_path / "a" / "allocations.csv")
    assert {a["ticket_id"]: Decimal(a["shares"]) for a in whole} == dict(
        zip(tickets["ticket_id"], tickets["shares"], strict=True)
    )


def test_fills_are_allocated_pro_rata(run: Path, tmp_path: Path) -> None:
    """A block filled in two parts: whole shares that add up; a block without a fill gets none."""
    exported(run, tmp_path / "a")
    blocks = rows(tmp_path / "a" / "blocks.csv")
    block = max(blocks, key=lambda b: (int(b["tickets"]), Decimal(b["shares"])))
    part = int(Decimal(block["shares"]) * 2 / 3)
    fills = tmp_path / "fills.csv"
    fills.write_text(f"block_id,shares\n{block['block_id']},{part - 5}\n{block['block_id']},5\n")
    exported(run, tmp_path / "b", "--fills", str(fills))
    assert not (tmp_path / "b" / "tickets.csv").exists()
    found = rows(tmp_path / "b" / "allocations.csv")
    mine = [a for a in found if a["block_id"] == block["block_id"]]
    assert sum(Decimal(a["shares"]) for a in mine) == part
    assert all(Decimal(a["shares"]) <= Decimal(a["ordered"]) for a in mine)
    assert {a["shares"] for a in found if a["block_id"] != block["block_id"]} <= {"0"}
    for wrong in ("no/such/block,5", f"{block['block_id']},NaN", f"{block['block_id']},-5", "x"):
        fills.write_text(f"block_id,shares\n{wrong}\n")
        assert main(["export", str(run), "--fills", str(fills)]) == 2


def messages(path: Path) -> list[Any]:
    """Return the messages of a file of FIX."""
    parser = simplefix.FixParser()
    parser.append_buffer(path.read_bytes())
    return list(iter(parser.get_message, None))


def test_fix_says_what_the_csv_says(run: Path, tmp_path: Path) -> None:
    """NewOrderSingle of FIX 4.4, one a ticket, one a block; lengths and checksums are right."""
    exported(run, tmp_path / "csv")
    exported(run, tmp_path / "fix", "--format", "fix")
    by_id = {t["ticket_id"]: t for t in rows(tmp_path / "csv" / "tickets.csv")}
    told = messages(tmp_path / "fix" / "tickets.fix")
    assert len(told) == len(by_id)
    for message in told:
        ticket = by_id[message.get(11).decode()]
        assert (message.get(8), message.get(35), message.get(40)) == (b"FIX.4.4", b"D", b"2")
        assert message.get(1).decode() == ticket["account_id"]
        assert message.get(55).decode() == ticket["security_id"]
        assert message.get(54) == {"buy": b"1", "sell": b"2"}[ticket["side"]]
        assert Decimal(message.get(38).decode()) == Decimal(ticket["shares"])
        assert Decimal(message.get(44).decode()) == Decimal(ticket["limit_price"])
        assert (message.get(58) or b"lots ").decode() == f"lots {ticket['lots']}"
        raw = message.encode(raw=True)
        assert int(message.get(10)) == sum(raw[: raw.rindex(b"10=")]) % 256
    for message in messages(tmp_path / "fix" / "blocks.fix"):
        parts = int(message.get(78))
        quantities = [Decimal(message.get(80, k).decode()) for k in range(1, parts + 1)]
        assert sum(quantities) == Decimal(message.get(38).decode())


def test_an_export_is_written_once(run: Path, tmp_path: Path) -> None:
    """Each export has a folder of its own; a folder that has one is left as it is."""
    assert main(["export", str(run)]) == 0
    assert main(["export", str(run), "--format", "fix"]) == 0
    assert sorted(path.name for path in (run / "exports").iterdir()) == ["0001", "0002"]
    before = (run / "exports" / "0001" / "tickets.csv").read_bytes()
    assert main(["export", str(run), "--out", str(run / "exports" / "0001")]) == 2
    assert (run / "exports" / "0001" / "tickets.csv").read_bytes() == before


def test_a_run_that_is_not_complete_gives_nothing(run: Path, tmp_path: Path) -> None:
    """Without a manifest neither a decision nor an export is possible."""
    (run / "manifest.json").unlink()
    assert decide(run, "approve", "single-account") == 2
    assert main(["export", str(run), "--out", str(tmp_path / "a")]) == 2
    assert main(["export", str(run), "--format", "xml"]) == 2


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+A1", "'+A1"),
        ("-A1", "'-A1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("plain-id", "plain-id"),
        ("", ""),
        (None, ""),
        (-5.0, -5.0),
    ],
)
def test_no_cell_runs_as_a_formula(cell: object, written: object) -> None:
    """Text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    assert neutral(cell) == written
    text = csv_text(["a", "b"], [{"a": cell, "b": "x"}])
    assert next(iter(csv.DictReader(io.StringIO(text, newline=""))))["a"] == str(written)
