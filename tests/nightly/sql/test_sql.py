"""A book in a database is the book, and its answers stand there once: SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy import inspect, text

from models.book.faults import FaultyBookError
from models.book.read import read_book
from nightly.partition.sizes import Sizes
from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES
from nightly.run.choices import CommandError
from nightly.run.night import resume_run, start_run
from nightly.run.request import Request
from nightly.run.stores import shown
from nightly.sql.book import copy_from_database, copy_to_database
from nightly.sql.results import DatabaseResults
from nightly.sql.tables import DatabaseError
from nightly.workers.engines import InProcess
from scenarios.synthetic import ASOF, generate_book
from tests.books import ASOF as TINY_ASOF
from tests.books import tiny_book, write
from tests.nightly import deciders
from tests.nightly.partition.test_cut import plain
from tests.postgres import Postgres

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
SIZES = Sizes(partition_lots=1_500, chunk_households=3)
RUN = "2026-11-20-0001"

NewDatabase = Callable[[str], str]


def empty_file(path: Path) -> str:
    """Make an empty database in a file and return its URL."""
    path.touch()
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Return a function that makes a new database of a name and returns its URL."""
    if request.param == "sqlite":
        return lambda name: empty_file(tmp_path / f"{name}.db")
    server: Postgres = request.getfixturevalue("postgres")
    unique = f"{os.getpid()}-{time.monotonic_ns()}"
    return lambda name: server.database(f"{name}-{unique}")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of twenty-four households."""
    folder = tmp_path_factory.mktemp("book") / "etf"
    generate_book(folder, 24, "etf", 5)
    return folder


@pytest.fixture(scope="module")
def calm(book: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return the run of the book as a folder."""
    request = Request(str(book), ASOF, tmp_path_factory.mktemp("calm"))
    return start_run(request, deciders.sell_a_little, InProcess(), sizes=SIZES)[0]


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def stored(url: str, table: str, run_id: str) -> list[dict[str, Any]]:
    """Return a run's rows of a table, sorted, without what a clock says."""
    engine = sqlalchemy.create_engine(url)
    frame = pd.read_sql(
        text(f'select * from "{table}" where run_id = :run'),  # noqa: S608
        engine,
        params={"run": run_id},
    )
    engine.dispose()
    return in_order(frame.drop(columns=["run_id", "row"], errors="ignore"))


