"""Assets that count and cannot be traded: a pension fund, a 529, a trust, by asset class.

Each is an account with one holding of a dollar a share that cannot be traded, and no cash: so it
counts in the household's value and weights, and the rest is arranged around it. Refused: a kind of
account of its own, which every rule would have to know.
"""

from __future__ import annotations

from datetime import date

from nightly.intake.book_tables import BookTables
from nightly.intake.household_file import OUTSIDE_KINDS, HouseholdFile, Outside


def put_outside(book: BookTables, household: HouseholdFile, unit_id: str, today: date) -> None:
    """Replace a household's outside assets by those its file names."""
    mine = f"{household.household_id}.outside."
    for table, column in (
        ("accounts", "account_id"),
        ("lots", "account_id"),
        ("menus", "menu_id"),
        ("securities", "security_id"),
        ("exposures", "security_id"),
    ):
        book.drop(table, lambda row, c=column: row.get(c, "").startswith(mine))  # type: ignore[misc]
    for each in household.outside:
        _put(book, household.household_id, unit_id, each, f"{mine}{each.name}", today)


def _put(
    book: BookTables, household_id: str, unit_id: str, asset: Outside, name: str, today: date
) -> None:
    for each, weight in asset.classes.items():
        row = {"security_id": name, "asset_class": each, "weight": weight}
        book.put("exposures", ("security_id", "asset_class"), row)
    security: dict[str, object] = {"security_id": name, "price": 1, "price_date": today}
    security |= {"asset_class": max(asset.classes, key=lambda each: asset.classes[each])}
    security |= {"half_spread_bps": 0, "share_step": 0.01, "specific_vol": 0}
    security |= {"tradable": False, "qualified_yield": 0, "ordinary_yield": 0, "exempt_yield": 0}
    book.put("securities", ("security_id",), security)
    account: dict[str, object] = {"account_id": name, "household_id": household_id}
    account |= {"filing_unit_id": unit_id, "owner": asset.owner or "both", "cash": 0}
    account |= {"account_type": OUTSIDE_KINDS[asset.kind], "cash_floor": 0, "net_flow": 0}
    book.put("accounts", ("account_id",), account | {"menu_id": name, "withdrawable": False})
    book.put("menus", ("menu_id",), {"menu_id": name, "security_id": name})
    lot = {"lot_id": f"{name}.01", "account_id": name, "security_id": name, "acquired": today}
    usd = f"{asset.usd:.2f}"
    book.put("lots", ("lot_id",), lot | {"shares": usd, "basis": usd})
