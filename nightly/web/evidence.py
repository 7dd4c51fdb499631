"""Evidence: how sure a run's plans are, what binds across the book, and any of it done again.

Judging again and making again are what `hearth verify` and `hearth replay` do, by the same
functions; they change nothing, and are asked for by an address.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from nightly.proof.household_record import plain
from nightly.proof.replay import replay
from nightly.proof.verified import verified
from nightly.tuning.trial import DECISION
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit
from optimizer.judge.verify import verify

VERIFIED: Final = 3_000
"""Households of a run that a page judges again at most, some seconds; the command line has no end.
"""

DIFFERENCES: Final = 50
"""Differences that a page lists; `hearth verify --json` has them all."""


def evidence(visit: Visit, http: HttpRequest) -> Response:
    """Show gaps, what binds, and heuristics beside the run's plans."""
    desk = visit.run(http)
    record = plain(desk.evidence())
    return visit.page("evidence", record, here="evidence", most=VERIFIED, held=None, made=None)


def evidence_json(visit: Visit, http: HttpRequest) -> Response:
    """Give the record that the page is made of."""
    return JSONResponse(plain(visit.run(http).evidence()))


def verified_again(visit: Visit, http: HttpRequest) -> Response:
    """Judge every plan of the run again, and tell what differs."""
    desk = visit.run(http)
    run = desk.bench.folder
    if desk.bench.facts["households"] > VERIFIED:
        raise RefusedError(
            409, f"the run has more than {VERIFIED:,} households: hearth verify BOOK RUN judges it"
        )
    record, _ = verified(desk.bench.book, run, verify)
    told: dict[str, Any] = plain({**desk.evidence(), "verified": record})
    return visit.page("evidence", told, here="evidence", most=VERIFIED, held=DIFFERENCES, made=None)


def replayed(visit: Visit, http: HttpRequest) -> Response:
    """Make one household's answer again from the same inputs, and compare it byte for byte."""
    desk = visit.run(http)
    name = http.query_params.get("id", "")
    if not name:
        raise RefusedError(400, "name a household")
    found = replay(desk.bench.folder, name, str(desk.bench.book), DECISION)
    told: dict[str, Any] = plain({**desk.evidence(), "replay": found.as_data()})
    return visit.page("evidence", told, here="evidence", most=VERIFIED, held=None, made=name)