def in_order(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows in an order of their own, `seconds` aside, null as None."""
    frame = frame.drop(columns="seconds", errors="ignore")
    for column in frame.columns:
        if column in ("until", "day"):
            frame[column] = frame[column].astype(str)
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return sorted(records, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def assert_stored(url: str, folder: RunFolder) -> None:
    """The database has the rows of the run's folder, each once, and knows that it is complete."""
    for name in TABLES:
        frame = pd.read_parquet(folder.path / f"{name}.parquet")
        assert stored(url, name, folder.run_id) == in_order(frame), name
    ((complete, manifest),) = rows(url, "select complete, manifest from runs")
    assert complete
    assert json.loads(manifest)["counts"] == folder.manifest()["counts"]


def test_a_book_comes_out_as_it_went_in(new_database: NewDatabase, tmp_path: Path) -> None:
    """Every household of the sample and of a tiny book reads the same from a database."""
    tiny = write(tiny_book(), tmp_path / "tiny")
    for number, (folder, asof) in enumerate([(SAMPLE, date(2026, 11, 20)), (tiny, TINY_ASOF)]):
        url = new_database(f"book{number}")
        counted = copy_to_database(folder, url)
        copy_from_database(url, tmp_path / f"out{number}")
        before, after = read_book(folder, asof), read_book(tmp_path / f"out{number}", asof)
        assert counted == {name: n for name, n in before.rows.items() if n}
        assert list(after.household_ids) == list(before.household_ids)
        assert set(after.policies) == set(before.policies)
        assert set(after.faults_by_household) == set(before.faults_by_household)
        for name in before.household_ids:
            if not before.faults_of(name):
                one, other = before.household(name), after.household(name)
                assert repr(plain(one)) == repr(plain(other))


def changed(url: str, *statements: str) -> None:
    """Change a database."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize("day", ["'2026-99-99'", "'03/04/2019'", "20190304"])
def test_a_cell_that_is_no_date_is_of_its_household_alone(day: str, tmp_path: Path) -> None:
    """SQLite keeps any cell in any column: the fault is told as that of a file is."""
    url = empty_file(tmp_path / "book.db")
    copy_to_database(write(tiny_book(), tmp_path / "book"), url)
    changed(
        url,
        f"update lots set acquired = {day} where lot_id = 'L6'",  # noqa: S608
        "update accounts set reinvests = 'maybe' where account_id = 'A2-ROTH'",
    )
    copy_from_database(url, tmp_path / "out")
    book = read_book(tmp_path / "out", TINY_ASOF)
    assert set(book.faults_by_household) == {"H2"}
    assert [(f.kind, f.column) for f in book.faults] == [
        ("impossible_date", "acquired"),
        ("not_a_flag", "reinvests"),
    ]
    assert day.strip("'") in book.faults[0].what


def test_names_that_nearly_are_a_books_are_told_of_a_database(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    """As they are of files; what is like nothing is a note."""
    url = new_database("book")
    copy_to_database(write(tiny_book(), tmp_path / "book"), url)
    changed(
        url,
        "alter table lots add column colour text",
        "alter table restrictions rename column until to untill",
        "alter table menus rename to menu",
        "create table colours (colour text)",
    )
    copy_from_database(url, tmp_path / "out")
    with pytest.raises(FaultyBookError) as caught:
        read_book(tmp_path / "out", TINY_ASOF)
    assert [(fault.kind, fault.table) for fault in caught.value.faults] == [
        ("misnamed_column", "restrictions"),
        ("misnamed_table", "menus"),
    ]
    changed(
        url,
        "alter table restrictions rename column untill to until",
        "alter table menu rename to menus",
    )
    copy_from_database(url, tmp_path / "mended")
    said = read_book(tmp_path / "mended", TINY_ASOF).warnings
    assert said == ("lots/part-00000.parquet: no column of a book, and ignored: colour",)


def test_copying_out_twice_gives_the_same_bytes(new_database: NewDatabase, tmp_path: Path) -> None:
    """Rows come in an order that they themselves give, so that hashes can be compared."""
    url = new_database("book")
    copy_to_database(SAMPLE, url)
    for name in "ab":
        copy_from_database(url, tmp_path / name)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*")]
    assert len(files) > 10
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_run_of_a_database_is_the_run_of_the_folder(
    book: Path, calm: RunFolder, new_database: NewDatabase, tmp_path: Path
) -> None:
    """The same orders, in the folder and, chunk by chunk, in the database."""
    url = new_database("book")
    copy_to_database(book, url)
    folder, summary = start_run(Request(url, ASOF, tmp_path), deciders.sell_a_little, sizes=SIZES)
    assert summary.households == 24
    for name in ("orders", "order_lots", "flows"):
        ours, theirs = (pd.read_parquet(f.path / f"{name}.parquet") for f in (folder, calm))
        pd.testing.assert_frame_equal(ours, theirs)
    assert_stored(url, folder)
    assert rows(url, "select count(*) from run_chunks") == rows(
        url, "select max(chunk) + 1 from run_chunks"
    )


def test_output_keys_begin_with_the_run(new_database: NewDatabase) -> None:
    """Every output table carries run_id, and its key begins with it."""
    url = new_database("empty")
    DatabaseResults(url).knows("nothing")
    engine = sqlalchemy.create_engine(url)
    for name in TABLES:
        key = inspect(engine).get_pk_constraint(name)["constrained_columns"]
        assert "run_id" in key and len(key) > 1, name
        assert set(TABLES[name].names) < {c["name"] for c in inspect(engine).get_columns(name)}
    assert set(inspect(engine).get_pk_constraint("orders")["constrained_columns"]) == {
        "run_id",
        "order_id",
    }
    engine.dispose()


def test_writing_a_chunk_again_writes_nothing(
    book: Path, calm: RunFolder, new_database: NewDatabase, tmp_path: Path
) -> None:
    """Twice the same chunk, or an order of another chunk once more: each row stands once."""
    url = new_database("results")
    tables = {
        name: pd.read_parquet(calm.path / f"{name}.parquet", dtype_backend="pyarrow")
        for name in TABLES
    }
    import pyarrow as pa

    arrow = {
        name: pa.Table.from_pandas(frame, schema=TABLES[name], preserve_index=False)
        for name, frame in tables.items()
    }
    results = DatabaseResults(url)
    results.begin(RUN, "one", ASOF)
    for chunk in (0, 0, 1):
        results.write(RUN, chunk, arrow)
    assert results.chunks(RUN) == {0, 1}
    assert rows(url, "select count(*) from orders") == [(len(tables["orders"]),)]
    assert rows(url, "select count(*) from flows") == [(len(tables["flows"]),)]
    results.close()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_policy_that_cannot_be_read_is_not_copied(
    new_database: NewDatabase, tmp_path: Path, content: bytes | None
) -> None:
    """The copy is refused with the file's name, and nothing stays in the database."""
    book, url = write(tiny_book(), tmp_path / "book"), new_database("book")
    path = book / "policies" / "zzz.toml"
    path.parent.mkdir(exist_ok=True)
    if content is None:
        path.symlink_to(tmp_path / "nowhere")
    else:
        path.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"policies/zzz\.toml cannot be read"):
        copy_to_database(book, url)
    path.unlink()
    assert copy_to_database(book, url)["households"] == len(tiny_book()["households"])


