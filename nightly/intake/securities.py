"""Which securities a household's book needs, and their rows: held, sold lately, or to be bought.

A row that the book has already stays as it is, its price apart: that is how a user's own figures
win. A held security that nobody knows is refused with what would make it known; a price comes from
the files or from `--prices`, and what has none can be held but is not offered for buying.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from models.market import CASH
from models.market_data.facts import FundFact, MarketFacts, by_rank
from nightly.custodian import cells
from nightly.custodian.cells import digits_after_point
from nightly.custodian.statement import (
    Difference,
    Holding,
    ImportRefusedError,
    Place,
    Position,
)
from nightly.intake.book_tables import BookTables
from nightly.intake.numbers import plain

STOCK_CLASS: Final = "us_equity"
STOCK_VOL: Final = 0.25
"""A year. What a single large US share strays from the mean of all: half of the S&P 500's members
of 2020 lay between 0.19 and 0.28 from 2005 to 2020, and those are the ones that survived."""

STOCK_SPREAD_BPS: Final = 2.0
STOCK_YIELD: Final = 0.013
"""A year. What large US shares pay on average, all of it qualified; a row of one's own wins."""

RANKS_OFFERED: Final = 3
"""Funds of a class that a book offers beside what is held: the first and two that may stand in."""

APART: Final = Decimal("0.005")
"""Fraction by which prices of one security and day may differ between two custodians."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price, its day and who says so."""

    usd: Decimal
    day: date
    place: Place


def read_prices(path: Path) -> dict[str, Price]:
    """Read a table of prices: `security_id, price, price_date` or the usual other words for them.

    Raises
    ------
    ImportRefusedError
        A column is missing or a cell is no price or date.
    """
    words = {
        "id": ("security_id", "symbol", "ticker"),
        "price": ("price", "close", "last"),
        "day": ("price_date", "date", "day"),
    }
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        header = {name.strip().lower(): name for name in reader.fieldnames or ()}
        named = {
            key: next((header[word] for word in known if word in header), None)
            for key, known in words.items()
        }
        lacking = [words[key][0] for key, name in named.items() if name is None]
        if lacking:
            raise ImportRefusedError(f"{path}: no column {', '.join(lacking)}")
        found = {}
        for n, row in enumerate(reader, start=2):
            try:
                usd = cells.money(row[str(named["price"])])
                day = cells.day(row[str(named["day"])])
            except cells.CellError as error:
                raise ImportRefusedError(f"{path}, row {n}: {error}") from error
            name = cells.symbol(row[str(named["id"])])
            if usd is None or usd <= 0 or day is None or not name:
                raise ImportRefusedError(f"{path}, row {n}: no price above 0 with its day")
            found[name] = Price(usd, day, Place(path.name, n))
    return found


def priced(
    positions: Iterable[tuple[str, Position, date]],
    given: Mapping[str, Price],
    faults: list[Difference],
) -> dict[str, Price]:
    """Return one price a security: the newest, of one day the one with most decimals."""
    found: dict[str, Price] = {}
    said = [(name, Price(row.price, day, row.place)) for name, row, day in positions if row.price]
    for name, price in (*said, *given.items()):
        known = found.get(name)
        if known is None or price.day > known.day:
            found[name] = price
        elif price.day == known.day:
            if abs(price.usd - known.usd) > APART * known.usd:
                what = f"{name} costs {price.usd} here and {known.usd} in {known.place}"
                faults.append(Difference(price.place, what))
            elif digits_after_point(price.usd) > digits_after_point(known.usd):
                found[name] = price
    return found


