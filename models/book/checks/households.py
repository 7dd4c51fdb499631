"""Faults of households and their filing units."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arrays import Bools
from models.book.checks.check import rows_where, stated
from models.book.checks.doubt.near import near_household
from models.book.checks.evidence import Evidence
from models.book.rows.columns import withdrawable
from models.book.tables.table import Table
from models.household import TaxTreatment


def _without_rows_in(table: str, evidence: Evidence) -> Bools:
    present = np.zeros(len(evidence.links.households), dtype=bool)
    codes = evidence.links.household_of[table]
    present[codes[codes >= 0]] = True
    return stated(evidence.tables["households"], "household_id") & ~evidence.per_household(present)


def _unknown_policy(table: Table, evidence: Evidence) -> Bools:
    known = list(evidence.policies)
    return stated(table, "policy_id") & ~np.isin(table.texts("policy_id"), known)


def _nowhere_to_put(table: Table, evidence: Evidence) -> Bools:
    taxable = evidence.any_account(evidence.account_is(TaxTreatment.TAXABLE))
    return (table.number("net_flow") > 0) & ~evidence.per_household(taxable)


def _nowhere_to_take(table: Table, evidence: Evidence) -> Bools:
    paying = evidence.any_account(withdrawable(evidence.tables["accounts"]))
    return (table.number("net_flow") < 0) & ~evidence.per_household(paying)


CHECKS: Final = (
    rows_where(
        "household_without_accounts",
        "households.household_id",
        "household {cell} has no account",
        "add its accounts, or leave the household out",
        lambda t, e: _without_rows_in("accounts", e),
    ),
    rows_where(
        "household_without_filing_units",
        "households.household_id",
        "household {cell} has no filing unit",
        "add at least one row to filing_units",
        lambda t, e: _without_rows_in("filing_units", e),
    ),
    rows_where(
        "unknown_target",
        "households.target_id",
        "target {cell} is not in targets",
        "add the target's rows, or name one that exists",
        lambda t, e: stated(t, "target_id") & (e.links.household_target < 0),
    ),
    rows_where(
        "unknown_policy",
        "households.policy_id",
        "there is no policy {cell}",
        "add policies/<policy_id>.toml, or name one that exists (standard is built in)",
        _unknown_policy,
    ),
    rows_where(
        "contribution_without_taxable_account",
        "households.net_flow",
        "{cell} dollars come in, and the household has no taxable account to receive them",
        "state the contribution as net_flow of an account",
        _nowhere_to_put,
    ),
    rows_where(
        "withdrawal_without_paying_account",
        "households.net_flow",
        "{cell} dollars go out, and no account of the household is withdrawable",
        "mark an account withdrawable, or state the withdrawal as net_flow of an account",
        _nowhere_to_take,
    ),
    rows_where(
        "orphan_filing_unit",
        "filing_units.household_id",
        "household {cell} is not in households",
        "add the household, or leave its filing units out",
        lambda t, e: stated(t, "household_id") & (e.links.household_of["filing_units"] < 0),
        near_household,
    ),
    rows_where(
        "state_rate_out_of_range",
        "filing_units.state_rate",
        "{cell} is not a rate of at least 0 and below 1",
        "give a fraction, 0.05 for 5%",
        lambda t, e: (t.number("state_rate") < 0) | (t.number("state_rate") >= 1),
    ),
    *(
        rows_where(
            f"{column}_out_of_range",
            f"filing_units.{column}",
            "{cell} is not a rate of at least 0 and below 1",
            "give a fraction, 0.238 for 23.8%, or leave it empty",
            lambda t, e, column=column: (t.number(column) < 0) | (t.number(column) >= 1),  # type: ignore[misc]
        )
        for column in ("usual_long_rate", "usual_ordinary_rate")
    ),
    *(
        rows_where(
            f"negative_{column}",
            f"filing_units.{column}",
            "{cell} is negative",
            remedy,
            lambda t, e, column=column: t.number(column) < 0,  # type: ignore[misc]
        )
        for column, remedy in (
            ("st_carryforward", "give the short-term loss carried in as a positive number"),
            ("lt_carryforward", "give the long-term loss carried in as a positive number"),
            ("qualified_dividends", "give the year's qualified dividends, at least 0"),
        )
    ),
)
