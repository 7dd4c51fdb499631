"""Groups of their own, and daily returns: bands widen in storms, and who needs returns has them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.book.read import read_book
from models.triggers import columns_of, screen
from models.triggers.weights import row_names
from nightly.triage.columns import read_columns
from tests.books import Tables, tiny_book, write

ASOF = date(2026, 11, 20)
FOLLOWS = """
[bands]
absolute = 0.05
[regime]
follow = true
recent_days = 4
long_days = 12
most = 1.5
"""


def stormy() -> Tables:
    """Return the tiny book under a policy that follows returns: calm for 20 days, then a storm."""
    tables = tiny_book()
    sizes = [0.01] * 20 + [0.05] * 4
    days = [ASOF - timedelta(days=len(sizes) - 1 - k) for k in range(len(sizes))]
    tables["returns"] = [
        {"date": day, "asset_class": name, "daily_return": size * (-1) ** k}
        for name in ("us_equity", "us_bond")
        for k, (day, size) in enumerate(zip(days, sizes, strict=True))
    ]
    tables["households"][0]["policy_id"] = "follows"
    return tables


def written(tables: Tables, folder: Path) -> Path:
    """Write a book with the policy that follows."""
    write(tables, folder)
    (folder / "policies" / "follows.toml").write_text(FOLLOWS, "utf-8")
    return folder


def widths(folder: Path) -> dict[str, float]:
    """Return H1's width above by class, the same from the book and from its columns."""
    book = read_book(folder, ASOF)
    household = book.household("H1")
    alone = screen(columns_of(household, book.policy("follows")))
    whole = screen(read_columns(folder, ASOF).columns)
    mine = whole.groups.household[whole.rows.group] == 1
    assert whole.rows.above[mine].tolist() == alone.rows.above.tolist()
    names = row_names(alone.columns)[0][alone.rows.row].tolist()
    return dict(zip(names, alone.rows.above.tolist(), strict=True))


def test_bands_follow_the_books_returns(tmp_path: Path) -> None:
    """Half as wide again, the largest factor, for classes with returns; later ones are not seen."""
    tables = stormy()
    found = widths(written(tables, tmp_path / "a"))
    assert [found.pop(n) for n in ("us_equity", "us_bond")] == pytest.approx([0.075, 0.075])
    assert set(found.values()) == {0.05}
    later = {"date": ASOF + timedelta(days=1), "asset_class": "us_equity", "daily_return": 9.0}
    tables["returns"] = [later, *tables["returns"][::-1]]
    assert widths(written(tables, tmp_path / "b"))["us_equity"] == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("column", "cell"),
    [("daily_return", None), ("daily_return", "up"), ("date", None), ("asset_class", "us_equity")],
)
def test_a_wrong_return_touches_who_follows_it(tmp_path: Path, column: str, cell: Any) -> None:
    """H1 follows; 007 has the same target under another policy and is sound."""
    tables = stormy()
    tables["returns"][-1][column] = cell
    book = read_book(written(tables, tmp_path), ASOF)
    assert book.faults
    assert set(book.faults_by_household) <= {"H1"}
    if column != "date":
        assert set(book.faults_by_household) == {"H1"}


def test_a_null_group_is_the_security_alone(tmp_path: Path) -> None:
    """VTI and K500 share a group; ITOT is alone, even if another group bears its name."""
    tables = tiny_book()
    tables["securities"][2]["identical_group"] = "ITOT"
    securities = read_book(write(tables, tmp_path), ASOF).market.securities
    identical = dict(zip(securities.security_id, securities.identical_group.tolist(), strict=True))
    assert identical["VTI"] == identical["K500"]
    assert len({identical[name] for name in ("VTI", "ITOT", "VEA", "BND", "SPARE")}) == 5
    assert securities.identical_names[identical["VTI"]] == "total-us"
    assert (
        securities.identical_names[identical["VEA"]]
        == securities.identical_names[identical["ITOT"]]
        == "ITOT"
    )
