from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from models.book import read_book
from models.book.tables.schema import SCHEMA
from scenarios import synthetic
from scenarios.synthetic import ASOF, KINDS, generate, generate_book, parts

#: Households drawn by these tests, by kind: enough to see means, few enough for seconds.
COUNTS = {"etf": 300, "mixed": 30, "index": 8, "family": 6, "office": 3}

HOUSEHOLD_TABLES = (
    *("households", "filing_units", "accounts", "lots", "trades", "scheduled_buys"),
    *("restrictions", "open_orders"),
)

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def books() -> dict[str, Tables]:
    """One book of each kind."""
    return {kind: generate(COUNTS[kind], kind, 7) for kind in KINDS}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind in turn."""
    return str(request.param)


@pytest.fixture
def tables(books: dict[str, Tables], kind: str) -> Tables:
    """The book of that kind."""
    return books[kind]


def held(tables: Tables) -> pd.DataFrame:
    """Lots with their account and price."""
    lots = tables["lots"].merge(tables["accounts"], on="account_id")
    return lots.merge(tables["securities"][["security_id", "price", "exempt_yield"]])


def test_same_seed_same_tables(kind: str, tables: Tables) -> None:
    """The same arguments give the same cells; another seed does not."""
    again = generate(COUNTS[kind], kind, 7)
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, again[name])
    other = generate(COUNTS[kind], kind, 8)
    assert not tables["lots"].equals(other["lots"])


def test_smaller_book_begins_the_larger(kind: str, tables: Tables) -> None:
    """A household does not depend on how many follow it."""
    small = generate(3, kind, 7)
    assert len(small["households"]) == 3
    for name in HOUSEHOLD_TABLES:
        column = "household_id" if name in {"households", "filing_units", "accounts"} else None
        if column is None:
            mine = tables[name]["account_id"].isin(small["accounts"]["account_id"])
        else:
            mine = tables[name][column].isin(small["households"]["household_id"])
        whole = tables[name][mine].reset_index(drop=True)
        pd.testing.assert_frame_equal(small[name], whole, check_dtype=False)


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_written_bytes_repeat(tmp_path: Path, format: str) -> None:
    """Writing the same book twice gives the same bytes."""
    for name in ("one", "two"):
        generate_book(tmp_path / name, 4, "etf", 3, format=format)
    first = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in _files(tmp_path / "one")}
    second = {p.relative_to(tmp_path / "two"): p.read_bytes() for p in _files(tmp_path / "two")}
    assert first == second
    assert len(first) > 12


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_reader_finds_no_fault(tmp_path: Path, kind: str) -> None:
    """A generated book is valid in every cell, in parts as in whole."""
    generate_book(tmp_path / kind, COUNTS[kind], kind, 5)
    book = read_book(tmp_path / kind, ASOF)
    assert len(book) == COUNTS[kind]
    assert book.faults == () and book.warnings == () and dict(book.orphan_rows) == {}


def test_parts_hold_the_whole_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book in several parts holds the rows of the book in one, and parts know their number."""
    monkeypatch.setitem(synthetic.PART_HOUSEHOLDS, "index", 16)
    generate_book(tmp_path / "book", 20, "index", 1)
    files = sorted((tmp_path / "book" / "lots").iterdir())
    assert [file.name for file in files] == ["part-00000.parquet", "part-00001.parquet"]
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    assert rows == len(generate(20, "index", 1)["lots"])
    assert [p["households"].num_rows for p in parts(20, "index", 1)] == [16, 4]


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    """Two books never mix in one folder."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        generate_book(tmp_path, 1, "etf", 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, "etf", 0), "household"), ((1, "bonds", 0), "bonds"), ((1, "etf", -1), "seed")],
)
def test_wrong_arguments_are_named(arguments: tuple[int, str, int], message: str) -> None:
    """An argument out of range is refused by name."""
    with pytest.raises(ValueError, match=message):
        generate(*arguments)


def test_columns_are_those_of_the_contract(tables: Tables) -> None:
    """Every table carries the contract's columns in order."""
    for name, frame in tables.items():
        assert tuple(frame.columns) == SCHEMA[name].column_names, name