@dataclass(slots=True)
class Shelf:
    """Puts securities into a book; a class because rows, faults and what is told gather."""

    book: BookTables
    facts: MarketFacts
    prices: Mapping[str, Price]
    like: Mapping[str, str]
    faults: list[Difference]
    told: list[str]

    def known(self, name: str) -> bool:
        """Whether something says what a security is."""
        return (
            name in self.facts.funds
            or name in self.like
            or self.book.find("securities", security_id=name) is not None
        )

    def put_held(self, name: str, row: Position) -> None:
        """Put a held security in; what nobody knows is a fault with what would do."""
        if not self.known(name) and row.holding is not Holding.STOCK:
            said = f"{name} ({row.description})" if row.description else name
            what = (
                f"nobody knows what {said} is: say which fund it is like, "
                f'[securities."{name}"] like = "VTI", or give its row in --market funds.csv'
            )
            self.faults.append(Difference(row.place, what))
            return
        self.put(name)

    def put(self, name: str) -> None:
        """Put a security in, or give its row a newer price."""
        row = self.book.find("securities", security_id=name)
        price = self.prices.get(name)
        if row is not None:
            if price is not None and row.get("price_date", "") <= price.day.isoformat():
                row["price"], row["price_date"] = plain(price.usd), price.day.isoformat()
            return
        source = self.like.get(name, name)
        if name in self.like and source not in self.facts.funds:
            what = f"{name} is said to be like {source}, which nobody knows"
            place = price.place if price is not None else Place("household file", 1)
            self.faults.append(Difference(place, what))
            return
        if price is None:
            return
        fund = self.facts.funds.get(source)
        if fund is None:
            self._put_stock(name, price)
            return
        pool = name != source
        self.book.put(
            "securities",
            ("security_id",),
            {
                "security_id": name,
                "price": plain(price.usd),
                "price_date": price.day,
                "asset_class": fund.asset_class,
                "half_spread_bps": 0.0 if pool else fund.half_spread_bps,
                "share_step": POOL_STEP if pool else fund.share_step,
                "identical_group": "" if pool else fund.identical_group,
                "qualified_yield": fund.qualified_yield,
                "ordinary_yield": fund.ordinary_yield,
                "exempt_yield": fund.exempt_yield,
                "foreign_tax_yield": fund.foreign_tax_yield,
                "specific_vol": fund.specific_vol,
                "rank": "" if fund.rank is None else fund.rank,
                "instrument": "mutual_fund" if pool else fund.instrument,
            },
        )
        for each, weight in self.facts.exposures.get(source, {}).items():
            row_ = {"security_id": name, "asset_class": each, "weight": weight}
            self.book.add("exposures", ("security_id", "asset_class"), row_)

    def _put_stock(self, name: str, price: Price) -> None:
        self.told.append(
            f"{name} is taken for a large US share (volatility of its own {STOCK_VOL:.0%}, yield "
            f"{STOCK_YIELD:.1%}); its row in securities.csv wins once you change it"
        )
        self.book.put(
            "securities",
            ("security_id",),
            {
                "security_id": name,
                "price": plain(price.usd),
                "price_date": price.day,
                "asset_class": STOCK_CLASS,
                "half_spread_bps": STOCK_SPREAD_BPS,
                "share_step": 1,
                "qualified_yield": STOCK_YIELD,
                "ordinary_yield": 0,
                "exempt_yield": 0,
                "specific_vol": STOCK_VOL,
                "instrument": "stock",
            },
        )

    def offer(self, classes: Iterable[str], held: Iterable[str]) -> None:
        """Put in what a target needs and what may stand in for what is held, where priced."""
        wanted = set(classes)
        without = []
        for name in sorted(wanted - {CASH}):
            ranked = sorted(
                (fund for fund in self.facts.funds.values() if _of_class(fund, name)), key=by_rank
            )
            there = [fund for fund in ranked if self._priced(fund.security_id)]
            for fund in there[:RANKS_OFFERED]:
                self.put(fund.security_id)
            if not there and ranked:
                names = ", ".join(fund.security_id for fund in ranked[:RANKS_OFFERED])
                without.append(f"{name} ({names})")
        if without:
            self.told.append(
                f"no price of any fund of {'; '.join(without)}: give --prices and it can be bought"
            )
        offered = {row["security_id"] for row in self.book.rows["securities"]}
        for name in sorted({*held, *offered}):
            if name not in self.facts.funds:
                continue
            others = [x for x in self.facts.substitutes_of(name) if self._priced(x)]
            for other in others[:RANKS_OFFERED]:
                if name in held:
                    self.put(other)
                if self.book.find("securities", security_id=other) is not None:
                    pair = {"security_id": name, "substitute_id": other}
                    self.book.add("substitutes", tuple(pair), pair)

    def _priced(self, name: str) -> bool:
        return name in self.prices or self.book.find("securities", security_id=name) is not None


POOL_STEP: Final = 0.001
"""Shares. Employers' plans and mutual funds trade in thousandths."""


def _of_class(fund: FundFact, name: str) -> bool:
    return fund.asset_class == name and fund.rank is not None and fund.instrument == "etf"
