from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.register.register import NAME, Register
from nightly.register.states import State
from nightly.web.doors import CSRF
from tests.nightly.register.folding import lines_folded
from tests.nightly.web.opened import (
    SAMPLE,
    Page,
    behind_proxy,
    digest_of,
    household_at,
    own_copy,
    parsed,
)

ROLES = """
approvals = 2
sender_apart = true

[roles.adviser]
people = ["Ann", "Bob"]
may = ["approve", "reject"]
max_usd = 150000.0

[roles.compliance]
people = ["Cleo", "Dan"]
may = ["approve", "reject", "send", "override"]
"""

ONE = ROLES.replace("approvals = 2\nsender_apart = true", "")
"""The same people, where one approval is enough."""

WAITS = "early-withdrawal"


@pytest.fixture
def runs(sample_runs: Path, tmp_path: Path) -> Path:
    """Return runs of one's own to decide on."""
    return own_copy(sample_runs, tmp_path / "runs")


@pytest.fixture
def person(runs: Path, tmp_path: Path) -> Iterator[Any]:
    """Return what makes a client of one of the people."""
    (runs / "roles.toml").write_text(ROLES, "utf-8")
    with behind_proxy(SAMPLE, runs, tmp_path) as made:
        yield made


def look(client: TestClient, run_id: str, name: str = WAITS) -> Page:
    """Return a household's page."""
    return parsed(client.get(household_at(run_id, name)).text)


def decide(client: TestClient, run_id: str, page: Page, decision: str = "approved", **more: Any):
    """Press a button of a page that was looked at before."""
    told = {CSRF: page.code, "decision": decision, "why": "as agreed", "plan": page.fields("plan")}
    return client.post(f"/runs/{run_id}/decide", data={**told, **more})


def state_of(runs: Path, run_id: str, name: str = WAITS) -> tuple[State, tuple[str, ...]]:
    """Return a plan's state in the register, and who approved it."""
    plan = Register(runs / NAME).read().plans[run_id, name]
    return plan.state, plan.approvers


def first(page: Page) -> Page:
    """Return a page of which only the first form's plan is pressed."""
    page.tags = [
        each
        for place, each in enumerate(page.tags)
        if each[1].get("name") != "plan"
        or place == next(n for n, t in enumerate(page.tags) if t[1].get("name") == "plan")
    ]
    return page


def test_two_must_approve_and_a_third_sends(person: Any, runs: Path, run_id: str) -> None:
    """Maker and checker: the page says who approved, and who approved does not send."""
    ann, bob, cleo = person("Ann"), person("Bob"), person("Cleo")
    assert decide(ann, run_id, first(look(ann, run_id))).status_code == 303
    assert state_of(runs, run_id) == (State.PROPOSED, ("Ann",))
    assert "Approved so far by Ann" in look(bob, run_id).text
    assert decide(bob, run_id, first(look(bob, run_id))).status_code == 303
    assert state_of(runs, run_id) == (State.APPROVED, ("Ann", "Bob"))
    assert "may not send" in parsed(ann.get(f"/runs/{run_id}/send").text).text
    page = parsed(cleo.get(f"/runs/{run_id}/send").text)
    form = {CSRF: page.code, "seen": page.fields("seen")[0], "form": "fix"}
    answer = cleo.post(f"/runs/{run_id}/send", data=form)
    assert "left" in parsed(answer.text).text
    now = Register(runs / NAME).read()
    sent = {standing.ticket.household_id for standing in now.sent_of(run_id)}
    assert WAITS in sent
    assert "share-class-twins" not in sent
    told = parsed(cleo.get(f"/runs/{run_id}/send").text)
    tickets = [value for place, value, _ in told.figures if place == "sent"]
    shown = [place for place, _, _ in told.figures if place.endswith(".limit_price")]
    assert len(shown) == len(now.sent_of(run_id))
    assert tickets == []  # all of them are shown, so no count of more
    again = cleo.post(f"/runs/{run_id}/send", data=form)
    assert again.status_code == 409
    assert len(Register(runs / NAME).read().tickets) == len(now.tickets)


