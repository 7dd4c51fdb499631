"""A run folder is written once, whole or absent, and reads back what was planned."""

from __future__ import annotations

import json
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from models.errors import RunFolderError
from models.order import Flow, Order, OrderLot, Side
from models.plan import Binding, Breach, Certificate, Figures, Lockout, Plan, Status
from nightly.partition.partitions import Chunk
from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES, rows_of, tables_of
from nightly.run.new_run import new_run
from nightly.run.tally import Tally, record
from nightly.workers.chunk_answers import household_event
from nightly.workers.messages import Answered

ASOF = date(2026, 11, 20)


def plan(household_id: str = "h1") -> Plan:
    """Return a plan with a row in every table."""
    sale = Order(
        order_id=f"2026-11-20/{household_id}-a/VTI/sell",
        account_id=f"{household_id}-a",
        security_id="VTI",
        side=Side.SELL,
        shares=Decimal("3.1"),
        price=Decimal("300.3"),
        lots=(OrderLot("l2", Decimal("1.1")), OrderLot("l1", Decimal("2"))),
        reason="harvest",
        marginal_usd=12.5,
    )
    figures = Figures(
        value_usd=1e6,
        objective_before_bps=12.0,
        objective_after_bps=7.5,
        te_before=0.02,
        te_after=0.001,
        tax_usd=-3.21,
        distribution_tax_usd=0.0,
        cost_usd=1.0,
        drag_before_usd=10.0,
        drag_after_usd=9.0,
        realized_st=-50.0,
        realized_lt=0.0,
        disallowed_loss=0.0,
        orders=1,
    )
    return Plan(
        household_id=household_id,
        status=Status.PLANNED,
        reason="improves",
        figures=figures,
        certificate=Certificate(7.0, 0.5, {"shares": 0.5}),
        orders=(sale,),
        flows=(Flow(f"{household_id}-a", Decimal("-100")),),
        lockouts=(Lockout("US_TOTAL", date(2026, 12, 20)),),
        breaches=(Breach("cash_floor", "a", 0.25),),
        binding=(Binding("turnover", "household", 0.125),),
        solver="piqp",
        seconds=0.5,
    )


def bare(household_id: str, status: Status) -> Plan:
    """Return a plan without orders."""
    return Plan(household_id=household_id, status=status, reason="because")


def finished(
    runs: Path, plans: list[Plan], chunk: int = 2, as_format: str = "parquet"
) -> RunFolder:
    """Return a complete run of `plans`."""
    folder = new_run(runs, ASOF, {})
    for index, start in enumerate(range(0, len(plans), chunk)):
        some = plans[start : start + chunk]
        events = tuple(household_event(p, index) for p in some)
        place = Chunk(index, 0, start, start + len(some))
        record(Answered(place, tables_of(some, ["standard"] * len(some)), events), folder, Tally())
    folder.finish({"asof": ASOF.isoformat()}, "csv" if as_format == "csv" else "parquet")
    return folder


def test_run_ids_are_unique_and_sorted(tmp_path: Path) -> None:
    """A second run into the same folder makes a new one, after the first by name."""
    ids = [new_run(tmp_path, ASOF, {}).run_id for _ in range(3)]
    assert ids == ["2026-11-20-0001", "2026-11-20-0002", "2026-11-20-0003"]


def test_tables_hold_every_plan_in_order(tmp_path: Path) -> None:
    """Chunks come together in book order, whatever their size, under the public names."""
    plans = [plan("h3"), bare("h1", Status.INVALID), plan("h2")]
    folder = finished(tmp_path, plans, chunk=2)
    read = pd.read_parquet(folder.path / "plans.parquet")
    assert read["household_id"].tolist() == ["h3", "h1", "h2"]
    assert read["status"].tolist() == ["planned", "invalid", "planned"]
    assert read["orders"].tolist() == [1, 0, 1]
    assert read["tax_usd"].isna().tolist() == [False, True, False]
    assert sorted(f"{name}.parquet" for name in TABLES) == sorted(
        p.name for p in folder.path.glob("*.parquet")
    )


@pytest.mark.parametrize("as_format", ["parquet", "csv"])
def test_rows_say_what_the_plan_says(tmp_path: Path, as_format: str) -> None:
    """Orders and lots carry shares, price and amount to the last digit, in either format."""
    folder = finished(tmp_path, [plan()], as_format=as_format)
    read = pd.read_parquet if as_format == "parquet" else pd.read_csv
    tables = {name: read(folder.path / f"{name}.{as_format}") for name in TABLES}
    order = tables["orders"].iloc[0]
    assert (3.1, 300.3, float(Decimal("3.1") * Decimal("300.3"))) == (
        order["shares"],
        order["price"],
        order["amount"],
    )
    assert tables["order_lots"]["lot_id"].tolist() == ["l1", "l2"]
    assert pytest.approx(tables["order_lots"]["shares"].sum(), abs=1e-12) == 3.1
    assert tables["flows"]["amount"].tolist() == [-100.0]
    assert tables["lockouts"]["until"].astype(str).tolist() == ["2026-12-20"]
    assert tables["breaches"]["amount"].tolist() == [0.25]
    assert tables["binding"]["shadow_price"].tolist() == [0.125]
    for name, schema in TABLES.items():
        assert list(schema.names) == list(tables[name].columns)


