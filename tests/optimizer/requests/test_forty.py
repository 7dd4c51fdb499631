"""Forty requests in words: each is answered by what it must come to, as the judge measures it."""

from __future__ import annotations

import pytest

from models.book.book import Book
from models.plan import Plan
from models.request.reading import request_of
from optimizer.judge.verify import verify
from optimizer.requests.ask import ask
from tests.requests_in_words import FORTY, Words


def test_there_are_forty() -> None:
    """No two ask the same."""
    assert len(FORTY) == len({request_of(each.asks).sha256 for each in FORTY}) == 40


@pytest.mark.parametrize("words", FORTY, ids=lambda words: words.said)
def test_a_request_is_answered(asked: Book, standing: Plan, words: Words) -> None:
    """The status, and what the words mean, by the judge; no plan leaves without a person."""
    of = asked.household("H1")
    found = ask(of, asked.policy(of.policy_id), request_of(words.asks), standing=standing)
    verdict = verify(found.household, found.policy, found.plan.orders, found.plan.flows)
    assert found.plan.status is words.status, found.plan.reason
    assert words.holds(found, verdict)
    assert found.plan.request == request_of(words.asks).sha256
    if found.plan.orders:
        assert verdict.kept
        assert found.plan.approval == "needs_approval"