def test_beyond_a_limit_takes_somebody_who_may(person: Any, runs: Path, run_id: str) -> None:
    """The adviser has no form and is refused without one; compliance goes beyond on purpose."""
    bob, cleo, name = person("Bob"), person("Cleo"), "share-class-twins"
    page = look(bob, run_id, name)
    assert re.search(r"Beyond what you may approve: max_usd 2[\d,.]+ of 150,000.00", page.text)
    assert page.fields("decision") == ["rejected"]
    assert decide(bob, run_id, page).status_code == 403
    assert decide(bob, run_id, page, override="max_usd").status_code == 403
    assert state_of(runs, run_id, name) == (State.PROPOSED, ())
    assert decide(cleo, run_id, first(look(cleo, run_id, name))).status_code == 303
    assert state_of(runs, run_id, name)[1] == ("Cleo",)


def test_who_comes_second_is_told_who_was_first(person: Any, runs: Path, run_id: str) -> None:
    """Both looked, one rejected: the other's approval of what they saw is not written."""
    ann, bob = person("Ann"), person("Bob")
    seen = first(look(bob, run_id))
    assert decide(ann, run_id, first(look(ann, run_id)), "rejected").status_code == 303
    lines = Register(runs / NAME).read().entries
    answer = decide(bob, run_id, seen)
    assert answer.status_code == 409
    assert "was rejected by Ann meanwhile" in parsed(answer.text).text
    assert Register(runs / NAME).read().entries == lines
    assert decide(bob, run_id, first(look(bob, run_id))).status_code == 303


def test_a_word_costs_the_line_that_it_adds(
    person: Any, runs: Path, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deciding and sending fold what is new of the register, and the pages after them nothing."""
    (runs / "roles.toml").write_text(ONE, "utf-8")
    cleo = person("Cleo")
    page = first(look(cleo, run_id))
    lines = Register(runs / NAME).read().entries
    with lines_folded(monkeypatch) as taken:
        assert decide(cleo, run_id, page).status_code == 303
        look(cleo, run_id)
        page = parsed(cleo.get(f"/runs/{run_id}/send").text)
        form = {CSRF: page.code, "seen": page.fields("seen")[0], "form": "csv"}
        assert cleo.post(f"/runs/{run_id}/send", data=form).status_code == 200
        parsed(cleo.get(f"/runs/{run_id}/send").text)
    assert taken == list(range(lines + 1, lines + 4))  # decided, sent, in place


def test_of_eight_at_once_one_is_written(person: Any, runs: Path, run_id: str) -> None:
    """The others are told; nobody's word is lost without a word."""
    seen = [(person(name), name) for name in ("Ann", "Bob", "Cleo", "Dan") * 2]
    pages = [first(look(client, run_id)) for client, _ in seen]
    lines = Register(runs / NAME).read().entries

    def press(place: int) -> int:
        word = "approved" if place % 2 else "rejected"
        code: int = decide(seen[place][0], run_id, pages[place], word).status_code
        return code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(press, range(8)))
    assert codes == [303, *[409] * 7]
    assert Register(runs / NAME).read().entries == lines + 1


def test_two_who_send_at_once_send_once(person: Any, runs: Path, run_id: str) -> None:
    """Every order leaves in one parcel."""
    clients = [person("Cleo"), person("Dan")]
    pages = [parsed(client.get(f"/runs/{run_id}/send").text) for client in clients]

    def press(place: int) -> int:
        form = {CSRF: pages[place].code, "seen": pages[place].fields("seen")[0], "form": "csv"}
        return int(clients[place].post(f"/runs/{run_id}/send", data=form).status_code)

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(press, range(2)))
    assert 200 in codes
    now = Register(runs / NAME).read()
    assert len(now.parcels) == 1
    assert {s.state for s in now.tickets.values()} == {State.SENT}


