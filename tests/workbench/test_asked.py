"""What was asked is told as a request's file says it, and nothing of a plan that is not there."""

from __future__ import annotations

from typing import Any

from models.plan import Status
from models.policy import Policy
from models.request.reading import request_of
from optimizer.requests.ask import ask
from tests.workbench.small import household
from workbench.asked import answer_sections


def sections(asked: dict[str, Any]) -> tuple[Status, dict[str, str]]:
    """Return the status of an answer, and its sections of text by the first word of their title."""
    answer = ask(household(), Policy(), request_of(asked))
    told = {title.partition(" (")[0]: str(body) for title, body in answer_sections(answer)}
    return answer.plan.status, told


def test_what_was_asked_is_said_as_a_file_has_it() -> None:
    """Numbers without a tail of zeros, true and lists as JSON has them."""
    _, told = sections({"raise_usd": 50.0, "after_tax": True, "keep": ["BOND"]})
    lines = told["asked"].splitlines()[:3]
    assert lines == ["· raise_usd = 50", "· after_tax = true", '· keep = ["BOND"]']


def test_rules_do_not_cease_to_bind_where_there_is_no_plan() -> None:
    """A million dollars out of ten thousand: what held the plan without it back holds it still."""
    status, told = sections({"raise_usd": 1e6})
    assert status is Status.INFEASIBLE
    assert "cannot be kept together" in told and "ceased to bind" not in told
