"""Worker processes: the same answers as one process, and a death costs one household at most."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from models.plan import Status
from nightly.partition.partitions import Chunk
from nightly.results.run_folder import RunFolder
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.answer import Rebalance
from nightly.workers.driver import Driver, WorkerError
from nightly.workers.engines import Engine, Processes
from nightly.workers.messages import Answered, Job, Tick
from scenarios.synthetic import ASOF
from tests.nightly import deciders
from tests.nightly.forty import COUNT, SIZES, VICTIM
from tests.nightly.same import assert_same_tables


def run(book: Path, out: Path, decide: Rebalance, engine: Engine) -> RunFolder:
    """Run the book."""
    ticks: list[Tick] = []
    request = Request(str(book), ASOF, out)
    folder, summary = start_run(request, decide, engine, ticks.append, sizes=SIZES)
    assert sorted({tick.household_id for tick in ticks}) == sorted(t.household_id for t in ticks)
    assert len(ticks) == summary.households == COUNT
    return folder


def plans(folder: RunFolder) -> pd.DataFrame:
    """Return the plans by household, without what a clock says."""
    read = pd.read_parquet(folder.path / "plans.parquet").set_index("household_id")
    return read.drop(columns="seconds")


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_leave_no_trace(
    forty_book: Path, calm: RunFolder, workers: int, tmp_path: Path
) -> None:
    """One process, one worker or three: the same bytes in every table, the same plans."""
    folder = run(forty_book, tmp_path, deciders.sell_a_little, Processes(workers))
    assert_same_tables(folder, calm)


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        pytest.param(
            deciders.leave,
            "its worker process died twice while planning it (the last by exit code 7)",
            marks=pytest.mark.full,
        ),
        (deciders.crash, "died twice while planning it (the last by signal SIGSEGV)"),
        (deciders.hang, "took longer than 4 seconds"),
        (deciders.raises, "ZeroDivisionError: a bug"),
    ],
)
def test_whoever_ends_a_worker_is_failed_and_the_others_are_answered(
    forty_book: Path,
    calm: RunFolder,
    decide: Rebalance,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An exit, a crash, an endless loop, an exception: one `failed`, with its reason."""
    monkeypatch.setenv(deciders.VICTIM, VICTIM)
    workers = 2 if decide is deciders.crash else 1  # a death beside another worker
    # a worker that starts beside other tests takes seconds: only who hangs needs a limit
    limit = 4.0 if decide is deciders.hang else None
    folder = run(forty_book, tmp_path, decide, Processes(workers, limit_seconds=limit))
    found, expected = plans(folder), plans(calm)
    assert found.loc[VICTIM, "status"] == Status.FAILED
    assert said in found.loc[VICTIM, "reason"]
    pd.testing.assert_frame_equal(found.drop(index=VICTIM), expected.drop(index=VICTIM))
    orders = [pd.read_parquet(f.path / "orders.parquet") for f in (folder, calm)]
    others = orders[1][orders[1]["household_id"] != VICTIM].reset_index(drop=True)
    pd.testing.assert_frame_equal(orders[0], others)


def test_a_worker_killed_by_somebody_else_costs_nobody(
    forty_book: Path, calm: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The household it was at is tried again, and answered."""
    monkeypatch.setenv(deciders.VICTIM, VICTIM)
    monkeypatch.setenv(deciders.MARK, str(tmp_path / "killed"))
    folder = run(forty_book, tmp_path / "runs", deciders.killed_once, Processes(1))
    assert (tmp_path / "killed").exists()
    pd.testing.assert_frame_equal(plans(folder), plans(calm))


def test_workers_that_cannot_start_end_the_run(
    forty_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies before its first household, again and again, is nobody's failure."""
    monkeypatch.setattr("nightly.workers.driver.WORKER", "nightly.no_such_module")
    with pytest.raises(WorkerError, match="3 worker processes in a row"):
        run(forty_book, tmp_path, deciders.sell_a_little, Processes(2))
    assert not list(tmp_path.glob("*/manifest.json"))


def test_a_closed_driver_starts_nobody(tmp_path: Path) -> None:
    """After the run has ended no worker comes to life."""
    driver = Driver(Job(tmp_path, deciders.sell_a_little), None)
    driver.close()
    with pytest.raises(WorkerError, match="ended"):
        driver.answered(Chunk(0, 0, 0, 1), lambda tick: None)


def test_workers_wait_for_a_slow_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than WAITING answers gather, and one in the hand of each worker."""

    class Instant:
        def __init__(self, job: object, limit_seconds: float | None) -> None:
            pass

        def answered(self, chunk: Chunk, on_tick: object) -> Answered:
            return Answered(chunk, {}, ())

        def close(self) -> None:
            pass

    monkeypatch.setattr("nightly.workers.engines.Driver", Instant)
    monkeypatch.setattr("nightly.workers.engines.WAITING", 4)
    taken: list[int] = []
    chunks = (taken.append(n) or Chunk(n, 0, 0, 1) for n in range(1_000))
    answers = Processes(2).answers(Job(Path(), deciders.sell_a_little), chunks, print)
    next(iter(answers))
    time.sleep(0.3)
    assert len(taken) <= 1 + 4 + 2
    assert sum(1 for _ in answers) == 999
