"""The command that opens the door for programs: `hearth agent`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli.exit_codes import ANSWERED
from nightly.cli.options import RUNS, Book
from nightly.run.choices import CommandError

app = typer.Typer()


@app.command()
def agent(
    book: Book,
    runs: Annotated[Path, typer.Option(help="Folder of runs.")] = RUNS,
    by: Annotated[str, typer.Option(help="Who asks [default: the name of the login].")] = "",
    household: Annotated[
        list[str] | None, typer.Option(help="Household that may be asked of [default: all].")
    ] = None,
    roles: Annotated[
        Path | None, typer.Option(help="Who may do what, as TOML [default: RUNS/roles.toml].")
    ] = None,
) -> None:
    """Let a program ask of BOOK's latest night over standard input and output (MCP).

    It may look, plan what is asked, and propose; it never approves or sends. Every attempt is a
    line of RUNS/programs.jsonl.
    """
    try:
        from nightly.door.server import door_of
    except ImportError as error:
        raise CommandError(
            f"the door needs packages that are not installed ({error.name}): "
            "pip install -e '.[agent]'"
        ) from error
    person = by.strip() or getpass.getuser()
    door_of(book, runs, person, frozenset(household or ()), roles).run("stdio")
    raise typer.Exit(ANSWERED)
