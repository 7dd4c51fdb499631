"""A book in memory: columns sorted once, households as views of them, faults by household.

Asking for an invalid household raises, so that nobody can optimise on data known to be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.arrays import Floats, Texts
from models.book.faults import Fault, FaultyHouseholdError
from models.book.market.freshness import with_held
from models.book.policies.files import PolicyFile
from models.book.rows.columns import Columns
from models.book.tables.table import Source
from models.errors import PolicyError, UnknownHouseholdError
from models.household import Household
from models.market import Market
from models.policy import DataRules, Policy
from models.triggers.season import in_season


@dataclass(frozen=True, slots=True)
class Dates:
    """How fresh a book is; None where the book has no such date.

    `last_acquired` and `last_trade` date the positions, `first_price` and `last_price` the prices.
    """

    first_price: date | None
    last_price: date | None
    last_acquired: date | None
    last_trade: date | None


@dataclass(frozen=True, slots=True, repr=False)
class Book:
    """A validated book.

    Attributes
    ----------
    path, asof
        Where it was read from, and the date it is read as of.
    household_ids
        Ids of all households, valid or not, sorted; shape `(n_households,)`.
    target_id, policy_id, net_flow
        Columns of the households in that order.
    market
        What all households share.
    faults, faults_by_household, uncertain
        Every fault, the faults of each invalid household, and those of each household of which a
        person should look at something (invalid too, unless its policy lets that pass).
    policies
        Every policy by id, the built-in one included.
    ended
        Last day of the restriction of a household that ended last, where one has.
    dead_orders
        Ids of open orders that will never fill: cancelled, expired, rejected.
    sources, rows, orphan_rows, dates, warnings
        What a manifest states: files with their hashes, rows by table, rows that belong to no
        household by table, dates, and what is odd without being wrong.
    """

    path: Path
    asof: date
    household_ids: Texts
    target_id: Texts
    policy_id: Texts
    net_flow: Floats
    columns: Columns
    market: Market
    faults: tuple[Fault, ...]
    faults_by_household: Mapping[str, tuple[Fault, ...]]
    uncertain: Mapping[str, tuple[Fault, ...]]
    policies: Mapping[str, PolicyFile]
    sources: tuple[Source, ...]
    rows: Mapping[str, int]
    orphan_rows: Mapping[str, int]
    dates: Dates
    warnings: tuple[str, ...]
    positions: Mapping[str, int]
    markets: Mapping[DataRules, Market]
    ended: Mapping[str, date]
    dead_orders: frozenset[str]

    def __repr__(self) -> str:
        """Say which book it is; its rows are too many to show."""
        counts = f"households={len(self)}, faults={len(self.faults)}"
        return f"Book({str(self.path)!r}, asof={self.asof}, {counts})"

    def __len__(self) -> int:
        """Count the households."""
        return len(self.household_ids)

    def household(self, household_id: str) -> Household:
        """Return one household as views of the book's columns.

        Its market bars trading what its own policy finds too old a price of: that is held.

        Raises
        ------
        UnknownHouseholdError
            When the book has no such household.
        FaultyHouseholdError
            When the household is invalid.
        """
        place = self._place(household_id)
        if household_id in self.faults_by_household:
            raise FaultyHouseholdError(household_id, self.faults_by_household[household_id])
        policy_id = self.policy_id[place]
        columns = self.columns
        household = Household(
            household_id=household_id,
            asof=self.asof,
            target_id=self.target_id[place],
            policy_id=policy_id,
            net_flow=float(self.net_flow[place]),
            units=columns.units.of(place),
            accounts=columns.accounts.of(place),
            lots=columns.lots.of(place),
            trades=columns.trades.of(place),
            open_orders=columns.open_orders.of(place),
            scheduled_buys=columns.scheduled_buys.of(place),
            restrictions=columns.restrictions.of(place),
            market=self.markets[self.policy(policy_id).data],
            ended=self.ended.get(household_id),
        )
        return with_held(household)

    def policy(self, policy_id: str) -> Policy:
        """Return one policy as it holds on the book's date (see `models.triggers.season`).

        Raises
        ------
        PolicyError
            When there is no policy of that id, or its file is faulty: lists all its faults.
        """
        found = self.policies.get(policy_id)
        if found is None:
            known = ", ".join(sorted(self.policies))
            raise PolicyError(
                f"no policy {policy_id!r} in {self.path / 'policies'}; known: {known}"
            )
        if found.policy is None:
            raise PolicyError("\n".join(str(fault) for fault in found.faults))
        return in_season(found.policy, self.asof)

    def faults_of(self, household_id: str) -> tuple[Fault, ...]:
        """Return the faults that make a household invalid, none when it is valid.

        Raises
        ------
        UnknownHouseholdError
            When the book has no such household.
        """
        self._place(household_id)
        return self.faults_by_household.get(household_id, ())

    def _place(self, household_id: str) -> int:
        place = self.positions.get(household_id)
        if place is None:
            raise UnknownHouseholdError(
                f"no household {household_id!r} in {self.path}, which has {len(self)}; "
                "ids are compared as text"
            )
        return place
