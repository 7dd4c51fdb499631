"""The pages that are looked at: nothing here changes anything, whatever is asked.

A household is asked for in the query, not in the path: an id is any text, dots and slashes too.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from models.law import year_to_come
from nightly.proof.household_record import compliance_record, household_record, plain
from nightly.proof.trail import trail_of
from nightly.register.deciding import figures_of, last_line
from nightly.register.fold import Registered
from nightly.register.looking import standing_of
from nightly.register.roles import Rights
from nightly.web.filters import SORTS, Wanted, asked_of, digest, wanted_of, whole
from nightly.web.queue import PAGE_ROWS, Queue
from nightly.web.ready import SENDABLE
from nightly.web.stages import DECIDABLE, Stage, stage_of
from nightly.web.visits import Visit
from workbench.pages.documents import as_pdf, document
from workbench.pages.rendering import address

BULK: Final = 5_000
"""Plans that one press may approve: more than that is decided by file, on the command line."""

AGAIN_SECONDS: Final = 3
"""Seconds after which a page about a run under way asks again."""


def runs(visit: Visit, request: Request) -> Response:
    """List the complete runs, and those that are under way."""
    found = []
    for run_id in visit.desk.run_ids():
        facts = visit.desk.run(run_id).bench.facts
        told = {name: facts[name] for name in ("asof", "households", "counts")}
        found.append({"run_id": run_id, **told})
    going = [far for name in visit.desk.unfinished() if (far := visit.desk.under_way(name))]
    record = {"runs": found, "under_way": [each.as_data() for each in going]}
    return visit.page("runs", record, here="runs", runs=found)


def newest(visit: Visit, request: Request) -> Response:
    """Go to the newest run."""
    found = visit.desk.run_ids()
    return RedirectResponse(address(found[0]) if found else "/runs", 303)


def tonight(visit: Visit, request: Request) -> Response:
    """Show the queue of a run: filtered, in order, a page of it; or how far it is."""
    going = visit.desk.under_way(request.path_params["run"])
    if going is not None:
        return visit.page("under_way", going.as_data(), here="runs", again_in=AGAIN_SECONDS)
    desk = visit.run(request)
    queue = desk.queue()
    query = request.query_params
    wanted = wanted_of(query)
    number = whole(query.get("page", "0"))
    with visit.desk.following.now() as now:
        found = queue.page(wanted, number, now)
        run_id = desk.bench.folder.run_id
        lines = [last_line(now.plans.get((run_id, row["household_id"]))) for row in found.rows]
        bulk = _bulk(queue, wanted, now)
    record = {
        "households": len(queue.ids),
        "found": found.found,
        "rows": [{**row, "stage": row["stage"].name} for row in found.rows],
        "stages": {stage.name: count for stage, count in found.stages.items()},
        "statuses": dict(found.statuses),
        "triggers": queue.triggers,
        "bulk": None if bulk is None else len(bulk[0]),
    }
    asked = asked_of(query)
    return visit.page(
        "tonight",
        plain(record),
        here="tonight",
        asof=desk.bench.asof.isoformat(),
        year_to_come=year_to_come(desk.bench.asof),
        wanted=asked,
        filtered=any(asked.values()) and asked != {**asked_of(QueryParams()), "sort": "triage"},
        stages=_stages(visit),
        words={stage.name: stage.word for stage in Stage},
        policies=queue.policies,
        sorts=list(SORTS),
        triaged=queue.triaged,
        lines=lines,
        number=number,
        pages=-(-found.found // PAGE_ROWS),
        any_waiting=any(row["stage"] is Stage.WAITING for row in found.rows)
        and "approve" in visit.rights.acts,
        bulk=None if bulk is None else {"count": len(bulk[0]), "digest": bulk[1]},
    )


def household(visit: Visit, request: Request) -> Response:
    """Show one household's plan as stored, explained, judged again."""
    desk = visit.run(request)
    name = request.query_params.get("id", "")
    run_id = desk.bench.folder.run_id
    queue = None if visit.newer is None else desk.queue()
    with visit.desk.following.now() as now:
        record = household_record(desk.bench, name, now)
        stage = stage_of(now, run_id, name) if queue is None else queue.stage(name, now)
        line = last_line(now.plans.get((run_id, name)))
    beyond = visit.rights.beyond(figures_of({**record["stored"]["plan"]}))
    may = _may(visit.rights, stage, bool(beyond))
    return visit.page(
        "household", record, here="household", stage=stage, line=line, beyond=beyond, may=may
    )


def household_json(visit: Visit, request: Request) -> Response:
    """Give the record that a household's page is made of."""
    desk = visit.run(request)
    with visit.desk.following.now() as now:
        return JSONResponse(household_record(desk.bench, request.query_params.get("id", ""), now))


