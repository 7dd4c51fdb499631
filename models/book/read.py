"""From a folder to a book: read, link, check, build, sort. The whole way on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np

from models.arrays import Bools, Days, read_only
from models.book.before import Before
from models.book.book import Book, Dates
from models.book.checks import check_book
from models.book.checks.evidence import Evidence
from models.book.checks.market import risk
from models.book.checks.reach import Reach
from models.book.checks.unusable import law_faults, sound_covariance
from models.book.faults import Fault, FaultyBookError
from models.book.market.freshness import market_for
from models.book.market.proxies import moved_prices
from models.book.market.risk import build_risk, read_covariance, read_exposures
from models.book.market.securities import (
    build_menus,
    build_returns,
    build_securities,
    build_substitutes,
    build_targets,
)
from models.book.policies.classes import limits_by_class
from models.book.policies.files import PolicyFile, read_policies
from models.book.policies.overrides import with_overrides
from models.book.rows.columns import is_live, sort_columns
from models.book.rows.links import Links, link
from models.book.tables.files import Files, read_files, sha256_of
from models.book.tables.schema import POLICY_FOLDER
from models.book.tables.table import Source, Table
from models.law import year_to_come
from models.market import CASH, Market


def read_book(path: Path | str, asof: date, before: Before | None = None) -> Book:
    """Read and validate the book in a folder, as of a date.

    Every fault is collected before anything is said. Faults in cells make invalid the households
    that reach them and leave the rest of the book as it is.

    Raises
    ------
    FaultyBookError
        An `UnusableBookError` with all its `faults`: a missing table or column, a file or column
        that cannot be read, a covariance that is not positive semidefinite, a year without law.
    """
    folder = Path(path)
    check_folder(folder)
    files = read_files(folder)
    return build_book(folder, files, read_policies(folder / POLICY_FOLDER), asof, before)


def check_folder(folder: Path) -> None:
    """Raise `FaultyBookError` where there is no folder to read a book from."""
    if not folder.is_dir():
        what, remedy = f"{folder} is not a folder", "name the folder that holds the tables"
        raise FaultyBookError(
            str(folder), (Fault("book", None, None, what, remedy, kind="no_book"),)
        )


def build_book(
    place: Path,
    files: Files,
    policies: Mapping[str, PolicyFile],
    asof: date,
    before: Before | None = None,
) -> Book:
    """Check and build a book from what was read, wherever that came from; raises as `read_book`.

    `place` is what the book is called in messages, and where its policies are hashed if it is a
    folder; `before` is what earlier nights believed, if prices and values are to be held to it.
    """
    tables, policies = with_overrides(files.tables, policies)
    covariance = read_covariance(tables)
    sound = sound_covariance(covariance)
    fatal = (*files.fatal, *law_faults(asof), *sound.faults)
    if fatal:
        raise FaultyBookError(str(place), fatal)

    moved = moved_prices(tables["securities"], tables["returns"], asof)
    tables = {**tables, "securities": moved.securities}
    links = link(tables)
    exposures = read_exposures(tables, links, covariance.names)
    followers = _followers(tables["households"], links, policies)
    reach = Reach(tables, links, covariance, exposures, asof, followers)
    evidence = Evidence(
        *(asof, tables, links, covariance, exposures, policies, reach, before),
        elsewhere=files.elsewhere,
        of_book=files.of_book,
    )
    findings = check_book(evidence, risk.dropped_names(evidence, sound.dropped))

    usable = ~findings.faulty_securities
    market = Market(
        build_securities(tables["securities"], links, usable),
        build_risk(covariance, exposures, sound.matrix),
        build_targets(tables["targets"], links),
        build_menus(tables["menus"], links),
        build_returns(tables["returns"], asof),
        build_substitutes(tables["substitutes"], links),
        _by_security(moved.said, links),
    )
    households, first = tables["households"], links.households.first_row
    data_rules = {file.policy.data for file in policies.values() if file.policy}
    return Book(
        path=place,
        asof=asof,
        household_ids=read_only(links.households.texts),
        target_id=read_only(households.texts("target_id")[first]),
        policy_id=read_only(households.texts("policy_id")[first]),
        net_flow=read_only(households.filled("net_flow")[first]),
        columns=sort_columns(tables, links, asof),
        market=market,
        faults=findings.faults,
        faults_by_household=findings.by_household,
        uncertain=findings.uncertain,
        policies=policies,
        sources=(*files.sources, *policy_sources(place, policies)),
        rows=MappingProxyType({name: table.rows for name, table in tables.items()}),
        orphan_rows=MappingProxyType(links.orphan_rows()),
        dates=_dates(tables),
        warnings=(*_warnings(files, evidence), *moved.said.values()),
        positions=MappingProxyType({name: n for n, name in enumerate(links.households.texts)}),
        markets=MappingProxyType({data: market_for(market, asof, data) for data in data_rules}),
        ended=MappingProxyType(_ended(tables["restrictions"], links, asof)),
        dead_orders=_dead(tables["open_orders"]),
    )


def _by_security(said: Mapping[int, str], links: Links) -> Mapping[int, str]:
    """Return what is said of rows of securities by the security's place in the market."""
    codes = links.security_of["securities"]
    return MappingProxyType({int(codes[row]): what for row, what in said.items()})


