from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.main import main
from tests.nightly.web.opened import SAMPLE, digest_of, parsed
from tests.nightly.web.test_pages import assert_near, wrong

ASKED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a tax budget": ({"tax_budget_usd": "1,000"}, ["--tax-budget", "1000"]),
    "less tracking error": ({"tracking_error_percent": "0.3"}, ["--te-max", "0.003"]),
    "cash in hand": (
        {"raise_usd": "$20,000", "after_tax": "yes"},
        ["--raise", "20000", "--after-tax"],
    ),
    "a fund that stays": ({"do:VTI": "keep"}, ["--keep", "VTI"]),
    "what cannot be": (
        {"avoid_gains": "yes", "do:VTI": "sell"},
        ["--avoid-gains", "--sell", "VTI"],
    ),
}
"""What is asked on the page, and on the command line."""

FIRST = ("cash in hand", "what cannot be")

NAME = "hard-bands"


def place(run_id: str, what: str = "what-if.json") -> str:
    """Return an address about what is asked."""
    return f"/runs/{run_id}/{what}"


@pytest.mark.parametrize(
    "asked",
    [
        *FIRST,
        *(pytest.param(name, marks=pytest.mark.full) for name in ASKED if name not in FIRST),
    ],
)
def test_the_answer_is_the_command_lines(
    ann: TestClient, run_id: str, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    """The same plan, the same difference to the night's, the same that would do."""
    fields, options = ASKED[asked]
    record = ann.get(place(run_id), params={"id": NAME, **fields}).json()
    capsys.readouterr()
    main(["plan", str(SAMPLE), NAME, *options, "--json"])
    fresh = json.loads(capsys.readouterr().out)
    assert record["fault"] == ""
    assert_near(record["answer"], fresh, NAME)
    page = parsed(ann.get(place(run_id, "what-if"), params={"id": NAME, **fields}).text)
    assert wrong(page, record) == []
    assert len(page.figures) > 15
    saved = next(t["href"] for _, t in page.tags if "request.json" in t.get("href", ""))
    assert ann.get(saved).json() == fresh["asked"]["request"]["asked"]


def test_what_was_asked_before_leaves_no_mark(ann: TestClient, run_id: str) -> None:
    """The plan and its frontier are kept between clicks; an answer stays with its own question."""
    plain = ann.get(place(run_id), params={"id": NAME}).json()
    asked = ann.get(place(run_id), params={"id": NAME, "turnover_percent": "1"}).json()
    assert (len(plain["marks"]), len(asked["marks"])) == (1, 2)
    assert asked["answer"] is not None
    for _ in range(2):
        assert ann.get(place(run_id), params={"id": NAME}).json() == plain
        assert ann.get(place(run_id), params={"id": NAME, "turnover_percent": "1"}).json() == asked


def test_what_is_saved_is_what_the_command_takes(
    ann: TestClient, run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file gives the request of the same digest."""
    fields = {"id": NAME, "tax_budget_usd": "2500", "tracking_error_weight": "0.5"}
    record = ann.get(place(run_id), params=fields).json()
    (tmp_path / "request.json").write_bytes(
        ann.get(place(run_id, "request.json"), params=fields).content
    )
    capsys.readouterr()
    main(["plan", str(SAMPLE), NAME, "--request", str(tmp_path / "request.json"), "--json"])
    fresh = json.loads(capsys.readouterr().out)
    assert fresh["asked"]["request"] == record["answer"]["asked"]["request"]
    said = "its objective and gap are by its own weights"
    assert said in ann.get(place(run_id, "what-if"), params=fields).text
    del fields["tracking_error_weight"]
    assert said not in ann.get(place(run_id, "what-if"), params=fields).text


def test_asking_nothing_shows_the_night(ann: TestClient, run_id: str) -> None:
    """Doing nothing and the plan stand side by side, and nothing is planned."""
    record = ann.get(place(run_id), params={"id": NAME}).json()
    page = parsed(ann.get(place(run_id, "what-if"), params={"id": NAME}).text)
    assert record["answer"] is None
    assert wrong(page, record) == []
    assert "ask something" in page.text
    assert len(record["frontier"]) > 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tax_budget_usd": "much"}, "is no number"),
        ({"tracking_error_percent": "-1"}, "te_max"),
        ({"raise_usd": "nan"}, "raise_usd"),
        ({"raise_usd": "1e300"}, "raise_usd"),
        ({"raise_usd": "5", "invest_usd": "5"}, "not both"),
        ({"do:<b>NONE</b>": "keep"}, "<b>NONE</b>"),
        ({"accounts_out": "../other"}, "../other"),
        ({"keep_lots": "of somebody else"}, "of somebody else"),
    ],
)
def test_what_cannot_be_asked_is_told(
    ann: TestClient, sample_runs: Path, run_id: str, fields: dict[str, str], said: str
) -> None:
    """Beside the night's plan, as text, and nothing changes."""
    before = digest_of(sample_runs)
    answer = ann.get(place(run_id, "what-if"), params={"id": NAME, **fields})
    page = parsed(answer.text)
    assert answer.status_code == 200
    assert "That cannot be asked" in page.text
    assert said in page.text
    assert digest_of(sample_runs) == before


def test_there_must_be_something_to_argue_with(ann: TestClient, run_id: str) -> None:
    """Faulty data and unknown households are told what would do."""
    assert ann.get(place(run_id, "what-if"), params={"id": "faulty-data"}).status_code == 409
    assert ann.get(place(run_id, "what-if"), params={"id": "nobody"}).status_code == 404
    assert ann.get(place(run_id, "what-if")).status_code == 404
