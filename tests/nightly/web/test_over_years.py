from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.main import main
from tests.nightly.web.opened import INLINE, SAMPLE, digest_of, parsed
from tests.nightly.web.test_pages import assert_near, wrong

NAME = "hard-bands"


def asked(run_id: str, what: str = "transition") -> str:
    """Return an address about years ahead."""
    return f"/runs/{run_id}/{what}"


def test_the_record_is_the_command_lines_and_the_page_the_records(
    ann: TestClient, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every figure by its place; a path that ends early says so where its figures would stand."""
    fields: dict[str, Any] = {"id": NAME, "years": "2", "tax_budget_usd": ["$1,900", "1000"]}
    record = ann.get(asked(run_id, "transition.json"), params=fields).json()
    capsys.readouterr()
    budgets = ["--tax-budget", "1900", "--tax-budget", "1000"]
    main(["transition", str(SAMPLE), NAME, "--years", "2", *budgets, "--json"])
    fresh = json.loads(capsys.readouterr().out)
    del record["run"]
    assert_near(record, fresh, NAME)
    text = ann.get(asked(run_id), params=fields).text
    page = parsed(text)
    assert wrong(page, record) == []
    assert len(page.figures) >= 3 * 2 + 2 * 2
    assert [path["years"][-1]["status"] for path in record["paths"]][-1] == "infeasible"
    assert "no plan in 2026" in page.text
    assert page.fields("tax_budget_usd") == ["1900", "1000", ""]
    assert len([tag for tag, told in page.tags if told.get("role") == "img"]) == 2
    assert not INLINE.search(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"years": "0"},
        {"years": "11"},
        {"years": "99999999999999999999"},
        {"years": "²"},
        {"years": "<b>"},
        {"tax_budget_usd": "<script>"},
        {"tax_budget_usd": "nan"},
        {"tax_budget_usd": "-5"},
        {"tax_budget_usd": ["1", "2", "3", "4"]},
    ],
)
def test_what_cannot_be_planned_is_told(
    ann: TestClient, sample_runs: Path, run_id: str, fields: dict[str, Any]
) -> None:
    """Nothing of it is repeated, and nothing changes."""
    before = digest_of(sample_runs)
    answer = ann.get(asked(run_id), params={"id": NAME, **fields})
    assert answer.status_code in (400, 409)
    assert "give" in parsed(answer.text).text
    assert "<script>" not in answer.text and "<b>" not in answer.text.partition("<h1")[2]
    assert digest_of(sample_runs) == before


def test_only_a_household_with_a_plan_looks_ahead(ann: TestClient, run_id: str) -> None:
    """Faulty data and unknown households are told what would do."""
    assert ann.get(asked(run_id), params={"id": "faulty-data"}).status_code == 409
    assert ann.get(asked(run_id), params={"id": "nobody"}).status_code == 404
