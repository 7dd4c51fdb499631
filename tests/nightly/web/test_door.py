from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.main import main
from nightly.web.doors import CSRF, FORM_BYTES, HEADERS, TOKEN_HEADER
from nightly.web.serving import Listening, ServingError, door_of
from tests.nightly.web.opened import (
    HEADER,
    HOST,
    INLINE,
    SAMPLE,
    TOKEN,
    behind_proxy,
    digest_of,
    household_at,
    opened,
    own_copy,
    parsed,
)

ROLES = """
[roles.adviser]
people = ["Ann", "Bob"]
may = ["approve", "reject"]

[roles.auditor]
people = ["Aud"]
may = []
"""


def stranger(ann: TestClient) -> TestClient:
    """Return somebody at the same server without a cookie."""
    return TestClient(ann.app, HOST, follow_redirects=False)


def test_without_the_token_nothing_is_told(ann: TestClient, run_id: str) -> None:
    """Neither pages nor records nor names of runs: only how to come in."""
    places = ["/", "/runs", f"/runs/{run_id}", f"/runs/{run_id}/send", "/runs/none"]
    for place in [*places, household_at(run_id, "rmd-due"), f"/runs/{run_id}/household.json?id=x"]:
        answer = stranger(ann).get(place)
        assert answer.status_code == 401
        assert "rmd-due" not in answer.text
        assert run_id not in answer.text


def test_the_token_opens_once_and_leaves_the_address(ann: TestClient) -> None:
    """The cookie does not hold the token, and no script can read it."""
    client = stranger(ann)
    answer = client.get("/enter", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    told = answer.headers["set-cookie"]
    assert "HttpOnly" in told
    assert "SameSite=strict" in told
    assert TOKEN not in told
    assert client.get("/runs").status_code == 200


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], f"{TOKEN}x", "é" * 40])
def test_another_token_opens_nothing(ann: TestClient, token: str) -> None:
    """Nor does a part of it."""
    assert stranger(ann).get("/enter", params={"token": token}).status_code == 401


@pytest.mark.parametrize("cookie", ["", TOKEN, "0" * 64, '"', "a; hearth-8765=b"])
def test_another_cookie_opens_nothing(ann: TestClient, cookie: str) -> None:
    """Nor does the token itself in its place."""
    answer = stranger(ann).get("/runs", headers={"cookie": f"hearth-8765={cookie}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@x"])
def test_a_rebound_name_reaches_nothing(ann: TestClient, host: str) -> None:
    """A page elsewhere that lets its own name point here asks for the wrong host."""
    assert ann.get("/runs", headers={"host": host}).status_code == 421


def test_every_answer_has_the_headers(ann: TestClient, run_id: str) -> None:
    """Also what is not found and what is static."""
    for place in ("/runs", "/none", "/static/workbench.js", f"/runs/{run_id}/none", "/runs/x"):
        answer = ann.get(place)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_style_inside(ann: TestClient, run_id: str) -> None:
    """The policy allows none, so such a page would not work."""
    household = household_at(run_id, "drifted-60-40")
    for place in ("/runs", f"/runs/{run_id}", f"/runs/{run_id}/send", "/runs/none", household):
        text = ann.get(place).text
        scripts = [told["src"] for tag, told in parsed(text).tags if tag == "script"]
        assert all(source.startswith("/static/") for source in scripts)
        assert not INLINE.search(text)


FORMS: dict[str, tuple[dict[str, str], dict[str, str], int]] = {
    "no code": ({CSRF: ""}, {}, 403),
    "another code": ({CSRF: "0" * 64}, {}, 403),
    "from elsewhere": ({}, {"origin": "https://evil.example"}, 403),
    "from no origin": ({}, {"origin": "null"}, 403),
    "from another port": ({}, {"origin": "http://127.0.0.1:9"}, 403),
    "across sites": ({}, {"sec-fetch-site": "cross-site"}, 403),
    "from a sibling": ({}, {"sec-fetch-site": "same-site"}, 403),
    "as JSON": ({}, {"content-type": "application/json"}, 415),
    "as text": ({}, {"content-type": "text/plain"}, 415),
    "too large": ({"why": "x" * FORM_BYTES}, {}, 413),
    "too many fields": ({f"f{n}": "" for n in range(2_100)}, {}, 400),
    "no reason": ({"why": "  "}, {}, 400),
    "no household": ({"plan": ""}, {}, 400),
    "no line": ({"plan": "x rmd-due"}, {}, 400),
    "no such household": ({"plan": "0 nobody"}, {}, 404),
    "no such decision": ({"decision": "sent"}, {}, 400),
}
"""What is wrong with a form: its fields, its headers, and how it is answered."""


@pytest.mark.parametrize("wrong", FORMS)
def test_a_forged_form_changes_nothing(
    ann: TestClient, sample_runs: Path, run_id: str, wrong: str
) -> None:
    """Each is refused, and not a byte of the runs differs."""
    fields, headers, code = FORMS[wrong]
    before = digest_of(sample_runs)
    page = parsed(ann.get(household_at(run_id, "early-withdrawal")).text)
    sound = {
        CSRF: page.code,
        "decision": "approved",
        "why": "sound",
        "plan": page.fields("plan")[0],
    }
    answer = ann.post(f"/runs/{run_id}/decide", data={**sound, **fields}, headers=headers)
    assert answer.status_code == code
    assert digest_of(sample_runs) == before


