"""The market's answers, sent in as a file: booked and told as `hearth fills` books and tells them.

One line of the register, whole or not at all; what does not fit is refused row by row with the
reason, and a file that comes twice books nothing. Whoever may send orders may say what became of
them. Refused: a look at what would be booked first, whose word is old when it is pressed; rows
that fit are fitted to what holds then, by whoever holds the register.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from nightly.fills.booking import book
from nightly.fills.fitting import FAR_OFF
from nightly.fills.money import book_money, says_of_money
from nightly.fills.reports import AnswersFile
from nightly.proof.household_record import plain
from nightly.run.stores import register_copied
from nightly.web.desk import RunDesk
from nightly.web.doors import Form
from nightly.web.refusals import RefusedError
from nightly.web.visits import Visit

LISTED: Final = 200
"""Rows of a table; the command line has them all."""

NAMED: Final = 100
"""Characters of a file's name that the register keeps."""


def answered(visit: Visit, desk: RunDesk, form: Form) -> Response:
    """Book a file of answers, and show what it moved and what of it does not fit."""
    visit.rights.must("send")
    if form.file is None or not form.file.content:
        raise RefusedError(400, "choose a file of the broker's answers first")
    file = AnswersFile(_plainly_named(form.file.name), form.file.content)
    register = visit.desk.following.register
    told: dict[str, Any]
    if says_of_money(file.content):
        told = book_money(register, file, visit.rights)
    else:
        told = book(register, file, visit.rights, FAR_OFF).as_data()
    untold = register_copied(register.path)
    record = {"file": file.name, "register": str(register.path), **told}
    return visit.page(
        "answers",
        plain(record),
        here="send",
        most=LISTED,
        untold=untold,
        of_money="money" in told,
    )


def _plainly_named(name: str) -> str:
    """Return a file's name as the register keeps it: no folders, nothing that is not shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last))[:NAMED].strip() or "a file without a name"
