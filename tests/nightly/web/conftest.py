"""A run of nine households of the sample book, and a browser, shared by whoever looks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from optimizer.rebalance import rebalance
from tests.chromium import NoChromiumError, chromium
from tests.nightly.web.opened import ASOF, SAMPLE, opened

NAMES = (
    *("budget-cannot-hold", "drifted-60-40", "early-withdrawal", "faulty-data", "hard-bands"),
    *("inside-bands", "rmd-due", "share-class-twins", "short-gain-long-loss"),
)
"""Planned, waiting, infeasible, invalid, without action; with lots, bands and lockouts."""


@pytest.fixture(scope="session")
def sample_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one run, which nobody changes."""
    runs = tmp_path_factory.mktemp("web") / "runs"
    start_run(Request(str(SAMPLE), ASOF, runs, NAMES), rebalance, InProcess())
    return runs


@pytest.fixture(scope="session")
def run_id(sample_runs: Path) -> str:
    """Return the run's name."""
    return next(path.name for path in sample_runs.iterdir() if path.is_dir())


@pytest.fixture(scope="session")
def ann(sample_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client that looks and never decides."""
    with opened(SAMPLE, sample_runs, tmp_path_factory.mktemp("scratch")) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser; skip, or fail where CI=true, with the reason if there is none."""
    try:
        with chromium() as started:
            yield started
    except NoChromiumError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no chromium: {error}")
        pytest.skip(f"no chromium: {error}")
