"""A fill is of a day since its night and not after today; a later row corrects its day or price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nightly.fills.booking import Booked, book
from nightly.fills.reports import AnswersFile
from nightly.fills.tolerance import FAR_OFF
from nightly.register.corrections import CorrectedFill, day_told_again
from nightly.register.following import Following
from nightly.register.records import Fill, data_of
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.results.run_folder import RunFolder
from nightly.schemas import schema_of
from tests.nightly.fills.broker import report
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
TODAY = date(2026, 11, 24)
NAMES = {name: orders.ticket(RUN, name).ticket_id for name in ("h1", "h2")}
BLOCK = f"{RUN}/block/0001/VTI/sell"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder of runs whose register has a block of two sales of 100."""
    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    with Register(folder.path.parent / NAME).held() as held:
        orders.propose(held, RUN, sorted(NAMES))
        orders.send(held, folder, [orders.ticket(RUN, name) for name in NAMES])
    return folder.path.parent


def told(runs: Path, *rows: str, by: str = "ticket_id") -> Booked:
    """Book rows of CSV that came today."""
    head = f"{by},fill_id,shares,price,trade_date,corrects"
    content = "\n".join((head, *rows)).format(**NAMES, block=BLOCK).encode()
    return booked(runs, content)


def booked(runs: Path, content: bytes) -> Booked:
    """Book a file that came today."""
    file = AnswersFile("answers", content, came_on=TODAY)
    return book(Register(runs / NAME), file, Rights("Eve"), FAR_OFF)


def fills(runs: Path) -> dict[str, Fill]:
    """Return the fills as they were corrected."""
    return Register(runs / NAME).read().fills


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-19", "is before it left, on 2026-11-20"),
        ("2026-11-25", "is after today, 2026-11-24: mend the row"),
        ("2036-11-20", "is after today"),
        ("2026-11-20", ""),
        ("2026-11-24", ""),
        ("", ""),
    ],
)
def test_a_fill_is_of_a_day_since_its_night_and_not_after_today(
    runs: Path, day: str, why: str
) -> None:
    """The row is refused by itself, those beside it are booked."""
    found = told(runs, f"{{h1}},f1,10,300,{day},", "{h2},f2,10,300,,").fitted
    assert [why in each.why for each in found.refused] == ([True] if why else [])
    assert set(fills(runs)) == ({"f2"} if why else {"f1", "f2"})


def test_a_night_of_a_day_to_come_may_be_filled_on_it(runs: Path) -> None:
    """A book of tomorrow that is tried today: the day of its night is believed."""
    file = AnswersFile(
        "answers",
        f"ticket_id,fill_id,shares,price\n{NAMES['h1']},f1,10,300\n".encode(),
        came_on=date(2026, 1, 2),
    )
    assert book(Register(runs / NAME), file, Rights("Eve"), FAR_OFF).fitted.refused == ()


def test_a_later_row_corrects_day_and_price_and_the_last_one_holds(runs: Path) -> None:
    """The order stands where it stood; the fill told again as it was at first is known."""
    first = "{h1},f1,100,300,2026-11-20,"
    told(runs, first)
    assert told(runs, "{h1},,100,299.5,2026-11-23,f1").fitted.refused == ()
    told(runs, "{h1},f1,100,299.5,2026-11-24,f1")
    found = fills(runs)["f1"]
    assert isinstance(found, CorrectedFill)
    assert (found.trade_date, found.price, found.shares) == (TODAY, Decimal("299.5"), 100)
    now = Register(runs / NAME).read()
    assert now.tickets[NAMES["h1"]].fills == [found]
    assert (now.tickets[NAMES["h1"]].state, now.tickets[NAMES["h1"]].filled) == ("filled", 100)
    assert told(runs, first).fitted.repeated == 1


def test_the_register_itself_says_a_fill_as_it_was_corrected(runs: Path) -> None:
    """Its days, dollars and steps, to whoever reads on too; what moved the order is the answer."""
    register = Following(Register(runs / NAME))
    told(runs, "{h1},f1,60,300,2026-11-20,")
    with register.now() as now:
        answered, length = now.tickets[NAMES["h1"]].answered, len(now.moved)
    told(runs, "{h1},,60,299,2026-11-23,f1")
    with register.now() as now:
        standing = now.tickets[NAMES["h1"]]
        assert (standing.state, standing.filled, standing.left) == ("partly_filled", 60, 40)
        assert (standing.paid, standing.fills) == (Decimal(60 * 299), [now.fills["f1"]])
        assert standing.steps[-1].state == "partly_filled"
        said = "fill f1 corrected: at 299 on 2026-11-23, told at 300 on 2026-11-20"
        assert (standing.steps[-1].why, standing.answered) == (said, answered)
        assert now.moved[length:] == [(RUN, "h1")]
    told(runs, "{h1},f2,40,300,,")
    assert Register(runs / NAME).read().tickets[NAMES["h1"]].state == "filled"


