from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.book.book import Book
from models.household import Household
from models.order import Order, Side
from models.plan import Plan, Status
from nightly.workers.answer import answer
from optimizer.rebalance import rebalance
from tests.nightly.web.opened import parsed
from workbench.explain import Explanation, explain_invalid
from workbench.notebook import OpenBook, load_ipython_extension, opened
from workbench.pages.cells import ROWS_SHOWN, Column, cell, picture
from workbench.pages.figures import at
from workbench.pages.lines import lines

SAMPLE = Path(__file__).resolve().parents[2] / "scenarios" / "sample"

HOSTILE = "</td><script>alert(1)</script>"


@pytest.fixture(scope="module")
def book() -> OpenBook:
    """Return the sample book, opened."""
    return opened(SAMPLE, date(2026, 11, 20))


def figures(shown: Any) -> list[tuple[str, str]]:
    """Return the whole values that a cell shows, by place."""
    return [(place, value) for place, value, _ in parsed(shown._repr_html_()).figures]


def safe(html: str) -> bool:
    """Whether nothing in a piece of HTML runs or is fetched."""
    tags = {tag for tag, _ in parsed(html).tags}
    return not tags & {"script", "style", "img", "link", "iframe"}


def test_an_explanation_shows_itself_in_a_notebook(book: OpenBook) -> None:
    """Every figure is the explanation's own, by place; nothing in it runs or is fetched."""
    shown = book.plan("hard-bands")
    page = parsed(shown._repr_html_())
    record = {"explained": shown.as_data()}
    for place, value, _ in page.figures:
        told = at(record, place)
        assert value == ("" if told is None else repr(told)), place
    assert len(page.figures) > 15
    tags = {tag for tag, _ in page.tags}
    assert "svg" in tags
    assert tags & {"script", "style", "img", "link", "iframe"} == set()


def test_faulty_data_shows_what_would_do(book: OpenBook) -> None:
    """Beside the status; ids are text there too."""
    plan = answer(book.book, "faulty-data", rebalance)
    shown = explain_invalid(plan, "2026-11-20", book.book.faults_of("faulty-data"))
    assert "short positions are not supported" in parsed(shown._repr_html_()).text


def test_a_book_shows_its_households_and_gives_them_as_rows(book: OpenBook) -> None:
    """The first of many on the page, and all in the DataFrame."""
    rows = book.frame()
    assert list(rows["household_id"]) == list(book.book.household_ids)
    assert rows.set_index("household_id").loc["faulty-data", "faults"] == 3
    assert f"and {len(rows) - ROWS_SHOWN} more" in parsed(book._repr_html_()).text


def test_a_plan_gives_its_tables_and_its_weights_as_a_picture(book: OpenBook) -> None:
    """By name; a name that is none is answered with those there are."""
    told = book.plan("drifted-60-40")
    orders = told.frame()
    assert set(orders["order_id"]) == {order.order_id for order in told.plan.orders}
    assert orders["amount"].sum() == pytest.approx(sum(float(o.amount) for o in told.plan.orders))
    assert set(told.frame("weights")["name"]) >= {"us_equity", "cash"}
    assert "<svg" in told.plot()._repr_html_()
    with pytest.raises(ValueError, match="choose weights"):
        told.frame("lots")


def test_a_frontier_shows_its_points(book: OpenBook) -> None:
    """Every figure is the DataFrame's own, and the line has a dot for each point."""
    found = book.frontier("drifted-60-40", points=3)
    rows = found.frame()
    for place, value in figures(found):
        _, row, name = place.split(".")
        told = rows.loc[int(row), name]
        assert value == ("" if told is None else repr(float(told))), place
    dots = [tag for tag, _ in parsed(found.plot()._repr_html_()).tags if tag == "circle"]
    assert len(dots) == 3


