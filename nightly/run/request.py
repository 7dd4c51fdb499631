"""What is asked of a run, as data: written down before anything else, so that a run can go on.

Everything that may change an answer stands here. How the work is done (engine, workers, limits of
time) does not: a run may go on with other workers than it began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from nightly.results.run_folder import Format, RunFolder
from nightly.run.choices import Choice, CommandError, Night, household_list, table_format
from nightly.run.new_run import find_run
from nightly.run.stores import is_database, shown
from nightly.triage.asked import AskedTonight, asked_tonight


@dataclass(frozen=True, slots=True)
class Request:
    """A book, a date, whom to answer (None: everybody), and what the command line changes.

    `asked` is what one household is asked beyond its policy.
    """

    book: str
    asof: date
    out: Path
    households: tuple[str, ...] | None = None
    table_format: Format = "parquet"
    choice: Choice = field(default_factory=Choice)
    asked: AskedTonight | None = None

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data, without `out` (a run may be moved) and any password."""
        return {
            "book": shown(self.book),
            "asof": self.asof.isoformat(),
            "households": None if self.households is None else list(self.households),
            "table_format": self.table_format,
            "choice": asdict(self.choice),
            **({} if self.asked is None else {"asked": self.asked.as_data()}),
        }


def request_of(data: Mapping[str, Any], out: Path) -> Request:
    """Return a request from its data."""
    chosen = data["households"]
    return Request(
        book=data["book"],
        asof=date.fromisoformat(data["asof"]),
        out=out,
        households=None if chosen is None else tuple(chosen),
        table_format=data["table_format"],
        choice=Choice(**data["choice"]),
        asked=asked_tonight(data.get("asked")),
    )


def request_for(book: str | None, asof: date | None, choice: Choice, night: Night) -> Request:
    """Return what a command asks for.

    Raises
    ------
    CommandError
        If book or date is missing.
    """
    if book is None or asof is None:
        raise CommandError("name a BOOK and its date with --asof YYYY-MM-DD, or a run to --resume")
    wanted = None if night.households is None else tuple(household_list(night.households))
    named = table_format(night.table_format)
    return Request(located(book), asof, night.out, wanted, named, choice)


def resumed(book: str | None, asof: date | None, choice: Choice, night: Night) -> RunFolder:
    """Return the run to go on with; what the command says besides must be what was asked before.

    Raises
    ------
    CommandError
        If the command asks for something else than the run was begun with.
    """
    folder = find_run(night.out, night.resume or "")
    if folder.complete:
        return folder
    asked = request_of(folder.asked(), night.out)
    said = {
        "BOOK": (None if book is None else shown(located(book)), asked.book),
        "--asof": (asof, asked.asof),
        "--backend": (choice.backend, asked.choice.backend),
        "--solver": (choice.solver, asked.choice.solver),
        "--mode": (choice.mode, asked.choice.mode),
        "--certify": (choice.certify or None, asked.choice.certify),
        "--max-households": (choice.max_households, asked.choice.max_households),
        "--max-usd": (choice.max_usd, asked.choice.max_usd),
        "--households": (
            None if night.households is None else tuple(household_list(night.households)),
            asked.households,
        ),
    }
    for name, (now, then) in said.items():
        if now is not None and now != then:
            raise CommandError(
                f"{folder.run_id} was begun with {name} {then}, not {now}; "
                "leave it out to go on with that run, or start a new one"
            )
    return folder


def located(book: str) -> str:
    """Return where a book is, whatever folder the command runs in: an absolute path, or a URL."""
    return book if is_database(book) else str(Path(book).resolve())
