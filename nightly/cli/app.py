"""The commands of `hearth` about books: each reads its arguments and calls one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightly.cli import (
    agent_app,
    book_commands,
    import_app,
    market_app,
    order_app,
    report_app,
    rules_app,
    run_app,
    schema_commands,
    serve_app,
    settle_app,
    transition_app,
    tuning_app,
)
from nightly.cli.exit_codes import ANSWERED, UNUSABLE
from nightly.cli.grouped import grouped
from nightly.cli.options import (
    Asof,
    Book,
    Certify,
    Decided,
    Json,
    Planning,
    Scope,
    Solving,
    Sweep,
    SyntheticBook,
    Told,
    Where,
    Work,
    day_of,
)
from nightly.cli.request_options import Asking
from nightly.run.choices import Choice

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
@grouped
def run(where: Where, solving: Solving, work: Work, scope: Scope, as_json: Json = False) -> None:
    """Answer every household of BOOK and write tables, manifest and log to OUT/<run_id>/.

    A household with faulty data is `invalid`, one without a possible plan `infeasible`: both are
    answers. One household's failure never stops the others; nothing is ever written over. A run
    that ended early goes on with --resume and ends as if nothing had happened.
    """
    from nightly.cli import night_commands

    choice = Choice(
        solving.backend,
        solving.solver,
        scope.mode,
        scope.max_households,
        scope.max_usd,
        scope.earlier,
        solving.certify,
    )
    book, asof = where.one_book(), day_of(where.asof)
    night = work.night(where.out)
    raise typer.Exit(night_commands.run(book, asof, choice, night, scope.fail_on, as_json))


@app.command()
def check(book: Book, asof: Asof = None, as_json: Json = False) -> None:
    """List every fault of BOOK: where, what, what would do, and whom it makes invalid.

    Exit code 0 without faults, 1 with faults, 2 when the book cannot be used at all.
    """
    raise typer.Exit(book_commands.check(book, day_of(asof), as_json))


@app.command()
@grouped
def plan(
    *,
    book: Book,
    household: Decided,
    asof: Asof = None,
    planning: Planning,
    asking: Asking,
    certify: Certify = False,
    as_json: Json = False,
) -> None:
    """Plan one household and explain the plan on one screen.

    What is asked beside its policy, in a file or by options, is answered with the plan and what it
    changed; or with what cannot be kept together, and figures that were tried and work.
    """
    choice = Choice(planning.backend, planning.solver, planning.mode, certify=certify)
    raise typer.Exit(
        book_commands.plan(book, household, day_of(asof), choice, asking.asked(), as_json)
    )


@app.command()
@grouped
def frontier(
    *,
    book: Book,
    household: Decided,
    asof: Asof = None,
    sweep: Sweep,
    as_json: Json = False,
) -> None:
    """Trace one household's frontier: tracking error and every term as one weight goes up."""
    raise typer.Exit(book_commands.frontier(book, household, day_of(asof), sweep, as_json))


@app.command()
@grouped
def drift(
    *,
    book: Book,
    asof: Asof = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Plan whoever needs an answer, and add the orders.")
    ] = False,
    told: Told,
    planning: Planning,
) -> None:
    """List who breached what, by how much, in order of priority: cash needs, then drift.

    Whom no trigger of its policy names is not listed.
    """
    choice = Choice(planning.backend, planning.solver, planning.mode)
    raise typer.Exit(book_commands.drift(book, day_of(asof), propose, choice, told.shown()))


@book_app.command("copy")
def copy_book(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="Folder of the book's tables.")],
    to: Annotated[str, typer.Argument(metavar="URL", help="Database without a book in it.")],
    as_json: Json = False,
) -> None:
    """Copy the tables and policies of BOOK into a database: SQLite or PostgreSQL."""
    raise typer.Exit(book_commands.copy_book(book, to, as_json))


@book_app.command()
@grouped
def generate(
    made: SyntheticBook,
    asof: Asof = None,
    as_json: Json = False,
) -> None:
    """Write a synthetic book: realistic lot ages and gains, wash-sale histories, budgets."""
    raise typer.Exit(book_commands.generate(made, day_of(asof), as_json))


@law_app.command("check")
def law_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Cases as JSON.")],
    as_json: Json = False,
) -> None:
    """Run a file of tax cases and print expected and got; exit code 0 only if all pass."""
    raise typer.Exit(book_commands.law_check(file, as_json))


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Of which command.")] = None,
    as_json: Json = False,
) -> None:
    """Print the JSON Schema of what a command says with --json; without NAME, list them."""
    raise typer.Exit(schema_commands.schema(name, as_json))


app.add_typer(transition_app.app)
app.add_typer(tuning_app.app)
app.add_typer(run_app.app)
app.add_typer(agent_app.app)
app.add_typer(rules_app.app)
app.add_typer(order_app.app)
app.add_typer(settle_app.app)
app.add_typer(market_app.app)
app.add_typer(serve_app.app)
app.add_typer(import_app.app)
book_app.command("new")(import_app.new)
app.add_typer(report_app.app)
