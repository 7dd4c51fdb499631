"""What each command of `hearth` does: read the book, call one thing, say it, return its exit code.

Solvers and the judge are imported inside the commands that need them: `hearth --version` and
`hearth check` should not wait a second for libraries that they never call.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from models.book.book import Book
from models.book.faults import Fault
from models.book.read import read_book
from models.errors import RunFolderError
from models.plan import Plan, Status
from nightly.cli import console
from nightly.cli.drift import Shown, find_drift, say_drift
from nightly.cli.memory import give_back
from nightly.partition.newest_price import newest_price_date
from nightly.proof.audit import audit
from nightly.results.run_folder import RunFolder
from nightly.results.stored import read_run
from nightly.run.choices import Choice, CommandError, Night, Sweep, SyntheticBook, table_format
from nightly.run.manifest import changed_inputs
from nightly.run.night import resume_run, start_run
from nightly.run.request import located, request_for, resumed
from nightly.triage.tonight import tonight_of
from nightly.workers.answer import answer
from nightly.workers.chunk import Imported, Tick
from nightly.workers.engines import engine_of
from workbench.wording import counted

ANSWERED, TROUBLED, UNUSABLE = 0, 1, 2
"""Exit codes: all answered; something failed, was refused or was found; cannot be used."""

NO_TROUBLE: Final = (Status.PLANNED, Status.NO_ACTION, Status.DEFERRED)
"""Answers that a run's summary counts and need not explain."""

TROUBLES_SHOWN: Final = 20
"""Households without a plan that a run's summary lists; the tables have them all."""


def hearth_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("hearth")
    except PackageNotFoundError:
        return "(not installed)"


def run(book: str | None, asof: date | None, choice: Choice, night: Night, as_json: bool) -> int:
    """Answer a book's households into a new run folder, or go on with one (`hearth run`)."""
    give_back()
    engine = engine_of(night)
    rebalance = Imported("optimizer.rebalance", "rebalance")
    troubles: list[Tick] = []
    with console.Progress() as progress:

        def on_tick(tick: Tick) -> None:
            progress.tick(tick)
            if tick.status not in NO_TROUBLE:
                troubles.extend([tick] if len(troubles) < TROUBLES_SHOWN else [])

        if night.resume is None:
            request = request_for(book, asof, choice, night)
            folder, summary = start_run(request, rebalance, engine, on_tick, progress.start)
        else:
            found = resumed(book, asof, choice, night)
            again = None if book is None else located(book)
            folder, summary = resume_run(found, rebalance, engine, on_tick, progress.start, again)
    if as_json:
        console.say_json(console.summary_facts(summary, folder.run_id, str(folder.path)))
    else:
        console.print_summary(console.page(), summary, str(folder.path), troubles)
    return ANSWERED if summary.all_answered else TROUBLED


def check(book: Path, asof: date | None, as_json: bool) -> int:
    """List a book's faults (`hearth check`)."""
    read = read_book(book, asof or newest_price_date(book))
    if as_json:
        console.say_json(
            {
                "asof": read.asof.isoformat(),
                "households": len(read),
                "invalid_households": sorted(read.faults_by_household),
                "faults": fault_documents(read.faults),
                "orphan_rows": dict(read.orphan_rows),
                "warnings": list(read.warnings),
            }
        )
    else:
        console.print_check(console.page(), read)
    return TROUBLED if read.faults else ANSWERED


def plan(book: Path, household_id: str, asof: date | None, choice: Choice, as_json: bool) -> int:
    """Plan one household and explain it (`hearth plan`)."""
    from optimizer.rebalance import rebalance
    from workbench.screen import show

    read = read_book(book, asof or newest_price_date(book))
    made = answer(read, household_id, rebalance, choice.on)
    explanation = _explained(read, made, choice)
    if as_json:
        console.say_json(explanation.as_data())
    else:
        show(explanation, console.page())
    return TROUBLED if made.status in (Status.FAILED, Status.REFUSED) else ANSWERED


