"""Two books that hold the same, cell by cell."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from models.book import Book
from models.household import Household

TABLES_OF_A_HOUSEHOLD = (
    "units",
    "accounts",
    "lots",
    "trades",
    "open_orders",
    "scheduled_buys",
    "restrictions",
)


def columns(household: Household) -> dict[str, Any]:
    """Return every column of a household by `table.column`."""
    return {
        f"{name}.{field.name}": getattr(getattr(household, name), field.name)
        for name in TABLES_OF_A_HOUSEHOLD
        for field in fields(getattr(household, name))
    }


def assert_same(expected: Book, actual: Book) -> None:
    """Two books hold the same households and market, cell by cell."""
    assert expected.household_ids.tolist() == actual.household_ids.tolist()
    for household_id in expected.household_ids:
        pairs = [columns(book.household(household_id)) for book in (expected, actual)]
        for name in pairs[0]:
            np.testing.assert_array_equal(pairs[0][name], pairs[1][name], err_msg=name)
    assert_same_market(expected, actual)


def assert_same_market(expected: Book, actual: Book) -> None:
    """Securities, risk, targets and menus are the same."""
    one, other = expected.market, actual.market
    for field in fields(one.securities):
        np.testing.assert_array_equal(
            getattr(one.securities, field.name), getattr(other.securities, field.name)
        )
    assert one.risk.factors == other.risk.factors
    assert one.risk.classes == other.risk.classes
    np.testing.assert_array_equal(one.risk.covariance, other.risk.covariance)
    np.testing.assert_array_equal(one.risk.exposures.toarray(), other.risk.exposures.toarray())
    assert {k: v.tolist() for k, v in one.menus.items()} == {
        k: v.tolist() for k, v in other.menus.items()
    }
    for target_id, target in one.targets.items():
        assert target.classes == other.targets[target_id].classes
        np.testing.assert_array_equal(target.securities, other.targets[target_id].securities)
