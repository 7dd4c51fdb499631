"""Hunt for better legal plans and false bounds: ``python -m benchmarks.hunt KIND [KIND ...]``.

    python -m benchmarks.hunt etf small --households 40 --seed 3 --plans 800 --out FOLDER
    python -m benchmarks.hunt tiny --households 200 --every --others 0 --out FOLDER
    python -m benchmarks.hunt --book FOLDER --plans 3000 --out FOLDER

One row a household is appended to FOLDER/rows.csv as it is found, and households that are there
already are passed over, so that a hunt that was broken off goes on. What is worth a look is written
to FOLDER/finds as a book. Exit code 1 where something was found that must never be.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.hunt.books.kinds import BLOCK, KINDS, SYNTHETIC, book_of
from benchmarks.hunt.exact_bound import doubted
from benchmarks.hunt.finds.page import page, read_rows, worth_a_look
from benchmarks.hunt.finds.row import Row, cells
from benchmarks.hunt.hunted import Hunted, Source, hunt
from benchmarks.hunt.keep import keep
from benchmarks.hunt.starts.every_plan import every_plan
from benchmarks.hunt.starts.questions import gates_open
from benchmarks.suite.measure import write_report
from models.book import Book, FaultyHouseholdError, read_book
from models.household import Household
from models.policy import Policy
from nightly.partition.newest_price import newest_price_date

PLANS = 800
"""Plans judged a household unless asked otherwise: a few seconds with ETFs."""

ROWS, FINDS = "rows.csv", "finds"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, hunt, and write rows, finds and the page."""
    given = _parser().parse_args(arguments)
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    done = {(row.book, row.household_id) for row in read_rows(out / ROWS)}
    for name, folder, book, households in _books(given):
        for household_id in households:
            if (name, household_id) in done:
                continue
            _one(name, folder, book, household_id, given)
    rows = read_rows(out / ROWS)
    told = page(rows, "python -m benchmarks.hunt " + " ".join(arguments or sys.argv[1:]))
    write_report(told, out, "hunt")
    print("\n".join(told.body))
    return int(any(row.wrong or row.false_bps for row in rows))


def _one(name: str, folder: Path, book: Book, household_id: str, given: argparse.Namespace) -> None:
    try:
        household = book.household(household_id)
    except FaultyHouseholdError:
        return  # invalid is an answer, and nothing can be planned
    policy = gates_open(book.policy(household.policy_id))
    found = hunt(
        household,
        policy,
        plans=given.plans,
        seed=given.seed,
        book=name,
        extra=(*_every(given), *_exact(given)),
        others=given.others,
    )
    if given.rational:
        found = replace(found, row=replace(found.row, **_rounding(household, policy)))
    out: Path = given.out
    if worth_a_look(found.row):
        keep(folder, household, found, out / FINDS)
    _append(found.row, out / ROWS)
    print(_words(found), flush=True)


def _every(given: argparse.Namespace) -> tuple[Source, ...]:
    return (every_plan,) if given.every else ()


def _exact(given: argparse.Namespace) -> tuple[Source, ...]:
    if not given.exact:
        return ()
    # imported for whoever asks: SCIP is installed with the development tools only
    from benchmarks.hunt.starts.exact_optimum import exact_start

    return (exact_start,)


def _rounding(household: Household, policy: Policy) -> dict[str, Any]:
    """By how much floats are above the exact bounds, bps; and whether a proof does not hold."""
    every = list(doubted(household, policy))
    above = [one.floats - one.exactly for one in every if not one.proof]
    wrong = "a proof does not hold" if any(one.proof and not one.holds for one in every) else ""
    said = {"rounding_bps": max(above, default=0.0)}
    return {**said, "wrong": wrong} if wrong else said


def _words(found: Hunted) -> str:
    row = found.row
    told = [f"{row.book} {row.household_id} {row.status}"]
    told += [f"missed {row.missed_bps:.4f} bps ${row.missed_usd:.2f} ({row.found_by})"]
    told += [f"FALSE BOUND by {row.false_bps:.6f} bps"] if row.false_bps else []
    told += [f"WRONG: {row.wrong}: {row.reason[:120]}"] if row.wrong else []
    told += [f"ASKED OTHERWISE: {row.noted[:200]}"] if row.noted else []
    return ", ".join(told)


def _append(row: Row, path: Path) -> None:
    begins = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Row)], lineterminator="\n")
        if begins:
            writer.writeheader()
        writer.writerow(cells(row))


def _books(given: argparse.Namespace) -> Iterator[tuple[str, Path, Book, list[str]]]:
    """Yield each book: its name in rows, its folder, the book, its households."""
    if given.book is not None:
        asof = given.asof or newest_price_date(given.book)
        book = read_book(given.book, asof)
        names = given.household or [str(name) for name in book.household_ids]
        yield given.book.name, given.book, book, names
    for kind in given.kinds:
        size = given.households if kind in SYNTHETIC else BLOCK
        for block, first in enumerate(range(0, given.households, size)):
            with book_of(kind, given.seed, block, size) as (folder, book):
                names = [str(name) for name in book.household_ids]
                name = (
                    f"{kind}:{given.seed}" if kind in SYNTHETIC else f"{kind}:{given.seed}.{block}"
                )
                yield name, folder, book, names[: given.households - first]


def _kind(text: str) -> str:
    """Read a kind; argparse's own choices refuse that there is none, as with a book."""
    if text not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(KINDS)}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hunt", description=__doc__)
    parser.add_argument("kinds", nargs="*", type=_kind, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--book", type=Path, help="folder of a book")
    parser.add_argument("--household", nargs="*", help="households of the book (all)")
    parser.add_argument("--asof", type=date.fromisoformat, help="as-of date of the book")
    parser.add_argument("--households", type=int, default=BLOCK, help=f"of each kind ({BLOCK})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plans", type=int, default=PLANS, help=f"judged a household ({PLANS})")
    parser.add_argument("--others", type=int, default=40, help="questions of other settings (40)")
    parser.add_argument("--every", action="store_true", help="judge every plan (kind tiny)")
    parser.add_argument("--exact", action="store_true", help="ask SCIP too (small households)")
    parser.add_argument("--rational", action="store_true", help="bounds in exact fractions too")
    parser.add_argument("--out", type=Path, default=Path("hunt"), help="folder of rows and finds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
