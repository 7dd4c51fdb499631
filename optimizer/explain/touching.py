"""Which rules touch an account or a lot, read backwards from the program's own rows and bounds.

A rule touches a lot if a row of it has a coefficient there, or a bound of it says less than supply
does. So what is told is what would hold a plan back, under the rules' own names; a list of rules
beside the program was refused: it would be wrong with the next rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from models.arrays import Floats, Ints
from models.household import Household
from models.policy import Policy
from optimizer.inputs.frame import Frame, frame
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Kind
from optimizer.program.owners import LAW, asked_owner
from optimizer.search.harvests import wash_disjunctions
from optimizer.settings import TOUCH

OF_ACCOUNTS = ("cash", "withdrawal", "contribution", "transfer", "receipt")
"""Blocks with a place for each account."""

OF_UNITS = ("short_gain", "long_gain", "in_income", "carried", "as_ordinary")
"""Blocks with a place for each filing unit."""


def touching(
    household: Household, policy: Policy, account: int, lot: int = -1
) -> tuple[tuple[str, str, str], ...]:
    """Return (rule, where, whose) of what touches an account, or one lot of it.

    `account` and `lot` are places in the household; a lot of −1 asks for the whole account.
    """
    of = frame(household, policy)
    program = program_of(of)
    mine = _places(of, account, lot)
    found: dict[tuple[str, str, str], None] = {}
    for part in program.parts:
        for bounds in part.bounds:
            block = bounds.block
            if bounds.kind is Kind.RULE and _tight(
                of, block, bounds.low, bounds.high, mine.get(block)
            ):
                found[bounds.rule, str(of.labels[account]), bounds.owner.value] = None
        for row in part.rows:
            if row.meaning.kind is not Kind.DEFINITION:
                hit = {
                    r
                    for block, rows, columns, values in row.entries
                    for r in _hit(rows, columns, values, mine.get(block))
                }
                for place in sorted(hit):
                    found[row.rule, row.where[place], row.meaning.owner.value] = None
        for convex in part.convex_rows:
            entries = [*convex.linear, *(each for m in convex.maxima for each in m.argument)]
            stated = convex.meaning.kind is not Kind.DEFINITION and not convex.meaning.stands_for
            if stated and any(column in mine.get(block, ()) for block, column, _ in entries):
                found[convex.rule, convex.where, convex.meaning.owner.value] = None
    sales = mine["sale"]
    for each in wash_disjunctions(of, compile_arrays(program)):
        if any(np.isin(option.sales, sales).any() for option in each.options):
            found["wash_sale", each.where, LAW] = None
    if policy.limits.te_max is not None:
        owner = asked_owner(of, "te_max", policy.limits.te_max)
        found["te_max", "household", owner.value] = None
    return tuple(found)


def _places(of: Frame, account: int, lot: int) -> dict[str, Ints]:
    """Places of an account, or of one lot, in each block."""
    sales, buys = of.sales, of.buys
    own = np.flatnonzero(sales.account == account)
    unit = np.array([of.household.accounts.filing_unit[account]])
    units = dict.fromkeys(OF_UNITS, unit if of.accounts.taxable[account] else unit[:0])
    if lot >= 0:
        security = of.household.lots.security[lot]
        same = (sales.lot[own] == lot) | ((sales.lot[own] < 0) & (sales.security[own] == security))
        return {"sale": own[same], **units}
    cash = dict.fromkeys(OF_ACCOUNTS, np.array([account]))
    return {"sale": own, "buy": np.flatnonzero(buys.account == account), **cash, **units}


def _tight(
    of: Frame, block: str, low: Floats | None, high: Floats | None, places: Ints | None
) -> bool:
    """Whether bounds say less than supply does at some places of a block."""
    if places is None or not len(places):
        return False
    supply: Mapping[str, Floats] = {"sale": of.sales.value, "buy": of.buys.most}
    if high is not None:
        most = supply[block][places] if block in supply else np.inf
        if bool((high[places] < most - TOUCH).any()):
            return True
    return low is not None and (block == "cash" or bool((low[places] > TOUCH).any()))


def _hit(rows: Ints, columns: Ints, values: Floats, places: Ints | None) -> Iterator[int]:
    if places is not None:
        yield from rows[np.isin(columns, places) & (np.abs(values) > 0.0)].tolist()