@pytest.mark.parametrize(
    ("kind", "accounts", "securities", "lots"),
    [
        ("etf", 3, 15, 70),
        ("mixed", 5, 60, 450),
        ("index", 6, 520, 2_800),
        ("family", 10, 520, 5_000),
        ("office", 10, 3_020, 20_000),
    ],
)
def test_sizes(
    books: dict[str, Tables], kind: str, accounts: int, securities: int, lots: int
) -> None:
    """A kind has the accounts, securities and (about) lots that it promises."""
    book, count = books[kind], COUNTS[kind]
    assert len(book["households"]) == count
    assert len(book["accounts"]) == accounts * count
    assert len(book["securities"]) == securities
    assert len(book["lots"]) / count == pytest.approx(lots, rel=0.15)


@pytest.mark.parametrize(("kind", "purchases"), [("etf", 42), ("mixed", 242), ("index", 639)])
def test_menus_limit_what_may_be_bought(
    books: dict[str, Tables], kind: str, purchases: int
) -> None:
    """The purchases a program may consider per household stay near the measured sizes."""
    book = books[kind]
    securities = book["securities"].set_index("security_id")
    plain = securities.index[securities["exempt_yield"] <= 0]
    menus = book["menus"].groupby("menu_id")["security_id"].agg(set)
    total = 0
    for kind_of_account, menu in book["accounts"][["account_type", "menu_id"]].itertuples(
        index=False
    ):
        allowed = set(securities.index) if pd.isna(menu) else menus[menu]
        total += len(allowed if kind_of_account == "taxable" else allowed & set(plain))
    assert total / COUNTS[kind] == pytest.approx(purchases, rel=0.10)


def test_ids_are_unique_and_known(tables: Tables) -> None:
    """No id repeats, and every reference finds its row."""
    for name, key in [
        ("households", "household_id"),
        ("filing_units", "filing_unit_id"),
        ("accounts", "account_id"),
        ("lots", "lot_id"),
        ("trades", "trade_id"),
        ("open_orders", "order_id"),
    ]:
        assert tables[name][key].is_unique, name
    accounts = set(tables["accounts"]["account_id"])
    securities = set(tables["securities"]["security_id"])
    for name in ("lots", "trades", "scheduled_buys", "open_orders", "restrictions"):
        assert set(tables[name]["account_id"].dropna()) <= accounts, name
        assert set(tables[name]["security_id"]) <= securities, name
    units = tables["accounts"].merge(tables["filing_units"], on="filing_unit_id")
    assert len(units) == len(accounts)
    assert (units["household_id_x"] == units["household_id_y"]).all()


def test_risk_is_positive_semidefinite_and_complete(tables: Tables, kind: str) -> None:
    """The covariance is one matrix over the factors, and every exposure names one of them."""
    table = tables["covariance" if kind == "etf" else "factor_covariance"].to_numpy()
    names = sorted(set(table[:, 0]))
    matrix = np.zeros((len(names), len(names)))
    for a, b, value in table:
        matrix[names.index(a), names.index(b)] = matrix[names.index(b), names.index(a)] = value
    assert len(table) == len(names) * (len(names) + 1) // 2
    assert np.linalg.eigvalsh(matrix).min() > -1e-12
    if kind == "etf":
        assert set(tables["securities"]["asset_class"]) == set(names)
        return
    loadings = tables["factor_loadings"]
    assert set(loadings["factor"]) <= set(names)
    assert set(tables["securities"]["security_id"]) <= set(loadings["security_id"])
    classes = set(tables["targets"]["asset_class"].dropna())
    assert classes <= set(loadings["security_id"]) | set(names)


def test_factor_counts(books: dict[str, Tables]) -> None:
    """The mixed kind has seventeen factors and direct indexing thirty-one."""
    for kind, count in [("mixed", 17), ("index", 31)]:
        assert len(set(books[kind]["factor_covariance"]["factor_a"])) == count


