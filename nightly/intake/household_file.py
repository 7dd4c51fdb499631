"""What no custodian knows: who a household is, as TOML in `BOOK/household_files/NAME.toml`.

Owners and when they were born, how they file, what they earn, what they want, and which account of
which custodian is which of theirs. Every key is checked: a slip in a key would be a fact that is
not there. Refused: guessing an account's type from its label, which decides how it is taxed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from nightly.custodian.account_keys import same_account

UNIT_NUMBERS: Final = (
    "ordinary_income",
    "state_rate",
    "qualified_dividends",
    "net_investment_income",
    "magi",
    "st_realized_ytd",
    "lt_realized_ytd",
    "st_carryforward",
    "lt_carryforward",
    "tax_budget_usd",
    "gain_budget_usd",
    "usual_long_rate",
    "usual_ordinary_rate",
)
"""Columns of filing_units that may be given; gains are those that no file lists."""

OUTSIDE_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "529": "roth_ira",
        "trust": "taxable",
        "pension": "traditional_ira",
        "annuity": "traditional_ira",
        "plan": "401k",
        "other": "taxable",
    }
)
"""Kinds of assets that count and cannot be traded, and the account type by which they are taxed."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Money that arrives by itself each month, and what it buys there."""

    usd: float
    day: int
    into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account as its household knows it; `number` is all or the end of the custodian's."""

    account_id: str
    number: str
    account_type: str
    owner: str
    custodian: str | None = None
    cash_floor: float = 0.0
    menu: tuple[str, ...] | None = None
    target: str | None = None
    lots_acquired: date | None = None
    year_end_balance: float | None = None
    distributed_ytd: float = 0.0
    contributed_ytd: float = 0.0
    contributes: Contribution | None = None
    reinvests: bool | None = None
    withdrawable: bool | None = None
    family_coverage: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """An asset that counts and cannot be traded, by class."""

    name: str
    owner: str
    kind: str
    usd: float
    classes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """A household's own facts."""

    household_id: str
    filing_status: str
    target: str
    policy: str
    unit: Mapping[str, float]
    owners: Mapping[str, date | None]
    accounts: tuple[AccountFacts, ...]
    outside: tuple[Outside, ...]
    like: Mapping[str, str]
    weights: Mapping[str, float] | None = None

    def account(self, label: str) -> AccountFacts | None:
        """Return the account that a file's label means, None where none or several may be meant."""
        found = [each for each in self.accounts if same_account(each.number, label)]
        return found[0] if len(found) == 1 else None
