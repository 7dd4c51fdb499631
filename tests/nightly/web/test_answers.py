"""A file of the broker's answers: looked at, then booked as `hearth fills` does, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.main import main
from nightly.register.money import MoneyState
from nightly.register.register import NAME, Register
from nightly.register.standing import Standing
from nightly.web.doors import CSRF
from nightly.web.shelf import KEPT
from nightly.web.uploads import FILE_BYTES
from tests.nightly.fills.broker import report
from tests.nightly.web.opened import SAMPLE, Page, behind_proxy, digest_of, own_copy, parsed
from tests.nightly.web.test_hostile import assert_tame
from tests.nightly.web.test_pages import wrong

ROLES = """
[roles.desk]
people = ["Dan"]
may = ["send"]

[roles.adviser]
people = ["Ann"]
may = ["approve"]
"""
HEAD = "ticket_id,fill_id,shares,price,state,text\n"

Person = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def sent(
    sample_runs: Path, run_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Person, Path]]:
    """Return the people at a run whose orders left, and its folder of runs."""
    folder = tmp_path_factory.mktemp("answers")
    runs = own_copy(sample_runs, folder / "runs")
    (runs / "roles.toml").write_text(ROLES, "utf-8")
    with behind_proxy(SAMPLE, runs, folder) as person:
        dan = person("Dan")
        page = parsed(dan.get(f"/runs/{run_id}/send").text)
        form = {CSRF: page.code, "seen": page.fields("seen")[0], "form": "csv"}
        assert dan.post(f"/runs/{run_id}/send", data=form).status_code == 200
        yield person, runs


def code_of(client: TestClient, run_id: str) -> str:
    """Return the code of a person's forms."""
    return parsed(client.get(f"/runs/{run_id}/tuning").text).code


def look_at(
    client: TestClient, run_id: str, content: str | bytes, name: str = "fills.csv", **more: str
) -> Any:
    """Send a file in, to see what it would do."""
    told = {CSRF: more.pop(CSRF, "") or code_of(client, run_id), **more}
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"/runs/{run_id}/answers", data=told, files={"file": (name, data)})


def press(client: TestClient, run_id: str, page: Page, **more: str) -> Any:
    """Press the button of a page that says what a file would do."""
    told = {name: page.fields(name)[0] for name in (CSRF, "sha256", "seen")}
    return client.post(f"/runs/{run_id}/answers/book", data={**told, **more})


def send_in(client: TestClient, run_id: str, content: str | bytes, name: str = "fills.csv") -> Any:
    """Send a file in and press the button, if there is one."""
    answer = look_at(client, run_id, content, name)
    page = parsed(answer.text)
    return press(client, run_id, page) if page.fields("sha256") else answer


def working(runs: Path, place: int) -> Standing:
    """Return one of the tickets that left."""
    return sorted(Register(runs / NAME).read().tickets.items())[place][1]


def row(standing: Standing, fill: str, part: str = "1") -> str:
    """Return a row that fills some shares of a ticket at its price."""
    ticket = standing.ticket
    return f"{ticket.ticket_id},{fill},{part},{ticket.price},,as agreed\n"


