"""From a folder of prices to the tables of market facts: what made the shipped ones.

Anybody with prices of their own makes their own tables the same way, and gives the folder to
`hearth import --market`. Which fund stands for a class, and what explains a young class, are data
(`classes.csv`); so is what a fund is (`funds.csv`), of which yield and basis risk are measured.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.arrays import Floats
from models.market_data.facts import Row, merged_rows, read_market_facts
from scenarios.market_history import FundFacts, MarketHistory
from scenarios.market_history_files import read_market_history
from scenarios.measured.covariance import MeasureError, covariance_of, rows_of
from scenarios.measured.funds import basis_risk, distribution_yields, last_day, monthly_returns

SINCE: Final = "2008-01"
"""First month of the shipped covariance: most classes have a fund by then, and a crisis follows."""

MEASURED: Final = "measured"
"""The source of a fund whose own prices were measured; others are stated as another fund's."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: rows of `covariance` and `funds`, and facts to state beside them."""

    covariance: Sequence[tuple[str, str, float]]
    funds: Sequence[Row]
    first_month: str
    last_month: str
    months: int
    intensity: float
    left_out: Sequence[str]


def measure(prices: Path, dividends: Path, own: Path | None = None, since: str = SINCE) -> Measured:
    """Measure every known fund of a folder of prices; raises as its reader and the estimator.

    A class whose proxy has no prices there is left out, and named.
    """
    funds, classes = merged_rows("funds", own), merged_rows("classes", own)
    wanted = {row["security_id"] for row in funds} | {row["proxy"] for row in classes}
    history = read_market_history(prices, dividends, [_plain(each) for each in sorted(wanted)])
    months, returns = monthly_returns(history)
    by_fund = {fund.security_id: returns[:, k] for k, fund in enumerate(history.funds)}
    by_class = {
        row["asset_class"]: by_fund[row["proxy"]] for row in classes if row["proxy"] in by_fund
    }
    left_out = [row["asset_class"] for row in classes if row["proxy"] not in by_fund]
    first = next((place for place, month in enumerate(months) if month >= since), None)
    if first is None:
        raise MeasureError(f"{prices} has no whole month from {since} on")
    young = {row["asset_class"]: row["explained_by"].split() for row in classes}
    names, shrunk = covariance_of(
        {name: values[first:] for name, values in by_class.items()}, young
    )
    facts = [dict(row) for row in funds]
    _measure_funds(facts, history, by_fund, by_class, own)
    kept = months[first:]
    rows = rows_of(names, shrunk.matrix)
    return Measured(rows, facts, kept[0], kept[-1], len(kept), shrunk.intensity, left_out)


def write_measured(measured: Measured, out: Path) -> None:
    """Write `covariance.csv` and `funds.csv` into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "covariance.csv", COVARIANCE, measured.covariance)
    columns = tuple(measured.funds[0])
    rows = (tuple(row[column] for column in columns) for row in measured.funds)
    _write(out / "funds.csv", columns, rows)


COVARIANCE: Final = ("asset_class_a", "asset_class_b", "covariance")


def _measure_funds(
    facts: list[dict[str, str]],
    history: MarketHistory,
    by_fund: Mapping[str, Floats],
    by_class: Mapping[str, Floats],
    own: Path | None,
) -> None:
    yields, day, known = distribution_yields(history), last_day(history), read_market_facts(own)
    for row in facts:
        name = row["security_id"]
        if row["source"] != MEASURED or name not in yields:
            continue
        if not known.classes_of(name).keys() <= by_class.keys():
            continue
        row["distribution_yield"] = f"{yields[name]:.4f}"
        row["date"] = day.isoformat()
        risk = basis_risk(by_fund[name], by_class, known.classes_of(name))
        if risk is not None:
            row["specific_vol"] = f"{risk:.4f}"


def _plain(security_id: str) -> FundFacts:
    return FundFacts(security_id, "", 1.0, 0.0, 0.0, 0.0, 1, security_id)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
