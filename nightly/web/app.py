"""The workbench as an application: addresses, what answers them, and how a refusal is told.

    request → host of ours → person → page, or form → action → page

Looking and acting never share an address's method: what is got changes nothing, what changes is
posted with a form of this server's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from models.errors import HearthError, UnknownHouseholdError
from nightly.proof.trail import UnknownOrderError
from nightly.register.deciding import MeanwhileError
from nightly.register.roles import Rights, RoleError, rights_of, roles_beside
from nightly.run.stores import heed_database
from nightly.web import acting, answering, asking, custodian, evidence, looking, over_years, tuning
from nightly.web.desk import Desk, NoSuchRunError, NotReadYetError, RunDesk
from nightly.web.doors import Door, Form, with_headers
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit, rights_at
from workbench.pages.rendering import STATIC, address

Look = Callable[[Visit, Request], Response]
Act = Callable[[Visit, RunDesk, Form], Response]

LOOKS: Final[Mapping[str, Look]] = {
    "/": looking.newest,
    "/runs": looking.runs,
    "/runs/{run}": looking.tonight,
    "/runs/{run}/household": looking.household,
    "/runs/{run}/household.json": looking.household_json,
    "/runs/{run}/order": looking.order,
    "/runs/{run}/report": looking.report,
    "/runs/{run}/what-if": asking.what_if,
    "/runs/{run}/what-if.json": asking.what_if_json,
    "/runs/{run}/transition": over_years.over_years,
    "/runs/{run}/transition.json": over_years.over_years_json,
    "/runs/{run}/request.json": asking.request_json,
    "/runs/{run}/next": looking.next_waiting,
    "/runs/{run}/send": looking.send_page,
    "/runs/{run}/custodian": custodian.custodian,
    "/runs/{run}/custodian.json": custodian.custodian_json,
    "/runs/{run}/tuning": tuning.tuning,
    "/runs/{run}/tuning.json": tuning.tuning_json,
    "/runs/{run}/evidence": evidence.evidence,
    "/runs/{run}/evidence.json": evidence.evidence_json,
    "/runs/{run}/replay": evidence.replayed,
    "/runs/{run}/verify": evidence.verified_again,
    "/runs/{run}/policy.toml": tuning.policy_file,
}
"""Address → the page that is looked at there."""

ACTS: Final[Mapping[str, Act]] = {
    "/runs/{run}/decide": acting.decided,
    "/runs/{run}/decide-all": acting.decided_all,
    "/runs/{run}/send": acting.sent,
    "/runs/{run}/tune": tuning.tune,
    "/runs/{run}/answers": answering.looked,
    "/runs/{run}/answers/book": answering.booked,
}
"""Address → what a form that is posted there does."""

TAKES_FILE: Final = frozenset({answering.looked})
"""What takes a form with a file, and no other."""

CODES: Final[tuple[tuple[type[HearthError], int, str], ...]] = (
    (NoSuchRunError, 404, "No such run"),
    (UnknownHouseholdError, 404, "No such household"),
    (UnknownOrderError, 404, "No such order"),
    (RoleError, 403, "Not yours to do"),
    (MeanwhileError, 409, "Somebody was first"),
    (HearthError, 409, "That cannot be done"),
)
"""Error → how it is answered, the first that fits."""

AGAIN_SECONDS: Final = 2
"""Seconds after which a page that waits for a run to be read asks again."""


def workbench(desk: Desk, door: Door, roles: Path | None = None) -> Any:
    """Return the application; `roles` is the file of roles, by default beside the runs."""
    roles_beside(desk.runs, roles)

    def visit_of(request: Request) -> Visit:
        person = door.who(request)
        try:
            where = roles_beside(desk.runs, roles)
            rights = rights_of(person, where) if door.identity_header else rights_at(person, where)
        except RoleError as error:
            raise RefusedError(403, f"{error}: ask to be given one") from error
        run = str(request.path_params.get("run", ""))
        return Visit(desk, door, rights, run if run in desk.run_ids() else "")

    def looked(look: Look) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await run_in_threadpool(_looked, look, visit_of, request)

        return _told(door, desk, answer)

    def acted(act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = await run_in_threadpool(visit_of, request)
            form = await door.form(request, visit.person, act in TAKES_FILE)
            return await run_in_threadpool(_acted, act, visit, request, form)

        return _told(door, desk, answer)

    async def enter(request: Request) -> Response:
        return door.enter(request.query_params)

    routes = [
        Route("/enter", _told(door, desk, enter), methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC)),
        *(Route(place, looked(look), methods=["GET"]) for place, look in LOOKS.items()),
        *(Route(place, acted(act), methods=["POST"]) for place, act in ACTS.items()),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _plainly})
    return with_headers(app)


def _looked(look: Look, visit_of: Callable[[Request], Visit], request: Request) -> Response:
    visit = visit_of(request)
    try:
        return look(visit, request)
    except NotReadYetError:
        return visit.told(
            "The run is being read",
            ["Its queue is laid out once, the first time it is opened. This page comes by itself."],
            "wait",
            202,
            again_in=AGAIN_SECONDS,
        )
    except HearthError as error:
        return _refused(visit, error)


def _acted(act: Act, visit: Visit, request: Request, form: Form) -> Response:
    try:
        desk = visit.run(request)
        heed_database(visit.desk.following.path)
        return act(visit, desk, form)
    except HearthError as error:
        return _refused(visit, error)


def _refused(visit: Visit, error: HearthError) -> Response:
    if isinstance(error, RefusedError):
        code, title = error.code, "That cannot be done"
    else:
        code, title = next((c, t) for kind, c, t in CODES if isinstance(error, kind))
    back = address(visit.run_id) if visit.run_id else "/runs"
    said = "Back to Tonight" if visit.run_id else "All runs"
    return visit.told(title, [str(error)], "bad", code, links=[(back, said)])


def _told(
    door: Door, desk: Desk, answer: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return an answer that first asks for whom and through which name, and tells why not."""

    async def safely(request: Request) -> Response:
        try:
            door.must_be_asked_for(request.headers)
            return await answer(request)
        except RefusedError as error:
            nobody = Visit(desk, door, Rights("", "", frozenset()), "")
            return nobody.told("Not so", [str(error)], "bad", error.code)

    return safely


async def _plainly(request: Request, error: Exception) -> Response:
    """Tell what no address answers, without a word of what was asked for."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(f"{code}\n", code)
