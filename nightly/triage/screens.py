"""A part of a book screened at once, so that no household of it is screened alone.

The arithmetic is the one that a single household gets (`models.triggers.screen`), over rows in the
same order: sums and sentences are the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from models.arrays import Ints
from models.book.book import Book
from models.book.rows.ordering import Sorted
from models.errors import PolicyError
from models.market import Market
from models.policy import Policy
from models.tax.holding_period import INHERITANCE
from models.triggers import AccountRows, LotRows, Screened, TriggerColumns, is_taxable, screen
from nightly.triage.night_book import NightBook


def screens_of(night: NightBook, on_policy: Callable[[Policy], Policy]) -> Mapping[str, Screened]:
    """Return what the screen says of each household, by id.

    Left out is who has faults or no policy, and of whom something is asked tonight. Data that no
    screen can read are nobody's: each household is then screened alone, and fails alone.
    """
    book = night.book
    policies = _policies(book, on_policy)
    by_market: dict[Market, list[int]] = {}
    for place, (name, policy_id) in enumerate(
        zip(book.household_ids.tolist(), book.policy_id.tolist(), strict=True)
    ):
        asked = night.asked is not None and night.asked.household_id == name
        if policy_id in policies and not asked and name not in book.faults_by_household:
            market = book.markets[book.policy(policy_id).data]
            by_market.setdefault(market, []).append(place)
    found: dict[str, Screened] = {}
    for market, places in by_market.items():
        mine = np.array(places, np.int64)
        try:
            screened = screen(_columns(night, market, policies, mine))
        except (ArithmeticError, LookupError, TypeError, ValueError):
            continue
        names = book.household_ids[mine].tolist()
        found |= {name: Screened(screened, k) for k, name in enumerate(names)}
    return found


def _policies(book: Book, on_policy: Callable[[Policy], Policy]) -> dict[str, Policy]:
    """Return the policies in use that can be read, by id."""
    found = {}
    for name in dict.fromkeys(book.policy_id.tolist()):
        try:
            found[name] = on_policy(book.policy(name))
        except PolicyError:
            continue
    return found


def _columns(
    night: NightBook, market: Market, policies: Mapping[str, Policy], places: Ints
) -> TriggerColumns:
    book, named = night.book, list(policies)
    accounts, lots = book.columns.accounts, book.columns.lots
    own, of_account = _rows(accounts, places)
    held, of_lot = _rows(lots, places)
    first = np.searchsorted(of_account, np.arange(len(places)))
    goals = {name: code for code, name in enumerate(market.targets)}
    shared = book.target_id[places][of_account].tolist()
    flow = accounts.rows.net_flow[own]
    return TriggerColumns(
        asof=book.asof,
        last_night=night.last_night,
        net_flow=book.net_flow[places],
        policy=np.array([named.index(name) for name in book.policy_id[places]], np.int64),
        policies=tuple(policies.values()),
        targets=tuple(market.targets.values()),
        accounts=AccountRows(
            household=of_account,
            target=np.array(
                [
                    goals[mine or usual]
                    for mine, usual in zip(accounts.rows.target_id[own], shared, strict=True)
                ],
                np.int64,
            ),
            taxable=is_taxable(accounts.rows.account_type[own]),
            cash=accounts.rows.cash[own],
            floor=accounts.rows.cash_floor[own],
            net_flow=flow,
            required=np.maximum(accounts.rows.rmd_due_usd[own] - np.maximum(-flow, 0.0), 0.0),
        ),
        lots=LotRows(
            account=first[of_lot] + lots.rows.account[held],
            security=lots.rows.security[held],
            shares=lots.rows.shares[held],
            basis=lots.rows.basis[held],
            acquired=lots.rows.acquired[held],
            holding_start=lots.rows.holding_start[held],
            inherited=np.asarray(lots.rows.origin[held] == INHERITANCE),
        ),
        ended=np.array([book.ended.get(name) for name in book.household_ids[places]], "M8[D]"),
        market=market,
    )


def _rows(table: Sorted[Any], places: Ints) -> tuple[Ints, Ints]:
    """Return the rows of some households, one household after another, and whose each is."""
    counts = table.starts[places + 1] - table.starts[places]
    of = np.repeat(np.arange(len(places)), counts)
    within = np.arange(len(of)) - (np.cumsum(counts) - counts)[of]
    return table.starts[places][of] + within, of
