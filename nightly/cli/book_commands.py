"""What the commands about books do: read the book, call one thing, say it, return its exit code.

Solvers and the judge are imported inside the commands that need them: `hearth --version` and
`hearth check` should not wait a second for libraries that they never call.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from models.book.book import Book
from models.book.faults import Fault
from models.book.read import read_book
from models.errors import RunFolderError
from models.plan import Plan, Status
from models.request.record import Request
from nightly.cli import console
from nightly.cli.drift import Shown, find_drift, say_drift
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.options import Sweep, SyntheticBook
from nightly.partition.newest_price import newest_price_date
from nightly.results.durable import refuse_existing, whole_file
from nightly.run.choices import Choice, CommandError, table_format
from nightly.run.stores import copied, shown
from nightly.workers.answer import answer
from workbench.wording import counted


def hearth_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("hearth")
    except PackageNotFoundError:
        return "(not installed)"


def check(book: Path, asof: date | None, as_json: bool) -> int:
    """List a book's faults (`hearth check`)."""
    read = read_book(book, asof or newest_price_date(book))
    if as_json:
        console.say_json(
            {
                "asof": read.asof.isoformat(),
                "households": len(read),
                "invalid_households": sorted(read.faults_by_household),
                "uncertain_households": sorted(read.uncertain),
                "faults": fault_documents(read.faults),
                "orphan_rows": dict(read.orphan_rows),
                "warnings": list(read.warnings),
            }
        )
    else:
        console.print_check(console.page(), read)
    return TROUBLED if read.faults else ANSWERED


def plan(
    book: Path,
    household_id: str,
    asof: date | None,
    choice: Choice,
    request: Request,
    as_json: bool,
) -> int:
    """Plan one household, as asked, and explain it (`hearth plan`)."""
    from optimizer.rebalance import rebalance
    from workbench.screen import show

    read = read_book(book, asof or newest_price_date(book))
    if request.asks and not read.faults_of(household_id):
        return _answer(read, household_id, choice, request, as_json)
    made = answer(read, household_id, rebalance, choice.on)
    explanation = _explained(read, made, choice)
    if as_json:
        console.say_json(explanation.as_data())
    else:
        show(explanation, console.page())
    return TROUBLED if made.status in (Status.FAILED, Status.REFUSED) else ANSWERED


def _answer(read: Book, household_id: str, choice: Choice, request: Request, as_json: bool) -> int:
    from optimizer.requests.ask import ask
    from workbench.asked import answer_document, answer_sections, explained
    from workbench.screen import show

    household = read.household(household_id)
    found = ask(household, choice.on(read.policy(household.policy_id)), request)
    if as_json:
        console.say_json(answer_document(found))
    else:
        told = explained(found.household, found.policy, found.plan)
        show(told, console.page(), answer_sections(found))
    return TROUBLED if found.plan.status in (Status.FAILED, Status.REFUSED) else ANSWERED


def frontier(book: Path, household_id: str, asof: date | None, sweep: Sweep, as_json: bool) -> int:
    """Print a household's frontier over one weight, as CSV or JSON (`hearth frontier`)."""
    from workbench.frontier import planned_frontier, relaxed_frontier, settings, write_points

    refuse_existing(sweep.out, sweep.force)
    read = read_book(book, asof or newest_price_date(book))
    household = read.household(household_id)
    policy = read.policy(household.policy_id)
    weights = settings(policy, sweep.term, sweep.least, sweep.most, sweep.points)
    try:
        points = (
            list(planned_frontier(household, policy, sweep.term, weights))
            if sweep.plans
            else relaxed_frontier(household, policy, sweep.term, weights)
        )
    except ValueError as error:
        raise CommandError(f"{error}; try: hearth plan {book} {household_id}") from error
    if as_json:
        told = {"household_id": household_id, "asof": read.asof.isoformat(), "term": sweep.term}
        console.say_json({**told, "points": [point.row() for point in points]})
    elif sweep.out is None:
        write_points(points, sys.stdout)
    else:
        with (
            whole_file(sweep.out, sweep.force) as aside,
            aside.open("w", encoding="utf-8", newline="") as file,
        ):
            write_points(points, file)
    return ANSWERED


def _explained(read: Book, made: Plan, choice: Choice) -> Any:
    from workbench.asked import explained
    from workbench.explain import explain_invalid

    faults = read.faults_of(made.household_id)
    if faults or made.status is Status.INVALID:
        return explain_invalid(made, read.asof.isoformat(), faults)
    household = read.household(made.household_id)
    return explained(household, choice.on(read.policy(household.policy_id)), made)


def drift(book: Path, asof: date | None, propose: bool, choice: Choice, form: Shown) -> int:
    """Say who breached what (`hearth drift`)."""
    decides = None
    if propose:
        from optimizer.rebalance import rebalance

        decides = rebalance
    say_drift(find_drift(book, asof, decides, choice), form)
    return ANSWERED


def generate(book: SyntheticBook, day: date | None, as_json: bool) -> int:
    """Write a synthetic book (`hearth book generate`)."""
    from scenarios.synthetic import ASOF, KINDS, generate_book

    if book.kind not in KINDS:
        raise CommandError(f"--kind {book.kind!r}: choose one of {', '.join(KINDS)}")
    named = table_format(book.table_format)
    asof = day or ASOF
    try:
        generate_book(book.out, book.households, book.kind, book.seed, format=named, asof=asof)
    except OSError as error:
        raise RunFolderError(f"cannot write the book: {error}") from error
    facts = {"book": str(book.out), "households": book.households, "kind": book.kind}
    facts |= {"seed": book.seed, "asof": asof.isoformat()}
    if as_json:
        console.say_json(facts)
    else:
        made = counted(book.households, "household")
        console.say(f"{made} in {book.out}; try: hearth run {book.out} --asof {asof} --out runs")
    return ANSWERED


def copy_book(book: Path, to: str, as_json: bool) -> int:
    """Copy a book folder into a database (`hearth book copy`)."""
    rows = copied(book, to)
    if as_json:
        console.say_json({"book": str(book), "to": shown(to), "rows": rows})
    else:
        console.say(f"{sum(rows.values())} rows in {len(rows)} tables of {shown(to)}")
    return ANSWERED


def law_check(file: Path, as_json: bool) -> int:
    """Run a file of tax cases (`hearth law check`)."""
    from models.tax_cases import check_case, main, read_cases

    if not as_json:
        return main([str(file)])
    try:
        verdicts = [check_case(case) for case in read_cases(file)]
    except (OSError, ValueError) as error:
        raise CommandError(f"{file}: cannot be read: {error}") from error
    passed = sum(verdict.passed for verdict in verdicts)
    cases = [verdict._asdict() for verdict in verdicts]
    console.say_json({"file": str(file), "passed": passed, "cases": cases})
    return ANSWERED if verdicts and passed == len(verdicts) else TROUBLED


def fault_documents(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Return faults as JSON-ready data."""
    from workbench.explain import fault_data

    return [fault_data(fault) for fault in faults]
