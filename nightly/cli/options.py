"""The words of the command line: arguments and options that several commands take."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nightly.run.stores import local_folder

Book = Annotated[
    Any,
    typer.Argument(
        metavar="BOOK",
        help="Folder of the book's tables, or a database's URL.",
        parser=local_folder,
    ),
]
Asof = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="As-of date [default: the newest price_date]."),
]
RUNS = Path("runs")
"""Folder of runs when none is named."""

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of a page.")]
Backend = Annotated[str | None, typer.Option(help="arrays or cvxpy, for all policies.")]
Solver = Annotated[str | None, typer.Option(help="piqp, clarabel, osqp, ecos; for all policies.")]
Certify = Annotated[
    bool,
    typer.Option("--certify", help="Spend solves on branching, for a tighter bound of each plan."),
]

Mode = Annotated[
    str | None,
    typer.Option(help="full, buy_only, sell_only, harvest_only or hold; for all policies."),
]

Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]
Decided = Annotated[str, typer.Argument(metavar="HOUSEHOLD", help="Its id.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Why = Annotated[str, typer.Option(help="The reason, for whoever asks later.")]


def day_of(moment: datetime | None) -> date | None:
    """Return the date that an option gave, if it gave one."""
    return None if moment is None else moment.date()
