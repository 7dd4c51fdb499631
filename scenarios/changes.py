"""A household with something changed: tables are frozen, so a change is a new household.

What another story, test or benchmark asks of a household that exists already. Rows keep their
places and labels stay integers: whoever changes a table says what it holds, and nothing is
validated again.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from models.household import Household
from models.market import Market, Target


def worth_usd(of: Household) -> float:
    """Return the value of a household's lots and cash, dollars."""
    price = of.market.securities.price
    return float(of.lots.shares @ price[of.lots.security] + of.accounts.cash.sum())


def with_columns(of: Household, table: str, **columns: Any) -> Household:
    """Return the household with some columns of one of its tables replaced."""
    changed = {name: _read_only(values) for name, values in columns.items()}
    return replace(of, **{table: replace(getattr(of, table), **changed)})


def with_rows(of: Household, table: str, rows: list[dict[str, Any]]) -> Household:
    """Return the household with rows appended to one of its tables (integers for labels)."""
    old = getattr(of, table)
    columns = {}
    for name in (field.name for field in fields(old)):
        before = getattr(old, name)
        values = [row[name] for row in rows]
        added = np.empty(len(rows), before.dtype)
        added[:] = values
        columns[name] = np.concatenate([before, added])
    return with_columns(of, table, **columns)


def with_market(of: Household, **changes: Any) -> Household:
    """Return the household in a changed market."""
    market: Market = replace(of.market, **changes)
    return replace(of, market=market)


def with_securities(of: Household, **columns: Any) -> Household:
    """Return the household in a market with some columns of its securities replaced."""
    changed = {name: _read_only(values) for name, values in columns.items()}
    return with_market(of, securities=replace(of.market.securities, **changed))


def with_target(of: Household, **changes: Any) -> Household:
    """Return the household in a market where its own target is changed."""
    own: Target = replace(of.market.targets[of.target_id], **changes)
    return with_market(of, targets={**of.market.targets, of.target_id: own})


def _read_only(values: Any) -> Any:
    values = np.asarray(values)
    values.flags.writeable = False
    return values