def test_what_is_booked_is_what_the_command_books(
    sent: tuple[Person, Path], run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same register line but for its clock, the same record, and the page shows that."""
    person, runs = sent
    twin = own_copy(runs, tmp_path / "runs")
    content = HEAD + row(working(runs, 0), "w1") + "nobody,w2,1,1,,\n" + row(working(runs, 1), "w3")
    (tmp_path / "fills.csv").write_text(content)
    capsys.readouterr()
    command = ["fills", str(tmp_path / "fills.csv"), "--register", str(twin), "--json"]
    before = digest_of(runs), digest_of(twin)
    assert main([*command, "--preview"]) == 1
    shown = json.loads(capsys.readouterr().out)
    look = parsed(look_at(person("Dan"), run_id, content).text)
    assert (digest_of(runs), digest_of(twin)) == before
    assert wrong(look, shown) == [] and "Nothing is booked yet" in look.text
    assert main(command) == 1
    said = json.loads(capsys.readouterr().out)
    assert said == shown
    now = Register(twin / NAME).read().tickets
    for each in said["moved"]:
        standing = now[each["ticket_id"]]
        assert (standing.state, f"{standing.filled.normalize():f}") == (
            each["state"],
            each["filled"],
        )
    answer = press(person("Dan"), run_id, look)
    page = parsed(answer.text)
    assert wrong(page, said) == [] and len(page.figures) == 3 * len(said["moved"]) == 6
    assert "2 answers booked in one line" in page.text and "was never sent from here" in page.text
    assert "row 3" in page.text
    ours, theirs = ([*_lines(each)][-1] for each in (runs, twin))
    assert (ours["by"], ours["why"]) == ("Dan", "fills.csv")
    assert ours["data"] == theirs["data"]
    lines = Register(runs / NAME).read().entries
    again = parsed(send_in(person("Dan"), run_id, content).text)
    assert "0 answers would be booked" in again.text and "2 rows known before" in again.text
    assert Register(runs / NAME).read().entries == lines


def _lines(runs: Path) -> Iterator[dict[str, Any]]:
    for line in (runs / NAME).read_bytes().splitlines():
        yield json.loads(line[line.index(b"{") :])


def _fix(**tags: str) -> bytes:
    return report(**{"t17": "e1", "t150": "F", "t39": "1", **tags})


HOSTILE: dict[str, tuple[str | bytes, int, str]] = {
    "nothing": (b"", 400, "choose a file"),
    "no table": ("hello", 409, "are needed"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", 409, "are needed"),
    "another encoding": ((HEAD + "é,f,1,1,,\n").encode("utf-16"), 409, "are needed"),
    "Latin-1": ((HEAD + "é,f,1,1,,\n").encode("latin-1"), 409, "are needed"),
    "a zip": (b"PK\x03\x04" + bytes(range(256)) * 8, 409, "are needed"),
    "a cell without end": (HEAD + '"' + "x" * 200_000, 409, "are needed"),
    "a header of markup": ("<script>alert(1)</script>," * 500 + "\n", 409, "are needed"),
    "markup": (HEAD + "<img src=x onerror=alert(1)>,f,1,1,,<script>\n", 200, "<img src=x"),
    "a template": (HEAD + "{{ 7*7 }},f,1,1,,\n", 200, "{{ 7*7 }}"),
    "a formula": (HEAD + "=HYPERLINK('http://evil.example'),f,1,1,,\n", 200, "never sent"),
    "NUL": (HEAD + "a\0b,f,1,1,,\n", 200, "never sent"),
    "shares past all sums": (HEAD + "{ticket},f,1e999999,{price},,\n", 200, "more digits"),
    "a price past all sums": (HEAD + "{ticket},f,1,1e999999999,,\n", 200, "more digits"),
    "shares too small to be": (HEAD + "{ticket},f,1e-999999,{price},,\n", 200, "more digits"),
    "no number": (HEAD + "{ticket},f,nan,{price},,\n", 200, "no number"),
    "a signal": (HEAD + "{ticket},f,sNaN,{price},,\n", 200, "no number"),
    "more than was ordered": (HEAD + "{ticket},f,99999999,{price},,\n", 200, "still to be filled"),
    "a price far off": (HEAD + "{ticket},f,1,0.01,,\n", 200, "off the book"),
    "a state of ours": (HEAD + "{ticket},,,,sent,\n", 200, "does not say sent"),
    "a torn message": (_fix(t11="x", t32="1", t31="1")[:-3] + b"\x01", 200, "torn or changed"),
    "a count of text": (_fix(t11="{ticket}", t32="1", t31="1", t14="many"), 200, "no number"),
    "a count past sums": (_fix(t11="x", t32="1", t31="1", t14="1e999999"), 200, "more digits"),
}
"""What a file may hold, how it is answered, and what is said."""


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_of_a_file_that_means_harm_is_booked(
    sent: tuple[Person, Path], run_id: str, kind: str
) -> None:
    """It is refused as a whole, or row by row; what it says is shown as text, if at all."""
    person, runs = sent
    content, code, said = HOSTILE[kind]
    if isinstance(content, str):
        ticket = working(runs, 2).ticket
        content = content.replace("{ticket}", ticket.ticket_id).replace(
            "{price}", str(ticket.price)
        )
    before = digest_of(runs)
    answer = look_at(person("Dan"), run_id, content, "<b>..\\..\\x\r\n.csv")
    assert answer.status_code == code
    assert_tame(answer.text)
    assert said in parsed(answer.text).text
    assert digest_of(runs) == before


def test_a_name_is_kept_without_folders_or_what_is_not_shown(
    sent: tuple[Person, Path], run_id: str
) -> None:
    """The register keeps it as the reason of its line."""
    person, runs = sent
    content = HEAD + row(working(runs, 3), "n1")
    name = "..\\..\\etc/a\u202efdp" + "x" * 300
    assert send_in(person("Dan"), run_id, content, name).status_code == 200
    assert [*_lines(runs)][-1]["why"] == ("afdp" + "x" * 300)[:100]


def test_who_may_not_send_books_nothing(sent: tuple[Person, Path], run_id: str) -> None:
    """Nor does a form of another's session, of no session, or from elsewhere."""
    person, runs = sent
    ann, dan = person("Ann"), person("Dan")
    content, place = HEAD + row(working(runs, 4), "r1"), f"/runs/{run_id}/answers"
    before = digest_of(runs)
    assert "enctype" not in ann.get(f"/runs/{run_id}/send").text
    assert look_at(ann, run_id, content).status_code == 403
    for forged in (code_of(ann, run_id), "0" * 64):
        assert look_at(dan, run_id, content, **{CSRF: forged}).status_code == 403
    told = {"data": {CSRF: code_of(dan, run_id)}, "files": {"file": ("f.csv", content.encode())}}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert dan.post(place, headers=headers, **told).status_code == 403
    assert dan.get(place).status_code == dan.get(f"{place}/book").status_code == 405
    look = parsed(look_at(dan, run_id, content).text)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        told_so = {name: look.fields(name)[0] for name in (CSRF, "sha256", "seen")}
        assert dan.post(f"{place}/book", data=told_so, headers=headers).status_code == 403
    assert press(dan, run_id, look, **{CSRF: "0" * 64}).status_code == 403
    assert press(ann, run_id, look).status_code == 403
    assert press(ann, run_id, look, **{CSRF: code_of(ann, run_id)}).status_code == 403
    assert press(dan, run_id, look, seen="").status_code == 400
    assert press(dan, run_id, look, seen="0" * 64).status_code == 409
    assert press(dan, run_id, look, sha256="0" * 64).status_code == 409
    assert dan.post(place, data=told["data"]).status_code == 415
    assert dan.post(f"/runs/{run_id}/send", **told).status_code == 415
    assert digest_of(runs) == before


def test_what_is_too_large_or_no_form_is_refused(sent: tuple[Person, Path], run_id: str) -> None:
    """While it comes: it is never whole in memory."""
    person, runs = sent
    dan, place = person("Dan"), f"/runs/{run_id}/answers"
    told, kind = {CSRF: code_of(dan, run_id)}, {"content-type": "multipart/form-data"}
    before = digest_of(runs)
    assert look_at(dan, run_id, b"x" * FILE_BYTES).status_code == 413
    two = [("file", ("a.csv", b"a")), ("file", ("b.csv", b"b"))]
    assert dan.post(place, data=told, files=two).status_code == 400
    many = {f"f{n}": "" for n in range(20)}
    assert look_at(dan, run_id, HEAD, **many).status_code == 400
    assert look_at(dan, run_id, HEAD, why="x" * 5_000).status_code == 400
    for raw in (b"", b"--x", b"\x00" * 100):
        assert dan.post(place, content=raw, headers=kind).status_code == 400
        bound = {"content-type": "multipart/form-data; boundary=x"}
        assert dan.post(place, content=raw, headers=bound).status_code in (400, 403)
    assert digest_of(runs) == before


def test_what_is_booked_is_what_was_looked_at_and_still_does_that(
    sent: tuple[Person, Path], run_id: str
) -> None:
    """A ticket that moved, a file pressed twice, and one that made room: told, not booked."""
    person, runs = sent
    dan = person("Dan")
    content = HEAD + row(working(runs, 2), "m1", "2")
    look = parsed(look_at(dan, run_id, content).text)
    assert send_in(dan, run_id, HEAD + row(working(runs, 2), "m2")).status_code == 200
    lines = [*_lines(runs)]
    answer = press(dan, run_id, look)
    assert answer.status_code == 409 and "would do something else by now" in answer.text
    look = parsed(look_at(dan, run_id, content).text)
    assert [*_lines(runs)] == lines
    with ThreadPoolExecutor(2) as pool:  # pressed twice at once
        codes = [each.status_code for each in pool.map(lambda _: press(dan, run_id, look), "12")]
    assert sorted(codes) == [200, 409]
    assert [*_lines(runs)][-1]["data"]["sha256"] == look.fields("sha256")[0]
    again = press(dan, run_id, look)
    assert again.status_code == 409 and "not at hand any more" in again.text
    look = parsed(look_at(dan, run_id, HEAD + row(working(runs, 2), "m3")).text)
    for other in range(KEPT):
        look_at(dan, run_id, HEAD + row(working(runs, 2), f"o{other}"))
    assert press(dan, run_id, look).status_code == 409
    assert len([*_lines(runs)]) == len(lines) + 1


def test_what_a_custodian_says_of_money_is_looked_at_before_it_is_booked(
    sent: tuple[Person, Path], run_id: str
) -> None:
    """As the market's answers are; what was said meanwhile is told, and nothing booked twice."""
    person, runs = sent
    dan, register = person("Dan"), Register(runs / NAME)
    name = next(iter(register.read().money))
    content = f"movement_id,state,moved_on,text\n{name},moved,2026-11-23,wired\nx,moved,,\n"
    look = parsed(look_at(dan, run_id, content).text)
    assert "Movements that would become: 1 moved" in look.text
    assert register.read().money[name].state is MoneyState.SENT
    assert send_in(dan, run_id, content.replace("wired", "by wire")).status_code == 200
    assert register.read().money[name].state is MoneyState.MOVED
    assert press(dan, run_id, look).status_code == 409