def test_a_killed_run_goes_on_in_the_database(
    book: Path, calm: RunFolder, new_database: NewDatabase, tmp_path: Path
) -> None:
    """Killed once some chunks are written, resumed: run_id kept, every row there, each once."""
    url = new_database("book")
    copy_to_database(book, url)
    command = [sys.executable, "-m", "tests.nightly.night_process", url, str(tmp_path)]
    environment = {**os.environ, deciders.PAUSE: "0.1"}
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(command, cwd=root, env=environment)
    parts = tmp_path / RUN / "parts"
    deadline = time.monotonic() + 60.0
    while len(list(parts.glob("[0-9]*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert rows(url, "select complete from runs") in ([(False,)], [(0,)])
    folder = RunFolder(tmp_path / RUN)
    resume_run(folder, deciders.sell_a_little, book=url)
    assert_stored(url, folder)
    orders = [pd.read_parquet(f.path / "orders.parquet") for f in (folder, calm)]
    pd.testing.assert_frame_equal(*orders)


def test_a_run_id_is_taken_once(book: Path, new_database: NewDatabase, tmp_path: Path) -> None:
    """Runs of two folders into one database get ids of their own; nobody takes another's."""
    url = new_database("book")
    copy_to_database(book, url)
    ids = [
        start_run(Request(url, ASOF, tmp_path / name), deciders.sell_a_little)[0].run_id
        for name in "ab"
    ]
    assert ids == [RUN, "2026-11-20-0002"]
    assert rows(url, "select run_id, count(*) from plans group by run_id order by 1") == [
        (RUN, 24),
        ("2026-11-20-0002", 24),
    ]
    with pytest.raises(DatabaseError, match="another run"):
        DatabaseResults(url).begin(RUN, "somebody else", ASOF)


def test_what_a_database_cannot_hold_is_told(new_database: NewDatabase, tmp_path: Path) -> None:
    """A word in a number's cell names its place; a database in use is not written over."""
    tables = tiny_book()
    tables["lots"][3]["shares"] = "many"
    url = new_database("book")
    with pytest.raises(DatabaseError, match="lots, row 5, column shares: 'many'"):
        copy_to_database(write(tables, tmp_path / "bad"), url)
    copy_to_database(write(tiny_book(), tmp_path / "good"), url)
    with pytest.raises(DatabaseError, match="already"):
        copy_to_database(tmp_path / "good", url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////no/such/folder/book.db", "there is no file"),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/none", "127.0.0.1"),
        ("oracle+nothing://x/y", "driver"),
        ("://", "sqlite:///FILE"),
    ],
)
def test_a_database_that_is_not_there_is_one_clear_error(
    url: str, said: str, tmp_path: Path
) -> None:
    """The message names the database without its password, and no run is left behind."""
    with pytest.raises(DatabaseError) as caught:
        start_run(Request(url, ASOF, tmp_path), deciders.sell_a_little)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert not list(tmp_path.glob("*/*"))


def test_passwords_are_not_kept(tmp_path: Path) -> None:
    """A URL is shown and written down without its password; going on needs it once more."""
    assert shown("postgresql+psycopg://me:secret@host/db") == "postgresql+psycopg://me:***@host/db"
    data = Request("postgresql+psycopg://me:secret@host/db", ASOF, tmp_path).as_data()
    assert "secret" not in json.dumps(data)
    with pytest.raises(CommandError, match="whole URL"):
        start_run(Request("postgresql+psycopg://me:***@host/db", ASOF, tmp_path), deciders.raises)
