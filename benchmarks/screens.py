"""How long a person waits for a page: ``python -m benchmarks.screens --out FOLDER``.

Two questions. What a click that plans again takes, for households of funds and of many names. And
what a page of a run of a million rows takes until its first byte, once the run is laid out (how
long that takes is told too). Pages are asked for as a browser asks, through the whole application,
but without a network. The large run is a small night's own rows many times over, under new ids.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.suite.measure import Report, markdown_table, write_report
from nightly.register.records import data_of
from nightly.register.register import NAME, Register
from nightly.register.whole import HEAD
from nightly.results.run_folder import RunFolder
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.web.app import workbench
from nightly.web.desk import Desk
from nightly.web.doors import Door
from nightly.workers.engines import Processes
from optimizer.rebalance import rebalance
from scenarios.synthetic import ASOF, generate_book

KINDS = ("etf", "mixed")

CLICKS = {
    "the household": ("household", {}),
    "what if": ("what-if", {}),
    "keep a fund": ("what-if", {"do:{held}": "keep"}),
    "a tax budget": ("what-if", {"tax_budget_usd": "1000"}),
    "a limit on tracking": ("what-if", {"tracking_error_percent": "0.5"}),
    "raise cash after tax": ("what-if", {"raise_usd": "5000", "after_tax": "yes"}),
}
"""Click → its page and what the form asks; `{held}` is the fund that is sold most.

They are made one after the other on one household, as by a person, and then on the next.
"""

PAGES = {
    "tonight": "",
    "tonight, in the middle": "?page={middle}",
    "tonight, by tax": "?sort=tax",
    "tonight, waiting": "?stage=WAITING",
    "approve and send": "/send",
    "evidence": "/evidence",
    "a household": "/household?id={household}",
}

Taken: TypeAlias = tuple[float, float]
"""Milliseconds that somebody waited, and that the processor worked."""

TOKEN = "b" * 40
NOT_READ_YET = 202
"""Status of the page that says that a run is still being read."""

REPEATS = 20
READY_SECONDS = 900.0
"""Longest that a run may take to be laid out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure clicks and pages, and write the report."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        rows = [row for kind in KINDS for row in clicks(Path(scratch), kind, given.households)]
        large = list(pages(Path(scratch), given.households, given.rows))
    report = Report(
        "How long a person waits for a page",
        "python -m benchmarks.screens " + " ".join(arguments or sys.argv[1:]),
        (
            "one visitor at a time, no network: what the application takes",
            f"synthetic households, {given.households} of each kind; the large run is theirs "
            f"{given.rows // given.households:,} times over, under new ids",
            "milliseconds of this machine, beside whatever else it did; those of the processor are "
            "what the application itself needs",
        ),
        (
            "## A click that plans again (ms)",
            "",
            *markdown_table(rows),
            "",
            f"## First byte of a page, a run of {given.rows:,} plans (ms)",
            "",
            *markdown_table(large),
        ),
        [*rows, *large],
    )
    write_report(report, given.out, "screens")
    print("\n".join(report.body))
    return 0


def clicks(scratch: Path, kind: str, count: int) -> Iterator[dict[str, object]]:
    """Yield what each click takes over the planned households of one kind."""
    book, runs = _night(scratch, kind, count)
    run_id = next(path.name for path in runs.iterdir() if path.is_dir())
    plans = pq.read_table(runs / run_id / "plans.parquet", columns=["household_id", "status"])
    planned = plans.filter(pc.equal(plans["status"], "planned"))["household_id"].to_pylist()
    orders = pq.read_table(runs / run_id / "orders.parquet").to_pandas()
    sold = orders[orders["side"] == "sell"].sort_values("amount", ascending=False)
    held = dict(sold.groupby("household_id")["security_id"].first())
    with _visitor(book, runs, scratch / f"{kind}-served") as get:
        get(f"/runs/{run_id}/household", {"id": planned[0]})
        taken: dict[str, list[Taken]] = {label: [] for label in CLICKS}
        for name in planned:
            for label, (page, asked) in CLICKS.items():
                wish = {key.format(held=held.get(name, "")): each for key, each in asked.items()}
                taken[label].append(get(f"/runs/{run_id}/{page}", {"id": name, **wish}))
        for label, each in taken.items():
            yield {"kind": kind, "click": label, "households": len(each), **_told(each)}