def test_what_is_sent_is_what_was_seen(person: Any, runs: Path, run_id: str) -> None:
    """A plan that became ready since does not leave with a page that did not show it."""
    (runs / "roles.toml").write_text(ONE, "utf-8")
    ann, cleo = person("Ann"), person("Cleo")
    page = parsed(cleo.get(f"/runs/{run_id}/send").text)
    decide(ann, run_id, first(look(ann, run_id)))
    before = digest_of(runs)
    form = {CSRF: page.code, "seen": page.fields("seen")[0], "form": "csv"}
    answer = cleo.post(f"/runs/{run_id}/send", data=form)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert digest_of(runs) == before


def test_the_chosen_are_decided_in_one_line(person: Any, runs: Path, run_id: str) -> None:
    """Those beyond a limit are refused one by one and told."""
    (runs / "roles.toml").write_text(ONE, "utf-8")
    ann = person("Ann")
    page = parsed(ann.get(f"/runs/{run_id}").text)
    assert len(page.fields("plan")) == 3
    lines = Register(runs / NAME).read().entries
    told = parsed(decide(ann, run_id, page).text).text
    assert "1 plan approved, 2 not" in told
    assert "share-class-twins is beyond what Ann (adviser) may approve" in told
    assert Register(runs / NAME).read().entries == lines + 1
    assert state_of(runs, run_id)[0] is State.APPROVED


def test_all_inside_a_limit_are_approved_as_they_were_seen(
    person: Any, runs: Path, run_id: str
) -> None:
    """Not without a limit, not with another filter than the page's, not after a change."""
    (runs / "roles.toml").write_text(ONE, "utf-8")
    cleo = person("Cleo")
    page = parsed(cleo.get(f"/runs/{run_id}", params={"max_usd": "300000"}).text)
    assert ("bulk", "2", "2") in page.figures
    form = {CSRF: page.code, "seen": page.fields("seen")[0], "why": "small", "max_usd": "300000"}
    place = f"/runs/{run_id}/decide-all"
    assert cleo.post(place, data={**form, "max_usd": ""}).status_code == 400
    assert cleo.post(place, data={**form, "max_usd": "1e12"}).status_code == 409
    answer = cleo.post(place, data=form)
    assert "2 plans approved" in parsed(answer.text).text
    assert state_of(runs, run_id, "share-class-twins")[0] is State.APPROVED
    assert state_of(runs, run_id, "short-gain-long-loss")[0] is State.PROPOSED
    assert cleo.post(place, data=form).status_code == 409


def test_what_was_sent_is_not_decided_on_any_more(person: Any, runs: Path, run_id: str) -> None:
    """Its page has no form, and a form of one's own is refused."""
    (runs / "roles.toml").write_text(ONE, "utf-8")
    cleo, name = person("Cleo"), "rmd-due"
    seen = first(look(cleo, run_id, name))
    page = parsed(cleo.get(f"/runs/{run_id}/send").text)
    form = {CSRF: page.code, "seen": page.fields("seen")[0], "form": "csv"}
    assert cleo.post(f"/runs/{run_id}/send", data=form).status_code == 200
    gone = look(cleo, run_id, name)
    assert not gone.fields("decision")
    states = [told for tag, told in gone.tags if tag == "span" and told.get("class") == "badge"]
    assert len(states) == len(Register(runs / NAME).read().plan_sent(run_id, name)) > 1
    assert decide(cleo, run_id, seen, "rejected").status_code == 409
    assert state_of(runs, run_id, name)[0] is State.APPROVED
    order = Register(runs / NAME).read().sent_of(run_id)[0].ticket.order_id
    trail = parsed(cleo.get(f"/runs/{run_id}/order", params={"id": order}).text)
    assert "sent" in trail.text
