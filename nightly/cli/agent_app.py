"""What is asked and proposed: `hearth propose` by hand, `hearth agent` for programs."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED
from nightly.cli.grouped import grouped
from nightly.cli.options import RUNS, Book, Decided, Json
from nightly.cli.request_options import Asking
from nightly.run.choices import CommandError
from workbench.wording import counted

app = typer.Typer()

Runs = Annotated[Path, typer.Option(help="Folder of runs.")]
Asker = Annotated[str, typer.Option(help="Who asks [default: the name of the login].")]


@app.command()
@grouped
def propose(
    *,
    book: Book,
    household: Decided,
    asking: Asking,
    why: Annotated[str, typer.Option(help="The reason, for whoever approves.")],
    runs: Runs = RUNS,
    by: Asker = "",
    roles: Annotated[
        Path | None, typer.Option(help="Who may do what, as TOML [default: RUNS/roles.toml].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Propose the plan of what is asked of HOUSEHOLD; it waits in the register for a person.

    It is planned as BOOK's latest night in RUNS saw the household, and stands there as a run of its
    own. Nothing of it leaves before somebody has approved it.
    """
    from nightly.cli.fill_commands import known
    from nightly.door.desk import desk_of
    from nightly.register.register import NAME, Register

    desk = desk_of(book, runs, by.strip() or getpass.getuser(), roles=roles)
    made = desk.propose(household, asking.asked().as_data(), why)
    if as_json:
        console.say_json(asdict(made))
    else:
        console.say(
            f"{counted(made.orders, 'order')} of {household} proposed in {made.run_id} by "
            f"{made.asked_by}: hearth approve {runs / made.run_id} {household}"
        )
    raise typer.Exit(known(Register(runs / NAME))[1])


@app.command()
def agent(
    book: Book,
    runs: Runs = RUNS,
    by: Asker = "",
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
