"""The command that opens the workbench: `hearth serve`."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED
from nightly.cli.grouped import grouped
from nightly.cli.options import RUNS, Book
from nightly.run.choices import CommandError

app = typer.Typer()

Runs = Annotated[Path, typer.Option(help="Folder of runs.")]


@dataclass(frozen=True, slots=True)
class People:
    """Who looks and decides, and who vouches for them."""

    by: Annotated[str, typer.Option(help="Who decides [default: the name of the login].")] = ""
    roles: Annotated[
        Path | None, typer.Option(help="Who may do what, as TOML [default: RUNS/roles.toml].")
    ] = None
    identity_header: Annotated[
        str, typer.Option(help="Header in which a proxy names the person.")
    ] = ""
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token that the proxy shows.")
    ] = None


@app.command()
@grouped
def serve(
    book: Book,
    runs: Runs = RUNS,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    *,
    people: People,
    name: Annotated[
        list[str] | None, typer.Option(help="Name that the server is asked for by, beside its own.")
    ] = None,
    compared: Annotated[
        Path | None, typer.Option(help="CSV of a comparison with heuristics, for Evidence.")
    ] = None,
    custodian: Annotated[
        Path | None, typer.Option(help="Book of what a custodian shows, for Approve and send.")
    ] = None,
) -> None:
    """Open the workbench on BOOK and its runs: look, approve, send; on this machine only.

    The line that is printed opens it in a browser. For more than one person put a proxy in front
    that knows people: --identity-header, with --token-file for what the proxy shows.
    """
    try:
        from nightly.web.serving import Listening, serve
    except ImportError as error:
        raise CommandError(
            f"the workbench needs packages that are not installed ({error.name}): "
            "pip install -e '.[web]'"
        ) from error
    person = people.by.strip() or getpass.getuser()
    asked = Listening(
        host,
        port,
        person,
        people.identity_header,
        people.token_file,
        tuple(name or ()),
        people.roles,
        compared,
        custodian,
    )

    def told(line: str) -> None:
        console.say(line)
        sys.stdout.flush()  # whoever starts it waits for the address

    serve(book, runs, asked, told)
    raise typer.Exit(ANSWERED)
