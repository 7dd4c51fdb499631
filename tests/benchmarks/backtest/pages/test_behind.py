"""Losses told as plainly as wins: by measure, by part and by calendar year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.backtest.lives.diary import YearRecord
from benchmarks.backtest.pages import behind, tables

METHODS = ("ours", "richer", "poorer", "elsewhere")


def _table() -> pd.DataFrame:
    """Two years of one life: `richer` grows 10 bps faster than ours, `poorer` 20 bps slower."""
    growth = {"ours": 0.05, "richer": 0.051, "poorer": 0.048, "elsewhere": 0.9}
    rows = []
    for method in METHODS:
        for year in (2001, 2002):
            row: dict[str, object] = dict.fromkeys(YearRecord.columns(), 1.0)
            for measure in tables.MEASURES:
                row[f"before_{measure}_usd"] = 1e6
                row[f"{measure}_usd"] = 1e6 * np.exp(growth[method])
            row |= {"method": method, "household": "a", "start": 2000, "year": year}
            row |= {"pre_tax_usd": 1e6, "household": "b" if method == "elsewhere" else "a"}
            rows.append(row)
    return pd.DataFrame(rows)


def test_only_who_was_richer_is_told_with_what_made_it_so() -> None:
    """Ten bps by every measure; taxes and returns were equal, so all of it is the rest."""
    told = behind.ahead_of(_table(), "ours", METHODS[1:])
    assert "poorer" not in told
    for title in ("after tax", "liquidated", "step-up"):
        assert f"| richer, {title} | -10.0 [-10.0, -10.0] | +0.0 | +0.0 | -10.0 |" in told


def test_nobody_richer_is_said_in_a_line() -> None:
    """No empty table."""
    told = behind.ahead_of(_table(), "ours", ["poorer"])
    assert told == "None was richer than *ours* on average, by any measure of wealth.\n"


def test_every_year_stands_apart() -> None:
    """And a method that lived other lives is left out of it."""
    told = behind.by_year(_table(), "ours", METHODS[1:])
    assert "| ours over, bps | 2001 | 2002 |" in told
    assert "| richer | -10 | -10 |" in told
    assert "| poorer | +20 | +20 |" in told
    assert "elsewhere" not in told


def test_means_by_method_and_year_are_small_enough_to_keep() -> None:
    """A row a method and year, with growth in bps and the lives behind it."""
    found = tables.by_method_and_year(_table())
    assert len(found) == 8
    ours = found[(found["method"] == "ours") & (found["year"] == 2001)].iloc[0]
    assert ours["liquidated"] == pytest.approx(500.0)
    assert ours["lives"] == 1


def test_parts_are_of_lives_that_both_lived() -> None:
    """A life that broke off under one method counts for neither."""
    table = _table()
    more = table[table["method"] == "ours"].assign(household="c", cost_usd=1e5)
    found = tables.lived_by_both(pd.concat([table, more]), "ours", "richer")
    assert set(found["household"]) == {"a"}
    told = tables.sources(pd.concat([table, more]), "ours", ["richer"])
    assert "| richer | -10.0 | +0.0 |" in told


def test_who_leans_to_the_market_is_seen_in_the_slope() -> None:
    """Ahead by 30 bps where the target returns +10%, behind by 10 at −10%: 20 for each 10%."""
    table = _table()
    table["target_return"] = np.where(table["year"] == 2001, 0.1, -0.1)
    ahead = np.where(table["year"] == 2001, 30e-4, -10e-4)
    ahead[table["method"] != "ours"] = 0.0
    table["liquidated_usd"] = 1e6 * np.exp(0.051 + ahead)
    told = tables.sources(table, "ours", ["richer"])
    assert told.splitlines()[-1].startswith("| richer | +10.0 |")
    assert told.splitlines()[-1].endswith("| +20.0 |")
