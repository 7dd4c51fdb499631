"""What is approved leaves, whole and once; what is not stays and is told why."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import simplefix

from nightly.export.spreadsheet import csv_text, neutral
from nightly.export.tickets import limit_price
from nightly.main import main
from nightly.register.register import NAME, beside, entries_in

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
    """Return a copy of the run, with its register, that a test may decide on."""
    return Path(shutil.copytree(night.parent, tmp_path / "runs")) / night.name


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
    tickets = [row for name in "ab" for row in rows(tmp_path / name / "tickets.csv")]
    orders = pd.read_parquet(run / "orders.parquet")
    assert sorted(t["order_id"] for t in tickets) == sorted(orders["order_id"])
    by = {t["household_id"]: t["approved_by"] for t in tickets}
    assert by == {"single-account": "Ann", "drifted-60-40": "policy", "year-end-harvest": "policy"}


def test_what_left_does_not_leave_again(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second export has nothing new and says so; --again repeats ids, marked as duplicates."""
    first = exported(run, tmp_path / "a")
    capsys.readouterr()
    assert main(["export", str(run), "--out", str(tmp_path / "b")]) == 0
    assert f"nothing new: {first['tickets']} tickets" in capsys.readouterr().out
    assert not (tmp_path / "b").exists()
    again = exported(run, tmp_path / "c", "--again")
    ids = [[t["ticket_id"] for t in rows(tmp_path / name / "tickets.csv")] for name in ("a", "c")]
    assert ids[0] == ids[1]
    assert again["possible_duplicates"]
    assert {t["possible_duplicate"] for t in rows(tmp_path / "a" / "tickets.csv")} == {""}
    assert {t["possible_duplicate"] for t in rows(tmp_path / "c" / "tickets.csv")} == {"yes"}
    exported(run, tmp_path / "d", "--again", "--format", "fix")
    for message in messages(tmp_path / "d" / "tickets.fix"):
        assert (message.get(43), message.get(97)) == (b"Y", b"Y")
        assert message.get(122) is not None


def test_two_runs_of_one_day_send_one_ticket_for_an_intention(run: Path, tmp_path: Path) -> None:
    """The second run was made before the first was exported: its households stay behind."""
    book = json.loads((run / "manifest.json").read_text())["inputs"]["path"]
    command = ["run", book, "--asof", ASOF, "--out", str(run.parent), "--workers", "0"]
    (tmp_path / "ids").write_text("drifted-60-40\nsingle-account\n")
    assert main([*command, "--households", str(tmp_path / "ids")]) == 0
    second = run.with_name(f"{ASOF}-0002")
    exported(run, tmp_path / "a")
    assert decide(second, "approve", "single-account") == 0
    found = exported(second, tmp_path / "b")
    assert f"{run.name}/" in found["left_out"]["drifted-60-40"]
    assert found["households"] == 1
    assert decide(run, "approve", "single-account") == 0
    assert main(["export", str(run), "--out", str(tmp_path / "c")]) == 0
    assert not (tmp_path / "c").exists()


def test_what_was_sent_is_not_rejected_but_asked_back(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The refusal says what would do; a cancel writes requests and changes no state."""
    exported(run, tmp_path / "a")
    assert decide(run, "reject", "drifted-60-40") == 2
    assert "hearth cancel" in capsys.readouterr().err
    command = ["cancel", str(run), "drifted-60-40", "--by", "Ann", "--why", "client called"]
    assert main([*command, "--format", "fix", "--out", str(tmp_path / "b")]) == 0
    sent = [t for t in rows(tmp_path / "a" / "tickets.csv") if t["household_id"] == "drifted-60-40"]
    told = messages(tmp_path / "b" / "cancels.fix")
    assert [m.get(41).decode() for m in told] == [t["ticket_id"] for t in sent]
    assert {m.get(35) for m in told} == {b"F"}
    assert {m.get(11) for m in told}.isdisjoint({m.get(41) for m in told})
    standing = beside(run).read().tickets[sent[0]["ticket_id"]]
    assert (standing.state, standing.cancel_asked) == ("sent", True)
    assert main([*command[:2], "single-account", *command[3:]]) == 2


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
    """An export that the register does not know of, and one shorter than the run once knew."""
    assert main(["export", str(run)]) == 0
    path = run.parent / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    assert main(["export", str(run)]) == 2
    shutil.rmtree(run / "exports")
    assert main(["export", str(run)]) == 0


def test_a_run_that_no_register_has_is_taken_in(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that was made before there was a register leaves once all the same."""
    run = Path(shutil.copytree(night, tmp_path / night.name))
    exported(run, tmp_path / "a")
    assert "taken in as it stands" in capsys.readouterr().out
    assert main(["export", str(run), "--out", str(tmp_path / "b")]) == 0
    assert not (tmp_path / "b").exists()


def test_the_last_decision_holds_and_all_are_kept(run: Path, tmp_path: Path) -> None:
    """Approved, then rejected: it stays; the log and the folder tell both."""
    assert decide(run, "approve", "single-account") == 0
    assert decide(run, "reject", "single-account", "Bob", "client called") == 0
    assert decide(run, "reject", "drifted-60-40") == 0
    facts = exported(run, tmp_path / "a")
    assert facts["left_out"]["single-account"] == "rejected by Bob: client called"
    assert set(facts["left_out"]) == {"single-account", "drifted-60-40"}
    kept = [entry.by for _, entry in entries_in(run.parent / NAME) if entry.kind == "decision"]
    assert kept == ["Ann", "Bob", "Ann"]
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
    assert not any(entry.kind == "decision" for _, entry in entries_in(run.parent / NAME))


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


def messages(path: Path) -> list[Any]:
    """Return the messages of a file of FIX."""
    parser = simplefix.FixParser()
    parser.append_buffer(path.read_bytes())
    return list(iter(parser.get_message, None))


def test_fix_says_what_the_csv_says(run: Path, tmp_path: Path) -> None:
    """NewOrderSingle of FIX 4.4, one a ticket, one a block; lengths and checksums are right."""
    other = Path(shutil.copytree(run.parent, tmp_path / "other")) / run.name
    exported(run, tmp_path / "csv")
    exported(other, tmp_path / "fix", "--format", "fix")
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


def test_an_export_is_written_once(run: Path) -> None:
    """Each export has a folder of its own; a folder that is there is left as it is."""
    assert main(["export", str(run)]) == 0
    before = (run / "exports" / "0001" / "tickets.csv").read_bytes()
    assert decide(run, "approve", "single-account") == 0
    taken = str(run / "exports" / "0001")
    assert main(["export", str(run), "--format", "fix", "--out", taken]) == 2
    assert main(["export", str(run), "--format", "fix"]) == 0
    assert sorted(path.name for path in (run / "exports").iterdir()) == ["0001", "0002"]
    assert (run / "exports" / "0001" / "tickets.csv").read_bytes() == before
    blocks = messages(run / "exports" / "0002" / "blocks.fix")
    first = {row["block_id"] for row in rows(run / "exports" / "0001" / "blocks.csv")}
    assert first.isdisjoint({message.get(11).decode() for message in blocks})


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
