"""Faults of plausibility: figures that can be read and can hardly be meant.

Amounts of more than all the money there is, and ids with characters that nobody sees, are wrong. A
basis far from what its lot is worth, a price or a value that jumped since the last night, a book of
which nobody holds anything but cash, may be right: those are *uncertain*, and wait for a person
(`[data] uncertain`). Whoever looked says so in the row's `confirmed`, the as-of date for which it
holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow.compute as pc

from models.arrays import Floats, Ints
from models.book.checks.check import Check, Finding
from models.book.checks.doubt import basis, jumps
from models.book.checks.doubt.worth import price_of_lots, prices_of, then_of, worth_of
from models.book.checks.evidence import Evidence
from models.book.rows.prices import confirmed
from models.book.tables.arrow import flags_of
from models.book.tables.column import CellKind
from models.book.tables.table import Table

AMOUNTS: Final = (
    ("households", "net_flow"),
    *(
        ("filing_units", name)
        for name in (
            *("ordinary_income", "qualified_dividends", "net_investment_income", "magi"),
            *("st_realized_ytd", "lt_realized_ytd", "st_carryforward", "lt_carryforward"),
        )
    ),
    *(("accounts", name) for name in ("cash", "cash_floor", "net_flow", "rmd_due_usd")),
    ("lots", "basis"),
    ("securities", "price"),
    *(("trades", name) for name in ("amount", "realized_gain")),
)
"""Columns that hold dollars of which there cannot be that many; a budget may be any."""

UNSEEN: Final = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
"""Characters that are not shown: control and format characters, separators of lines."""

FREE_TEXT: Final = frozenset({"overrides", "reason"})
"""Text columns that name nothing."""

DIGITS_END: Final = 1e15
"""Dollars from which on digits say nothing more: a float holds about as many."""

CASH_ALONE: Final = 9
"""Households of which a book may hold cash alone without a word: an adviser's newest clients, or a
first trial. Where lots are given and belong to nobody there is no such number."""

LEAST_USD: Final = 1.0
"""Dollars. What a household of less is worth proves nothing."""


def _too_much(evidence: Evidence) -> Iterator[Finding]:
    limits = evidence.by_policy(lambda policy: policy.data.max_amount_usd, np.inf)
    least = limits.min(initial=np.inf)
    for name, column in AMOUNTS:
        table = evidence.tables[name]
        yield from _over(evidence, table, column, np.abs(table.number(column)), limits, least)
    lots = evidence.tables["lots"]
    worth = np.abs(worth_of(lots.number("shares"), price_of_lots(evidence, prices_of(evidence))))
    yield from _over(evidence, lots, "shares", worth, limits, least)


def _over(
    evidence: Evidence, table: Table, column: str, amount: Floats, limits: Floats, least: float
) -> Iterator[Finding]:
    for row in np.flatnonzero(amount > least).tolist():
        reached = evidence.reach.of_row(table.name, row)
        touched = reached[limits[reached] < amount[row]]
        if touched.size and np.isfinite(amount[row]):
            what = f"{table.shown(column, row)} comes to {_usd(amount[row])}"
            yield Finding(table.name, row, column, what, touched)


def _unseen(evidence: Evidence) -> Iterator[Finding]:
    for table in evidence.tables.values():
        for column in table.facts.columns:
            if column.kind is CellKind.TEXT and column.name not in FREE_TEXT and table.rows:
                texts = table.text(column.name)
                if pc.all(
                    pc.ascii_is_printable(texts)
                ).as_py():  # as nearly all are, and 20 × faster
                    continue
                bad = pc.match_substring_regex(texts, UNSEEN)
                for row in np.flatnonzero(flags_of(bad)).tolist():
                    what = f"{table.shown(column.name, row)} has characters that are not shown"
                    yield Finding(table.name, row, column.name, what)


def _value_jumped(evidence: Evidence) -> Iterator[Finding]:
    """Against the value that the last night saw, at its prices: what the market did is no jump."""
    if evidence.before is None or not evidence.before.worth:
        return
    links, table, lots = evidence.links, evidence.tables["households"], evidence.tables["lots"]
    then = then_of(evidence)
    prices = np.where(np.isnan(then), prices_of(evidence), then)
    held = np.nan_to_num(lots.number("shares") * price_of_lots(evidence, prices))
    count = len(links.households)
    cash = np.nan_to_num(evidence.tables["accounts"].number("cash"))
    value = _sums(links.household_of["lots"], held, count)
    value += _sums(links.household_of["accounts"], cash, count)
    limits = evidence.by_policy(lambda policy: policy.data.max_value_jump, 1.0)
    looked = confirmed(table, evidence.day)
    for code, name in enumerate(links.households.texts):
        worth, row = evidence.before.worth.get(name), int(links.households.first_row[code])
        if worth is None or looked[row] or limits[code] >= 1.0:
            continue
        low, high = sorted((worth.value_usd, worth.value_usd + worth.flow_usd))
        kept = 1.0 - limits[code]
        if high > LEAST_USD and not low * kept <= value[code] <= high / kept:
            flow = f" and {_usd(worth.flow_usd)} to flow" if worth.flow_usd else ""
            what = (
                f"lots and cash are {_usd(value[code])} at the prices of the last night, after "
                f"{_usd(worth.value_usd)}{flow} on {worth.asof}, and no flow says why"
            )
            yield Finding("households", row, "household_id", what, np.array([code], np.int64))


def _usd(amount: float) -> str:
    """Return whole dollars, by their order of magnitude where nobody reads that many digits."""
    return f"${amount:,.0f}" if abs(amount) < DIGITS_END else f"${amount:.3g}"


def _no_lots(evidence: Evidence) -> Iterator[Finding]:
    """A book without lots is an export that failed, or the first day of new households."""
    links, accounts = evidence.links, evidence.tables["accounts"]
    if (links.household_of["lots"] >= 0).any() or "lots" in evidence.elsewhere:
        return
    of_book = {name: table.rows for name, table in evidence.tables.items()} | {**evidence.of_book}
    if not of_book["lots"] and of_book["households"] <= CASH_ALONE:
        return
    looked = confirmed(evidence.tables["households"], evidence.day)[links.households.first_row]
    waiting = np.flatnonzero(evidence.any_account(np.ones(accounts.rows, dtype=bool)) & ~looked)
    if waiting.size:
        what = "no row belongs to a household: the whole book holds nothing but cash"
        yield Finding("lots", None, None, what, waiting.astype(np.int64))


def _sums(owner: Ints, amounts: Floats, count: int) -> Floats:
    mine = owner >= 0
    sums: Floats = np.bincount(owner[mine], amounts[mine], count).astype(np.float64)
    return sums


CHECKS: Final = (
    Check(
        "amount_beyond_belief",
        "give it in dollars, or allow more by max_amount_usd in the policy's [data]",
        _too_much,
    ),
    Check("unseen_character", "retype it: an id has no control or format characters", _unseen),
    *basis.CHECKS,
    *jumps.CHECKS,
    Check(
        "value_jump",
        "look for lots that are missing or twice there, state the flow, or give the as-of date as "
        "confirmed",
        _value_jumped,
        uncertain=True,
    ),
    Check(
        "no_lots",
        "write the lots again; of households that do hold cash alone give the as-of date as "
        "confirmed",
        _no_lots,
        uncertain=True,
    ),
)
"""Kinds of what can hardly be meant."""
