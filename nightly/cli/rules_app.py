"""The commands that ask rules backwards: `hearth rules touch`, `break` and `cite`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from models.book.read import read_book
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED
from nightly.cli.options import Asof, Book, Json, day_of
from nightly.partition.newest_price import newest_price_date
from nightly.results.run_folder import RunFolder

app = typer.Typer()
rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Ask rules backwards.")
app.add_typer(rules_app, name="rules")


@rules_app.command()
def touch(
    book: Book,
    name: Annotated[str, typer.Argument(metavar="ID", help="An account's or a lot's id.")],
    asof: Asof = None,
    as_json: Json = False,
) -> None:
    """Say which rules touch an account or a lot of BOOK, where, and whose they are."""
    from nightly.rules.touched import touched

    found = touched(read_book(book, day_of(asof) or newest_price_date(book)), name)
    if as_json:
        console.say_json(found)
    else:
        console.say(
            f"{found['kind']} {name} of {found['household_id']}, policy {found['policy_id']}"
        )
        _print(found["rules"], ("rule", "where", "whose"))
    raise typer.Exit(ANSWERED)


@rules_app.command("break")
def break_(
    book: Book,
    change: Annotated[
        str, typer.Argument(metavar="CHANGE", help="As in a policy: limits.te_max = 0.01; ...")
    ],
    asof: Asof = None,
    run: Annotated[
        Path | None, typer.Option(help="A night's folder: what its plans come to counts too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which households of BOOK a change of rules would break, and by what figure."""
    from nightly.rules.breaking import breaking

    day = day_of(asof) or newest_price_date(book)
    found = breaking(book, day, change, None if run is None else RunFolder(run.resolve()))
    rows = [asdict(each) for each in found]
    if as_json:
        console.say_json({"change": change, "broken": rows})
    else:
        _print(rows, ("household_id", "rule", "said"))
        households = len({each.household_id for each in found})
        console.say(f"{households} households would break {change}")
    raise typer.Exit(ANSWERED)


@rules_app.command()
def cite(
    section: Annotated[str, typer.Argument(metavar="SECTION", help="1091, 1091(a), 401(a)(9)")],
    as_json: Json = False,
) -> None:
    """Say what cites a section of law: dated figures, rules, the ledger and the judge."""
    from nightly.rules.citing import citing

    rows = [asdict(each) for each in citing(section)]
    if as_json:
        console.say_json({"section": section, "cited_by": rows})
    else:
        _print(rows, ("place", "name", "words"))
    raise typer.Exit(ANSWERED)


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[name]) for name in columns))
    console.page().print(table)
