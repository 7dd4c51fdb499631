from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.book import parse_policy, read_book
from models.book.tables.schema import SCHEMA
from models.plan import Status
from models.policy import Policy
from optimizer.rebalance import rebalance
from scenarios.builder import ASOF, BookBuilder, day
from scenarios.policy_texts import annotated_standard, policy_text, sample_policies
from scenarios.sample_book import sample_tables, write_sample
from scenarios.sample_risk import CORRELATION_PERCENT, VOLATILITY

SHIPPED = Path(__file__).parents[2] / "scenarios" / "sample"
FAULTY = "faulty-data"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The sample book's tables."""
    return sample_tables()


def files(folder: Path) -> set[str]:
    """Paths of the files under a folder, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_shipped_files_are_what_the_script_writes(tmp_path: Path) -> None:
    """The shipped sample is exactly what its script makes, byte for byte."""
    write_sample(tmp_path)
    assert files(SHIPPED) == files(tmp_path)
    _, different, unreadable = filecmp.cmpfiles(
        SHIPPED, tmp_path, sorted(files(tmp_path)), shallow=False
    )
    assert different == [] and unreadable == []


def test_tables_carry_the_columns_of_the_contract(tables: dict[str, pd.DataFrame]) -> None:
    """Every table has all columns of the contract, in order; `story` alone is extra."""
    for name, frame in tables.items():
        expected = list(SCHEMA[name].column_names) + (["story"] if name == "households" else [])
        assert list(frame.columns) == expected, name


def test_every_named_story_is_told(tables: dict[str, pd.DataFrame]) -> None:
    """The households that users ask for are there, each with a story of its own."""
    wanted = {
        *("drifted-60-40", "new-cash-first", "withdrawal-best-account", "year-end-harvest"),
        *("spouse-bought-replacement", "drip-in-window", "loss-sold-12-days-ago"),
        *("concentrated-low-basis", "muni-never-in-ira", "ten-fund-401k", "tax-budget-binds"),
        *("budget-cannot-hold", "carryforward-to-use-up", "days-from-long-term"),
        *("restricted-employer-stock", "location-swap", "single-account", "two-filing-units"),
        *("leveraged-fund", "tiny-800", "family-office-80m", "orders-under-way", "rmd-due"),
        *("inside-bands", FAULTY),
    }
    households = tables["households"]
    assert wanted - set(households["household_id"]) == set()
    assert households["story"].str.len().min() > 120
    assert households["story"].is_unique


def test_ids_are_unique_and_point_somewhere(tables: dict[str, pd.DataFrame]) -> None:
    """No id repeats, and every reference finds its row."""
    keys = {
        "households": "household_id",
        "filing_units": "filing_unit_id",
        "accounts": "account_id",
        "lots": "lot_id",
        "securities": "security_id",
        "trades": "trade_id",
        "open_orders": "order_id",
    }
    for table, key in keys.items():
        assert tables[table][key].is_unique, table
    references = [
        ("filing_units", "household_id", "households"),
        ("accounts", "household_id", "households"),
        ("accounts", "filing_unit_id", "filing_units"),
        ("lots", "account_id", "accounts"),
        ("lots", "security_id", "securities"),
        ("trades", "account_id", "accounts"),
        ("trades", "security_id", "securities"),
        ("scheduled_buys", "account_id", "accounts"),
        ("menus", "security_id", "securities"),
    ]
    for table, column, owner in references:
        missing = set(tables[table][column]) - set(tables[owner][keys[owner]])
        assert missing == set(), (table, column)
    targets = set(tables["targets"]["target_id"])
    assert set(tables["households"]["target_id"]) <= targets
    assert set(tables["accounts"]["target_id"].dropna()) <= targets
    assert set(tables["accounts"]["menu_id"].dropna()) <= set(tables["menus"]["menu_id"])
    assert set(tables["households"]["policy_id"]) <= set(sample_policies())


def test_target_weights_sum_to_one(tables: dict[str, pd.DataFrame]) -> None:
    """Every model portfolio adds up, and each row names exactly one of class and security."""
    targets = tables["targets"]
    sums = targets.groupby("target_id")["weight"].sum()
    assert np.abs(sums - 1).max() < 1e-9
    assert (targets["asset_class"].isna() != targets["security_id"].isna()).all()


def test_covariance_is_positive_definite(tables: dict[str, pd.DataFrame]) -> None:
    """The stated correlations make a covariance that could belong to real assets."""
    names = list(VOLATILITY)
    assert [len(row) for row in CORRELATION_PERCENT] == list(range(len(names)))
    matrix = np.zeros((len(names), len(names)))
    for a, b, value in tables["covariance"].itertuples(index=False):
        matrix[names.index(a), names.index(b)] = matrix[names.index(b), names.index(a)] = value
    scale = np.array(list(VOLATILITY.values()))
    eigenvalues = np.linalg.eigvalsh(matrix / np.outer(scale, scale))
    assert eigenvalues.min() == pytest.approx(0.0569, abs=0.001)


def test_every_class_has_risk(tables: dict[str, pd.DataFrame]) -> None:
    """Whatever a target or a look-through names is in the covariance, or is cash."""
    known = set(VOLATILITY) | {"cash"}
    securities = tables["securities"]
    own = securities[~securities["security_id"].isin(tables["exposures"]["security_id"])]
    assert set(tables["targets"]["asset_class"].dropna()) <= known
    assert set(tables["exposures"]["asset_class"]) <= known
    assert set(own["asset_class"]) <= known


def test_only_the_faulty_household_is_wrong(tables: dict[str, pd.DataFrame]) -> None:
    """Outside the deliberate household, lots are positive, dated in the past, and priced."""
    lots = tables["lots"]
    wrong = lots["account_id"].str.startswith(FAULTY)
    good = lots[~wrong].merge(tables["accounts"][["account_id", "account_type"]])
    assert (good["shares"] > 0).all()
    taxable = good[good["account_type"] == "taxable"]
    assert (taxable["basis"] > 0).all()
    assert pd.to_datetime(taxable["acquired"]).notna().all()
    assert (pd.to_datetime(good["acquired"].dropna()) <= pd.Timestamp(ASOF)).all()
    spoilt = lots[wrong]
    assert (spoilt["shares"] < 0).sum() == 1
    assert spoilt["basis"].isna().sum() == 1
    assert (pd.to_datetime(spoilt["acquired"]) > pd.Timestamp(ASOF)).sum() == 1


def test_reader_finds_the_three_faults_and_no_other() -> None:
    """The reader accepts the book and names the deliberate faults, cell by cell."""
    book = read_book(SHIPPED, ASOF)
    assert set(book.faults_by_household) == {FAULTY}
    assert sorted(fault.column for fault in book.faults if fault.column) == [
        "acquired",
        "basis",
        "shares",
    ]
    note = "households.csv: no column of a book, and ignored: story"
    assert dict(book.orphan_rows) == {} and book.warnings == (note,)


def test_every_policy_is_followed_by_somebody(tables: dict[str, pd.DataFrame]) -> None:
    """No policy of the sample stands unused."""
    assert set(tables["households"]["policy_id"]) == set(sample_policies())


def test_buy_trades_left_their_lots(tables: dict[str, pd.DataFrame]) -> None:
    """A recent purchase is in both tables, with the same shares, day and account."""
    buys = tables["trades"].query("side == 'buy'")
    both = buys.merge(tables["lots"], on="lot_id", suffixes=("", "_lot"))
    assert len(both) == len(buys) > 0
    assert (both["shares"] == both["shares_lot"]).all()
    assert (both["trade_date"] == both["acquired_lot"]).all()
    assert (both["account_id"] == both["account_id_lot"]).all()
    moved = both.set_index("account_id")["basis"].sub(both.set_index("account_id")["amount"])
    assert moved[moved.abs() > 0.005].to_dict() == {"half-washed-already.brokerage": 720.0}


def test_sold_lots_are_gone(tables: dict[str, pd.DataFrame]) -> None:
    """A past sale names a lot that is no longer held."""
    sells = tables["trades"].query("side == 'sell'")
    assert len(sells) > 0
    assert not sells["lot_id"].isin(tables["lots"]["lot_id"]).any()


def test_sizes_reach_from_800_to_80_million(tables: dict[str, pd.DataFrame]) -> None:
    """The smallest household is worth $800 and the largest about $80 million."""
    lots = tables["lots"].merge(tables["securities"][["security_id", "price"]])
    accounts = tables["accounts"].set_index("account_id")
    lots["value"] = lots["shares"] * lots["price"]
    worth = lots.groupby(accounts["household_id"].loc[lots["account_id"]].to_numpy())["value"].sum()
    worth = worth + accounts.groupby("household_id")["cash"].sum()
    assert worth["tiny-800"] == pytest.approx(800, abs=0.01)
    assert worth["family-office-80m"] == pytest.approx(80e6, rel=0.005)


def test_the_annotated_policy_is_the_built_in_one() -> None:
    """The sample's `standard` is the annotated example, and says what applies without it."""
    assert sample_policies()["standard"] == annotated_standard()
    file = parse_policy("standard", annotated_standard(), "standard.toml")
    assert (file.policy, file.faults) == (Policy(), ())


def test_policy_with_an_unknown_key_is_refused() -> None:
    """A misspelt key stops the book from being made."""
    with pytest.raises(KeyError, match="minimum_usd"):
        policy_text("Wrong.", {"trades": {"minimum_usd": 1.0}})


def test_weekend_is_no_trading_day() -> None:
    """A story cannot trade on a Sunday."""
    with pytest.raises(ValueError, match="Sunday"):
        day("2026-11-08")


def test_a_name_is_told_once() -> None:
    """Two stories cannot share a household."""
    book = BookBuilder()
    book.household("twice", "A story.", "growth-60-40")
    with pytest.raises(ValueError, match="twice"):
        book.household("twice", "Another.", "growth-60-40")


@pytest.mark.parametrize("name", ["inside-bands", "not-worth-a-ticket"])
def test_who_is_told_as_one_that_trades_nothing_trades_nothing(name: str) -> None:
    """And the answer names the figure: what is left of a band, or what trades could save."""
    book = read_book(SHIPPED, ASOF)
    household = book.household(name)
    plan = rebalance(household, book.policy(household.policy_id))
    assert plan.status is Status.NO_ACTION
    assert any(character.isdigit() for character in plan.reason)
