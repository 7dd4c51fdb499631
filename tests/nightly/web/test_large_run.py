"""The six screens on a run of two thousand households, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import Processes
from optimizer.rebalance import rebalance
from scenarios.synthetic import generate_book
from tests.nightly.web.opened import ASOF
from tests.nightly.web.test_browser import findings, served
from workbench.pages.figures import at

HOUSEHOLDS = 2_000

LEAST = 500
"""Figures that are compared at least."""


@pytest.mark.full
def test_six_screens_of_a_large_run_show_their_records(browser: Any, tmp_path: Path) -> None:
    """A trial is begun and awaited, a dot opens its household; every figure is the record's."""
    book, runs = tmp_path / "book", tmp_path / "runs"
    generate_book(book, HOUSEHOLDS, "etf", 7)
    run, _ = start_run(Request(str(book), ASOF, runs), rebalance, Processes(2))
    here, compared = f"/runs/{run.run_id}", 0
    with served(runs, tmp_path / "scratch", book) as address:
        context = browser.new_context(base_url=address.partition("/enter")[0])
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        page.goto(here)
        page.locator("[data-row]").first.wait_for()
        assert page.locator("[data-row]").count() == min(50, HOUSEHOLDS)
        assert findings(page) == []
        page.goto(f"{here}/send")
        assert findings(page) == []
        page.goto(f"{here}/evidence")
        compared += agree(page, page.url.replace("/evidence", "/evidence.json"))
        page.locator(".strips a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/household?id=**")
        compared += agree(page, page.url.replace("household?", "household.json?"))
        page.goto(page.url.replace("household?", "what-if?") + "&tax_budget_usd=1000")
        compared += agree(page, page.url.replace("what-if?", "what-if.json?"))
        policy = page.request.get(f"{here}/tuning.json").json()["policy_id"]
        page.goto(f"{here}/tuning?policy={policy}&risk.aversion=3")
        page.get_by_role("button", name="Try it").click()
        page.locator("#effect").wait_for()
        compared += agree(page, page.url.replace("/tuning?", "/tuning.json?"))
        context.close()
    assert compared >= LEAST


def agree(page: Any, record_at: str) -> int:
    """Assert that a page's figures are its record's and axe-core finds nothing; return how many."""
    assert findings(page) == []
    record = page.request.get(record_at).json()
    shown = page.eval_on_selector_all("data.fig", "all => all.map(d => [d.dataset.from, d.value])")
    assert shown
    for where, value in shown:
        told = at(record, where)
        assert value == ("" if told is None else repr(told)), where
    return len(shown)
