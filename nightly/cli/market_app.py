"""`hearth market`: the shipped facts of funds and classes, made from one's own prices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED

app = typer.Typer(name="market", no_args_is_help=True, rich_markup_mode=None, help="Market facts.")


@app.callback()
def _top() -> None:
    """Make market facts."""


@app.command()
def measure(
    prices: Annotated[
        Path, typer.Argument(metavar="PRICES", help="Folder or table of daily closes, by ticker.")
    ],
    dividends: Annotated[Path, typer.Option(help="CSV of Date, ticker, Dividends.")],
    out: Annotated[Path, typer.Option(help="Folder for covariance.csv and funds.csv.")],
    market: Annotated[
        Path | None, typer.Option(help="Own classes.csv, funds.csv, ..: they win row by row.")
    ] = None,
    since: Annotated[str, typer.Option(help="First month of the covariance.")] = "2008-01",
) -> None:
    """Measure covariance, yields and basis risk from PRICES: the shipped tables were made so."""
    from scenarios.measured.measure import measure as measured_from
    from scenarios.measured.measure import write_measured

    found = measured_from(prices, dividends, market, since)
    write_measured(found, out)
    span = f"{found.months} months, {found.first_month} to {found.last_month}"
    console.say(
        f"covariance of {span}, shrunk by {found.intensity:.3f}; {len(found.funds)} funds in {out}"
    )
    if found.left_out:
        console.say(f"without prices of their proxies: {', '.join(found.left_out)}")
    raise typer.Exit(ANSWERED)
