"""A whole book screened from its files agrees with each of its households screened alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.book.read import read_book
from models.errors import UnusableBookError
from models.triggers import columns_of, screen
from nightly.partition import big_tables
from nightly.triage.columns import read_columns
from scenarios.synthetic import ASOF, generate_book
from tests import books
from tests.books import tiny_book, write

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
EVERYTHING = """
[triggers]
drift = "either"
calendar = "monthly"
cash_usd = 100.0
harvest_usd = 500.0
long_term_days = 30
restriction_expired = true
[bands]
absolute = 0.04
deadband = 0.01
"""


@pytest.fixture(scope="module", params=["sample", "etf-parquet", "mixed-csv"])
def book(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Yield a book with a policy that has every trigger."""
    if request.param == "sample":
        yield SAMPLE
        return
    kind, form = request.param.split("-")
    folder = tmp_path_factory.mktemp("book") / kind
    generate_book(folder, 40, kind, 11, format=form)
    for policy in (folder / "policies").glob("*.toml"):
        policy.write_text(EVERYTHING, "utf-8")
    yield folder


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("lots", "shares", 1e308), ("lots", "shares", 1e14), ("accounts", "cash", "inf")],
)
def test_what_nobody_believes_is_in_doubt(
    tmp_path: Path, table: str, column: str, value: object
) -> None:
    """It is `models.book` that says what is wrong; triage neither answers from it nor warns."""
    tables = tiny_book()
    tables[table][0][column] = value
    book = write(tables, tmp_path / "book")
    found = read_columns(book, books.ASOF)
    screen(found.columns)
    invalid = set(read_book(book, books.ASOF).faults_by_household)
    assert set(found.household_ids[found.doubtful].tolist()) == invalid == {"H1"}


def test_a_book_and_its_households_are_screened_alike(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same triggers and figures, though rows come in pieces and in the order of the files."""
    asof = date(2026, 11, 20) if book == SAMPLE else ASOF
    monkeypatch.setattr(big_tables, "PIECE_ROWS", 50)
    whole, read = read_columns(book, asof), read_book(book, asof)
    screened = screen(whole.columns)
    assert whole.household_ids.tolist() == read.household_ids.tolist()
    for place, household_id in enumerate(read.household_ids):
        if read.faults_of(household_id):
            continue
        household = read.household(household_id)
        alone = screen(columns_of(household, read.policy(household.policy_id)))
        assert screened.triggers_of(place) == alone.triggers_of(0), household_id
        assert not whole.doubtful[place]
        assert screened.taxable[place] == alone.taxable[0]
        for name in ("beyond", "value_usd", "moved_usd"):
            figure = getattr(alone, name)[0]
            assert getattr(screened, name)[place] == pytest.approx(figure, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "row", "column", "cell"),
    [
        ("households", 0, "target_id", "nowhere"),
        ("households", 0, "policy_id", "nobody"),
        ("households", 0, "net_flow", "much"),
        ("accounts", 0, "cash", None),
        ("accounts", 2, "target_id", "nowhere"),
        ("lots", 0, "shares", "some"),
        ("lots", 0, "security_id", "NOTHING"),
        ("securities", 0, "price", None),
    ],
)
def test_what_cannot_be_read_is_doubtful(
    tmp_path: Path, table: str, row: int, column: str, cell: object
) -> None:
    """H1 has the broken cell (and whoever shares it); nobody is dropped and nothing is raised."""
    tables = tiny_book()
    tables[table][row][column] = cell
    found = read_columns(write(tables, tmp_path), date(2026, 11, 20))
    doubtful = dict(zip(found.household_ids, found.doubtful.tolist(), strict=True))
    assert doubtful["H1"]
    assert screen(found.columns).columns.households == 3


def test_rows_of_nobody_are_left_out(tmp_path: Path) -> None:
    """An account of no household, and its lots, weigh on nobody."""
    tables = tiny_book()
    before = screen(read_columns(write(tables, tmp_path / "a"), ASOF).columns).value_usd
    tables["accounts"].append({**tables["accounts"][0], "account_id": "X", "household_id": "gone"})
    tables["lots"].append({**tables["lots"][0], "lot_id": "LX", "account_id": "X"})
    after = screen(read_columns(write(tables, tmp_path / "b"), ASOF).columns).value_usd
    assert after.tolist() == before.tolist()


def test_a_book_without_lots_cannot_be_used(tmp_path: Path) -> None:
    """A missing table is told by the reader of books."""
    folder = write(tiny_book(), tmp_path)
    (folder / "lots.csv").unlink()
    with pytest.raises(UnusableBookError, match="lots"):
        read_columns(folder, ASOF)
