"""The command that tries another policy on a sample of a run: `hearth tuning`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from nightly.cli.grouped import grouped
from nightly.cli.options import Force, Json, Run
from nightly.tuning.sample import LARGEST_SAMPLE

SAMPLE: Final = 12
"""Households of a sample where no number is given."""

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Challenger:
    """Which policy of the book, and what is written in its place."""

    policy: Annotated[str, typer.Option(metavar="ID", help="Policy of the book: the champion.")] = (
        "standard"
    )
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another value of a key, limits.te_max=0.01; nothing leaves it out. May be given "
            "again.",
        ),
    ] = None
    challenger: Annotated[
        Path | None, typer.Option(help="Policy file that is tried in its place.")
    ] = None


@app.command()
@grouped
def tuning(
    *,
    run_folder: Run,
    challenger: Challenger,
    households: Annotated[
        int, typer.Option(min=1, max=LARGEST_SAMPLE, help="Households it is tried on.")
    ] = SAMPLE,
    out: Annotated[
        Path | None, typer.Option(help="New file for the challenger, as TOML with its digest.")
    ] = None,
    book: Annotated[
        str | None, typer.Option(help="Where the run's book is now [default: where it was].")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Worker processes; 0 works in the command's own process.")
    ] = 1,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Try another policy on a sample of RUN's households, and say what it would change.

    Both policies are planned now, and every plan is judged by both: who gets worse by the
    champion's own measure, distributions, shadow prices. Without --set or --challenger the
    policy's keys are listed beside their defaults. Nothing is written into the book. Exit code 1
    if the challenger is no policy, or a household has no plan under one of the two.
    """
    from nightly.cli import tuning_commands

    asked = tuning_commands.Asked(run_folder, challenger, households, book, workers)
    raise typer.Exit(tuning_commands.tuning(asked, (out, force), as_json))
