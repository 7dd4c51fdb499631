"""A frontier: the points asked for, comparable figures, and one line each."""

from __future__ import annotations

import io

import pytest

from models.policy import Policy
from nightly.main import main
from scenarios.four_funds import drawn
from workbench.frontier import (
    FrontierError,
    planned_frontier,
    relaxed_frontier,
    settings,
    write_points,
)


def test_weights_go_up_in_equal_ratios_and_leave_the_others_alone() -> None:
    """From least to most, ends included."""
    found = settings(Policy(), "trading_cost", 0.25, 4.0, 5)
    assert [weights.trading_cost for weights in found] == pytest.approx([0.25, 0.5, 1, 2, 4])
    assert {weights.tax for weights in found} == {1.0}


@pytest.mark.parametrize(
    ("term", "least", "most", "points", "told"),
    [
        ("taxes", 0.1, 1.0, 3, "choose tracking_error"),
        ("tax", 0.0, 1.0, 3, "0 < least < most"),
        ("tax", 2.0, 1.0, 3, "0 < least < most"),
        ("tax", 0.1, 1.0, 1, "two at least"),
    ],
)
def test_a_sweep_that_means_nothing_is_told(
    term: str, least: float, most: float, points: int, told: str
) -> None:
    """The message says what would do."""
    with pytest.raises(FrontierError, match=told):
        settings(Policy(), term, least, most, points)


def test_planned_points_lie_beside_relaxed_ones() -> None:
    """Same weights, same terms; a plan has a gap and orders."""
    of, policy = drawn(11), Policy()
    weights = settings(policy, "tax", 0.5, 2.0, 3)
    relaxed = relaxed_frontier(of, policy, "tax", weights)
    planned = list(planned_frontier(of, policy, "tax", weights))
    assert [point.weight for point in relaxed] == [point.weight for point in planned]
    for point, plan in zip(relaxed, planned, strict=True):
        assert set(point.terms) == set(plan.terms)
        assert plan.gap_bps is not None
        assert plan.orders
    text = io.StringIO()
    write_points([*relaxed, *planned], text)
    assert len(text.getvalue().splitlines()) == 1 + 6


def test_the_command_prints_a_point_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`hearth frontier` on the sample book."""
    assert main(["frontier", "scenarios/sample", "drifted-60-40", "--points", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("weight,status,tracking_error")
    assert len(lines) == 4
    assert main(["frontier", "scenarios/sample", "drifted-60-40", "--term", "x"]) == 2


def test_a_household_without_plans_has_the_columns_of_all_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An infeasible point leaves its figures empty; a relaxed one is told where to ask."""
    impossible = ["frontier", "scenarios/sample", "budget-cannot-hold", "--points", "2"]
    assert main(["frontier", "scenarios/sample", "drifted-60-40", "--points", "2"]) == 0
    header = capsys.readouterr().out.splitlines()[0]
    assert main([*impossible, "--plans"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == header
    assert [line.split(",")[1:] for line in lines[1:]] == [["infeasible", *[""] * 8]] * 2
    assert main(impossible) == 2
    assert "hearth plan scenarios/sample budget-cannot-hold" in capsys.readouterr().err
