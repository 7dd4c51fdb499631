"""What a form may change: decisions, and letting orders leave; each once, and as it was seen.

The register's own lock and table of states decide who was first. Whoever comes second is told who
was, and nothing of theirs is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from nightly.export.sending import Wish, send
from nightly.proof.audit import Difference
from nightly.proof.before_leaving import judged_again
from nightly.register.deciding import ACT, MeanwhileError, Word, decide, decide_all
from nightly.register.register import beside
from nightly.register.standing import APPROVED
from nightly.run.stores import register_copied
from nightly.web.desk import RunDesk
from nightly.web.doors import Form
from nightly.web.filters import digest, wanted_of
from nightly.web.looking import bulk_of
from nightly.web.ready import SENDABLE, ready_to_leave
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit
from optimizer.judge.verify import verify
from workbench.pages.rendering import address
from workbench.wording import counted

FORMATS: Final = ("csv", "fix")

WHY: Final = 500
"""Characters of a reason at most."""

CHANGED: Final = "what is ready to leave has changed meanwhile: look again"

LISTED: Final = 50
"""Households left behind that a page lists; the export's own file has them all."""


def decided(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Write down one decision on the plans that were chosen on a page."""
    seen = dict(_plan(each) for each in form.all("plan"))
    if not seen:
        raise RefusedError(400, "choose a household first")
    word = _word(form, seen)
    folder = desk.bench.folder
    if len(seen) == 1:
        (name,) = seen
        decide(folder, name, word, visit.rights, visit.desk.following)
        _copied(desk)
        return RedirectResponse(address(folder.run_id, "household", id=name), 303)
    return _many(visit, desk, list(seen), word)


def decided_all(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Approve whoever waits inside the limits of a filter, as the page showed them."""
    told = {name: form.one(name) for name, _ in form.told}
    wanted = wanted_of(told)
    if not wanted.limits:
        raise RefusedError(400, "approving all of them takes a limit")
    with visit.desk.following.now() as now:
        found = bulk_of(desk.queue(), wanted, now)
    if digest(found) != form.one("seen"):
        raise MeanwhileError("who waits inside these limits has changed meanwhile: look again")
    seen = {name: line for line, name in found}
    word = Word(APPROVED, _why(form), (), seen)
    return _many(visit, desk, list(seen), word)


def sent(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Let what is ready leave, once, if it is still what the page showed."""
    wanted, seen = form.one("form"), form.one("seen")
    if wanted not in FORMATS:
        raise RefusedError(400, f"choose one of {', '.join(FORMATS)}")
    folder = desk.bench.folder
    visit.rights.must("send")
    if visit.over:
        raise MeanwhileError("a newer run has answered these households: nothing of this one left")
    with visit.desk.following.now() as now:
        if desk.queue().at(SENDABLE, now).seen != seen:
            raise MeanwhileError(CHANGED)
        ready = set(ready_to_leave(desk.queue(), now))

    def judged(households: Sequence[str]) -> list[Difference]:
        if not set(households) <= ready:  # decided on since, before the register was held
            raise MeanwhileError(CHANGED)
        return judged_again(folder, households, str(visit.desk.book), verify)

    wish = Wish(wanted, None, visit.rights, "sent from the workbench")
    found = send(folder, wish, judged, register=visit.desk.following)
    _copied(desk)
    with visit.desk.following.now() as now:  # while whoever sends waits, not when they look next
        desk.sent_as_of(now)
    facts = found.facts
    left_out = [f"{name}: {why}" for name, why in facts["left_out"].items()]
    if found.place is None:
        return visit.told(
            "Nothing new left",
            [f"{counted(facts['sent_before'], 'ticket')} of this run left before."],
            "wait",
            listed=left_out[:LISTED],
            links=[(address(folder.run_id, "send"), "Back to Approve and send")],
        )
    return visit.told(
        f"{_what_left(facts)} left",
        [
            f"{counted(facts['households'], 'household')} in {counted(facts['blocks'], 'block')}, "
            f"in {found.place}. Send either the tickets or the blocks.",
            *([f"{len(left_out)} stayed behind:"] if left_out else []),
        ],
        listed=left_out[:LISTED],
        links=[(address(folder.run_id, "send"), "What left")],
    )


def _what_left(facts: Mapping[str, Any]) -> str:
    told = [counted(facts["tickets"], "ticket")] if facts["tickets"] else []
    if facts["movements"]:
        told.append(counted(facts["movements"], "movement") + " of money")
    return " and ".join(told)


def _many(visit: Visit, desk: RunDesk, names: list[str], word: Word) -> Response:
    folder = desk.bench.folder
    found = decide_all(folder, names, word, visit.rights, visit.desk.following)
    _copied(desk)
    refused = [f"{name}: {why}" for name, why in found.refused.items()]
    made = f"{counted(len(found.made), 'plan')} {word.decision}"
    return visit.told(
        made if not refused else f"{made}, {len(refused)} not",
        [f"by {visit.person}: {word.why}"],
        "wait" if refused else "good",
        listed=refused[:LISTED],
        links=[
            (address(folder.run_id), "Back to Tonight"),
            (address(folder.run_id, "send"), "Approve and send"),
        ],
    )


def _word(form: Form, seen: dict[str, int]) -> Word:
    decision = form.one("decision")
    if decision not in ACT:
        raise RefusedError(400, "approve or reject")
    return Word(decision, _why(form), tuple(dict.fromkeys(form.all("override"))), seen)


def _why(form: Form) -> str:
    why = form.one("why").strip()
    if not why or len(why) > WHY:
        raise RefusedError(400, f"a reason of up to {WHY} characters is needed")
    return why


def _plan(told: str) -> tuple[str, int]:
    line, _, name = told.partition(" ")
    if not line.isascii() or not line.isdecimal() or len(line) > 12:
        raise RefusedError(400, "the form is not as this page makes it")
    return name, int(line)


def _copied(desk: RunDesk) -> None:
    """Bring what was decided to the database, where the run is in one."""
    register_copied(beside(desk.bench.folder.path).path)
