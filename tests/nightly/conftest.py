"""What several nightly tests share: a PostgreSQL server, forty households with a calm run, five."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from nightly.main import main
from nightly.results.run_folder import RunFolder
from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from scenarios.synthetic import ASOF, generate_book
from tests.nightly import deciders, forty
from tests.postgres import NoPostgresError, Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a running server; skip, or fail where CI=true, with the reason if there is none."""
    try:
        with running_postgres() as server:
            yield server
    except NoPostgresError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no PostgreSQL: {error}")
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(scope="session")
def forty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of forty households."""
    folder = tmp_path_factory.mktemp("book") / "etf"
    generate_book(folder, forty.COUNT, "etf", 5)
    return folder


@pytest.fixture(scope="session")
def calm(forty_book: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return a run of the forty in one process in which nothing happens."""
    request = Request(str(forty_book), ASOF, tmp_path_factory.mktemp("calm"))
    return start_run(request, deciders.sell_a_little, InProcess(), sizes=forty.SIZES)[0]


@pytest.fixture(scope="session", autouse=True)
def on_the_day() -> Iterator[None]:
    """Let every export be on the day of the sample book's prices, whenever the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nightly.results.moment.today", lambda: ASOF)
        yield


@pytest.fixture
def unplanned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands leave every household alone: for nights of which no plan is looked at."""
    monkeypatch.setattr("optimizer.rebalance.rebalance", deciders.leave_alone)


SAMPLE = Path(__file__).resolve().parents[2] / "scenarios" / "sample"
APPROVAL = "[approval]\nmax_orders = 0\n[tickets]\nlimit_bps = 25.0\n"
FIVE = ("drifted-60-40", "single-account", "year-end-harvest", "faulty-data", "inside-bands")


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run five households of the sample book, one of them under a policy that asks for approval."""
    place = tmp_path_factory.mktemp("night")
    book = place / "book"
    shutil.copytree(SAMPLE, book)
    table = pd.read_csv(book / "households.csv")
    table.loc[table["household_id"] == "single-account", "policy_id"] = "asks"
    table.to_csv(book / "households.csv", index=False)
    (book / "policies" / "asks.toml").write_text(APPROVAL, "utf-8")
    (place / "ids").write_text("\n".join(FIVE))
    asof = ["--asof", ASOF.isoformat(), "--out", str(place / "runs"), "--workers", "0"]
    assert main(["run", str(book), *asof, "--households", str(place / "ids")]) == 0
    return place / "runs" / f"{ASOF.isoformat()}-0001"


@pytest.fixture
def run(night: Path, tmp_path: Path) -> Path:
    """Return a copy of the run of five, with its register, that a test may decide on."""
    return Path(shutil.copytree(night.parent, tmp_path / "runs")) / night.name
