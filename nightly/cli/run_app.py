"""Commands that doubt a run: judge it again, make it again, tell the trail of an order."""

from __future__ import annotations

from typing import Annotated

import typer

from nightly.cli.options import Book, Decided, Json, Run

app = typer.Typer()


@app.command()
def verify(
    book: Book,
    run_folder: Run,
    as_json: Json = False,
) -> None:
    """Replay every plan of RUN on the ledger and compare with the figures it states.

    The as-of date is the run's. Exit code 0 when all agree, 1 with breaches or differences.
    """
    from nightly.cli import run_commands

    raise typer.Exit(run_commands.verify(book, run_folder, as_json))


@app.command()
def replay(
    run_folder: Run,
    household: Decided,
    book: Annotated[
        str | None, typer.Option(help="Where the book is now [default: where it was].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the plan of HOUSEHOLD in RUN again from the same inputs, and compare every byte.

    Exit code 0 when orders, lots, flows and plan are the same, 1 when they are not or when an
    input is no longer what the manifest says it was.
    """
    from nightly.cli import run_commands

    raise typer.Exit(run_commands.replay_plan(run_folder, household, book, as_json))


@app.command()
def trace(
    run_folder: Run,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="Its order_id.")],
    as_json: Json = False,
) -> None:
    """Tell how ORDER of RUN came to be: inputs, rule, policy, law, solver, bound, approval."""
    from nightly.cli import run_commands

    raise typer.Exit(run_commands.trace_order(run_folder, order, as_json))
