"""Commands about what was traded: the next night's book, and a custodian's beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli.options import Force, Json, day_of

app = typer.Typer()

Tables = Annotated[
    str, typer.Argument(metavar="BOOK", help="Folder of the book's tables, or a database's URL.")
]
Day = ["%Y-%m-%d"]


@app.command()
def settle(
    *,
    book: Tables,
    register: Annotated[
        Path | None,
        typer.Option(
            help="The register of orders, or the folder of runs it is in [default: that of runs, "
            "if there is one: corporate actions alone need none]."
        ),
    ] = None,
    out: Annotated[
        str, typer.Option(help="New folder of the next book, or URL of an empty database.")
    ],
    since: Annotated[
        datetime | None,
        typer.Option(formats=Day, help="The day that BOOK shows [default: its newest price_date]."),
    ] = None,
    asof: Annotated[
        datetime | None,
        typer.Option(formats=Day, help="The last day to settle [default: the newest fill's]."),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out",
            help="Leave out the accounts of whom a corporate action reaches and who is not settled "
            "[default: there is no next book then].",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Book the register's fills and BOOK's corporate actions into the next night's book.

    Lots, cash, trades and year-to-date gains by the exact ledger, at the prices paid; what BOOK
    shows already is not booked twice. Exit code 1 if a household could not be settled: it stays as
    it was. A corporate action reaches all who hold its security, or there is no next book.
    """
    from nightly.cli import settle_commands
    from nightly.settle.settling import Span

    span = Span(day_of(since), day_of(asof), leave_out)
    raise typer.Exit(settle_commands.settled(book, register, span, out, as_json))


@app.command()
def reconcile(
    book: Tables,
    custodian: Annotated[
        str, typer.Argument(metavar="CUSTODIAN", help="The custodian's book: a folder or a URL.")
    ],
    ready: Annotated[
        Path | None,
        typer.Option(help="New file of the ids that need not wait, for hearth run --households."),
    ] = None,
    alerts: Annotated[
        Path | None,
        typer.Option(metavar="RUNS", help="Tell the sinks of alerts.toml beside these runs."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Compare BOOK, as it is expected, with the custodian's: every difference by its kind.

    Positions, lots, cash, basis by account, gains by filing unit. Exit code 1 if there is a
    difference. Whether its household waits says the policy (data.differences).
    """
    from nightly.cli import settle_commands

    raise typer.Exit(settle_commands.reconciled(book, custodian, (ready, force, alerts), as_json))