def frontier(book: Path, household_id: str, asof: date | None, sweep: Sweep) -> int:
    """Print a household's frontier over one weight as CSV (`hearth frontier`)."""
    from workbench.frontier import planned_frontier, relaxed_frontier, settings, write_points

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
    if sweep.out is None:
        write_points(points, sys.stdout)
    else:
        with sweep.out.open("w", encoding="utf-8", newline="") as file:
            write_points(points, file)
    return ANSWERED


def _explained(read: Book, made: Plan, choice: Choice) -> Any:
    from optimizer.judge.verify import verify
    from workbench.explain import explain, explain_invalid
    from workbench.unit_tax import unit_line

    faults = read.faults_of(made.household_id)
    if faults or made.status is Status.INVALID:
        return explain_invalid(made, read.asof.isoformat(), faults)
    household = read.household(made.household_id)
    policy = choice.on(read.policy(household.policy_id))
    units = []
    if made.figures is not None:
        verdict = verify(household, policy, made.orders, made.flows)
        units = [unit_line(household, u, judged) for u, judged in enumerate(verdict.units)]
    return explain(household, policy, made, units)


def drift(book: Path, asof: date | None, propose: bool, choice: Choice, shown: Shown) -> int:
    """Say who breached what (`hearth drift`)."""
    decides = None
    if propose:
        from optimizer.rebalance import rebalance

        decides = rebalance
    say_drift(find_drift(book, asof, decides, choice), shown)
    return ANSWERED


def verify(book: Path, run_folder: Path, as_json: bool) -> int:
    """Replay a run's plans and compare (`hearth verify`)."""
    from optimizer.judge.verify import verify as judge

    folder = RunFolder(run_folder.resolve())
    facts = folder.manifest()
    read = read_book(book, date.fromisoformat(facts["asof"]))
    stored = read_run(run_folder)
    choice = Choice(**facts["options"]["choice"])
    ids = facts["options"]["households"] or [str(name) for name in read.household_ids]
    policies = {name: file for name, file in read.policies.items() if not file.overridden}
    found = changed_inputs(facts, read.sources, policies, choice.on)
    counts = Counter(str(p.plans[0]["status"]) for p in stored.plans if p.plans)
    night = tonight_of(folder.path).on(read)
    for _, differences in audit(night, ids, stored, judge, choice.on):
        found += differences
    if as_json:
        console.say_json(
            {
                "run_id": folder.run_id,
                "households": len(stored.plans),
                "counts": dict(counts),
                "agree": not found,
                "differences": [d.as_data() for d in found],
            }
        )
    else:
        console.print_audit(console.page(), folder.run_id, len(stored.plans), found)
    return TROUBLED if found else ANSWERED


def generate(out: Path, book: SyntheticBook, as_json: bool) -> int:
    """Write a synthetic book (`hearth book generate`)."""
    from scenarios.synthetic import ASOF, KINDS, generate_book

    if book.kind not in KINDS:
        raise CommandError(f"--kind {book.kind!r}: choose one of {', '.join(KINDS)}")
    named = table_format(book.table_format)
    asof = book.asof or ASOF
    try:
        generate_book(out, book.households, book.kind, book.seed, format=named, asof=asof)
    except OSError as error:
        raise RunFolderError(f"cannot write the book: {error}") from error
    facts = {"book": str(out), "households": book.households, "kind": book.kind}
    facts |= {"seed": book.seed, "asof": asof.isoformat()}
    if as_json:
        console.say_json(facts)
    else:
        made = counted(book.households, "household")
        print(f"{made} in {out}; try: hearth run {out} --asof {asof} --out runs")
    return ANSWERED


def law_check(file: Path) -> int:
    """Run a file of tax cases (`hearth law check`)."""
    from models.tax_cases import main

    return main([str(file)])


def fault_documents(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Return faults as JSON-ready data."""
    from workbench.explain import fault_data

    return [fault_data(fault) for fault in faults]
