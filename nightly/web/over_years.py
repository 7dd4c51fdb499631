"""Transition over years: a household planned ahead under yearly tax budgets; nothing is kept.

The record is the one of `hearth transition --json`, with the run that it stands beside.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from nightly.proof.household_record import plain, run_facts
from nightly.web.asking import stored_at
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit
from workbench.pages.documents import COLOURS
from workbench.transition import transition

YEARS: Final = 5
"""Years that are shown where none are named."""

MOST_YEARS, MOST_BUDGETS = 10, 3
"""What a page may ask at most: dozens of plans, while somebody waits; the command line plans more.
"""


def over_years(visit: Visit, http: HttpRequest) -> Response:
    """Show how much tax each year takes until the target, and the tracking error of each."""
    record = _record(visit, http)
    return visit.page(
        "transition",
        record,
        here="household",
        name=record["household_id"],
        colours=COLOURS,
        asked=_budgets(http),
        budgets=MOST_BUDGETS,
        most_years=MOST_YEARS,
        years=_years(http),
    )


def over_years_json(visit: Visit, http: HttpRequest) -> Response:
    """Give the record that the page is made of."""
    return JSONResponse(_record(visit, http))


def _record(visit: Visit, http: HttpRequest) -> dict[str, Any]:
    found = stored_at(visit, http)
    told = transition(found.household, found.policy, _years(http), _budgets(http)).as_data()
    record: dict[str, Any] = plain({**told, "run": run_facts(visit.run(http).bench)})
    return record


def _years(http: HttpRequest) -> int:
    text = http.query_params.get("years", "").strip() or str(YEARS)
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text[:3]) <= MOST_YEARS:
        raise RefusedError(400, f"years: give 1 to {MOST_YEARS}; hearth transition plans more")
    return int(text)


def _budgets(http: HttpRequest) -> list[float]:
    """Return the yearly budgets that are asked for, `RefusedError` where one is no number."""
    given = [text.strip() for text in http.query_params.getlist("tax_budget_usd") if text.strip()]
    if len(given) > MOST_BUDGETS:
        raise RefusedError(400, f"budgets: give {MOST_BUDGETS} at most")
    try:
        return [float(text.replace(",", "").replace("$", "")) for text in given]
    except ValueError as error:
        raise RefusedError(400, "tax a year: give dollars, as in 2,500") from error
