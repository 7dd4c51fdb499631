"""A real Dask cluster of several worker processes: the same answers, and a death loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from distributed import LocalCluster

from models.plan import Status
from nightly.main import main
from nightly.results.run_folder import RunFolder
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.cluster import Cluster, ClusterError
from nightly.workers.engines import Engine
from nightly.workers.messages import Tick
from scenarios.synthetic import ASOF
from tests.nightly import deciders
from tests.nightly.forty import COUNT, SIZES, VICTIM
from tests.nightly.same import assert_same_tables


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Start a scheduler and two worker processes, whose decisions take a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(deciders.PAUSE, "0.03")
        patch.setenv(deciders.VICTIM, VICTIM)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as started:
            yield started


def test_a_worker_killed_on_the_way_loses_nothing(
    forty_book: Path, calm: RunFolder, cluster: LocalCluster, tmp_path: Path
) -> None:
    """One of two workers is killed while it works: every household is answered once."""
    ticks: list[Tick] = []
    killed: list[int] = []

    def on_tick(tick: Tick) -> None:
        ticks.append(tick)
        if len(ticks) == 6:
            victim = next(iter(cluster.workers.values())).process.pid
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    engine: Engine = Cluster(cluster.scheduler_address)
    request = Request(str(forty_book), ASOF, tmp_path)
    folder, summary = start_run(request, deciders.sell_a_little, engine, on_tick, sizes=SIZES)
    assert killed
    assert summary.households == len(ticks) == len({tick.household_id for tick in ticks}) == COUNT
    assert_same_tables(folder, calm)


def test_a_household_that_ends_its_process_is_failed(
    forty_book: Path, calm: RunFolder, cluster: LocalCluster, tmp_path: Path
) -> None:
    """The crash stays with the household: the cluster's worker lives, the others are answered."""
    before = {worker.process.pid for worker in cluster.workers.values()}
    request = Request(str(forty_book), ASOF, tmp_path)
    engine = Cluster(cluster.scheduler_address, limit_seconds=60.0)
    folder, _ = start_run(request, deciders.leave, engine, sizes=SIZES)
    plans = pd.read_parquet(folder.path / "plans.parquet").set_index("household_id")
    assert plans.loc[VICTIM, "status"] == Status.FAILED
    assert "exit code 7" in plans.loc[VICTIM, "reason"]
    assert (plans.drop(index=VICTIM)["status"] == Status.PLANNED).all()
    assert before == {worker.process.pid for worker in cluster.workers.values()}


def test_a_cluster_that_is_not_there_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A wrong address, and an engine without one, end the command with exit code 2."""
    monkeypatch.setattr("nightly.workers.cluster.PATIENCE_SECONDS", 0.2)
    with pytest.raises(ClusterError, match="no Dask scheduler"):
        next(Cluster("tcp://127.0.0.1:1").answers(None, iter(()), print))  # type: ignore[arg-type]
    sample = str(Path(__file__).resolve().parents[3] / "scenarios" / "sample")
    command = ["run", sample, "--asof", str(ASOF), "--out", str(tmp_path / "runs")]
    for engine, said in (
        (["--engine", "dask"], "--scheduler"),
        (["--engine", "slurm"], "local or dask"),
        (["--scheduler", "tcp://127.0.0.1:1"], "--engine dask"),
    ):
        assert main([*command, *engine]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