def pages(scratch: Path, count: int, rows: int) -> Iterator[dict[str, object]]:
    """Yield how long a run of so many plans is laid out for, and then each of its pages."""
    runs = _enlarged(scratch / "etf-runs", scratch / "large-runs", rows // count)
    run_id = next(path.name for path in runs.iterdir() if path.is_dir())
    plans = pq.read_table(runs / run_id / "plans.parquet", columns=["household_id"])
    known = {"middle": len(plans) // 100, "household": plans["household_id"][0].as_py()}
    with _visitor(scratch / "etf-book", runs, scratch / "large-served") as get:
        begun = _now()
        for page in ("", "/evidence"):
            get(f"/runs/{run_id}{page}", {}, until_ready=True)
        yield {"page": "laid out, once", "times": 1, **_told([_since(begun)])}
        for label, path in PAGES.items():
            place = f"/runs/{run_id}{path.format(**known)}"
            taken = [get(place, {}, until_ready=True) for _ in range(REPEATS)]
            yield {"page": label, "times": REPEATS, **_told(taken)}


def _night(scratch: Path, kind: str, count: int) -> tuple[Path, Path]:
    book, runs = scratch / f"{kind}-book", scratch / f"{kind}-runs"
    generate_book(book, count, kind, 16)
    start_run(Request(str(book), ASOF, runs), rebalance, Processes(2))
    return book, runs


def _enlarged(small: Path, large: Path, times: int) -> Path:
    """Copy runs with every row of the newest so many times, and a register that knows of it."""
    shutil.copytree(small, large)
    (large / NAME).unlink()
    (large / NAME).with_suffix(HEAD).unlink()
    run = next(path for path in large.iterdir() if path.is_dir())
    for path in run.glob("*.parquet"):
        table = pq.read_table(path)
        if "household_id" in table.column_names and len(table):
            pq.write_table(enlarged_table(table, times), path, row_group_size=8192)
    said = Register(small / NAME).read().runs
    facts = next(iter(said.values()))
    plans = pq.read_table(run / "plans.parquet", columns=["household_id", "orders", "approval"])
    listed = [
        [one["household_id"], "0" * 64, one["orders"], one["approval"]]
        for one in plans.to_pylist()
        if one["orders"]
    ]
    with Register(large / NAME).held() as held:
        data = {"run": data_of(replace(facts, run_id=run.name)), "plans": listed}
        held.add("run", "hearth", "a benchmark", data)
    RunFolder(run).manifest()
    return large


def enlarged_table(table: Any, times: int) -> Any:
    """Return rows under their own ids, and all times but one under others, in a night's order."""
    copy = np.repeat(np.arange(times), len(table)).astype(str)
    whole = pa.concat_tables([table] * times)
    suffix = pa.array(np.where(copy == "0", "", np.char.add("~", copy)))
    for column in ("household_id", "order_id"):
        if column in whole.column_names:
            place = whole.column_names.index(column)
            named = pc.binary_join_element_wise(whole[column].cast(pa.string()), suffix, "")
            whole = whole.set_column(place, column, named)
    if "household_id" in whole.column_names:
        whole = whole.sort_by("household_id")
    return whole.cast(table.schema)


@contextmanager
def _visitor(book: Path, runs: Path, scratch: Path) -> Iterator[Callable[..., Taken]]:
    """Yield what asks for a page and returns milliseconds until it is there, and those worked."""
    from starlette.testclient import TestClient

    scratch.mkdir()
    desk = Desk(book, runs, scratch)
    host = "http://127.0.0.1:8765"
    client = TestClient(workbench(desk, Door(TOKEN, "Ann", 8765)), host, follow_redirects=False)
    client.get("/enter", params={"token": TOKEN})

    def get(path: str, asked: dict[str, str], *, until_ready: bool = False) -> Taken:
        begun = time.perf_counter()
        while True:
            since = _now()
            answer = client.get(path, params=asked or None)
            taken = _since(since)
            if answer.status_code == 200:
                return taken
            late = time.perf_counter() - begun > READY_SECONDS
            if late or not (until_ready and answer.status_code == NOT_READ_YET):
                raise RuntimeError(f"{path}: {answer.status_code}: {answer.text[:500]}")

    try:
        yield get
    finally:
        desk.close()


def _now() -> Taken:
    return 1e3 * time.perf_counter(), 1e3 * time.process_time()


def _since(begun: Taken) -> Taken:
    waited, worked = _now()
    return waited - begun[0], worked - begun[1]


def _told(taken: Sequence[Taken]) -> dict[str, object]:
    waited, worked = np.array(taken).T
    return {
        "median": round(float(np.median(waited)), 1),
        "p95": round(float(np.quantile(waited, 0.95)), 1),
        "worst": round(float(waited.max()), 1),
        "processor, median": round(float(np.median(worked)), 1),
        "processor, p95": round(float(np.quantile(worked, 0.95)), 1),
        "processor, worst": round(float(worked.max()), 1),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.screens",
        description=" ".join((__doc__ or "").split("\n\n")[0].split()),
    )
    parser.add_argument("--households", type=int, default=100, help="of each kind")
    parser.add_argument("--rows", type=int, default=1_000_000, help="plans of the large run")
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    return parser


if __name__ == "__main__":
    sys.exit(main())
