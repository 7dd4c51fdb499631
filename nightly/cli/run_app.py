"""Commands about a run that stands: prove it, decide on its plans, let its orders leave."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightly.cli import run_commands
from nightly.cli.options import Book, By, Decided, Json, Run, Why

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
    raise typer.Exit(run_commands.verify(book, run_folder, as_json))


@app.command()
def approve(run_folder: Run, household: Decided, by: By, why: Why, as_json: Json = False) -> None:
    """Approve the plan of HOUSEHOLD in RUN: its orders may then be exported.

    Decisions are added and never changed; the last one holds.
    """
    raise typer.Exit(run_commands.decision(run_folder, household, "approved", by, why, as_json))


@app.command()
def reject(run_folder: Run, household: Decided, by: By, why: Why, as_json: Json = False) -> None:
    """Reject the plan of HOUSEHOLD in RUN, even one that its policy approved beforehand."""
    raise typer.Exit(run_commands.decision(run_folder, household, "rejected", by, why, as_json))


@app.command()
def export(
    run_folder: Run,
    table_format: Annotated[str, typer.Option("--format", help="csv or fix (FIX 4.4).")] = "csv",
    out: Annotated[
        Path | None, typer.Option(help="New folder [default: RUN/exports/<number>].")
    ] = None,
    fills: Annotated[
        Path | None,
        typer.Option(help="CSV of block_id, shares: allocate these fills of blocks, pro rata."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the approved orders of RUN as tickets and as blocks with their allocation.

    Send either the tickets or the blocks. What is neither approved by policy nor by a person, or
    was rejected, stays behind and is told.
    """
    raise typer.Exit(run_commands.export(run_folder, table_format, out, fills, as_json))


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
    raise typer.Exit(run_commands.replay_plan(run_folder, household, book, as_json))


@app.command()
def trace(
    run_folder: Run,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="Its order_id.")],
    as_json: Json = False,
) -> None:
    """Tell how ORDER of RUN came to be: inputs, rule, policy, law, solver, bound, approval."""
    raise typer.Exit(run_commands.trace_order(run_folder, order, as_json))
