"""A plan that pays out cash and trades nothing: it waits, has limits, and leaves like any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nightly.main import main
from nightly.register.register import NAME, Register
from nightly.web.doors import CSRF
from tests.nightly.export.test_money import night, withdrawing
from tests.nightly.web.opened import Page, behind_proxy, household_at, parsed

ROLES = """
[roles.adviser]
people = ["Ann"]
may = ["approve", "send"]
max_usd = 300.0
"""


def test_a_plan_that_only_moves_money_waits_and_is_beyond_a_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """$400 of cash: on every page, in both documents, in what the command lists."""
    book = withdrawing(tmp_path)
    run = night(book)
    (run.parent / "roles.toml").write_text(ROLES)
    with behind_proxy(book, run.parent, tmp_path) as person:
        ann = person("Ann")

        def page(place: str) -> Page:
            return parsed(ann.get(f"/runs/{run.name}{place}").text)

        tonight = page("")
        assert ("stages.WAITING", "1", "1") in tonight.figures
        assert [f for f in tonight.figures if f[0].endswith("moved_usd")] == [
            ("rows.0.moved_usd", "12000.0", "$12,000"),
            ("rows.1.moved_usd", "400.0", "$400"),
        ]
        assert page("?max_usd=399&stage=WAITING").fields("plan") == []
        assert page("?max_usd=400&stage=WAITING").fields("plan") == ["0 h2"]
        assert "max_usd 400.00 of 300.00" in page("/send").text
        look = parsed(ann.get(household_at(run.name, "h2")).text)
        assert "the plan only moves money" in look.text and "$400.00 out" in look.text
        assert look.fields("decision") == []
        form = {CSRF: page("/tuning").code, "decision": "approved", "why": "so", "plan": "0 h2"}
        assert ann.post(f"/runs/{run.name}/decide", data=form).status_code == 403
        proposal = page("/report?id=h2&kind=proposal&form=html").text
        assert "$400.00 out of the account a" in proposal
        assert "No money moves before it has been approved" in proposal
        assert "−$400.00" in page("/report?id=h2&kind=compliance&form=html").text
    capsys.readouterr()
    assert main(["pending", str(run), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["plans"]
    assert (told["orders"], told["traded_usd"], told["moved_usd"]) == (0, 0.0, 400.0)


def test_money_that_its_policy_approves_leaves_with_the_rest(tmp_path: Path) -> None:
    """Both plans are ready, one press sends them, and the page says where the money stands."""
    book = withdrawing(tmp_path)
    (book / "policies" / "asks.toml").write_text(
        "[approval]\nalways = false\n[trades]\nmode = 'hold'\n"
    )
    run = night(book)
    with behind_proxy(book, run.parent, tmp_path) as person:
        ann: Any = person("Ann")
        page = parsed(ann.get(f"/runs/{run.name}/send").text)
        assert ("ready", "2", "2") in page.figures
        form = {CSRF: page.code, "seen": page.fields("seen")[0], "form": "csv"}
        answer = parsed(ann.post(f"/runs/{run.name}/send", data=form).text)
        sent = Register(run.parent / NAME).read()
        assert f"{len(sent.tickets)} tickets and 2 movements of money left" in answer.text
        after = parsed(ann.get(f"/runs/{run.name}/send").text)
        shown = [words for place, _, words in after.figures if place.startswith("money.")]
        assert sorted(shown) == ["$12,000.00", "$400.00"]
        assert ("stages.SENT", "2", "2") in after.figures
