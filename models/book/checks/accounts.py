"""Faults of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from models.arrays import Bools
from models.book.checks.check import Check, Finding, rows_where, stated
from models.book.checks.doubt.near import near_household
from models.book.checks.evidence import Evidence
from models.book.tables.table import Table
from models.household import TaxTreatment


def _unit_of_another_household(evidence: Evidence) -> Iterator[Finding]:
    """Touches both households: the row may belong to either, and the other is then without it."""
    table, links = evidence.tables["accounts"], evidence.links
    named = links.household_of["accounts"]
    owner = np.append(links.household_of["filing_units"][links.units.first_row], -1)
    units = owner[links.account_unit]
    for row in np.flatnonzero((units != named) & (links.account_unit >= 0)).tolist():
        touched = np.unique([code for code in (named[row], units[row]) if code >= 0])
        whose = f" {links.households.texts[units[row]]!r}," if units[row] >= 0 else ""
        what = (
            f"filing unit {table.shown('filing_unit_id', row)} belongs to another household,{whose}"
            f" and the account is given to {table.shown('household_id', row)}"
        )
        yield Finding("accounts", row, "filing_unit_id", what, touched.astype(np.int64))


def _rmd_of_no_deferred_account(table: Table, evidence: Evidence) -> Bools:
    known = np.isin(table.texts("account_type"), table.facts.column("account_type").choices)
    return (table.number("rmd_due_usd") > 0) & known & ~evidence.account_is(TaxTreatment.DEFERRED)


def _rmd_without_receiver(table: Table, evidence: Evidence) -> Bools:
    """What exceeds the account's own outflow must land in a taxable account of the same unit."""
    unit = evidence.links.account_unit
    receives = np.zeros(len(evidence.links.units) + 1, dtype=bool)
    receives[unit[evidence.account_is(TaxTreatment.TAXABLE)]] = True
    receives[-1] = True  # an unknown unit is a fault of its own
    own_outflow = np.maximum(-np.nan_to_num(table.number("net_flow")), 0.0)
    return (table.number("rmd_due_usd") > own_outflow) & ~receives[unit]


CHECKS: Final = (
    rows_where(
        "orphan_account",
        "accounts.household_id",
        "household {cell} is not in households",
        "add the household, or leave its accounts out",
        lambda t, e: stated(t, "household_id") & (e.links.household_of["accounts"] < 0),
        near_household,
    ),
    rows_where(
        "unknown_filing_unit",
        "accounts.filing_unit_id",
        "filing unit {cell} is not in filing_units",
        "add the filing unit, or name one of the household's",
        lambda t, e: stated(t, "filing_unit_id") & (e.links.account_unit < 0),
    ),
    Check(
        "filing_unit_of_another_household",
        "correct household_id where the account is the filing unit's household's, or name a filing "
        "unit of the account's own household",
        _unit_of_another_household,
    ),
    rows_where(
        "unknown_menu",
        "accounts.menu_id",
        "menu {cell} is not in menus",
        "add the menu's rows, or leave the cell empty if anything may be bought",
        lambda t, e: stated(t, "menu_id") & (e.links.account_menu < 0),
    ),
    rows_where(
        "unknown_account_target",
        "accounts.target_id",
        "target {cell} is not in targets",
        "add the target's rows, or leave the cell empty to follow the household's",
        lambda t, e: stated(t, "target_id") & (e.links.account_target < 0),
    ),
    rows_where(
        "negative_cash_floor",
        "accounts.cash_floor",
        "{cell} is negative",
        "give the least cash to keep, at least 0",
        lambda t, e: t.number("cash_floor") < 0,
    ),
    rows_where(
        "negative_rmd",
        "accounts.rmd_due_usd",
        "{cell} is negative",
        "give the dollars still due this year, or leave it empty",
        lambda t, e: t.number("rmd_due_usd") < 0,
    ),
    rows_where(
        "rmd_of_no_deferred_account",
        "accounts.rmd_due_usd",
        "{cell} dollars are due from an account that is not tax-deferred",
        "leave it empty; state what must leave the account as its net_flow",
        _rmd_of_no_deferred_account,
    ),
    rows_where(
        "rmd_without_taxable_account",
        "accounts.rmd_due_usd",
        "{cell} dollars are due, and the filing unit has no taxable account to receive them",
        "add a taxable account of the same filing unit, or pay it out by the account's net_flow",
        _rmd_without_receiver,
    ),
    rows_where(
        "early_penalty_out_of_range",
        "accounts.early_penalty_rate",
        "{cell} is not a rate of at least 0 and below 1",
        "give a fraction, 0.10 for 10%",
        lambda t, e: (t.number("early_penalty_rate") < 0) | (t.number("early_penalty_rate") >= 1),
    ),
    rows_where(
        "cash_yield_out_of_range",
        "accounts.cash_yield",
        "{cell} is not between 0 and 1",
        "give what cash earns as a yearly fraction, 0.04 for 4%",
        lambda t, e: (t.number("cash_yield") < 0) | (t.number("cash_yield") > 1),
    ),
)