def test_the_same_plans_give_the_same_bytes(tmp_path: Path) -> None:
    """Order of the rows inside a plan leaves no trace in the files."""
    one = plan()
    turned = Plan(
        **{
            **{name: getattr(one, name) for name in one.__dataclass_fields__},
            "binding": tuple(reversed(one.binding)),
        }
    )
    first, second = finished(tmp_path, [one]), finished(tmp_path, [turned])
    for name in TABLES:
        file = f"{name}.parquet"
        assert (first.path / file).read_bytes() == (second.path / file).read_bytes()


def test_the_log_has_one_line_a_household(tmp_path: Path) -> None:
    """events.jsonl names each household, in order, with its status."""
    folder = finished(tmp_path, [plan("h1"), bare("h2", Status.FAILED)], chunk=1)
    events = [json.loads(line) for line in (folder.path / "events.jsonl").read_text().splitlines()]
    assert [(e["event"], e["household_id"], e["status"]) for e in events] == [
        ("household", "h1", "planned"),
        ("household", "h2", "failed"),
    ]


def test_a_chunk_is_written_once(tmp_path: Path) -> None:
    """Writing a chunk again is refused and leaves the first as it was."""
    folder = new_run(tmp_path, ASOF, {})
    folder.write_chunk(0, tables_of([plan("h1")], [None]))
    with pytest.raises(RunFolderError, match="written once"):
        folder.write_chunk(0, tables_of([plan("h2")], [None]))
    stored = pq.ParquetFile(folder.chunks()[0] / "plans.parquet").read().to_pylist()
    assert [row["household_id"] for row in stored] == ["h1"]


def test_what_a_crash_left_half_written_is_never_read(tmp_path: Path) -> None:
    """A chunk's folder that was never renamed does not count, and the chunk can be written."""
    folder = new_run(tmp_path, ASOF, {})
    half = folder.path / "parts" / ".000000"
    half.mkdir(parents=True)
    (half / "plans.parquet").write_bytes(b"PAR1")
    assert folder.chunks() == []
    folder.write_chunk(0, tables_of([plan()], [None]))
    assert [chunk.name for chunk in folder.chunks()] == ["000000"]


def test_a_finished_run_is_not_written_over(tmp_path: Path) -> None:
    """Finishing twice is refused; tables and manifest stay."""
    folder = finished(tmp_path, [plan()])
    before = (folder.path / "plans.parquet").read_bytes()
    with pytest.raises(RunFolderError, match="never written over"):
        folder.finish({"asof": "another"})
    assert before == (folder.path / "plans.parquet").read_bytes()


def test_an_unfinished_run_has_no_manifest(tmp_path: Path) -> None:
    """Reading a run that did not finish says what goes on with it, as a shell takes it."""
    folder = new_run(tmp_path / "two words", ASOF, {})
    with pytest.raises(RunFolderError, match="did not finish") as raised:
        folder.manifest()
    command = str(raised.value).partition(": ")[2]
    place = str(tmp_path / "two words")
    assert shlex.split(command) == ["hearth", "run", "--resume", folder.run_id, "--out", place]


def test_a_folder_that_is_no_run_is_told_as_such(tmp_path: Path) -> None:
    """The folder of all runs, for one: its own folder is what to name."""
    with pytest.raises(RunFolderError, match=r"is no run.*RUNS/<run_id>"):
        RunFolder(tmp_path).manifest()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    """A file where the folder should go gives the place and what would do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="--out"):
        new_run(tmp_path / "file" / "runs", ASOF, {})


def test_undefined_figures_are_null_and_there_is_no_negative_zero() -> None:
    """None, NaN and infinity become null; −0.0 becomes 0.0."""
    base = plan()
    assert base.figures is not None
    fields = {name: getattr(base.figures, name) for name in base.figures.__dataclass_fields__}
    figures = Figures(**{**fields, "te_before": float("nan"), "tax_usd": -0.0, "cost_usd": -1e-9})
    odd = Plan("h", Status.PLANNED, "", figures, Certificate(float("-inf"), float("inf")))
    row = rows_of(odd)["plans"][0]
    assert (row["te_before"], row["bound_bps"], row["gap_bps"]) == (None, None, None)
    assert (str(row["tax_usd"]), str(row["cost_usd"])) == ("0.0", "0.0")


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PLANNED])
def test_only_planned_orders_leave(status: Status) -> None:
    """Orders of a refused or deferred plan are not in the tables, and are not counted."""
    kept = {name: getattr(plan(), name) for name in Plan.__dataclass_fields__}
    rows = rows_of(Plan(**{**kept, "status": status}))
    assert (rows["orders"], rows["order_lots"], rows["lockouts"]) == ([], [], [])
    assert rows["plans"][0]["orders"] == 0
    assert len(rows["breaches"]) == 1
