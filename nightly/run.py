"""A run of a book, from the book to a complete run folder, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.book.book import Book
from models.errors import UnknownHouseholdError
from models.plan import Plan
from models.policy import Policy
from nightly.answer import Rebalance, answer
from nightly.manifest import input_facts, manifest
from nightly.night import Summary, clock, run_night
from nightly.run_folder import Format, RunFolder, new_run


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run.

    `households` are the ids to answer, None for all; `on_policy` is what the command line changes
    in every policy, and `options` how it was said.
    """

    out: Path
    households: Sequence[str] | None = None
    table_format: Format = "parquet"
    on_policy: Callable[[Policy], Policy] = lambda policy: policy
    options: Mapping[str, Any] = field(default_factory=dict)


def run_book(
    book: Book,
    request: Request,
    rebalance: Rebalance,
    on_plan: Callable[[Plan], None] = lambda plan: None,
) -> tuple[RunFolder, Summary]:
    """Answer the households of a book and leave a complete run folder.

    Raises
    ------
    UnknownHouseholdError
        If a household is asked for that the book does not have; nothing is written.
    RunFolderError
        If the folder cannot be written; what was written stays.
    """
    ids = chosen_households(book, request.households)
    folder = new_run(request.out, book.asof)
    started = clock()
    folder.note(
        [
            {
                "event": "start",
                "clock": started,
                "run_id": folder.run_id,
                "households": len(ids),
                "options": dict(request.options),
                "inputs": input_facts(book),
            }
        ]
    )
    summary = run_night(
        ids, lambda name: answer(book, name, rebalance, request.on_policy), folder, on_plan
    )
    ended = clock()
    facts = manifest(
        book, folder.run_id, summary, request.on_policy, request.options, (started, ended)
    )
    folder.finish(facts, request.table_format)
    folder.note([{"event": "end", "clock": ended, "counts": dict(summary.counts)}])
    return folder, summary


def chosen_households(book: Book, wanted: Sequence[str] | None) -> list[str]:
    """Return the ids to answer in book order, each once."""
    everyone = [str(name) for name in book.household_ids]
    if wanted is None:
        return everyone
    asked = set(wanted)
    unknown = sorted(asked - set(everyone))
    if unknown:
        shown = ", ".join(repr(name) for name in unknown[:5])
        raise UnknownHouseholdError(
            f"{len(unknown)} of the {len(asked)} households asked for are not in {book.path}: "
            f"{shown}{', ...' if len(unknown) > 5 else ''}; check the list"
        )
    return [name for name in everyone if name in asked]
