"""Differences with the custodian: what should be there after what was filled, and what is shown.

Looking changes nothing and books nothing; whoever plans the next night reconciles on the command
line, where households that differ are kept back.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from nightly.proof.household_record import plain
from nightly.reconcile.expected import differences
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit

COMPARED: Final = 3_000
"""Households that a page compares at most, some seconds; the command line has no end."""

LISTED: Final = 200
"""Differences that a page lists; `hearth reconcile --json` has them all."""


def custodian(visit: Visit, http: Request) -> Response:
    """Show what differs from a custodian's book, by household."""
    return visit.page("custodian", _record(visit, http), here="send", most=LISTED)


def custodian_json(visit: Visit, http: Request) -> Response:
    """Give the record that the page is made of."""
    return JSONResponse(_record(visit, http))


def _record(visit: Visit, http: Request) -> dict[str, Any]:
    desk, place = visit.run(http), visit.desk.custodian
    if place is None:
        raise RefusedError(
            404, "no custodian's book is at hand: hearth serve … --custodian FOLDER names one"
        )
    if desk.bench.facts["households"] > COMPARED:
        raise RefusedError(
            409, f"the run has more than {COMPARED:,} households: hearth reconcile compares them"
        )
    told: dict[str, Any] = plain(differences(visit.desk.book, visit.desk.following.register, place))
    return {"run_id": desk.bench.folder.run_id, **told}