def test_a_second_correction_starts_from_the_first_and_none_is_booked_twice(runs: Path) -> None:
    """A price alone keeps the day that was corrected, in one file as in two."""
    told(runs, "{h1},f1,100,300,2026-11-20,")
    day, price = "{h1},,100,300,2026-11-23,f1", "{h1},,100,299,,f1"
    told(runs, day, price)
    found = fills(runs)["f1"]
    assert (found.trade_date, found.price) == (date(2026, 11, 23), 299)
    size = (runs / NAME).stat().st_size
    assert told(runs, price).fitted.repeated == 1
    assert (runs / NAME).stat().st_size == size


def test_a_row_that_corrects_neither_day_nor_price_is_known(runs: Path) -> None:
    """No day, and the price that is there: nothing is corrected, and the day stays in doubt."""
    told(runs, "{h1},f1,100,300,,")
    assert told(runs, "{h1},,100,300,,f1").fitted.repeated == 1
    told(runs, "{h1},,100,299,,f1")
    assert not day_told_again(fills(runs)["f1"])
    told(runs, "{h1},,100,299,2026-11-20,f1", "{h1},,100,298,,f1")
    assert day_told_again(fills(runs)["f1"])


def test_a_file_that_is_read_again_corrects_nothing_again(runs: Path) -> None:
    """Not even where a later file has corrected it since; another file may say the same anew."""
    told(runs, "{h1},f1,100,300,2026-11-20,")
    older = ("{h1},,100,301,2026-11-23,f1", "{h1},,100,302,2026-11-23,f1")
    told(runs, *older)
    assert told(runs, *older).fitted.repeated == 2
    told(runs, "{h1},,100,303,2026-11-24,f1")
    assert told(runs, *older).fitted.repeated == 2
    assert fills(runs)["f1"].price == 303
    told(runs, "{h1},,100,302,2026-11-23,f1")
    assert fills(runs)["f1"].price == 302


@pytest.mark.parametrize("copies", [(4, 5), (3, 4, 5, 4, 3)])
def test_a_file_that_has_grown_corrects_nothing_again(runs: Path, copies: tuple[int, ...]) -> None:
    """Rows without ids of their own, read with what came since, or from older copies of the file.

    There and back: the third correction says what the first did, and is another.
    """
    day = [
        "{h1},f1,60,300,2026-11-20,",
        *("{h1},,60," + f"{at},,f1" for at in (301, 302, 301, 303)),
    ]
    for length in (2, *copies, 5):
        told(runs, *day[:length])
    now = Register(runs / NAME).read()
    steps = [step.why for step in now.tickets[NAMES["h1"]].steps if "corrected" in step.why]
    assert [step.split()[4] for step in steps] == ["301", "302", "301", "303"]
    assert fills(runs)["f1"].price == 303
    told(runs, "{h1},f1,60,300,2026-11-20,", "{h2},f2,10,300,,", day[1])  # another file
    assert fills(runs)["f1"].price == 301


def test_a_row_that_was_refused_is_read_again(runs: Path) -> None:
    """A correction came before its fill; the file that says both is booked once the fill is."""
    early = "{h1},,100,299,2026-11-23,f1"
    assert len(told(runs, early, "{h2},f2,10,300,,").fitted.refused) == 1
    told(runs, "{h1},f1,100,300,2026-11-20,")
    assert told(runs, early, "{h2},f2,10,300,,").fitted.refused == ()
    assert fills(runs)["f1"].price == 299


def test_a_correction_says_what_the_market_says_of_a_fill(runs: Path) -> None:
    """What --json says of it is of the published shape."""
    told(runs, "{h1},f1,100,300,,")
    said = told(runs, "{h1},,100,299,,f1").as_data()
    assert said["booked"][0]["fill"]["price"] == "299"
    document = {"file": "said", "register": "r", **said}
    Draft202012Validator(schema_of("fills")).validate(document)


