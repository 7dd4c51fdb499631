"""What a request changed, figure by figure and order by order."""

from __future__ import annotations

from models.book.book import Book
from models.plan import Plan
from models.request.reading import request_of
from optimizer.requests.ask import ask
from optimizer.requests.difference import difference


def test_a_plan_differs_from_itself_in_nothing(standing: Plan) -> None:
    """No order, no rule; every figure is the same on both sides."""
    same = difference(standing, standing)
    assert (same.orders, same.began, same.ceased) == ((), (), ())
    assert all(before == after for before, after in same.figures.values())
    assert standing.figures is not None
    assert set(same.terms_usd) == set(standing.figures.terms_usd)


def test_what_was_asked_shows(asked: Book, standing: Plan) -> None:
    """A turnover of 2% binds, drops orders, and tracks worse; all as data too."""
    of = asked.household("H1")
    found = ask(of, asked.policy(of.policy_id), request_of({"max_turnover": 0.02}))
    change = found.difference
    assert ("turnover", "household") in change.began
    before, after = change.figures["te_after"]
    assert before is not None
    assert after is not None
    assert after > before
    told = {each.order_id: each for each in change.orders}
    for order in standing.orders:
        kept = {o.order_id: o.shares for o in found.plan.orders}.get(order.order_id, 0)
        if kept != order.shares:
            assert told[order.order_id].shares_standing == order.shares
            assert told[order.order_id].shares == kept
    data = found.as_data()
    assert data["difference"]["figures"]["te_after"] == {"standing": before, "asked": after}
    assert data["request"]["asked"] == {"max_turnover": 0.02}


def test_an_empty_request_is_the_standing_plan(asked: Book, standing: Plan) -> None:
    """Asking nothing plans the same, and needs nobody's approval more."""
    of = asked.household("H1")
    found = ask(of, asked.policy(of.policy_id), request_of({}), standing=standing)
    assert found.plan.orders == standing.orders
    assert found.plan.approval == standing.approval
    assert found.plan.request == ""
