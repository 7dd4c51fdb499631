"""The day on which money moved is corrected by a later row that names its movement."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nightly.fills.money import book_money
from nightly.fills.reports import AnswersError, AnswersFile
from nightly.register.money import Movement
from nightly.register.paid import Shown
from nightly.register.records import data_of
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
from nightly.schemas import schema_of
from nightly.settle.money import money_due
from nightly.sql.register import copy_register
from tests.nightly.register import orders
from tests.nightly.sql.test_sql_register import rows

RUN = "2026-11-20-0001"
NAME_OF = f"{RUN}/money"
MOVEMENT = Movement(
    *(NAME_OF, RUN, orders.ASOF, "h1", "withdrawal", "h1-a", "client", Decimal(400)),
    after_sales=False,
    custodian="schwab",
    approved_by="Ann",
)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Return a register with one movement, which left."""
    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    found = Register(folder.path.parent / NAME)
    with found.held() as held:
        orders.propose(held, RUN, ["h1"])
        parcel = replace(orders.parcel(folder, []), movements=(NAME_OF,))
        told = {"parcel": data_of(parcel), "tickets": [], "lockouts": []}
        held.add("sent", "Ann", "exported", {**told, "movements": [data_of(MOVEMENT)]})
    return found


def tell(register: Register, *said: str) -> dict[str, Any]:
    """Book rows of state, day and correction."""
    lines = [f"{NAME_OF},{row}," for row in said]
    return tell_rows(register, "movement_id,state,moved_on,corrects,text", *lines)


def tell_rows(register: Register, *lines: str) -> dict[str, Any]:
    """Book a file of these lines."""
    content = "\n".join(lines).encode()
    file = AnswersFile("said", content, came_on=date(2026, 11, 27))
    found = book_money(register, file, Rights("Eve"))
    document = {"file": "said", "register": "r", **found}
    Draft202012Validator(schema_of("fills")).validate(document)
    return found


def whys(found: dict[str, Any]) -> list[str]:
    """Return why rows were refused."""
    return [row["why"] for row in found["refused"]]


def test_the_last_day_that_is_told_holds_and_the_first_is_known(register: Register) -> None:
    """As a fill's: in the register, for settling, and among the steps of the movement."""
    tell(register, "moved,2026-11-23,")
    found = tell(register, f"moved,2026-11-24,{NAME_OF}", f"moved,2026-11-25,{NAME_OF}")
    assert [row["moved_on"] for row in found["booked"]] == ["2026-11-24", "2026-11-25"]
    standing = register.read().money[NAME_OF]
    assert (standing.state, standing.moved_on) == ("moved", date(2026, 11, 25))
    assert standing.steps[-1]["text"] == "moved on 2026-11-25, told as 2026-11-24"
    for day, due in ((24, 0), (25, 1)):
        book = Shown(None, date(2026, 11, 20))
        assert len(money_due(register.read(), book, date(2026, 11, day))) == due
    again = tell(register, "moved,2026-11-23,", f"moved,2026-11-25,{NAME_OF}", "moved,,")
    assert (again["booked"], again["repeated"], again["refused"]) == ([], 3, [])


def test_another_day_is_not_passed_over_in_silence(register: Register) -> None:
    """It is refused, and the message says how to correct it."""
    tell(register, "moved,2026-11-23,")
    (why,) = whys(tell(register, "moved,2026-11-24,"))
    assert f"it moved on 2026-11-23, as was told; a row with corrects = {NAME_OF}" in why


def test_what_corrects_nothing_is_refused(register: Register) -> None:
    """What has not moved, another movement's day, a day that cannot be, another state."""
    assert "which has moved" in whys(tell(register, f"moved,2026-11-24,{NAME_OF}"))[0]
    tell(register, "moved,2026-11-23,")
    rows_ = (f"moved,2026-12-24,{NAME_OF}", "moved,2026-11-24,other", f"refused,,{NAME_OF}")
    late, other, state = whys(tell(register, *rows_))
    assert ("is after today" in late, "its own movement" in other) == (True, True)
    assert "cannot be refused" in state
    assert register.read().money[NAME_OF].moved_on == date(2026, 11, 23)


def test_a_database_has_the_day_as_it_was_corrected(register: Register, tmp_path: Path) -> None:
    """Whether or not it had the first one."""
    url = f"sqlite:///{tmp_path / 'r.db'}"
    (tmp_path / "r.db").touch()
    tell(register, "moved,2026-11-23,")
    copy_register(register.path, url)
    tell(register, f"moved,2026-11-24,{NAME_OF}")
    copy_register(register.path, url)
    assert rows(url, "select moved_on from register_money") == [("2026-11-24",)]
    last = json.loads(register.path.read_text().splitlines()[-1].partition(" ")[2])
    assert [row["corrects"] for row in last["data"]["corrections"]] == [NAME_OF]


def test_a_file_that_is_read_again_corrects_no_day_again(register: Register) -> None:
    """Not even where a later file has corrected it since."""
    older = ("moved,2026-11-23,", *(f"moved,2026-11-{day},{NAME_OF}" for day in (24, 25)))
    assert len(tell(register, *older)["booked"]) == 3
    assert tell(register, *older)["repeated"] == 3
    tell(register, f"moved,2026-11-26,{NAME_OF}")
    assert tell(register, *older)["repeated"] == 3
    assert register.read().money[NAME_OF].moved_on == date(2026, 11, 26)


def test_a_file_that_has_grown_corrects_no_day_again(register: Register) -> None:
    """Its rows are those that they were, whatever stands below them by now."""
    rows = ("moved,2026-11-23,", *(f"moved,2026-11-{day},{NAME_OF}" for day in (24, 25, 24, 26)))
    for length in (2, 3, 5, 4, 5):
        tell(register, *rows[:length])
    assert [day.day for day in register.read().money[NAME_OF].days] == [23, 24, 25, 24, 26]


def test_what_is_misnamed_or_torn_is_told(register: Register) -> None:
    """A day called otherwise stops the file, a row of other cells stands by itself."""
    with pytest.raises(AnswersError, match="'moved on' is nearly 'moved_on'"):
        tell_rows(register, "movement_id,state,moved on", f"{NAME_OF},refused,2026-11-23")
    found = tell_rows(register, "movement_id,state,text", f"{NAME_OF},refused,no, never")
    assert "4 cells where the header has 3" in whys(found)[0]
