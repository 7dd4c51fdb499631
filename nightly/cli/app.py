"""The commands of `hearth` about books: each reads its arguments and calls one thing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli import book_commands, night_commands, run_app
from nightly.cli.drift import Shown
from nightly.cli.exit_codes import ANSWERED, UNUSABLE
from nightly.cli.options import RUNS, Asof, Backend, Book, Certify, Json, Mode, Solver, day_of
from nightly.run.choices import Choice, CommandError, Night, Sweep, SyntheticBook

app = typer.Typer(
    name="hearth",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Rebalances whole households as convex programs, and proves how good the answers are.",
    epilog="Exit codes: 0 all answered, 1 some household failed or was refused (or check or verify "
    "found something), 2 an unusable book, folder or command.",
)
book_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make books.")
law_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Try the law on cases.")
app.add_typer(book_app, name="book")
app.add_typer(law_app, name="law")


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False,
) -> None:
    if version:
        typer.echo(f"hearth {book_commands.hearth_version()}")
        raise typer.Exit(ANSWERED)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(UNUSABLE)


@app.command()
def run(
    place: Annotated[
        str | None, typer.Argument(metavar="BOOK", help="Folder of the book's tables, or a URL.")
    ] = None,
    asof: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As-of date.")] = None,
    book: Annotated[
        str | None, typer.Option(metavar="URL", help="BOOK said in another way.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that gets a folder for this run.")] = RUNS,
    backend: Backend = None,
    solver: Solver = None,
    certify: Certify = False,
    households: Annotated[
        Path | None, typer.Option(help="File of household ids, one a line [default: all].")
    ] = None,
    table_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet",
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with a run that did not finish.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Worker processes; 0 works in the command's own process.")
    ] = 1,
    engine: Annotated[str, typer.Option(help="local or dask.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler, tcp://host:port.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=0.0, help="Seconds for one household, 0 for no limit.")
    ] = 600.0,
    mode: Mode = None,
    max_households: Annotated[
        int | None, typer.Option(help="Households the night answers; the rest are deferred.")
    ] = None,
    max_usd: Annotated[
        float | None, typer.Option(help="Dollars of trades the night answers, estimated.")
    ] = None,
    earlier: Annotated[
        bool, typer.Option(help="Carry on what runs of earlier dates in OUT left under way.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Answer every household of BOOK and write tables, manifest and log to OUT/<run_id>/.

    A household with faulty data is `invalid`, one without a possible plan `infeasible`: both are
    answers. One household's failure never stops the others; nothing is ever written over. A run
    that ended early goes on with --resume and ends as if nothing had happened.
    """
    choice = Choice(backend, solver, mode, max_households, max_usd, earlier, certify)
    wanted = Night(out, households, table_format, resume, workers, engine, scheduler, time_limit)
    raise typer.Exit(
        night_commands.run(_one_book(place, book), day_of(asof), choice, wanted, as_json)
    )


@app.command()
def check(book: Book, asof: Asof = None, as_json: Json = False) -> None:
    """List every fault of BOOK: where, what, what would do, and whom it makes invalid.

    Exit code 0 without faults, 1 with faults, 2 when the book cannot be used at all.
    """
    raise typer.Exit(book_commands.check(book, day_of(asof), as_json))


@app.command()
def plan(
    book: Book,
    household: Annotated[str, typer.Argument(metavar="HOUSEHOLD", help="Its id.")],
    asof: Asof = None,
    backend: Backend = None,
    solver: Solver = None,
    mode: Mode = None,
    certify: Certify = False,
    as_json: Json = False,
) -> None:
    """Plan one household and explain the plan on one screen."""
    choice = Choice(backend, solver, mode, certify=certify)
    raise typer.Exit(book_commands.plan(book, household, day_of(asof), choice, as_json))


@app.command()
def frontier(
    book: Book,
    household: Annotated[str, typer.Argument(metavar="HOUSEHOLD", help="Its id.")],
    asof: Asof = None,
    term: Annotated[
        str,
        typer.Option(help="tracking_error, tax, basis_change, trading_cost or tax_drag."),
    ] = "tax",
    least: Annotated[float, typer.Option(help="Least weight of the term.")] = 0.1,
    most: Annotated[float, typer.Option(help="Greatest weight of the term.")] = 10.0,
    points: Annotated[int, typer.Option(help="Points, in equal ratios.")] = 50,
    plans: Annotated[
        bool, typer.Option("--plans", help="Whole plans, verified, not relaxed points.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="CSV file [default: printed].")] = None,
) -> None:
    """Trace one household's frontier: tracking error and every term as one weight goes up."""
    wanted = Sweep(term, least, most, points, plans, out)
    raise typer.Exit(book_commands.frontier(book, household, day_of(asof), wanted))


@app.command()
def drift(
    book: Book,
    asof: Asof = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Plan whoever needs an answer, and add the orders.")
    ] = False,
    table_format: Annotated[
        str, typer.Option("--format", help="table, csv, json or parquet.")
    ] = "table",
    out: Annotated[
        Path | None, typer.Option(help="New file for csv, json or parquet [default: stdout].")
    ] = None,
    backend: Backend = None,
    solver: Solver = None,
    mode: Mode = None,
    as_json: Json = False,
) -> None:
    """List who breached what, by how much, in order of priority: cash needs, then drift.

    Whom no trigger of its policy names is not listed.
    """
    shown = Shown("json" if as_json else table_format, out)
    choice = Choice(backend, solver, mode)
    raise typer.Exit(book_commands.drift(book, day_of(asof), propose, choice, shown))


@book_app.command("copy")
def copy_book(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="Folder of the book's tables.")],
    to: Annotated[str, typer.Argument(metavar="URL", help="Database without a book in it.")],
    as_json: Json = False,
) -> None:
    """Copy the tables and policies of BOOK into a database: SQLite or PostgreSQL."""
    raise typer.Exit(book_commands.copy_book(book, to, as_json))


@book_app.command()
def generate(
    households: Annotated[int, typer.Option(min=1, help="How many households.")],
    kind: Annotated[str, typer.Option(help="etf, mixed or index: 15, 60 or 520 securities.")],
    out: Annotated[Path, typer.Option(help="New folder for the book.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same book.")] = 0,
    table_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet",
    asof: Asof = None,
    as_json: Json = False,
) -> None:
    """Write a synthetic book: realistic lot ages and gains, wash-sale histories, budgets."""
    made = SyntheticBook(households, kind, seed, table_format, day_of(asof))
    raise typer.Exit(book_commands.generate(out, made, as_json))


@law_app.command("check")
def law_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Cases as JSON.")],
) -> None:
    """Run a file of tax cases and print expected and got; exit code 0 only if all pass."""
    raise typer.Exit(book_commands.law_check(file))


app.add_typer(run_app.app)


def _one_book(place: str | None, book: str | None) -> str | None:
    if place is not None and book is not None and place != book:
        raise CommandError(f"BOOK {place} and --book {book} are two books; name one")
    return place or book
