"""Reading the shipped market, and a user's own rows over it.

The files beside this module are plain CSV so that a figure can be doubted, changed and diffed.
A folder of files with the same names wins row by row: a row of the user's replaces the shipped
row of the same key, whole, and what the user does not name stays. Refused: merging cell by cell,
after which nobody can tell whose figure a row is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from models.errors import HearthError

Row = Mapping[str, str]

KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "funds": ("security_id",),
        "income": ("income",),
        "exposures": ("security_id", "asset_class"),
        "covariance": ("asset_class_a", "asset_class_b"),
        "targets": ("target_id", "asset_class"),
        "classes": ("asset_class",),
    }
)
"""Every file of the shipped market and what names a row of it."""

WHOLE: Final = frozenset({"exposures", "targets"})
"""Files in which the first key alone is replaced whole: half a look-through is none."""

YIELD_DIGITS: Final = 6
"""Decimals of a yield: a hundredth of a basis point."""


class MarketDataError(HearthError):
    """A file of market facts cannot be used: mend the row that is named."""


@dataclass(frozen=True, slots=True)
class FundFact:
    """One fund. Yields are yearly fractions of its price, `rank` 1 is bought first in its class.

    `family` names funds that stand in for each other in a portfolio; where their
    `identical_group` differs too, one may replace the other after a loss.
    """

    security_id: str
    asset_class: str
    instrument: str
    family: str
    identical_group: str
    rank: float | None
    half_spread_bps: float
    share_step: float
    qualified_yield: float
    ordinary_yield: float
    exempt_yield: float
    foreign_tax_yield: float
    specific_vol: float
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """The shipped market with a user's rows over it; covariance of both orders of a pair."""

    funds: Mapping[str, FundFact]
    exposures: Mapping[str, Mapping[str, float]]
    covariance: Mapping[tuple[str, str], float]
    targets: Mapping[str, Mapping[str, float]]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes with a variance, in the order of the file."""
        return tuple(first for first, second in self.covariance if first == second)

    def classes_of(self, security_id: str) -> Mapping[str, float]:
        """Return what a fund looks through to; itself one dollar of its class."""
        fund = self.funds[security_id]
        return self.exposures.get(security_id) or {fund.asset_class: 1.0}

    def substitutes_of(self, security_id: str) -> tuple[str, ...]:
        """Return the funds of its family that are not substantially identical, by rank and id."""
        fund = self.funds[security_id]
        if not fund.family:
            return ()
        others = (
            other
            for other in self.funds.values()
            if other.family == fund.family
            and other.security_id != security_id
            and (not fund.identical_group or other.identical_group != fund.identical_group)
        )
        return tuple(other.security_id for other in sorted(others, key=by_rank))


def by_rank(fund: FundFact) -> tuple[float, str]:
    """Return what orders the funds of a class: rank, none last, then id."""
    return (fund.rank if fund.rank is not None else float("inf"), fund.security_id)


def read_market_facts(own: Path | None = None) -> MarketFacts:
    """Read the shipped market, with the files of the folder `own` over it.

    Raises
    ------
    MarketDataError
        A row of `own` lacks a column, names an unknown kind of income, or is no number.
    """
    rows = {name: merged_rows(name, own) for name in KEYS if name != "classes"}
    income = {row["income"]: row for row in rows["income"]}
    exposures: dict[str, dict[str, float]] = {}
    for row in rows["exposures"]:
        weight = number(row, "weight", "exposures")
        exposures.setdefault(row["security_id"], {})[row["asset_class"]] = weight
    targets: dict[str, dict[str, float]] = {}
    for row in rows["targets"]:
        weight = number(row, "weight", "targets")
        targets.setdefault(row["target_id"], {})[row["asset_class"]] = weight
    covariance: dict[tuple[str, str], float] = {}
    for row in rows["covariance"]:
        pair = row["asset_class_a"], row["asset_class_b"]
        covariance[pair] = covariance[pair[::-1]] = number(row, "covariance", "covariance")
    funds = {row["security_id"]: _fund(row, income) for row in rows["funds"]}
    return MarketFacts(
        MappingProxyType(funds),
        MappingProxyType(exposures),
        MappingProxyType(covariance),
        MappingProxyType(targets),
    )


def merged_rows(name: str, own: Path | None = None) -> Sequence[Row]:
    """Return a shipped file's rows, replaced by those of the user's file of the same name."""
    shipped = resources.files(__package__).joinpath(f"{name}.csv").read_text("utf-8")
    rows = list(csv.DictReader(shipped.splitlines()))
    path = None if own is None else own / f"{name}.csv"
    if path is None or not path.is_file():
        return rows
    with path.open(encoding="utf-8-sig", newline="") as file:
        theirs = list(csv.DictReader(file))
    missing = [column for column in rows[0] if theirs and column not in theirs[0]]
    if missing:
        raise MarketDataError(
            f"{path} has no column {', '.join(missing)}; it needs {list(rows[0])}"
        )
    replaced = {_key(name, row) for row in theirs}
    return [row for row in rows if _key(name, row) not in replaced] + theirs


def number(row: Row, column: str, name: str) -> float:
    """Return a cell as a number.

    Raises
    ------
    MarketDataError
        It is none.
    """
    try:
        return float(row[column])
    except ValueError as error:
        key = ", ".join(row[each] for each in KEYS[name])
        raise MarketDataError(
            f"{name}.csv, {key}: {column} {row[column]!r} is no number"
        ) from error


def _key(name: str, row: Row) -> tuple[str, ...]:
    key = tuple(row[column] for column in KEYS[name])
    if name in WHOLE:
        return key[:1]
    return tuple(sorted(key)) if name == "covariance" else key


def _fund(row: Row, income: Mapping[str, Row]) -> FundFact:
    if row["income"] not in income:
        raise MarketDataError(
            f"funds.csv, {row['security_id']}: income {row['income']!r} is not one of "
            f"{', '.join(sorted(income))}"
        )
    kind, paid = income[row["income"]], number(row, "distribution_yield", "funds")

    def part(column: str) -> float:
        return round(paid * number(kind, column, "income"), YIELD_DIGITS)

    return FundFact(
        security_id=row["security_id"],
        asset_class=row["asset_class"],
        instrument=row["instrument"],
        family=row["family"],
        identical_group=row["identical_group"],
        rank=number(row, "rank", "funds") if row["rank"] else None,
        half_spread_bps=number(row, "half_spread_bps", "funds"),
        share_step=number(row, "share_step", "funds"),
        qualified_yield=part("qualified"),
        ordinary_yield=part("ordinary"),
        exempt_yield=part("exempt"),
        foreign_tax_yield=part("foreign_tax"),
        specific_vol=number(row, "specific_vol", "funds"),
        source=row["source"],
        date=row["date"],
    )
