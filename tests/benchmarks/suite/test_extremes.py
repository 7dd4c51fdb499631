"""A smoke size of the extreme households: statuses are counted, faults and gaps would be told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.suite.extremes import ETF, FOUR_FUNDS, Answered, Extremes, report, wrong_with
from benchmarks.suite.measure import write_report
from benchmarks.suite.spec import rows_of
from models.plan import Plan, Status
from optimizer.rebalance import rebalance
from scenarios.extreme import extreme

COMMAND = "python -m benchmarks.extremes --seeds 0 12"


@pytest.fixture(scope="module")
def found() -> list[Answered]:
    """Return the answers of twelve seeds, of both sizes."""
    return rows_of(Extremes(0, 12))


def test_a_smoke_size_answers_everybody(found: list[Answered], tmp_path: Path) -> None:
    """Twelve households, none wrong, each with its status and time, written to files."""
    assert [one.seed for one in found] == list(range(12))
    assert {one.size for one in found} == {FOUR_FUNDS, ETF}
    assert [one.wrong for one in found if one.wrong] == []
    assert all(one.seconds > 0.0 for one in found)
    told = report(found, COMMAND)
    write_report(told, tmp_path, "extremes")
    text = (tmp_path / "extremes.md").read_text(encoding="utf-8")
    assert text.index("machine:") < text.index("Limitations") < text.index("| planned |")
    assert text.index("| planned |") < text.index("slowest in medians") < text.index("| piqp |")
    assert len((tmp_path / "extremes.csv").read_text(encoding="utf-8").splitlines()) == 13


def test_what_is_wrong_or_open_is_told_with_its_seed(found: list[Answered]) -> None:
    """A crash and a failed household stand on the page, by seed and reason."""
    crash = replace(found[0], seed=77, status="crash", wrong="crash", reason="ValueError: x")
    open_one = replace(found[1], seed=78, status="failed", reason="no proof")
    text = report([*found, crash, open_one], COMMAND).text()
    assert "| 77 | " in text
    assert "| crash |" in text
    assert "| no proof |" in text


def test_a_bound_above_its_own_plan_is_wrong() -> None:
    """The bound of a plan is compared with what the judge finds; a refused plan is wrong too."""
    household, policy = extreme(0, ())
    plan = rebalance(household, policy)
    assert plan.certificate is not None, "the first seed has no certificate: take another"
    assert wrong_with(household, policy, plan) == ""
    raised = replace(plan.certificate, bound_bps=plan.certificate.bound_bps + 1e9)
    assert wrong_with(household, policy, replace(plan, certificate=raised)) == "false bound"
    refused = Plan("H", Status.REFUSED, "breaks something")
    assert wrong_with(household, policy, refused) == "refused"
