"""Households of many filing units: as many small ones as wanted, optimised together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from models.household import Accounts, FilingUnits, Household, Lots
from scenarios.four_funds import drawn

Table = TypeVar("Table", Accounts, FilingUnits, Lots)


def together(seeds: Sequence[int], net_flow: float = 0.0) -> Household:
    """One household of the four funds with a filing unit a seed."""
    of = [drawn(seed) for seed in seeds]
    accounts = np.cumsum([0, *(len(each.accounts.cash) for each in of)])
    numbers = np.arange(len(of))
    return replace(
        of[0],
        net_flow=net_flow,
        units=_joined([each.units for each in of], {}),
        accounts=_joined([each.accounts for each in of], {"filing_unit": numbers}),
        lots=_joined([each.lots for each in of], {"account": accounts}),
    )


def _joined(tables: Sequence[Table], more: Mapping[str, Any]) -> Table:
    """Tables under each other; names are told apart, and some columns count on."""
    columns = {}
    for each in fields(tables[0]):
        parts = [getattr(table, each.name) for table in tables]
        if each.name in more:
            parts = [part + more[each.name][place] for place, part in enumerate(parts)]
        if each.name in ("account_id", "lot_id", "filing_unit_id"):
            parts = [f"{place}-" + part for place, part in enumerate(parts)]
        columns[each.name] = np.concatenate(parts)
        columns[each.name].flags.writeable = False
    return type(tables[0])(**columns)
