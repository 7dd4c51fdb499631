"""The sample book, made from its stories: ``python -m scenarios.sample_book --out DIR``.

The shipped folder ``scenarios/sample`` is exactly what this writes; a test compares them, so a
change of a story is a change of its files in the same commit.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from scenarios.book_files import COLUMNS, write_book
from scenarios.builder import ASOF, BookBuilder
from scenarios.policy_texts import sample_policies
from scenarios.sample_market import EXPOSURES, FUNDS
from scenarios.sample_menus import menus
from scenarios.sample_risk import covariance_frame, targets_frame
from scenarios.stories import STORIES

HOUSEHOLD_TABLES = (
    "households",
    "filing_units",
    "accounts",
    "lots",
    "trades",
    "open_orders",
    "scheduled_buys",
    "restrictions",
)


def tell() -> BookBuilder:
    """Tell every story to a fresh builder and return it."""
    book = BookBuilder()
    for story in STORIES:
        story(book)
    return book


def sample_tables() -> dict[str, pd.DataFrame]:
    """Return every table of the sample book."""
    book = tell()
    tables = {name: book.frame(name) for name in HOUSEHOLD_TABLES}
    tables["securities"] = securities_frame()
    tables["exposures"] = pd.DataFrame(
        [(fund, name, weight) for fund, row in EXPOSURES.items() for name, weight in row.items()],
        columns=list(COLUMNS["exposures"]),
    )
    tables["targets"] = targets_frame()
    tables["covariance"] = covariance_frame()
    tables["menus"] = pd.DataFrame(
        [(menu, fund) for menu, funds in menus().items() for fund in funds],
        columns=list(COLUMNS["menus"]),
    )
    return tables


def securities_frame() -> pd.DataFrame:
    """Return the securities table, priced on the as-of date."""
    rows = [
        {
            "security_id": fund.security_id,
            "price": fund.price,
            "price_date": ASOF,
            "asset_class": fund.asset_class,
            "half_spread_bps": float(fund.half_spread_bps),
            "share_step": fund.share_step,
            "identical_group": fund.identical_group,
            "qualified_yield": fund.qualified,
            "ordinary_yield": fund.ordinary,
            "exempt_yield": fund.exempt,
            "foreign_tax_yield": fund.foreign_tax,
            "specific_vol": fund.specific_vol,
            "rank": fund.rank,
        }
        for fund in FUNDS
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS["securities"]))
    return frame.astype({"rank": "Int64"})


def readme() -> str:
    """Return the folder's page: what it is, and every household's story."""
    stories = tell().stories
    lines = [
        "# The sample book",
        "",
        f"{len(stories)} households as of {ASOF:%A}, {ASOF.isoformat()}, each with a story: who",
        "they are, why they come, and what a good plan does. Invented people, real funds,",
        "plausible figures; sources are stated in `scenarios/sample_market.py`. Made by",
        "`python -m scenarios.sample_book --out scenarios/sample`; change the stories there, not",
        "the files here.",
        "",
        "    hearth run scenarios/sample --asof 2026-11-20 --out runs",
        "    hearth plan scenarios/sample drifted-60-40",
        "",
    ]
    for household_id, story in stories.items():
        lines += [f"## {household_id}", "", story, ""]
    return "\n".join(lines)


def write_sample(out: Path) -> None:
    """Write the whole sample book as CSV into `out`."""
    write_book(sample_tables(), sample_policies(), out, format="csv")
    (out / "README.md").write_text(readme(), encoding="utf-8", newline="\n")


def main() -> None:
    """Write the sample book where the command line says."""
    parser = argparse.ArgumentParser(description="Write the sample book.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    write_sample(parser.parse_args().out)


if __name__ == "__main__":
    main()
