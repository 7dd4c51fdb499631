"""The command line `hearth`: each command reads its arguments, calls one thing, and says it.

Exit codes, the same for every command: 0 when everything was answered (`invalid` and `infeasible`
are answers), 1 when some household failed or was refused (or `check` or `verify` found something),
2 when the book, the folder or the command cannot be used. Errors are one message, without a
traceback; with ``--json`` they are a document too. Solvers are imported inside the commands that
solve: `hearth --version` should not wait for them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import HearthError
from models.policy import Policy
from nightly import console

ANSWERED, TROUBLED, UNUSABLE = 0, 1, 2

app = typer.Typer(
    name="hearth",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Rebalances whole households as convex programs, and proves how good the answers are.",
)
book_app = typer.Typer(no_args_is_help=True, help="Make books.")
law_app = typer.Typer(no_args_is_help=True, help="Check the law against cases.")
app.add_typer(book_app, name="book")
app.add_typer(law_app, name="law")

Book = Annotated[Path, typer.Argument(metavar="BOOK", help="Folder of the book's tables.")]
Asof = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="As-of date; without it, the newest price date."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of a page.")]
Backend = Annotated[
    str | None, typer.Option(help="arrays or cvxpy, instead of what the policies say.")
]
Solver = Annotated[
    str | None, typer.Option(help="piqp, clarabel, osqp, ecos, ... instead of the policies'.")
]


@app.callback(invoke_without_command=True)
def _top(
    show_version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False,
) -> None:
    if show_version:
        typer.echo(f"hearth {hearth_version()}")
        raise typer.Exit(ANSWERED)


def entry() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    as_json = "--json" in arguments
    try:
        code = app(args=list(arguments), prog_name="hearth", standalone_mode=False)
        return int(code or ANSWERED)
    except HearthError as error:
        return _refuse(type(error).__name__, str(error), as_json)
    except KeyboardInterrupt:
        return _refuse("Interrupted", "interrupted; what was written is kept", as_json)
    except Exception as error:
        # usage errors, whichever click the command line library was built with
        said = getattr(error, "format_message", None)
        if said is None:
            raise
        return _refuse("UsageError", f"{said()} (hearth --help says more)", as_json)


def hearth_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("hearth")
    except PackageNotFoundError:
        return "not installed"


def _refuse(kind: str, message: str, as_json: bool) -> int:
    if as_json:
        console.say_json({"error": {"kind": kind, "message": message}})
    else:
        Console(stderr=True, highlight=False).print(
            f"hearth: {message}", markup=False, soft_wrap=True
        )
    return UNUSABLE


def _chosen(backend: str | None, solver: str | None, policy: Policy) -> Policy:
    choice = replace(
        policy.solver,
        name=solver or policy.solver.name,
        backend=backend or policy.solver.backend,
    )
    return replace(policy, solver=choice)
