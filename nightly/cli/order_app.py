"""Commands about orders: look at plans, decide on them, let orders leave, book the answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli.grouped import grouped
from nightly.cli.options import (
    RUNS,
    AskedBack,
    By,
    Chosen,
    Force,
    Json,
    OrderFormat,
    Out,
    Roles,
    Run,
    Sender,
    Some,
    Why,
)
from nightly.fills.tolerance import FAR_OFF

app = typer.Typer()

Register = Annotated[
    Path, typer.Option(help="The register of orders, or the folder of runs it is in.")
]

Override = Annotated[
    list[str] | None,
    typer.Option("--override", metavar="RULE", help="A rule or limit to go beyond on purpose."),
]


@app.command()
@grouped
def approve(
    *,
    run_folder: Run,
    named: Some = None,
    by: By,
    why: Why,
    override: Override = None,
    chosen: Chosen,
    roles: Roles = None,
    as_json: Json = False,
) -> None:
    """Approve plans of RUN: their orders may then be exported.

    Plans are named, or chosen from a file or by what they come to. Decisions are added and never
    changed; the last one holds, until the orders are sent.
    """
    from nightly.cli import order_commands
    from nightly.register.deciding import Word
    from nightly.register.standing import APPROVED

    word = Word(APPROVED, why, tuple(override or ()))
    raise typer.Exit(
        order_commands.decision(run_folder, named or [], chosen, word, by, roles, as_json)
    )


@app.command()
@grouped
def reject(
    *,
    run_folder: Run,
    named: Some = None,
    by: By,
    why: Why,
    chosen: Chosen,
    roles: Roles = None,
    as_json: Json = False,
) -> None:
    """Reject plans of RUN, also such as their policy approved beforehand.

    Orders that were sent are not rejected any more: hearth cancel asks for them back.
    """
    from nightly.cli import order_commands
    from nightly.register.deciding import Word
    from nightly.register.standing import REJECTED

    word = Word(REJECTED, why)
    raise typer.Exit(
        order_commands.decision(run_folder, named or [], chosen, word, by, roles, as_json)
    )


@app.command()
def export(
    run_folder: Run,
    table_format: OrderFormat = "csv",
    out: Out = None,
    by: Sender = "",
    again: Annotated[
        bool,
        typer.Option("--again", help="Write what is under way once more, as possible duplicates."),
    ] = False,
    book: Annotated[
        str | None, typer.Option(help="Where the run's book is now [default: where it was].")
    ] = None,
    book_again: Annotated[
        bool,
        typer.Option(
            "--book-again",
            help="Book in the register what left by the runs' own marks and it does not know.",
        ),
    ] = False,
    prices_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day of the run's prices, if it is old and they are meant all the same.",
        ),
    ] = None,
    roles: Roles = None,
    as_json: Json = False,
) -> None:
    """Write the approved orders of RUN, once: as tickets, and as blocks with their allocation.

    Send either the tickets or the blocks. Every order is judged again from the book of the run
    before it leaves. What is not approved, was rejected, was answered by a newer run, or does not
    know of other orders of its household stays behind and is told. What was sent before is not sent
    again.
    """
    from nightly.cli import order_commands

    raise typer.Exit(
        order_commands.export(
            run_folder,
            (table_format, out, by, again, prices_of and prices_of.date()),
            book,
            roles,
            as_json,
            book_again,
        )
    )


@app.command()
@grouped
def cancel(
    *,
    run_folder: Run,
    named: Some = None,
    asked: AskedBack,
    roles: Roles = None,
    as_json: Json = False,
) -> None:
    """Ask orders and money of RUN back that were sent: writes cancel requests (FIX 35=F, CSV).

    Where they stand changes with the market's answer only.
    """
    from nightly.cli import order_commands

    raise typer.Exit(order_commands.cancel(run_folder, named or [], asked, roles, as_json))


@app.command()
def fills(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="FIX execution reports (35=8), or CSV.")
    ],
    register: Register = RUNS,
    out: Annotated[
        Path | None, typer.Option(help="New CSV file of what of each fill is whose.")
    ] = None,
    price_tolerance: Annotated[
        float, typer.Option(min=0.0, help="Share of the book's price that a fill may lie off.")
    ] = float(FAR_OFF),
    by: Sender = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what it would do, and book nothing.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Book the market's answers in FILE: acknowledged, filled in part or whole, ended.

    CSV has ticket_id or block_id, fill_id, shares and price, and may have state, trade_date and
    text. Blocks are allocated back in share steps. Rows that do not fit are refused one by one and
    told; exit code 1 if any was. A fill that is known is not booked twice.
    """
    from nightly.cli import fill_commands

    if preview:
        raise typer.Exit(fill_commands.preview(file, register, price_tolerance, as_json))
    raise typer.Exit(
        fill_commands.fills(file, register, by, price_tolerance, (out, force), as_json)
    )


@app.command()
def pending(run_folder: Run, as_json: Json = False) -> None:
    """List the plans of RUN that wait for a person, with what they come to and why."""
    from nightly.cli import looking_commands

    raise typer.Exit(looking_commands.pending(run_folder, as_json))


@app.command()
def show(
    run_folder: Run,
    household: Annotated[
        str | None, typer.Argument(metavar="[HOUSEHOLD]", help="Its id [default: all].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the plans of RUN, or HOUSEHOLD's, as stored: orders, lots, states, decisions."""
    from nightly.cli import looking_commands

    raise typer.Exit(looking_commands.show(run_folder, household, as_json))


@app.command()
def orders(
    register: Register = RUNS,
    state: Annotated[str | None, typer.Option(help="In this state only.")] = None,
    household: Annotated[str | None, typer.Option(help="Of this household only.")] = None,
    as_json: Json = False,
) -> None:
    """List what was sent and where it stands, with every step on the way there."""
    from nightly.cli import looking_commands

    raise typer.Exit(looking_commands.orders(register, state, household, as_json))


@app.command()
def alerts(
    run_folder: Run,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="A file, https://… or smtp://HOST/?from=A&to=B."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what of RUN needs a person, and tell it once to each sink of alerts.toml, or of --to.

    Exit code 1 when a sink did not take everything: the next time tells it what is left.
    """
    from nightly.cli import alert_commands

    raise typer.Exit(alert_commands.alerts(run_folder, to or [], as_json))
