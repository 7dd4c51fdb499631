"""The words of the command line: arguments and options that several commands take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nightly.cli.drift import Shown
from nightly.run.choices import CommandError, Night
from nightly.run.fail_on import DEFAULT, KINDS
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

Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
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
Some = Annotated[list[str] | None, typer.Argument(metavar="[HOUSEHOLD]...", help="Their ids.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Sender = Annotated[str, typer.Option(help="Who asks for it [default: the name of the login].")]
Why = Annotated[str, typer.Option(help="The reason, for whoever asks later.")]
Roles = Annotated[
    Path | None, typer.Option(help="Who may do what, as TOML [default: roles.toml beside RUN].")
]
OrderFormat = Annotated[str, typer.Option("--format", help="csv or fix (FIX 4.4).")]
Out = Annotated[Path | None, typer.Option(help="New folder [default: RUN/exports/<number>].")]


@dataclass(frozen=True, slots=True)
class Where:
    """Which book, as of when, and where the run goes."""

    place: Annotated[
        str | None, typer.Argument(metavar="BOOK", help="Folder of the book's tables, or a URL.")
    ] = None
    asof: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As-of date.")] = None
    book: Annotated[str | None, typer.Option(metavar="URL", help="BOOK said in another way.")] = (
        None
    )
    out: Annotated[Path, typer.Option(help="Folder that gets a folder for this run.")] = RUNS

    def one_book(self) -> str | None:
        """Return the book's place, however it was said.

        Raises
        ------
        CommandError
            If two books are named.
        """
        if self.place is not None and self.book is not None and self.place != self.book:
            raise CommandError(f"BOOK {self.place} and --book {self.book} are two books; name one")
        return self.place or self.book


@dataclass(frozen=True, slots=True)
class Solving:
    """Who solves, for all policies, and whether solves are spent on tighter bounds."""

    backend: Backend = None
    solver: Solver = None
    certify: Certify = False


@dataclass(frozen=True, slots=True)
class Work:
    """Whom a run answers, how its tables are written, and who works."""

    households: Annotated[
        Path | None, typer.Option(help="File of household ids, one a line [default: all].")
    ] = None
    table_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet"
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with a run that did not finish.")
    ] = None
    workers: Annotated[
        int, typer.Option(min=0, help="Worker processes; 0 works in the command's own process.")
    ] = 1
    engine: Annotated[str, typer.Option(help="local or dask.")] = "local"
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler, tcp://host:port.")
    ] = None
    time_limit: Annotated[
        float, typer.Option(min=0.0, help="Seconds for one household, 0 for no limit.")
    ] = 600.0

    def night(self, out: Path) -> Night:
        """Return the night that is asked for."""
        return Night(
            out,
            self.households,
            self.table_format,
            self.resume,
            self.workers,
            self.engine,
            self.scheduler,
            self.time_limit,
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """How every household may trade, and how much the night answers."""

    mode: Mode = None
    max_households: Annotated[
        int | None, typer.Option(help="Households the night answers; the rest are deferred.")
    ] = None
    max_usd: Annotated[
        float | None, typer.Option(help="Dollars of trades the night answers, estimated.")
    ] = None
    fail_on: Annotated[
        str, typer.Option(metavar="KINDS", help=f"Exit code 1 on: {', '.join(KINDS)}; or none.")
    ] = DEFAULT
    earlier: Annotated[
        bool, typer.Option(help="Carry on what runs of earlier dates in OUT left under way.")
    ] = True


@dataclass(frozen=True, slots=True)
class Planning:
    """Who solves and how every household may trade, for all policies."""

    backend: Backend = None
    solver: Solver = None
    mode: Mode = None


@dataclass(frozen=True, slots=True)
class Told:
    """How a list is to be said, and where to."""

    table_format: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = (
        "table"
    )
    out: Annotated[
        Path | None, typer.Option(help="New file for csv, json or parquet [default: stdout].")
    ] = None
    force: Force = False
    as_json: Json = False

    def shown(self) -> Shown:
        """Return the form that was asked for, `CommandError` where there is no such."""
        return Shown("json" if self.as_json else self.table_format, self.out, self.force)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One weight that goes from `least` to `most` in so many points; whole plans or relaxed."""

    term: Annotated[
        str,
        typer.Option(help="tracking_error, tax, basis_change, trading_cost or tax_drag."),
    ] = "tax"
    least: Annotated[float, typer.Option(help="Least weight of the term.")] = 0.1
    most: Annotated[float, typer.Option(help="Greatest weight of the term.")] = 10.0
    points: Annotated[int, typer.Option(help="Points, in equal ratios.")] = 50
    plans: Annotated[
        bool, typer.Option("--plans", help="Whole plans, verified, not relaxed points.")
    ] = False
    out: Annotated[Path | None, typer.Option(help="CSV file [default: printed].")] = None
    force: Force = False


@dataclass(frozen=True, slots=True)
class SyntheticBook:
    """What a generated book should be, and where it goes."""

    households: Annotated[int, typer.Option(min=1, help="How many households.")]
    kind: Annotated[str, typer.Option(help="etf, mixed or index: 15, 60 or 520 securities.")]
    out: Annotated[Path, typer.Option(help="New folder for the book.")]
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same book.")] = 0
    table_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet"


def day_of(moment: datetime | None) -> date | None:
    """Return the date that an option gave, if it gave one."""
    return None if moment is None else moment.date()


@dataclass(frozen=True, slots=True)
class AskedBack:
    """What of a run is asked back, by whom and why, and how the request leaves."""

    by: By
    why: Why
    ticket: Annotated[
        list[str] | None,
        typer.Option("--ticket", help="This ticket, order or movement of money only."),
    ] = None
    sent: Annotated[
        str,
        typer.Option("--sent", help="tickets or blocks: which were sent [default: as filled]."),
    ] = ""
    again: Annotated[
        bool, typer.Option("--again", help="Ask once more for what was asked back before.")
    ] = False
    table_format: OrderFormat = "csv"
    out: Out = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which plans of a run, beside those that are named: from a file, or by what they come to."""

    households: Annotated[Path | None, typer.Option(help="File of household ids, one a line.")] = (
        None
    )
    waiting: Annotated[bool, typer.Option("--waiting", help="All that wait for a person.")] = False
    policy: Annotated[str | None, typer.Option(help="Of this policy only.")] = None
    max_usd: Annotated[float | None, typer.Option(help="That trade at most so many dollars.")] = (
        None
    )
    max_tax_usd: Annotated[float | None, typer.Option(help="That cause at most so much tax.")] = (
        None
    )
    max_orders: Annotated[int | None, typer.Option(help="With at most so many orders.")] = None

    @property
    def limits(self) -> dict[str, float]:
        """Limits that are given, by the name that roles give them."""
        named = {name: getattr(self, name) for name in ("max_usd", "max_tax_usd", "max_orders")}
        return {name: float(limit) for name, limit in named.items() if limit is not None}
