"""What if: a request read from an address, answered beside the night's plan; nothing is kept.

A link holds the whole question, so it can be shared, and saving it gives the file that `hearth plan
--request` takes. The answer is that command's, with the run's own plan as the standing one.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from starlette.datastructures import QueryParams
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from models.errors import RequestError
from models.request.reading import request_of
from models.request.record import Request
from nightly.proof.bench import Bench
from nightly.proof.explained import AsStored, as_stored
from nightly.proof.household_record import plain, run_facts
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit
from optimizer.requests.ask import ask
from workbench.asked import answer_document
from workbench.explain import explain
from workbench.frontier import point_of, relaxed_frontier, settings
from workbench.pages.rendering import address

AMOUNTS: Final = ("tax_budget_usd", "gain_budget_usd", "raise_usd", "invest_usd", "take_gains_usd")
"""Keys of a request that are dollars and asked for as such."""

SWITCHES: Final = ("after_tax", "avoid_gains")
LISTS: Final = ("keep", "sell", "exclude", "keep_lots", "accounts_out")

PERCENTS: Final = {"tracking_error_percent": "te_max", "turnover_percent": "max_turnover"}
"""Field of the page in percent → key of the request, a fraction."""

WEIGHT: Final = "tracking_error_weight"
"""Field of the page for the weight of tracking error."""

DO: Final = "do:"
"""What begins the name of a field that says what is to become of a security."""

SHOWN_KEPT: Final = 16
"""Households whose plan and frontier are kept between clicks: a click asks for another plan only,
and these are a hundred milliseconds of it where there are many names."""

ANSWERS_KEPT: Final = 32
"""Answers that are kept: back, a link that is shared and the record ask the same again. Of a
household of many names one has some 300 kB."""

FRONTIER, LEAST, MOST, POINTS = "tracking_error", 0.01, 10.0, 9
"""Term whose weight the frontier is drawn through, from where to where, and at how many points.

Not the weight of tax: with tax alone made light the program takes gains for their later worth.
"""


def what_if(visit: Visit, http: HttpRequest) -> Response:
    """Show a household's plan beside nothing and beside a request."""
    record, request, fault = _answered(visit, http)
    told = http.query_params.multi_items()
    run_id = visit.run(http).bench.folder.run_id
    return visit.page(
        "what_if",
        record,
        here="household",
        name=record["household_id"],
        fault=fault,
        asked=request.as_data(),
        fields=dict(told),
        doing={key.removeprefix(DO): value for key, value in told if key.startswith(DO)},
        out=http.query_params.getlist("accounts_out"),
        kept=http.query_params.getlist("keep_lots"),
        saved=f"{address(run_id, 'request.json')}?{http.url.query}",
    )


def what_if_json(visit: Visit, http: HttpRequest) -> Response:
    """Give the record that the page is made of."""
    record, _, fault = _answered(visit, http)
    return JSONResponse({**record, "fault": fault})


def _answered(visit: Visit, http: HttpRequest) -> tuple[dict[str, Any], Request, str]:
    """Return the record of what is asked, the request, and why it cannot be asked."""
    return _answer(*_asked_at(visit, http), tuple(http.query_params.multi_items()))


@lru_cache(ANSWERS_KEPT)
def _answer(
    bench: Bench, name: str, fields: tuple[tuple[str, str], ...]
) -> tuple[dict[str, Any], Request, str]:
    found, shown = _shown(bench, name)
    record: dict[str, Any] = {**shown, "answer": None, "marks": [*shown["marks"]]}
    fault, request = "", Request()
    try:
        request = asked_of(QueryParams([*fields]))
        if request.asks:
            answer = ask(found.household, found.policy, request, standing=found.plan)
            record["answer"] = answer_document(answer)
            record["marks"].append(point_of(FRONTIER, found.policy.weights, answer.plan).row())
    except RequestError as error:
        fault = str(error)
    told: dict[str, Any] = plain(record)
    return told, request, fault


def request_json(visit: Visit, http: HttpRequest) -> Response:
    """Give a request as the file that `hearth plan --request` takes."""
    visit.run(http)
    content = json.dumps(asked_of(http.query_params).as_data(), indent=2, ensure_ascii=False)
    saved = {"content-disposition": 'attachment; filename="request.json"'}
    return Response(content + "\n", media_type="application/json", headers=saved)


def asked_of(told: QueryParams) -> Request:
    """Return the request that the fields of the page ask.

    Raises
    ------
    RequestError
        Naming every fault at once.
    """
    data: dict[str, Any] = {}
    for field in AMOUNTS:
        if told.get(field, "").strip():
            data[field] = _number(field, told[field])
    for field, key in PERCENTS.items():
        if told.get(field, "").strip():
            data[key] = _number(field, told[field]) / 100.0
    if told.get(WEIGHT, "").strip():
        data["weights"] = {"tracking_error": _number(WEIGHT, told[WEIGHT])}
    data |= {field: True for field in SWITCHES if told.get(field) == "yes"}
    for field in LISTS:
        named = [n for n in told.getlist(field) if n]
        named += [k.removeprefix(DO) for k, v in told.multi_items() if k[:3] == DO and v == field]
        if named:
            data[field] = list(dict.fromkeys(named))
    return request_of(data)


def _number(field: str, text: str) -> float:
    try:
        return float(text.replace(",", "").replace("$", "").strip())
    except ValueError as error:
        raise RequestError(f"{field.replace('_', ' ')}: {text[:40]!r} is no number") from error


def stored_at(visit: Visit, http: HttpRequest) -> AsStored:
    """Return the household with its stored plan.

    Raises
    ------
    RefusedError
        If there is nothing to argue with: another book, or data that is faulty.
    """
    return _stored(*_asked_at(visit, http))


def _asked_at(visit: Visit, http: HttpRequest) -> tuple[Bench, str]:
    bench = visit.run(http).bench
    if bench.changed:
        raise RefusedError(409, "the book has changed since this run: plan again, then ask")
    return bench, http.query_params.get("id", "")


def _stored(bench: Bench, name: str) -> AsStored:
    book = bench.household_book(name)
    if book is None:
        raise RefusedError(404, "there is no such household in this run")
    found = as_stored(book, bench.folder, name, bench.on_policy)
    if found is None:
        raise RefusedError(409, "its data is faulty: hearth check says what would do")
    return found


@lru_cache(SHOWN_KEPT)
def _shown(bench: Bench, name: str) -> tuple[AsStored, dict[str, Any]]:
    """Return a household with what stands on its page whatever is asked."""
    found = _stored(bench, name)
    household, policy, plan = found.household, found.policy, found.plan
    weights = settings(policy, FRONTIER, LEAST, MOST, POINTS)
    try:
        frontier = [point.row() for point in relaxed_frontier(household, policy, FRONTIER, weights)]
    except ValueError:  # no plan keeps the rules: there is no frontier to draw
        frontier = []
    ids = household.market.securities.security_id
    traded = {order.security_id for order in plan.orders}
    held = sorted(traded | {str(ids[place]) for place in set(household.lots.security.tolist())})
    return found, {
        "household_id": plan.household_id,
        "run": run_facts(bench),
        "standing": explain(household, policy, plan, found.units).as_data(),
        "held": held,
        "frontier": frontier,
        "marks": [point_of(FRONTIER, policy.weights, plan).row()],
    }
