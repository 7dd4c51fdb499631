"""Tuning: a policy edited beside its defaults, and what it would change on a sample of the book.

The address holds the whole question, as in What if, and looking at it plans nothing: a trial is
begun by a form, by whoever may `tune`, and its answer is found again by its digest. Nothing is
written into the book: the policy is a file to be saved, with its digest on the first line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, RedirectResponse, Response

from models.book.policies.files import PolicyFile
from models.book.policies.rules import RULES
from nightly.proof.bench import Bench
from nightly.proof.household_record import plain
from nightly.tuning.edited import Edited, edited, keys_of
from nightly.tuning.effect import NAMES, asked_record, digest_of, effect
from nightly.tuning.sample import LARGEST_SAMPLE, Sample, sample_of
from nightly.tuning.trial import tried
from nightly.web.desk import RunDesk
from nightly.web.doors import Form
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit
from workbench.pages.rendering import address

POLICY, HOUSEHOLDS = "policy", "households"
"""Fields beside the policy's own keys, which have a dot in their names."""

SAMPLE: Final = 12
"""Households of a sample where no number is given."""

TEXT: Final = 300
"""Characters of a field at most."""

AGAIN_SECONDS: Final = 2

Fields = list[tuple[str, str]]


def tuning(visit: Visit, http: HttpRequest) -> Response:
    """Show a policy's keys, and the trial of the address if somebody began it."""
    bench = _bench(visit.run(http))
    fields = http.query_params.multi_items()
    asked, told, record = _record(visit, bench, fields)
    running = record["progress"] is not None
    return visit.page(
        "tuning",
        record,
        here="tuning",
        fields=told,
        most=LARGEST_SAMPLE,
        names=NAMES,
        policies=sorted(n for n, file in bench.policies.items() if file.policy is not None),
        saved=f"{address(visit.run_id, 'policy.toml')}?{urlencode(fields)}",
        may_tune="tune" in visit.rights.acts,
        edited=bool(asked.changed),
        again_in=AGAIN_SECONDS if running else 0,
    )


def tuning_json(visit: Visit, http: HttpRequest) -> Response:
    """Give the record that the page is made of."""
    bench = _bench(visit.run(http))
    return JSONResponse(_record(visit, bench, http.query_params.multi_items())[2])


def policy_file(visit: Visit, http: HttpRequest) -> Response:
    """Give the policy as a file: what is not given is left out, and its digest stands first."""
    bench = _bench(visit.run(http))
    asked, _, _ = _asked(bench, http.query_params.multi_items())
    if asked.file.policy is None:
        raise RefusedError(400, "; ".join(str(fault) for fault in asked.file.faults))
    saved = {"content-disposition": 'attachment; filename="policy.toml"'}
    return Response(asked.saved(), media_type="application/toml", headers=saved)


def tune(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Begin a trial and go to the address that shows it; with faults nothing is begun."""
    visit.rights.must("tune")
    bench = _bench(desk)
    fields = [(name, form.one(name)) for name in dict.fromkeys(name for name, _ in form.told)]
    asked, told, households = _asked(bench, fields)
    was = {f"{key['section']}.{key['key']}": key["was"] for key in keys_of(asked.was, {})}
    kept = [(name, text) for name, text in told.items() if text.strip() != was.get(name, "")]
    head = [(POLICY, asked.was.policy_id), (HOUSEHOLDS, str(households))]
    where = f"{address(bench.folder.run_id, 'tuning')}?{urlencode([*head, *kept])}"
    if asked.file.policy is not None:
        sample = sample_of(bench, asked.was.policy_id, households)
        if not sample.household_ids:
            raise RefusedError(409, "no household of this run has that policy: choose another")
        work = partial(_tried, bench, asked, sample)
        digest = digest_of(asked, sample, bench.folder.run_id)
        visit.desk.trials.begin(digest, 2 * len(sample.household_ids), work)
    return RedirectResponse(where, 303)


def _tried(
    bench: Bench, asked: Edited, sample: Sample, on_tick: Callable[[], None]
) -> dict[str, Any]:
    found = tried(bench, bench.book, sample, (asked.was, asked.file), on_tick)
    record: dict[str, Any] = plain(effect(asked, sample, found))
    return record


def _record(
    visit: Visit, bench: Bench, fields: Fields
) -> tuple[Edited, dict[str, str], dict[str, Any]]:
    asked, told, households = _asked(bench, fields)
    sample = sample_of(bench, asked.was.policy_id, households)
    record = asked_record(bench, asked, sample, told, households)
    trying = visit.desk.trials.of(digest_of(asked, sample, bench.folder.run_id))
    if trying is not None and asked.file.policy is not None:
        if not trying.answer.done():
            record["progress"] = {"done": trying.done, "total": trying.total}
        elif trying.answer.exception() is not None:
            record["failed"] = str(trying.answer.exception())
        else:
            record["effect"] = trying.answer.result()
    made: dict[str, Any] = plain(record)
    return asked, told, made


def _asked(bench: Bench, fields: Fields) -> tuple[Edited, dict[str, str], int]:
    """Return the policy as edited, the fields that are keys of it, and how many households.

    Raises
    ------
    RefusedError
        If a field is given twice or too long, or there is no such policy.
    """
    names = [name for name, _ in fields]
    if len(names) != len(set(names)):
        raise RefusedError(400, "a field is given twice: give it once")
    if any(len(text) > TEXT for _, text in fields) or len(names) > len(RULES) + TEXT:
        raise RefusedError(400, f"give {TEXT} characters a field at most")
    told = dict(fields)
    keys = {name: told[name] for name in _keys(names)}
    was = _policy(bench, told.get(POLICY, "") or "standard")
    households = _households(told.get(HOUSEHOLDS, "").strip() or str(SAMPLE))
    return edited(was, keys, bench.classes), keys, households


def _keys(names: Iterable[str]) -> list[str]:
    return [name for name in names if "." in name]


def _policy(bench: Bench, policy_id: str) -> PolicyFile:
    found = bench.policies.get(policy_id)
    if found is None or found.policy is None:
        raise RefusedError(404, "the book has no such policy that can be read: choose another")
    return found


def _households(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= LARGEST_SAMPLE:
        raise RefusedError(400, f"households: give 1 to {LARGEST_SAMPLE}")
    return int(text)


def _bench(desk: RunDesk) -> Bench:
    if desk.bench.changed:
        raise RefusedError(409, "the book has changed since this run: plan again, then tune")
    return desk.bench
