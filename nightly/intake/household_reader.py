"""Reading a household file: every key checked, all faults told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from models.finite import finite
from models.household import TREATMENT_OF
from models.law import FILING_STATUSES
from nightly.custodian.account_keys import same_account
from nightly.custodian.statement import ImportRefusedError
from nightly.intake.household_file import (
    OUTSIDE_KINDS,
    UNIT_NUMBERS,
    AccountFacts,
    Contribution,
    HouseholdFile,
    Outside,
)

_TOP: Final = {
    "filing_status",
    "target",
    "policy",
    "owners",
    "accounts",
    "outside",
    "securities",
    *UNIT_NUMBERS,
}
_OWNER: Final = {"born"}
_ACCOUNT: Final = {
    "number",
    "custodian",
    "type",
    "owner",
    "cash_floor",
    "menu",
    "target",
    "lots_acquired",
    "year_end_balance",
    "distributed_ytd",
    "contributed_ytd",
    "contributes",
    "reinvests",
    "withdrawable",
    "family_coverage",
}
_CONTRIBUTES: Final = {"usd", "day", "into"}
_OUTSIDE: Final = {"owner", "kind", "usd", "classes"}


def read_household_file(path: Path) -> HouseholdFile:
    """Read a household file; its stem is the household's id.

    Raises
    ------
    ImportRefusedError
        It cannot be read, lacks a fact, or says one that is unknown: all faults at once.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportRefusedError(
            f"{path}: {error}; `hearth book new BOOK NAME` writes one"
        ) from error
    reader = _Reader(path)
    read = reader.household(told)
    if reader.faults:
        raise ImportRefusedError("\n".join(f"{path}: {fault}" for fault in reader.faults))
    return read


class _Reader:
    """Reads keys and gathers what is wrong; a class because faults gather on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []

    def household(self, told: Mapping[str, Any]) -> HouseholdFile:
        """Return the household of a document."""
        self._known("", told, _TOP)
        status = str(told.get("filing_status", ""))
        if status not in FILING_STATUSES:
            self.faults.append(
                f"filing_status {status!r} is not one of {', '.join(FILING_STATUSES)}"
            )
        for name in ("ordinary_income", "state_rate"):
            if name not in told:
                self.faults.append(f"{name} is not there: dollars a year, or a rate such as 0.05")
        target, weights = told.get("target"), None
        if isinstance(target, dict):
            weights = {str(name): self._number(f"target.{name}", x) for name, x in target.items()}
            target = self.path.stem
        elif not isinstance(target, str):
            self.faults.append("target is not there: a model's name, or a table of class weights")
        owners = {
            str(name): self._date(f"owners.{name}.born", facts.get("born"))
            for name, facts in self._tables(told, "owners", _OWNER)
        }
        if not owners:
            self.faults.append("no [owners.NAME] is there")
        accounts = tuple(
            self._account(name, facts, owners)
            for name, facts in self._tables(told, "accounts", _ACCOUNT)
        )
        for n, one in enumerate(accounts):
            for other in accounts[:n]:
                if one.number and same_account(one.number, other.number):
                    self.faults.append(
                        f"accounts {other.account_id} and {one.account_id} have one number"
                    )
        outside = tuple(
            self._outside(name, facts) for name, facts in self._tables(told, "outside", _OUTSIDE)
        )
        like = {
            str(name).upper(): str(facts.get("like", "")).upper()
            for name, facts in self._tables(told, "securities", {"like"})
        }
        unit = {name: self._number(name, told[name]) for name in UNIT_NUMBERS if name in told}
        policy = str(told.get("policy", "standard"))
        return HouseholdFile(
            self.path.stem,
            status,
            str(target),
            policy,
            unit,
            owners,
            accounts,
            outside,
            like,
            weights,
        )

    def _account(
        self, name: str, facts: Mapping[str, Any], owners: Mapping[str, object]
    ) -> AccountFacts:
        where = f"accounts.{name}"
        kind, owner = str(facts.get("type", "")), str(facts.get("owner", ""))
        if kind not in TREATMENT_OF:
            self.faults.append(f"{where}.type {kind!r} is not one of {', '.join(TREATMENT_OF)}")
        if owner not in (*owners, "both"):
            self.faults.append(f"{where}.owner {owner!r} is not one of the owners, nor both")
        if not facts.get("number"):
            self.faults.append(f"{where}.number is not there: the account's number, or its end")
        menu = facts.get("menu")
        money = {
            key: self._number(f"{where}.{key}", facts[key])
            for key in ("cash_floor", "year_end_balance", "distributed_ytd", "contributed_ytd")
            if key in facts
        }
        return AccountFacts(
            account_id=name,
            number=str(facts.get("number", "")),
            account_type=kind,
            owner=owner,
            custodian=facts.get("custodian"),
            menu=None if menu is None else tuple(str(each).upper() for each in menu),
            target=facts.get("target"),
            lots_acquired=self._date(f"{where}.lots_acquired", facts.get("lots_acquired")),
            contributes=self._contributes(where, facts.get("contributes")),
            reinvests=facts.get("reinvests"),
            withdrawable=facts.get("withdrawable"),
            family_coverage=bool(facts.get("family_coverage", False)),
            **money,
        )

    def _contributes(self, where: str, told: Any) -> Contribution | None:
        if told is None:
            return None
        self._known(f"{where}.contributes.", told, _CONTRIBUTES)
        into = tuple(str(each).upper() for each in told.get("into", ()))
        day = int(self._number(f"{where}.contributes.day", told.get("day", 1)))
        return Contribution(self._number(f"{where}.contributes.usd", told.get("usd", 0)), day, into)

    def _outside(self, name: str, facts: Mapping[str, Any]) -> Outside:
        kind = str(facts.get("kind", ""))
        if kind not in OUTSIDE_KINDS:
            known = ", ".join(OUTSIDE_KINDS)
            self.faults.append(f"outside.{name}.kind {kind!r} is not one of {known}")
        classes = {
            str(each): self._number(f"outside.{name}.classes.{each}", weight)
            for each, weight in dict(facts.get("classes", {})).items()
        }
        if not classes:
            self.faults.append(f"outside.{name}.classes is not there: weights by asset class")
        usd = self._number(f"outside.{name}.usd", facts.get("usd", 0))
        return Outside(name, str(facts.get("owner", "")), kind, usd, classes)

    def _tables(
        self, told: Mapping[str, Any], name: str, known: set[str]
    ) -> list[tuple[str, dict[str, Any]]]:
        tables = told.get(name, {})
        if not isinstance(tables, dict) or not all(isinstance(x, dict) for x in tables.values()):
            self.faults.append(f"{name} must be tables: [{name}.NAME]")
            return []
        for each, facts in tables.items():
            self._known(f"{name}.{each}.", facts, known)
        return [(str(each), facts) for each, facts in tables.items()]

    def _known(self, where: str, told: Mapping[str, Any], known: set[str]) -> None:
        for key in told:
            if key not in known:
                self.faults.append(f"{where}{key} is not known; known: {', '.join(sorted(known))}")

    def _number(self, where: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not finite(value):
            self.faults.append(f"{where} {value!r} is no number")
            return 0.0
        return float(value)

    def _date(self, where: str, value: Any) -> date | None:
        if value is None or type(value) is date:
            return value
        self.faults.append(f"{where} {value!r} is no date such as 1968-03-04")
        return None
