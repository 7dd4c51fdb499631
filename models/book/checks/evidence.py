"""What checks look at: the tables as read, how they link, and whom a fault would touch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.book.before import Before
from models.book.checks.reach import Reach
from models.book.market.risk import Covariance, Exposures
from models.book.policies.files import PolicyFile
from models.book.rows.links import Links
from models.book.tables.table import Table
from models.household import TREATMENT_OF, TaxTreatment
from models.policy import Policy


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a check may look at; nothing here is mended yet.

    `elsewhere` names the tables of which households may have rows in other parts of the book,
    `of_book` counts the rows of each table in all parts.
    """

    asof: date
    tables: Mapping[str, Table]
    links: Links
    covariance: Covariance
    exposures: Exposures
    policies: Mapping[str, PolicyFile]
    reach: Reach
    before: Before | None = None
    elsewhere: frozenset[str] = frozenset()
    of_book: Mapping[str, int] = field(default_factory=dict)

    @property
    def day(self) -> np.datetime64:
        """As-of date as numpy has it."""
        return np.datetime64(self.asof, "D")

    def by_policy(self, of: Callable[[Policy], float], otherwise: float) -> Floats:
        """Return what each household's policy says, by code; `otherwise` where it is faulty."""
        said = {
            name: float(of(file.policy))
            for name, file in self.policies.items()
            if file.policy is not None
        }
        ids = self.tables["households"].texts("policy_id")[self.links.households.first_row]
        return np.array([said.get(name, otherwise) for name in ids], dtype=np.float64)

    def account_is(self, treatment: TaxTreatment) -> Bools:
        """Whether each row of `accounts` has a tax treatment."""
        types = [name for name, treated in TREATMENT_OF.items() if treated is treatment]
        return np.isin(self.tables["accounts"].texts("account_type"), types)

    def of_account(self, table: str, values: Bools) -> Bools:
        """Carry a flag on the rows of `accounts` to the rows of a table; unknown accounts: no."""
        by_code = np.append(values[self.links.accounts.first_row], False)
        carried: Bools = by_code[self.links.account_of[table]]
        return carried

    def any_account(self, flag: Bools) -> Bools:
        """Whether a household has an account whose row has `flag`; by household code."""
        owners = self.links.household_of["accounts"][flag]
        found: Bools = np.zeros(len(self.links.households), dtype=bool)
        found[owners[owners >= 0]] = True
        return found

    def per_household(self, values: Bools) -> Bools:
        """Carry a flag by household code to the rows of `households`."""
        codes: Ints = self.links.household_of["households"]
        return np.append(values, False)[codes]
