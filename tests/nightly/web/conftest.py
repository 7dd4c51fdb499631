"""A run of ten households of the sample book, and a browser, shared by whoever looks."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from optimizer.rebalance import rebalance
from tests.chromium import chromium
from tests.debian import NotInstalledError, install
from tests.nightly.web.opened import ASOF, SAMPLE, opened

NAMES = (
    *("budget-cannot-hold", "drifted-60-40", "early-withdrawal", "family-office-80m"),
    *("faulty-data", "hard-bands"),
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


@contextmanager
def needed(what: str) -> Iterator[None]:
    """Skip, or fail where CI=true, with the reason if what is needed is not to be had."""
    try:
        yield
    except NotInstalledError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {what}: {error}")
        pytest.skip(f"no {what}: {error}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser."""
    with needed("chromium"), chromium() as started:
        yield started


@pytest.fixture(scope="session")
def weasyprint() -> Any:
    """Return the package that makes PDFs, with the system's libraries that it needs."""
    try:
        return importlib.import_module("weasyprint")
    except OSError:
        with needed("Pango"):
            install("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
        return importlib.import_module("weasyprint")