def test_a_comparison_says_what_a_rule_costs_between_two_certain_figures(book: OpenBook) -> None:
    """In dollars where both weigh alike; where they do not, nothing is said."""
    own = book.policy("drifted-60-40")
    half = replace(own, trades=replace(own.trades, max_turnover=0.2))
    risky = replace(own, weights=replace(own.weights, tracking_error=0.1))
    found = book.compare("drifted-60-40", {"now": own, "turnover": half, HOSTILE: risky})
    now, turnover, other = found.rows()
    assert now["costs_usd"] is None and other["costs_usd"] is None
    assert 0.0 < turnover["at_least_usd"] <= turnover["costs_usd"] <= turnover["at_most_usd"]
    objectives = turnover["objective_after_bps"] - now["objective_after_bps"]
    value = found.plans["now"].plan.figures.value_usd  # type: ignore[union-attr]
    assert turnover["costs_usd"] == pytest.approx(objectives * value / 1e4)
    assert list(found.frame()["policy"]) == ["now", "turnover", HOSTILE]
    for shown in (found, found.plot()):
        assert safe(shown._repr_html_())
        assert HOSTILE in parsed(shown._repr_html_()).text
    with pytest.raises(ValueError, match="name policies"):
        book.compare("drifted-60-40", {})


def test_a_transition_shows_itself(book: OpenBook) -> None:
    """A path a row, a year a row of the DataFrame, two pictures."""
    found = book.transition("drifted-60-40", 2, [100.0])
    assert list(found.frame()["year"]) == [2026, 2027] * 2
    record = {"rows": found.as_data()["paths"]}
    for place, value in figures(found):
        if not place.endswith("te_after"):
            assert value == repr(at(record, place))
    assert found.plot()._repr_html_().count("<svg") == 2


def test_a_bare_plan_and_a_bare_book_are_shown_where_a_notebook_is_told_how(book: OpenBook) -> None:
    """What is below knows no page; ids with markup are text."""
    kinds: dict[Any, Any] = {}
    html = SimpleNamespace(for_type=kinds.__setitem__)
    load_ipython_extension(
        SimpleNamespace(display_formatter=SimpleNamespace(formatters={"text/html": html}))
    )
    order = Order("o", HOSTILE, HOSTILE, Side.BUY, Decimal(2), Decimal("1.5"), reason=HOSTILE)
    plan = Plan(HOSTILE, Status.PLANNED, HOSTILE, orders=(order,))
    shown = kinds[Plan](plan)
    assert safe(shown)
    assert parsed(shown).text.count(HOSTILE) == 5
    assert "44 households as of 2026-11-20" in kinds[Book](book.book)


def test_a_line_breaks_where_a_figure_is_missing_and_names_are_text() -> None:
    """Nothing to draw is no picture; a line that goes below nothing has a line of zero."""
    words = (str, str)
    drawn = lines(HOSTILE, [1.0, 2.0, 3.0], [(HOSTILE, [-1.0, None, 1.0]), ("b", [0.5])], words)
    assert drawn is not None
    assert [len(line.pieces) for line in drawn.lines] == [2, 1]
    assert drawn.zero is not None
    assert safe(picture(drawn)._repr_html_())
    assert lines("none", [1.0], [("a", [None])], words) is None
    assert lines("none", [], [("a", [])], words) is None
    assert safe(cell(HOSTILE, [{HOSTILE: HOSTILE}], [Column(HOSTILE, HOSTILE)], (), [HOSTILE]))


def test_a_term_of_ones_own_is_shown_beside_the_plan_without_it(book: OpenBook) -> None:
    """500 bps for the weight of VTI: less is held, by the orders too, and both rows add up."""
    of = book.book.household("drifted-60-40")
    found = book.plan_with("drifted-60-40", lambda held: 500.0 * held.weight("VTI"))
    own, without = found.rows()
    assert own["own_bps"] == pytest.approx(500.0 * weight_of(of, found.plan, "VTI"))
    assert without["own_bps"] == pytest.approx(500.0 * weight_of(of, found.without, "VTI"))
    assert own["together_bps"] == own["objective_bps"] + own["own_bps"]
    assert own["own_bps"] < without["own_bps"]
    assert found.bound_bps <= own["together_bps"] < without["together_bps"]
    figures = found.plan.plan.figures
    assert figures is not None and figures.objective_after_bps == own["objective_bps"]
    assert list(found.frame()["plan"]) == ["with the term", "without it"]
    assert f"{found.gap_bps:.4f} bps" in parsed(found._repr_html_()).text
    assert "<svg" in found.plot()._repr_html_()


def weight_of(household: Household, told: Explanation, security_id: str) -> float:
    """Return the weight of a security after a plan, from its orders alone."""
    place = household.market.securities.security_id.tolist().index(security_id)
    held = household.lot_value_usd[household.lots.security == place].sum()
    for order in told.plan.orders:
        if order.security_id == security_id:
            held += float(order.amount) * (1 if order.side is Side.BUY else -1)
    return float(held / household.value_usd)