def report(visit: Visit, request: Request) -> Response:
    """Give a document of a household as a file: what is in it is fetched by nobody."""
    desk, query = visit.run(request), request.query_params
    name, kind, form = (query.get(field, "") for field in ("id", "kind", "form"))
    with visit.desk.following.now() as now:
        record = compliance_record(desk.bench, name, now)
    html = document(kind, record)
    content, media, ending = html.encode(), "text/html; charset=utf-8", "html"
    if form == "pdf":
        content, media, ending = as_pdf(html), "application/pdf", "pdf"
    saved = {"content-disposition": f'attachment; filename="{kind}.{ending}"'}
    return Response(content, media_type=media, headers=saved)


def order(visit: Visit, request: Request) -> Response:
    """Show the trail of an order."""
    folder = visit.run(request).bench.folder
    record = trail_of(folder, request.query_params.get("id", ""))
    return visit.page("order", plain(record), here="order")


def next_waiting(visit: Visit, request: Request) -> Response:
    """Go to the household that waits next in the order of triage."""
    desk = visit.run(request)
    with visit.desk.following.now() as now:
        after = request.query_params.get("after", "")
        later = desk.queue().next_after(after, Wanted(stage=Stage.WAITING), now)
    run_id = desk.bench.folder.run_id
    if later is None:
        return RedirectResponse(address(run_id, "send"), 303)
    return RedirectResponse(address(run_id, "household", id=later), 303)


def send_page(visit: Visit, request: Request) -> Response:
    """Show what waits, what is ready to leave, and what left with its fills."""
    desk = visit.run(request)
    folder, queue = desk.bench.folder, desk.queue()
    with visit.desk.following.now() as now:
        found = queue.page(Wanted(stage=Stage.WAITING), 0, now)
        why = queue.reasons([row["household_id"] for row in found.rows])
        waiting = [
            standing_of(now, folder.run_id, {**row, "reason": why[row["household_id"]]})
            for row in found.rows
        ]
        ready = queue.at(SENDABLE, now)
        leaves = desk.ready.as_of(now, visit.rights, queue, visit.desk.run_ids())
        left = [p for _, p in sorted(now.parcels.items()) if p.run_id == folder.run_id]
        sent = desk.sent_as_of(now)
    record = {
        "stages": {stage.name: count for stage, count in found.stages.items()},
        "waiting": waiting,
        "ready": leaves.leaves,
        "stays": len(leaves.stays),
        "parcels": [
            {
                **{name: getattr(p, name) for name in ("number", "kind", "place", "form")},
                "files": dict(p.files),
                "count": len(p.tickets),
            }
            for p in left
        ],
        "blocks": sent.blocks,
        "tickets": sent.first,
        "sent": sent.count,
        "money": sent.money,
        "moved": sent.moved,
    }
    rights = visit.rights
    return visit.page(
        "send",
        plain(record),
        here="send",
        stages=_stages(visit),
        beyond=[list(rights.beyond(figures_of(row)).values()) for row in waiting],
        more_waiting=found.found > len(waiting),
        more_tickets=sent.count > len(sent.first),
        custodian=visit.desk.custodian is not None,
        more_money=sent.moved > len(sent.money),
        ready=leaves,
        seen=ready.seen,
        may_send="send" in rights.acts,
        why_not=f"{rights.person} ({rights.role}) may not send; ask somebody whose role may",
    )


def bulk_of(queue: Queue, wanted: Wanted, now: Registered) -> list[tuple[int, str]]:
    """Return whoever waits inside a filter's limits, each with the line last seen of it."""
    run_id = queue.folder.run_id
    names = queue.names(_inside(wanted), now)
    return [(last_line(now.plans.get((run_id, name))), name) for name in names]


def _inside(wanted: Wanted) -> Wanted:
    return Wanted(
        Stage.WAITING, wanted.status, wanted.trigger, wanted.policy, wanted.named, wanted.limits
    )


def _bulk(
    queue: Queue, wanted: Wanted, now: Registered
) -> tuple[list[tuple[int, str]], str] | None:
    if not wanted.limits or wanted.stage not in (None, Stage.WAITING):
        return None
    if not 0 < queue.count(_inside(wanted), now) <= BULK:
        return None
    found = bulk_of(queue, wanted, now)
    return found, digest(found)


def _stages(visit: Visit) -> list[Stage]:
    """Return the stages that a page has tiles for: of the newest run none is answered anew."""
    return [stage for stage in Stage if stage is not Stage.ANSWERED or visit.newer is not None]


def _may(rights: Rights, stage: Stage, beyond: bool) -> dict[str, Any]:
    """Return which forms a person gets, and why none where none."""
    decidable = stage in DECIDABLE
    override = "override" in rights.acts
    approve = decidable and "approve" in rights.acts and (override or not beyond)
    reject = decidable and "reject" in rights.acts and stage is not Stage.REJECTED
    why = ""
    if stage in (Stage.SENT, Stage.ENDED):
        why = "Its orders were sent: hearth cancel asks for them back."
    elif stage is Stage.ANSWERED:
        why = "A newer run has answered this household: decide there."
    elif not decidable:
        why = "There are no orders to decide on."
    elif not approve:
        why = f"{rights.person} ({rights.role}) may not approve this; ask somebody whose role may."
    return {"approve": approve, "reject": reject, "override": override, "why_not": why}