def test_a_fund_bought_for_dollars_is_filled_beside_a_corrected_price(tmp_path: Path) -> None:
    """What is left counts the price as it is; a line that an older version weighed is read."""
    name = orders.ticket(RUN, "h1", "buy").ticket_id
    bought = orders.ticket(RUN, "h1", "buy", dollars=Decimal(30_000), limit_price=None)
    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    with Register(folder.path.parent / NAME).held() as held:
        orders.propose(held, RUN, ["h1"])
        orders.send(held, folder, [bought])
    runs = folder.path.parent
    head = "ticket_id,fill_id,shares,price,trade_date,corrects"
    for row in ("f1,50,300,,", ",50,310,,f1"):
        assert booked(runs, f"{head}\n{name},{row}".encode()).fitted.refused == ()
    assert Register(runs / NAME).read().tickets[name].left == Decimal(14_500) / 300
    older = data_of(Fill("f2", name, Decimal(50), Decimal(300), TODAY))
    with Register(runs / NAME).held() as held:  # with the first price, 30,000 in all
        row = {"ticket_id": name, "state": "filled", "fill": older, "text": ""}
        held.add("answers", "Eve", "f", {"sha256": "s", "answers": [row]})
    assert Register(runs / NAME).read().tickets[name].paid == 30_500


@pytest.mark.parametrize("row", ["f1,10,301,,", "f1,10,300,2026-11-23,", "f1,9,300,,"])
def test_a_row_that_differs_says_how_to_correct(runs: Path, row: str) -> None:
    """Another price, day or number of shares under the same id is refused with what would do."""
    told(runs, "{h1},f1,10,300,,")
    (refused,) = told(runs, f"{{h1}},{row}").fitted.refused
    assert "a row with corrects = f1 corrects its day or price" in refused.why


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{h1},f9,10,300,,f9", "was never told"),
        ("{h2},f1,10,300,,f1", "was never told"),
        ("{h1},f1,11,300,,f1", "a person must look"),
        ("{h1},f1,10,300,2026-11-25,f1", "is after today"),
        ("{h1},f1,10,200,,f1", "more than 10% off"),
    ],
)
def test_what_cannot_be_corrected_is_refused(runs: Path, row: str, why: str) -> None:
    """Nothing of it is booked."""
    told(runs, "{h1},f1,10,300,,")
    (refused,) = told(runs, row).fitted.refused
    assert why in refused.why
    assert not isinstance(fills(runs)["f1"], CorrectedFill)


def test_a_block_is_corrected_in_all_its_parts(runs: Path) -> None:
    """150 shares of two tickets get the day of the row."""
    told(runs, "{block},f1,150,300,2026-11-20,", by="block_id")
    assert told(runs, "{block},f1,150,300,2026-11-23,f1", by="block_id").fitted.refused == ()
    assert [fill.trade_date for fill in fills(runs).values()] == [date(2026, 11, 23)] * 2


@pytest.mark.parametrize("how", [{"t150": "G"}, {"t150": "2", "t20": "2"}])
def test_fix_corrects_a_trade(runs: Path, how: dict[str, str]) -> None:
    """150=G, or 20=2 up to FIX 4.2; of which day says 75, never the time of the message."""
    trade = {"t11": NAMES["h1"], "t32": "10", "t31": "300"}
    booked(runs, report(**trade, t17="e1", t150="F", t39="1", t75="20261120"))
    again = report(**trade, **how, t17="e2", t19="e1", t39="1", t75="20261123", t14="10")
    assert booked(runs, again).fitted.refused == ()
    assert fills(runs)["e1"].trade_date == date(2026, 11, 23)
    later = report(**trade, **how, t17="e3", t19="e1", t39="1", t60="20261124-15:00:00")
    assert booked(runs, later).fitted.refused == ()
    assert len(fills(runs)) == 1


@pytest.mark.parametrize("by_block", [False, True])
def test_fix_corrects_a_correction(runs: Path, by_block: bool) -> None:
    """19 names the last one; a day's file that is read again moves nothing, in whatever parts."""
    trade = {"t11": BLOCK if by_block else NAMES["h1"], "t32": "150" if by_block else "10"}
    said = [
        report(**trade, t31="300", t17="e1", t150="F", t39="1", t75="20261120"),
        report(**trade, t31="301", t17="e2", t19="e1", t150="G", t39="1", t75="20261123"),
        report(**trade, t31="302", t17="e3", t19="e2", t150="G", t39="1", t75="20261123"),
    ]
    assert booked(runs, b"".join(said)).fitted.refused == ()
    assert {fill.price for fill in fills(runs).values()} == {Decimal(302)}
    size = (runs / NAME).stat().st_size
    for again in (said, said[:2], [*said, said[1]], [said[2], said[1]]):
        assert booked(runs, b"".join(again)).fitted.repeated == len(again)
    assert (runs / NAME).stat().st_size == size
    (refused,) = booked(
        runs, report(**trade, t31="300", t17="e2", t150="F", t39="1", t75="20261120")
    ).fitted.refused
    assert "e2 is a correction of fill e1" in refused.why