def test_looking_changes_nothing(ann: TestClient, sample_runs: Path, run_id: str) -> None:
    """Two pages of each kind that links lead to; what is posted is not got."""
    before = digest_of(sample_runs)
    seen: dict[str, set[str]] = {}
    waiting = ["/runs"]
    while waiting:
        place = waiting.pop(0)
        kind = seen.setdefault(place.partition("?")[0], set())
        if place in kind or len(kind) >= 2:
            continue
        kind.add(place)
        page = parsed(ann.get(place).text)
        waiting += [
            t["href"] for tag, t in page.tags if tag == "a" and t.get("href", "")[:1] == "/"
        ]
    kinds = {path.rpartition("/")[2] for path in seen}
    assert kinds >= {"household", "order", "send", "what-if", "report", "household.json"}
    for place in ("decide", "decide-all"):
        assert ann.get(f"/runs/{run_id}/{place}").status_code == 405
        assert ann.put(f"/runs/{run_id}/{place}").status_code == 405
    assert digest_of(sample_runs) == before


def test_the_proxy_is_believed_only_with_its_token(
    sample_runs: Path, run_id: str, tmp_path: Path
) -> None:
    """A header alone names nobody, and whoever has no role stays outside."""
    runs = own_copy(sample_runs, tmp_path / "runs")
    (runs / "roles.toml").write_text(ROLES, "utf-8")
    with behind_proxy(SAMPLE, runs, tmp_path) as person:
        place = household_at(run_id, "early-withdrawal")
        assert person("Ann").get(place).status_code == 200
        assert person("Ann", "wrong").get(place).status_code == 401
        assert person("").get(place).status_code == 401
        assert person("Zoe").get(place).status_code == 403
        twice = person("Ann")
        twice.headers = type(twice.headers)([*twice.headers.multi_items(), (HEADER, "Bob")])
        assert twice.get(place).status_code == 401
        assert person("Ann").get("/enter", params={"token": TOKEN}).status_code == 401
        assert not parsed(person("Aud").get(place).text).fields("decision")
        code = parsed(person("Ann").get(place).text).code
        form = {CSRF: code, "decision": "approved", "why": "w", "plan": "0 early-withdrawal"}
        before = digest_of(runs)
        assert person("Bob").post(f"/runs/{run_id}/decide", data=form).status_code == 403
        assert digest_of(runs) == before
        assert person("Ann").post(f"/runs/{run_id}/decide", data=form).status_code == 303


def test_whoever_has_no_role_may_look_on_their_own_machine(
    sample_runs: Path, run_id: str, tmp_path: Path
) -> None:
    """And is told whom to ask, and decides nothing with a form of their own making."""
    runs = own_copy(sample_runs, tmp_path / "runs")
    with opened(SAMPLE, runs, tmp_path, ROLES.replace('"Ann", ', "")) as ann:
        page = parsed(ann.get(household_at(run_id, "early-withdrawal")).text)
        assert not page.fields("decision")
        code = parsed(ann.get(f"/runs/{run_id}").text).code
        form = {CSRF: code, "decision": "approved", "why": "w", "plan": "0 early-withdrawal"}
        before = digest_of(runs)
        assert ann.post(f"/runs/{run_id}/decide", data=form).status_code == 403
        assert digest_of(runs) == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"host": "0.0.0.0"}, "reached from other machines"),  # noqa: S104 refused, not bound
        ({"host": "::"}, "reached from other machines"),
        ({"identity_header": "x-user"}, "--token-file"),
        ({"identity_header": "x-user", "token_file": "short"}, "characters at least"),
        ({"identity_header": "x-user", "token_file": "none"}, "cannot be read"),
        ({"roles": "none"}, "no such file"),
    ],
)
def test_a_door_that_would_stand_open_is_none(
    tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    """The server does not start, and says what would do."""
    (tmp_path / "short").write_text("x" * 8, "utf-8")
    paths = {n: tmp_path / asked[n] for n in ("token_file", "roles") if n in asked}
    with pytest.raises(ServingError, match=said):
        door_of(Listening(**{**asked, **paths}))


def test_a_port_that_is_taken_is_told(sample_runs: Path, capsys: Any) -> None:
    """With what would do; nothing is served, and nothing is left behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", str(SAMPLE), "--runs", str(sample_runs), "--port", port]) == 2
    assert "choose another with --port" in capsys.readouterr().err


def test_two_servers_have_two_tokens() -> None:
    """And a person's form code is not another's."""
    one, other = door_of(Listening(person="Ann")), door_of(Listening(person="Ann"))
    assert one.token != other.token
    assert one.form_code("Ann") != one.form_code("Bob")
    assert HEADER != TOKEN_HEADER