@pytest.mark.parametrize("kind", ["mixed", "index"])
def test_no_class_is_a_risk_that_its_target_has_not(books: dict[str, Tables], kind: str) -> None:
    """A fund moves with its class but for a basis of a few percent: a plan may hold the target."""
    funds = books[kind]["securities"]
    funds = funds[~funds["security_id"].str.startswith("STK")]
    assert len(funds) > 20
    assert (funds["specific_vol"] < 0.05).all()


def test_target_weights_sum_to_one(tables: Tables) -> None:
    """Models add up; those by security do so to eight decimals."""
    targets = tables["targets"]
    assert np.abs(targets.groupby("target_id")["weight"].sum() - 1).max() < 1e-9
    assert (targets["weight"] >= 0).all()
    assert (targets["asset_class"].isna() != targets["security_id"].isna()).all()


def test_lots_are_sound(tables: Tables) -> None:
    """Shares are positive, taxable lots have basis and date, and no day lies ahead."""
    lots = held(tables)
    assert (lots["shares"] > 0).all()
    taxable = lots[lots["account_type"] == "taxable"]
    assert (taxable["basis"] > 0).all() and taxable["acquired"].notna().all()
    assert (lots["acquired"].dropna() <= pd.Timestamp(2026, 11, 20)).all()
    assert np.is_busday(lots["acquired"].dropna().to_numpy("datetime64[D]")).all()
    sheltered = lots[lots["account_type"] != "taxable"]
    assert (sheltered["exempt_yield"] == 0).all()


def test_gains_and_ages_are_mixed(tables: Tables) -> None:
    """Losses and gains, short and long holding periods are all common."""
    lots = held(tables)
    taxable = lots[lots["account_type"] == "taxable"]
    loss = (taxable["shares"] * taxable["price"] < taxable["basis"]).mean()
    young = (taxable["acquired"] > pd.Timestamp(2025, 11, 20)).mean()
    assert 0.10 < loss < 0.60
    assert 0.15 < young < 0.40


def test_recent_purchases_are_in_both_tables(tables: Tables) -> None:
    """Lots of the last 61 days and buy trades agree share by share."""
    asof = pd.Timestamp(2026, 11, 20)
    lots = tables["lots"]
    recent = lots[lots["acquired"] >= asof - pd.Timedelta(days=61)]
    buys = tables["trades"].query("side == 'buy'")
    assert set(recent["lot_id"]) == set(buys["lot_id"])
    both = buys.merge(lots, on="lot_id", suffixes=("", "_lot"))
    assert len(both) == len(buys)
    for trade, lot in [
        ("shares", "shares_lot"),
        ("account_id", "account_id_lot"),
        ("security_id", "security_id_lot"),
        ("trade_date", "acquired_lot"),
    ]:
        assert (both[trade] == both[lot]).all(), trade


def test_past_losses_open_windows(tables: Tables) -> None:
    """Some households sold at a loss within thirty days; those lots are gone."""
    sells = tables["trades"].query("side == 'sell'")
    assert (sells["realized_gain"] < 0).all()
    assert not sells["lot_id"].isin(tables["lots"]["lot_id"]).any()
    assert (sells["trade_date"] >= pd.Timestamp(2026, 9, 20)).all()
    recent = sells[sells["trade_date"] >= pd.Timestamp(2026, 10, 21)]
    assert len(recent) > 0


def test_no_past_loss_is_washed_already(tables: Tables) -> None:
    """No group was bought within thirty days of its loss sale, so stated gains are final."""
    identical = tables["securities"].set_index("security_id")["identical_group"]
    trades = tables["trades"].merge(tables["accounts"][["account_id", "household_id"]])
    own = identical.loc[trades["security_id"]].reset_index(drop=True)
    trades["group"] = own.fillna(trades["security_id"])
    sells, buys = trades[trades["side"] == "sell"], trades[trades["side"] == "buy"]
    pairs = sells.merge(buys, on=["household_id", "group"], suffixes=("", "_buy"))
    apart = (pairs["trade_date"] - pairs["trade_date_buy"]).dt.days.abs()
    assert (apart > 30).all()


