"""What is asked of a household on the command line: a file, single options, or both.

Options only add to the file; what both say is refused, for one of them would be ignored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from models.errors import RequestError
from models.request.reading import read_request, request_of
from models.request.record import Request

SOME = list[str] | None

OPTIONS: Final = {
    "tax_budget_usd": "--tax-budget",
    "gain_budget_usd": "--gain-budget",
    "te_max": "--te-max",
    "max_turnover": "--max-turnover",
    "max_cost_usd": "--max-cost",
    "max_cost_bps": "--max-cost-bps",
    "raise_usd": "--raise",
    "invest_usd": "--invest",
    "after_tax": "--after-tax",
    "keep": "--keep",
    "keep_lots": "--keep-lot",
    "sell": "--sell",
    "sell_lots": "--sell-lot",
    "exclude": "--exclude",
    "avoid_gains": "--avoid-gains",
    "take_gains_usd": "--take-gains",
    "weights": "--weight",
    "accounts_out": "--leave-account",
}
"""Key of a request → its option."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request on the command line."""

    request: Annotated[Path | None, typer.Option(help="Request as a JSON file.")] = None
    tax_budget_usd: Annotated[
        float | None,
        typer.Option("--tax-budget", help="Most tax of a filing unit this year, dollars."),
    ] = None
    gain_budget_usd: Annotated[
        float | None,
        typer.Option("--gain-budget", help="Most recognised gains of a filing unit this year."),
    ] = None
    te_max: Annotated[
        float | None, typer.Option("--te-max", help="Most tracking error a year, 0.02 is 2%.")
    ] = None
    max_turnover: Annotated[
        float | None, typer.Option("--max-turnover", help="Most turnover one way, 0.1 is 10%.")
    ] = None
    max_cost_usd: Annotated[
        float | None, typer.Option("--max-cost", help="Most that trading may cost, dollars.")
    ] = None
    max_cost_bps: Annotated[
        float | None, typer.Option("--max-cost-bps", help="The same, in basis points.")
    ] = None
    raise_usd: Annotated[float | None, typer.Option("--raise", help="Dollars to pay out.")] = None
    invest_usd: Annotated[float | None, typer.Option("--invest", help="Dollars that come in.")] = (
        None
    )
    after_tax: Annotated[
        bool, typer.Option("--after-tax", help="Leave what is raised in hand after tax.")
    ] = False
    keep: Annotated[SOME, typer.Option("--keep", help="Security not to sell.")] = None
    keep_lots: Annotated[SOME, typer.Option("--keep-lot", help="Lot not to sell.")] = None
    sell: Annotated[SOME, typer.Option("--sell", help="Security to sell out.")] = None
    sell_lots: Annotated[SOME, typer.Option("--sell-lot", help="Lot to sell whole.")] = None
    exclude: Annotated[SOME, typer.Option("--exclude", help="Security not to buy.")] = None
    avoid_gains: Annotated[bool, typer.Option("--avoid-gains", help="Sell no lot at a gain.")] = (
        False
    )
    take_gains_usd: Annotated[
        float | None, typer.Option("--take-gains", help="Least gains to recognise, dollars.")
    ] = None
    weights: Annotated[
        SOME, typer.Option("--weight", metavar="TERM=WEIGHT", help="Weight of a term.")
    ] = None
    accounts_out: Annotated[
        SOME, typer.Option("--leave-account", help="Account that is left alone.")
    ] = None

    def asked(self) -> Request:
        """Return the request.

        Raises
        ------
        RequestError
            If file and options say the same key, or ask what nobody can ask.
        """
        data = {} if self.request is None else read_request(self.request).as_data()
        for key, option in OPTIONS.items():
            given = getattr(self, key)
            if given is None or given is False:
                continue
            if key in data:
                raise RequestError(f"{option}: {self.request} says {key} already; name it once")
            data[key] = _weights(given) if key == "weights" else given
        return request_of(data)


def _weights(given: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in given:
        term, _, weight = text.partition("=")
        try:
            found[term.strip()] = json.loads(weight)
        except (ValueError, RecursionError) as error:
            raise RequestError(f"--weight {text}: write TERM=WEIGHT, as in tax=2") from error
    return found
