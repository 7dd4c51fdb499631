"""What several nightly tests share: a PostgreSQL server, and forty households with a calm run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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
