"""The command that looks ahead: `hearth transition`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from models.book.read import read_book
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED
from nightly.cli.options import Asof, Book, Decided, Json, day_of
from nightly.partition.newest_price import newest_price_date
from workbench.wording import money, number, percent, whole_usd

app = typer.Typer()


@app.command()
def transition(
    book: Book,
    household: Decided,
    years: Annotated[int, typer.Option(help="Years that are planned, this one first.")] = 5,
    tax_budget: Annotated[
        list[float] | None,
        typer.Option(help="Dollars of tax a year and filing unit; may be given again."),
    ] = None,
    asof: Asof = None,
    as_json: Json = False,
) -> None:
    """Plan one household year after year, until it is where its policy leads it.

    Without a tax budget, with its own where it has any, and with each that is given in its place
    [default: half and a quarter of the dearest year without one]. Every year's plan starts from
    what the last one left on the exact ledger, and passes the judge; prices are held.
    """
    from workbench.transition import transition as planned

    read = read_book(book, day_of(asof) or newest_price_date(book))
    of = read.household(household)
    told = planned(of, read.policy(of.policy_id), years, tax_budget or ()).as_data()
    if as_json:
        console.say_json(told)
    else:
        _print(told)
    raise typer.Exit(ANSWERED)


def _print(told: dict[str, Any]) -> None:
    page = console.page()
    for path in told["paths"]:
        page.print(f"{path['name']}: {_outcome(path)}")
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for name in ("year", "answer", "orders", "tax ($)", "tracking error", "carried out ($)"):
            table.add_column(name, justify="left" if name == "answer" else "right")
        for year in path["years"]:
            if year["tax_usd"] is None:
                table.add_row(str(year["year"]), year["status"])
                continue
            table.add_row(
                str(year["year"]),
                year["status"],
                str(year["orders"]),
                money(year["tax_usd"]),
                f"{number(percent(year['te_after']), 2)} %",
                money(year["carried_short"] + year["carried_long"]),
            )
        page.print(table)
    for note in told["notes"]:
        page.print(f"· {note}", soft_wrap=True)


def _outcome(path: dict[str, Any]) -> str:
    last = path["years"][-1]
    if last["tax_usd"] is None:
        return f"no plan in {last['year']}"
    there = f"not there by {last['year']}"
    if path["arrived"]:
        there = f"there in {path['arrived']}"
    elif path["rests_from"]:
        there = f"at rest from {path['rests_from']}, not quite there"
    return f"{there}, {whole_usd(path['tax_usd'])} of tax in all"