def test_scheduled_buys_lie_ahead(tables: Tables) -> None:
    """Standing instructions buy within the next thirty days."""
    ahead = (tables["scheduled_buys"]["date"] - pd.Timestamp(2026, 11, 20)).dt.days
    assert len(ahead) > 0
    assert ahead.between(1, 30).all()


def test_orders_under_way_fit(books: dict[str, Tables]) -> None:
    """Open sells fit their lot; open buys fit the cash above the floor."""
    book = books["etf"]
    orders = book["open_orders"]
    sells = orders.query("side == 'sell'").merge(book["lots"], on="lot_id", suffixes=("", "_lot"))
    buys = orders.query("side == 'buy'").merge(book["accounts"], on="account_id")
    buys = buys.merge(book["securities"][["security_id", "price"]])
    assert len(sells) > 0 and len(buys) > 0 and len(sells) + len(buys) == len(orders)
    assert (sells["shares"] < sells["shares_lot"]).all()
    assert (sells["account_id"] == sells["account_id_lot"]).all()
    assert (buys["shares"] * buys["price"] <= buys["cash"] - buys["cash_floor"]).all()


def test_required_distributions_can_reach_a_taxable_account(tables: Tables) -> None:
    """Whoever must distribute owns a taxable account in the same filing unit."""
    accounts = tables["accounts"]
    due = accounts[accounts["rmd_due_usd"] > 0]
    units = set(accounts[accounts["account_type"] == "taxable"]["filing_unit_id"])
    assert set(due["account_type"]) <= {"traditional_ira"}
    assert set(due["filing_unit_id"]) <= units


def test_variety(books: dict[str, Tables]) -> None:
    """Each feature that a plan must deal with appears in a few hundred households."""
    book = books["etf"]
    units, accounts = book["filing_units"], book["accounts"]
    assert set(units["filing_status"]) == {"single", "mfj", "mfs", "hoh"}
    assert (units.groupby("household_id").size() == 2).any()
    for column in ("lt_carryforward", "st_carryforward", "tax_budget_usd", "gain_budget_usd"):
        assert (units[column] > 0).any(), column
    assert (accounts["net_flow"] < 0).any() and (accounts["net_flow"] > 0).any()
    assert (accounts["rmd_due_usd"] > 0).any() and (accounts["cash_floor"] > 0).any()
    assert (book["households"]["net_flow"] < 0).any()
    assert set(book["restrictions"]["rule"]) == {"no_buy", "no_sell", "hold_at_least"}
    assert book["households"]["policy_id"].nunique() == 5
    assert set(accounts["owner"]) == {"first", "second"}


def test_limits_go_to_households_that_can_keep_them(tables: Tables) -> None:
    """No budget stands where money must be raised."""
    units = tables["filing_units"]
    limited = units[units["tax_budget_usd"].notna() | units["gain_budget_usd"].notna()]
    accounts = tables["accounts"]
    mine = accounts[accounts["household_id"].isin(limited["household_id"])]
    assert (mine["net_flow"] >= 0).all()
    assert (mine["cash"] >= mine["cash_floor"]).all()
    assert not (mine["rmd_due_usd"] > 0).any()


def test_another_asof_moves_the_book() -> None:
    """Every date follows the as-of date, and a weekend is priced on Friday."""
    book = generate(40, "etf", 0, asof=date(2026, 2, 15))
    assert set(pd.to_datetime(book["securities"]["price_date"])) == {pd.Timestamp(2026, 2, 13)}
    assert book["lots"]["acquired"].max() <= pd.Timestamp(2026, 2, 13)
    assert book["scheduled_buys"]["date"].min() > pd.Timestamp(2026, 2, 13)
