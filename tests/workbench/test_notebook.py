from __future__ import annotations

from datetime import date
from pathlib import Path

from models.book.read import read_book
from nightly.workers.answer import answer
from optimizer.rebalance import rebalance
from tests.nightly.web.opened import parsed
from workbench.asked import explained
from workbench.explain import explain_invalid
from workbench.pages.figures import at

SAMPLE = Path(__file__).resolve().parents[2] / "scenarios" / "sample"


def test_an_explanation_shows_itself_in_a_notebook() -> None:
    """Every figure is the explanation's own, by place; nothing in it runs or is fetched."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    household = book.household("hard-bands")
    policy = book.policy(household.policy_id)
    shown = explained(household, policy, rebalance(household, policy))
    page = parsed(shown._repr_html_())
    record = {"explained": shown.as_data()}
    for place, value, _ in page.figures:
        told = at(record, place)
        assert value == ("" if told is None else repr(told)), place
    assert len(page.figures) > 15
    tags = {tag for tag, _ in page.tags}
    assert "svg" in tags
    assert tags & {"script", "style", "img", "link", "iframe"} == set()


def test_faulty_data_shows_what_would_do() -> None:
    """Beside the status; ids are text there too."""
    book = read_book(SAMPLE, date(2026, 11, 20))
    plan = answer(book, "faulty-data", rebalance)
    shown = explain_invalid(plan, "2026-11-20", book.faults_of("faulty-data"))
    assert "short positions are not supported" in parsed(shown._repr_html_()).text
