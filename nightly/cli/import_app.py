"""`hearth import`: custodians' files into a book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli.grouped import grouped
from nightly.cli.options import Json, day_of

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Facts:
    """Files of one's own that an import believes before the shipped ones."""

    prices: Annotated[
        Path | None, typer.Option(help="CSV of security_id, price, price_date: what may be bought.")
    ] = None
    market: Annotated[
        Path | None, typer.Option(help="Own market facts: they win row by row over the shipped.")
    ] = None
    shapes: Annotated[
        Path | None, typer.Option(help="Own headers: CUSTODIAN.toml, before the shipped ones.")
    ] = None


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What files do not say themselves, and what is taken in spite of that."""

    asof: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of files that do not say theirs."),
    ] = None
    total: Annotated[
        list[str] | None,
        typer.Option(help="ACCOUNT=USD: what the site shows, for files without a total."),
    ] = None
    unreconciled: Annotated[
        bool, typer.Option("--unreconciled", help="Write in spite of differences; they are told.")
    ] = False
    older: Annotated[
        bool, typer.Option("--older", help="Take files older than what the book has.")
    ] = False


@app.command("import")
@grouped
def import_(
    said: Annotated[
        list[str],
        typer.Argument(
            metavar="[CUSTODIAN] FILES...",
            help="schwab, fidelity, vanguard, ibkr, ofx or csv [default: seen by each file's "
            "headers], then files or folders of files.",
        ),
    ],
    into: Annotated[Path, typer.Option(help="The book's folder; made if it is not there.")],
    household: Annotated[
        str, typer.Option(help="Its name in INTO/household_files, or a household file (.toml).")
    ],
    facts: Facts,
    unsaid: Unsaid,
    as_json: Json = False,
) -> None:
    """Import positions, lots, realized gains and transactions, reconciled row by row.

    Nothing is written while a file does not agree with itself; importing it twice changes nothing.
    """
    from nightly.cli.import_commands import custodian_and_files, import_into, totals_of
    from nightly.intake.importing import Asked

    custodian, files = custodian_and_files(said)
    asked = Asked(
        files,
        into,
        household,
        custodian,
        facts.market,
        facts.shapes,
        facts.prices,
        day_of(unsaid.asof),
        totals_of(unsaid.total or ()),
        unsaid.unreconciled,
        unsaid.older,
    )
    raise typer.Exit(import_into(asked, as_json))


def new(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="The book's folder.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The household's name.")],
    owner: Annotated[
        list[str] | None, typer.Option(help="NAME or NAME=1968-03-04, the day of birth.")
    ] = None,
    filing_status: Annotated[str | None, typer.Option(help="single, mfj, mfs or hoh.")] = None,
    ordinary_income: Annotated[str | None, typer.Option(help="Dollars a year.")] = None,
    state_rate: Annotated[str | None, typer.Option(help="A fraction.")] = None,
    target: Annotated[str | None, typer.Option(help="A model's name.")] = None,
) -> None:
    """Write BOOK/household_files/NAME.toml, asking for what is not said by options."""
    from nightly.cli.import_commands import QUESTIONS, new_household

    given = {
        "filing_status": filing_status,
        "ordinary_income": ordinary_income,
        "state_rate": state_rate,
        "target": target,
    }
    answers = {
        key: said if (said := given[key]) is not None else typer.prompt(question, default=usual)
        for key, question, usual in QUESTIONS
    }
    owners = owner or typer.prompt("Owners, with days of birth (ann=1968-03-04, ben)?").split(",")
    raise typer.Exit(new_household(book, name, answers, [each.strip() for each in owners]))