def _followers(households: Table, links: Links, policies: Mapping[str, PolicyFile]) -> Bools:
    """Which households have a policy whose bands follow returns, by code."""
    following = [n for n, file in policies.items() if file.policy and file.policy.regime.follow]
    ids = households.texts("policy_id")[links.households.first_row]
    return np.asarray(np.isin(ids, following), bool)


def _ended(restrictions: Table, links: Links, asof: date) -> dict[str, date]:
    """Return the last day of each household's latest restriction that is over."""
    until, household = restrictions.date("until"), links.household_of["restrictions"]
    over = np.flatnonzero((household >= 0) & (until < np.datetime64(asof, "D")))
    latest: dict[str, date] = {}
    for row in over[np.argsort(until[over], kind="stable")]:
        latest[links.households.texts[household[row]]] = until[row].item()
    return latest


def _dead(open_orders: Table) -> frozenset[str]:
    """Return the ids of open orders of which no row can become a trade."""
    ids, live = open_orders.texts("order_id"), is_live(open_orders)
    return frozenset(ids[~live].tolist()) - frozenset(ids[live].tolist()) - {None}


def policy_sources(folder: Path, policies: Mapping[str, PolicyFile]) -> Iterator[Source]:
    """Yield the files of a book's policies; of one that could not be read nothing is known."""
    for path in sorted((folder / POLICY_FOLDER).glob("*.toml")):
        if path.stem not in policies or policies[path.stem].unread:
            continue
        place = path.relative_to(folder).as_posix()
        yield Source(POLICY_FOLDER, place, sha256_of(path), None)


def _dates(tables: Mapping[str, Table]) -> Dates:
    prices = tables["securities"].date("price_date")
    return Dates(
        _extreme(prices, first=True),
        _extreme(prices),
        _extreme(tables["lots"].date("acquired")),
        _extreme(tables["trades"].date("trade_date")),
    )


def _extreme(days: Days, *, first: bool = False) -> date | None:
    known = days[~np.isnat(days)]
    if not known.size:
        return None
    day: date = (known.min() if first else known.max()).item()
    return day


def note_of_orphans(table: str, count: int) -> str:
    """Return what is said of a table's rows that belong to nobody."""
    return f"{table}: {count} rows belong to no household of the book"


def _warnings(files: Files, evidence: Evidence) -> Iterator[str]:
    if ends := year_to_come(evidence.asof):
        yield ends
    for name in files.ignored:
        yield f"{name} is no table of a book and was ignored"
    for source in files.sources:
        if source.other_columns:
            names = ", ".join(source.other_columns)
            yield f"{source.path}: no column of a book, and ignored: {names}"
    if "trades" in files.absent:
        yield "there is no table trades: wash sales with purchases and sales of the past are unseen"
    for name, count in evidence.links.orphan_rows().items():
        yield note_of_orphans(name, count)
    dates = evidence.tables["securities"].date("price_date")
    if dates.size and np.isnat(dates).all():
        yield "securities: no price has a date, so none is checked for its age"
    classes = {
        CASH,
        *evidence.tables["securities"].texts("asset_class").tolist(),
        *evidence.tables["targets"].texts("asset_class").tolist(),
    }
    for file in evidence.policies.values():
        yield from file.warnings
        for key, name, _ in limits_by_class(file.policy) if file.policy else ():
            if name not in classes:
                yield (
                    f"policy {file.policy_id}: {key} names {name!r}, which no security or target "
                    "of the book has"
                )
