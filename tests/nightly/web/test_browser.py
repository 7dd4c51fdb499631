"""The workbench as a person meets it: a real server, a real browser, and no mouse."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nightly.register.register import NAME, Register
from nightly.register.states import State
from tests.nightly.web.opened import SAMPLE, household_at, own_copy
from workbench.pages.figures import at

ROOT = Path(__file__).resolve().parents[3]

SERIOUS = ("serious", "critical")
"""Findings of axe-core that no page may have."""


ON_THE_DAY = """
import sys
from datetime import date
from nightly.results import moment
moment.today = lambda: date(2026, 11, 20)
from nightly.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The program, on the day of the runs' prices whenever it is tested."""


@contextmanager
def served(runs: Path, scratch: Path, book: Path = SAMPLE) -> Iterator[str]:
    """Yield the address that `hearth serve` prints, and end the server; it leaves nothing."""
    scratch.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", ON_THE_DAY, "serve", str(book), "--runs", str(runs)]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--by", "Ann"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        (address,) = re.findall(r"http://\S+", said)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        assert list(scratch.iterdir()) == []


@pytest.fixture(scope="module")
def workbench(sample_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a served copy of the runs: its address and its folder."""
    runs = own_copy(sample_runs, tmp_path_factory.mktemp("served") / "runs")
    with served(runs, runs.parent / "scratch") as address:
        yield address, runs


@pytest.fixture
def page(browser: Any, workbench: tuple[str, Path]) -> Iterator[Any]:
    """Return a page that came in by the printed address; whatever it complains of fails."""
    context = browser.new_context(base_url=workbench[0].partition("/enter")[0])
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(workbench[0])
    yield opened
    context.close()
    expected = ("log", "info", "debug", "error: Failed to load resource: the server responded")
    assert [each for each in complaints if not each.startswith(expected)] == []


def findings(page: Any) -> list[str]:
    """Return what axe-core finds that is serious, with where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:120]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def test_screens_keep_the_rules_of_access_and_show_the_records(page: Any, run_id: str) -> None:
    """Light and dark; and what the browser shows of a household is what the record says."""
    household = household_at(run_id, "hard-bands")
    told = (
        "",
        "/send",
        "/tuning",
        "/evidence",
        "/what-if?id=hard-bands",
        "/transition?id=hard-bands&years=1",
    )
    light = [f"/runs/{run_id}{place}" for place in told]
    for scheme, places in (("light", light), ("dark", [household])):
        page.emulate_media(color_scheme=scheme)
        for place in places:
            page.goto(place)
            assert findings(page) == [], (scheme, place)
    page.emulate_media(media="print", color_scheme="dark")
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--ink')"
    assert page.evaluate(ink) == "#1c1b19"  # paper is white, whatever the reader's screen is
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(household_at(run_id, "family-office-80m"))
    assert findings(page) == []
    assert page.locator(".scroll[tabindex='0']").count() > 0
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(household)
    shown = page.eval_on_selector_all("data.fig", "all => all.map(d => [d.dataset.from, d.value])")
    record = page.request.get(household.replace("household?", "household.json?")).json()
    assert len(shown) > 100
    for where, value in shown:
        told = at(record, where)
        assert value == ("" if told is None else repr(told)), where


def test_screens_fit_a_telephone_and_paper(page: Any, run_id: str) -> None:
    """No page is wider than the screen; what is printed has its tables, and nothing to press."""
    household = household_at(run_id, "drifted-60-40")
    places = ("", "/send", "/evidence")
    for place in (household, *(f"/runs/{run_id}{each}" for each in places)):
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 400, "height": 800})
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") == 400, place
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 816, "height": 1056})  # letter, in CSS pixels
        hidden = [each for each in page.locator("table.rows").all() if not each.is_visible()]
        folded = page.locator("details:not([open]) table.rows").count()
        assert len(hidden) == folded, place
        assert not [each for each in page.locator("button").all() if each.is_visible()], place


def test_without_scripts_a_button_filters(
    browser: Any, workbench: tuple[str, Path], run_id: str
) -> None:
    """To the same address as with them."""
    context = browser.new_context(
        base_url=workbench[0].partition("/enter")[0], java_script_enabled=False
    )
    page = context.new_page()
    page.goto(workbench[0])
    page.goto(f"/runs/{run_id}")
    page.get_by_label("Household").fill("drifted")
    page.get_by_role("button", name="Filter").click()
    page.locator("caption", has_text="1 household").wait_for()
    assert page.locator("[data-row]").all_inner_texts() == ["drifted-60-40"]
    assert "named=drifted" in page.url
    context.close()


def test_from_breach_to_export_by_keyboard_alone(
    page: Any, workbench: tuple[str, Path], run_id: str
) -> None:
    """Search, open, ask how a figure came to be, approve, send, see what left; then its fills."""
    keys, runs = page.keyboard, workbench[1]
    page.goto(f"/runs/{run_id}")
    keys.press("/")
    keys.type("early")
    page.locator("caption", has_text="1 household").wait_for()
    keys.press("Escape")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url("**/household?id=early-withdrawal")
    keys.press("h")
    keys.press("Enter")
    how = page.locator("dialog#how")
    how.wait_for()
    assert "Shares times price" in how.inner_text()
    keys.press("Escape")
    keys.press("w")
    page.wait_for_url("**/what-if?**")
    page.get_by_label("Tax of the year at most, $").focus()
    keys.type("5000")
    page.locator(".yours .fig").first.wait_for()
    assert "tax_budget_usd=5000" in page.url
    page.go_back()
    page.go_back()
    page.wait_for_url("**/household?id=early-withdrawal")
    keys.press("a")
    keys.type("spoke with the client")
    keys.press("Enter")
    page.locator("#decision .history", has_text="spoke with the client").wait_for()
    page.wait_for_load_state()  # keys are there when the scripts have run
    plan = Register(runs / NAME).read().plans[run_id, "early-withdrawal"]
    assert (plan.state, plan.approvers) == (State.APPROVED, ("Ann",))
    keys.press("s")
    page.wait_for_url("**/send")
    keys.press("e")
    keys.press("Enter")
    page.get_by_role("status").locator("h1", has_text="left").wait_for()
    page.locator("[autofocus]:focus").wait_for()  # drawn is not yet focused
    keys.press("Enter")
    page.locator("h3", has_text="Tickets").wait_for()
    sent = Register(runs / NAME).read().sent_of(run_id)
    assert "early-withdrawal" in {each.ticket.household_id for each in sent}
    assert page.locator("td", has_text="Ann: sent from the workbench").count() == len(sent)
    assert findings(page) == []
    filled = sent[0].ticket
    answers = f"ticket_id,fill_id,shares,price\n{filled.ticket_id},f1,1,{filled.price}\n"
    file = {"name": "fills.csv", "mimeType": "text/csv", "buffer": answers.encode()}
    page.get_by_label("File of the broker’s answers").set_input_files([file])
    page.get_by_role("button", name="See what it would do").focus()
    keys.press("Enter")
    page.locator("h2", has_text="What it would move").wait_for()
    assert findings(page) == []
    assert Register(runs / NAME).read().tickets[filled.ticket_id].filled == 0
    page.locator("[autofocus]:focus").wait_for()
    keys.press("Enter")
    page.locator("h2", has_text="What it moved").wait_for()
    assert findings(page) == []
    assert Register(runs / NAME).read().tickets[filled.ticket_id].filled == 1
