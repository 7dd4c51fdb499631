"""The market's answers, sent in as a file: looked at first, then booked as `hearth fills` books.

    file sent in → what it would do, nothing written → pressed → one line of the register

What is booked is the bytes that were looked at, and only if they still come to what was shown: the
register is held while that is asked. Rows that do not fit are refused one by one with the reason,
and a file that comes twice books nothing. Whoever may send orders may say what became of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from nightly.fills.booking import book, looked_at
from nightly.fills.money import book_money, money_looked_at, says_of_money
from nightly.fills.reports import AnswersFile, effect_of
from nightly.fills.tolerance import FAR_OFF
from nightly.proof.household_record import plain
from nightly.register.deciding import MeanwhileError
from nightly.run.stores import register_copied
from nightly.web.desk import RunDesk
from nightly.web.doors import Form
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit

LISTED: Final = 200
"""Rows of a table; the command line has them all."""

NAMED: Final = 100
"""Characters of a file's name that the register keeps."""


def looked(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Show what a file of answers would move and what of it does not fit; book nothing."""
    visit.rights.must("send")
    if form.file is None or not form.file.content:
        raise RefusedError(400, "choose a file of the broker's answers first")
    file = AnswersFile(_plainly_named(form.file.name), form.file.content)
    with visit.desk.following.now() as now:
        told = (
            money_looked_at(now, file)
            if says_of_money(file.content)
            else looked_at(now, file, FAR_OFF).as_data()
        )
    if told["booked"]:
        visit.desk.shelf.put(visit.person, file)
    return _shown(visit, file, told, seen=effect_of(told))


def booked(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Book a file that was looked at, if it still does what was shown."""
    visit.rights.must("send")
    sha256, shelf = form.one("sha256"), visit.desk.shelf
    file = shelf.of(visit.person, sha256)
    if file is None:
        raise MeanwhileError(
            "the file is not at hand any more: it was booked already, or others were sent in "
            "since, or the server was started again. Send it in again"
        )
    shown = form.one("seen")
    if not shown:
        raise RefusedError(400, "the form is not as this page makes it")
    file, register = replace(file, shown=shown), visit.desk.following
    told: dict[str, Any]
    if says_of_money(file.content):
        told = book_money(register, file, visit.rights)
    else:
        told = book(register, file, visit.rights, FAR_OFF).as_data()
    shelf.take(visit.person, sha256)
    return _shown(visit, file, told, untold=register_copied(register.path))


def _shown(
    visit: Visit, file: AnswersFile, told: dict[str, Any], seen: str = "", untold: str = ""
) -> Response:
    """Return the page of what a file did, or with `seen` of what it would do."""
    record = {"file": file.name, "register": str(visit.desk.following.path), **told}
    return visit.page(
        "answers",
        plain(record),
        here="send",
        most=LISTED,
        seen=seen,
        untold=untold,
        of_money="money" in told,
        becomes=Counter(row["state"] for row in told.get("moved", told["booked"])),
    )


def _plainly_named(name: str) -> str:
    """Return a file's name as the register keeps it: no folders, nothing that is not shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last))[:NAMED].strip() or "a file without a name"
